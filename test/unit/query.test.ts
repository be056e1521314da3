import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import {
  clientFilters,
  type FilterKey,
  parseQuery,
  predicate,
  rowsPerPage,
  timeProblem,
} from '../../src/core/query.ts';
import { type Recording, recording as recordingOf } from '../../src/core/recording.ts';
import { didYouMean } from '../../src/core/text/did-you-mean.ts';

const context = { now: Date.parse('2026-11-20T12:00:00Z'), zone: 'UTC' };
const recording: Recording = recordingOf({
  id: '1',
  provider: 'p',
  api: 'a',
  profile: 'x',
  createdAt: '2026-11-20T10:00:00.000Z',
  durationSeconds: 60,
  from: '+15551234567',
  to: 'sip:desk@example.com',
  callId: 'call-1',
  conferenceId: 'conf-1',
  conferenceName: 'standup',
  roomSessionId: 'room-1',
  kind: 'call',
  status: 'in_progress',
  raw: {},
});
const matches = (texts: Partial<Record<FilterKey, string>>): boolean =>
  predicate(parseQuery(texts, context))(recording);

test.each<[Partial<Record<FilterKey, string>>, boolean]>([
  [{}, true],
  [{ since: '2026-11-20T10:00:00Z' }, true],
  [{ since: '2026-11-20T10:00:00.001Z' }, false],
  [{ until: '2026-11-20T10:00:00Z' }, false],
  [{ until: '2026-11-20T10:00:00.001Z' }, true],
  [{ until: '2026-11-20' }, true],
  [{ since: 'today', until: 'today' }, true],
  [{ since: 'yesterday', until: 'yesterday' }, false],
  [{ call: 'call-1' }, true],
  [{ call: 'CALL-1' }, false],
  [{ conference: 'conf-1' }, true],
  [{ conference: 'standup' }, true],
  [{ conference: 'other' }, false],
  [{ roomSession: 'room-1' }, true],
  [{ from: '+15551234567' }, true],
  [{ from: '15551234567' }, true],
  [{ from: '+1 (555) 123-4567' }, true],
  [{ from: '+1555' }, false],
  [{ to: 'sip:desk@example.com' }, true],
  [{ status: 'in_progress' }, true],
  [{ status: 'In-Progress' }, true],
  [{ status: 'completed' }, false],
  [{ kind: 'call' }, true],
  [{ kind: 'conference' }, false],
  [{ minDuration: '1m' }, true],
  [{ minDuration: '61s' }, false],
  [{ maxDuration: '60s' }, true],
  [{ maxDuration: '59s' }, false],
  [{ kind: 'call', status: 'completed' }, false],
])('the filter %j matches the recording: %j', (texts, expected) => {
  expect(matches(texts)).toBe(expected);
});

test('a field not reported by the provider matches no filter, but a recording without a time matches every time range', () => {
  const { id, provider, api, profile, kind, status, raw } = recording;
  const silent = recordingOf({ id, provider, api, profile, kind, status, raw });
  const kept = (texts: Partial<Record<FilterKey, string>>): boolean => predicate(parseQuery(texts, context))(silent);
  expect([kept({ from: '+1' }), kept({ call: 'x' }), kept({ minDuration: '0s' })]).toEqual([false, false, false]);
  expect(kept({ since: '2026-01-01', until: '2026-01-02' })).toBe(true);
});

test.each<[Partial<Record<FilterKey, string>>, string, string | undefined]>([
  [{ status: 'complete' }, 'is not one of', 'Did you mean "completed"?'],
  [{ kind: 'confrence' }, 'is not one of', 'Did you mean "conference"?'],
  [{ since: '2026-02-30' }, 'is not a date', undefined],
  [{ since: '' }, 'is not a date', undefined],
  [{ minDuration: '30' }, 'is not a duration', undefined],
  [{ call: ' ' }, 'empty', undefined],
  [{ since: '2026-11-02', until: '2026-11-01T00:00:00Z' }, 'is not before', undefined],
  [{ since: '2026-11-21' }, 'is in the future', undefined],
  [{ minDuration: '2m', maxDuration: '1m' }, 'is longer', undefined],
])('the filter %j is a usage error', (texts, message, hint) => {
  let failure: unknown;
  try {
    const problem = timeProblem(parseQuery(texts, context), context.now);
    if (problem !== undefined) throw problem;
  } catch (error) {
    failure = error;
  }
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({ kind: 'usage', message: expect.stringContaining(message) });
  if (hint !== undefined) expect(failure).toMatchObject({ hint });
});

test('a page is no larger than the reader needs, unless a client-side filter drops rows', () => {
  expect(rowsPerPage({}, 1000, [])).toBe(1000);
  expect(rowsPerPage({ maxRows: 51 }, 1000, [])).toBe(51);
  expect(rowsPerPage({ maxRows: 1 }, 1000, [])).toBe(50);
  expect(rowsPerPage({ maxRows: 51 }, 20, [])).toBe(20);
  expect(rowsPerPage({ maxRows: 70, from: '+1' }, 1000, ['from'])).toBe(70);
  expect(rowsPerPage({ maxRows: 70, from: '+1' }, 1000, [])).toBe(1000);
  expect(clientFilters({ from: '+1', kind: 'call', maxRows: 5 }, ['from'])).toEqual(['kind']);
});

test.each([
  ['stauts', 'Did you mean "status"?'],
  ['durat', 'Did you mean "duration_seconds"?'],
  ['zzzzzz', undefined],
  ['', undefined],
])('the suggestion for %j is %j', (word, expected) => {
  expect(didYouMean(word, ['id', 'status', 'duration_seconds', 'from'])).toBe(expected);
});
