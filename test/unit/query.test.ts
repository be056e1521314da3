import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import {
  type FilterKey,
  type FilterTexts,
  filters,
  parseQuery as parseTexts,
  predicate,
  type Query,
  timeProblem,
} from '../../src/core/query.ts';
import { type Recording, recording as recordingOf } from '../../src/core/recording.ts';
import { didYouMean } from '../../src/core/text/did-you-mean.ts';

const context = { now: Date.parse('2026-11-20T12:00:00Z'), zone: 'UTC' };

/** The query of filters with one text each. */
const parseQuery = (texts: Partial<Record<FilterKey, string>>, parseContext: typeof context): Query =>
  parseTexts(
    Object.fromEntries(
      Object.entries(texts).map(([key, text]) => [
        key,
        filters[key as FilterKey].separate === undefined ? text : [text],
      ]),
    ),
    parseContext,
  );
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
  [{ from: '1555' }, false],
  [{ from: '+1555*' }, true],
  [{ from: '1555*' }, true],
  [{ from: '555*' }, false],
  [{ from: '5551234567' }, true],
  [{ from: '001 555 123 4567' }, true],
  [{ from: '0015551234567' }, true],
  [{ from: '001555*' }, true],
  [{ from: '4567' }, false],
  [{ from: '0018' }, false],
  [{ from: '551234567' }, false],
  [{ from: '\uff0b15551234567' }, true],
  [{ from: 'tel:+1-555-123-4567' }, true],
  [{ from: '*' }, true],
  [{ to: 'SIP:Desk@Example.com' }, true],
  [{ to: 'sip:desk*' }, true],
  [{ to: 'sip:desk' }, false],
  [{ to: 'desk@example.com' }, true],
  [{ to: 'desk@other.example' }, false],
  [{ to: 'sip:desk@example.com' }, true],
  [{ status: 'in_progress' }, true],
  [{ status: 'In-Progress' }, true],
  [{ status: 'completed' }, false],
  [{ kind: 'call' }, true],
  [{ kind: 'conference' }, false],
  [{ kind: 'conf,call' }, true],
  [{ kind: 'Conf' }, false],
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
  expect([kept({ from: '1' }), kept({ call: 'x' }), kept({ minDuration: '0s' })]).toEqual([false, false, false]);
  expect(kept({ since: '2026-01-01', until: '2026-01-02' })).toBe(true);
});

test.each<[Partial<Record<FilterKey, string>>, string, string | undefined]>([
  [{ status: 'complete' }, 'is not one of', 'Did you mean "completed"?'],
  [{ to: 'calls.csv' }, 'is a file, not a number', 'For a file: recx export --out <file>'],
  [{ from: './calls.csv.gz' }, 'is a path, not a number', 'For a folder: --dir <folder>'],
  [{ kind: 'confrence' }, 'is not one of', 'Did you mean "conference"?'],
  [{ since: '2026-02-30' }, 'is not a date', undefined],
  [{ since: '' }, 'is not a date', undefined],
  [{ minDuration: '1:75' }, 'is not a duration', undefined],
  [{ maxDuration: '3M' }, 'is not a duration', undefined],
  [{ since: '3M' }, 'is not a date', 'Use 3mo for months, or 3m for minutes'],
  [{ since: '2027' }, 'is in the future', undefined],
  [{ since: '2026-12' }, 'is in the future', undefined],
  [{ since: 'this week', until: 'last week' }, 'is not before', undefined],
  [{ call: ' ' }, 'empty', undefined],
  [{ from: '()-' }, 'is not a number', undefined],
  [{ to: '+' }, 'is not a number', undefined],
  [{ from: '*0000' }, 'is not a number', undefined],
  [{ from: '+12025550142 +12025550101' }, 'is not a number', 'Separate several numbers with commas'],
  [{ from: '!+12025550142' }, 'is not a number', undefined],
  [{ to: '!bob' }, 'is not a number', undefined],
  [{ from: '+1 415 555' }, 'is not a complete number', "For all numbers that begin so: --from '+1415555*'"],
  [{ to: '+4930' }, 'is not a complete number', "For all numbers that begin so: --to '+4930*'"],
  [{ to: '1**' }, 'is not a number', undefined],
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

test.each([
  ['stauts', 'Did you mean "status"?'],
  ['durat', 'Did you mean "duration_seconds"?'],
  ['zzzzzz', undefined],
  ['', undefined],
])('the suggestion for %j is %j', (word, expected) => {
  expect(didYouMean(word, ['id', 'status', 'duration_seconds', 'from'])).toBe(expected);
});

test('words instead of a number are compared as text, and nothing equals a caller that is not reported', () => {
  const rows = ['anonymous', 'Restricted', '', null, '+14155550100', '14155550100', '4155550100', '(415) 555-0100'];
  const found = (from: string) => {
    const matchesQuery = predicate(parseQuery({ from }, context));
    return rows.filter((caller) => matchesQuery({ ...recording, from: caller }));
  };
  expect(found('Anonymous')).toEqual(['anonymous']);
  expect(found('restr*')).toEqual(['Restricted']);
  expect(found('+14155550100')).toEqual(['+14155550100', '14155550100', '4155550100', '(415) 555-0100']);
  expect(found('415-555-0100')).toEqual(['+14155550100', '14155550100', '4155550100', '(415) 555-0100']);
  expect(found('0100')).toEqual([]);
  expect(predicate(parseQuery({ from: '1001' }, context))({ ...recording, from: '1001' })).toBe(true);
  expect(found('*')).toEqual(rows.filter((caller) => caller !== null && caller !== ''));
});

test('names are equal in every Unicode form, and ids of hexadecimal digits in every case', () => {
  const names = ['R\u00e9union', 'Re\u0301union'];
  for (const typed of names) {
    for (const conferenceName of names) {
      expect(predicate(parseQuery({ conference: typed }, context))({ ...recording, conferenceName })).toBe(true);
    }
  }
  const callId = 'CA0123456789abcdef0123456789abcdef';
  expect(predicate({ call: [callId.toUpperCase()] })({ ...recording, callId })).toBe(true);
});

test('a field that the server compared and did not return is left to the server; one that it returned is compared', () => {
  const compared = (serverCompared: Recording['serverCompared'], fields: Partial<Recording>): Recording => ({
    ...recording,
    serverCompared,
    ...fields,
  });
  const byCaller = predicate({ from: ['+1'] });
  expect(byCaller(compared(['from'], { from: null }))).toBe(true);
  expect(byCaller(compared(['to'], { from: null }))).toBe(false);
  expect(byCaller(compared(['from'], {}))).toBe(false);
  const byConference = predicate({ conference: ['other'] });
  expect(byConference(compared(['conferenceId'], { conferenceId: null }))).toBe(true);
  expect(byConference(compared(['conferenceId'], { conferenceName: null }))).toBe(false);
});

describe('several values', () => {
  const rows = [
    { kind: 'call', status: 'completed', from: '+15551234567', conferenceName: 'Smith, Jones' },
    { kind: 'conference', status: 'completed', from: 'sip:a,b@example.com', conferenceName: 'Smith' },
    { kind: 'room', status: 'failed', from: null, conferenceName: 'Jones' },
  ] as const;
  const found = (texts: FilterTexts): readonly number[] => {
    const matchesQuery = predicate(parseTexts(texts, context));
    return rows.flatMap((fields, index) => (matchesQuery({ ...recording, ...fields }) ? [index] : []));
  };

  test('of one filter mean any of them, of different filters all', () => {
    expect(found({ kind: ['call', 'conference'] })).toEqual([0, 1]);
    expect(found({ kind: ['call,Conference', 'room'] })).toEqual([0, 1, 2]);
    expect(found({ kind: ['call,room'], status: ['completed, deleted'] })).toEqual([0]);
    expect(found({ from: ['1555*,+1415*'] })).toEqual([0]);
  });

  test('are separated by commas only where a value cannot hold one', () => {
    expect(found({ conference: ['Smith, Jones'] })).toEqual([0]);
    expect(found({ conference: ['Smith', 'Jones'] })).toEqual([1, 2]);
    expect(found({ from: ['sip:a,b@example.com'] })).toEqual([1]);
    expect(found({ from: ['sip:a,b@example.com,5551234567'] })).toEqual([0, 1]);
    expect(parseTexts({ from: ['sip:example.com,+15551234567, sips:x@y;a=b ,sip:c*,z@w'] }, context).from).toEqual([
      'sip:example.com',
      '+15551234567',
      'sips:x@y;a=b',
      'sip:c*',
      'sip:z@w',
    ]);
  });

  test('that are equal count once', () => {
    expect(parseTexts({ from: ['+1 (555) 123-4567', '+15551234567'], status: ['failed,failed'] }, context)).toEqual({
      from: ['+15551234567'],
      status: ['failed'],
    });
  });

  test.each<FilterTexts>([
    { status: ['completed,'] },
    { status: ['completed', ''] },
    { call: ['a,,b'] },
    { subaccount: [','] },
    { roomSession: [' '] },
    { from: ['+14155550100,'] },
    { to: ['sip:a@b, '] },
    { conference: [''] },
  ])('without a text are a usage error: %j', (texts) => {
    expect(() => parseTexts(texts, context)).toThrow('is empty');
  });
});

test.each([
  '2026-11-24',
  '2026/11/24',
  '2026-11',
  '24.11.2026',
  '11/24/2026',
  '2026-11-24 13:45',
  'yesterday',
  'Today',
  '7d',
  '+14155550100,24h',
])('a time for a number is a usage error that names the flags of times: %s', (text) => {
  for (const key of ['from', 'to'] as const) {
    expect(() => parseTexts({ [key]: [text] }, context)).toThrow(
      expect.objectContaining({ kind: 'usage', hint: 'for dates use --since and --until' }),
    );
  }
});

test.each([
  '1001',
  '20261124',
  '415-555-0001',
  '030/1234567',
  '2026-1124',
  '555.1234',
  '5551-12',
  '2026',
  'anonymous',
  'd7',
  'sip:7d',
])('a number or a word is no time: %s', (text) => {
  expect(() => parseTexts({ from: [text] }, context)).not.toThrow();
});
