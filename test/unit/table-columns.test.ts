import { expect, test } from 'vitest';
import { tableColumns } from '../../src/core/table-columns.ts';
import { definitions } from '../../src/providers/index.ts';

type Asked = readonly [profile: string, provider: string, api: string];

const columnsOf = (sources: readonly Asked[]) =>
  tableColumns(
    sources.map(([profile, provider, api]) => {
      const definition = definitions.find((known) => known.vendor.name === provider && known.api === api);
      if (definition === undefined) throw new Error(`no API ${provider} ${api}`);
      return { profile, definition };
    }),
  );
const keysOf = (...sources: readonly Asked[]) => columnsOf(sources).map(({ key }) => key);

/** Keys by rank: which column has priority. */
const ranked = (...sources: readonly Asked[]) =>
  [...columnsOf(sources)].sort((one, other) => (one.rank ?? 0) - (other.rank ?? 0)).map(({ key }) => key);

const plivo = ['a', 'plivo', 'voice'] as const;
const twilio = ['b', 'twilio', 'voice'] as const;
const relay = ['c', 'signalwire', 'relay'] as const;
const video = ['c', 'signalwire', 'video'] as const;

test('who called whom comes before kind and status, and what the API never reports is left out', () => {
  expect(ranked(plivo).slice(0, 6)).toEqual(['id', 'created_at', 'duration_seconds', 'from', 'to', 'conference_name']);
  for (const source of [twilio, relay, video]) expect(keysOf(source)).not.toContain('from');
  expect(keysOf(plivo)).not.toContain('size_bytes');
  expect(keysOf(plivo)).not.toContain('status');
  expect(keysOf(plivo, twilio)).toContain('status');
});

test('a column that has one value in all rows of the sources is left out', () => {
  for (const source of [plivo, twilio, relay]) {
    const keys = keysOf(source);
    for (const key of ['profile', 'provider', 'api']) expect(keys).not.toContain(key);
    expect(keys).toContain('kind');
  }
  expect(keysOf(video)).not.toContain('kind');
  expect(keysOf(plivo, ['b', 'plivo', 'voice'])).toContain('profile');
  expect(keysOf(plivo, ['b', 'plivo', 'voice'])).not.toContain('provider');
  expect(keysOf(plivo, twilio)).toEqual(expect.arrayContaining(['profile', 'provider']));
  expect(keysOf(plivo, twilio)).not.toContain('api');
  expect(keysOf(relay, video)).toContain('api');
  expect(keysOf(relay, video)).not.toContain('profile');
});

test('the room comes first where no API reports callers, and last where one does', () => {
  expect(ranked(video)[3]).toBe('room_session_id');
  expect(ranked(video, plivo).at(-1)).toBe('room_session_id');
});

test('the time comes first and the id last', () => {
  for (const sources of [[plivo], [video], [plivo, twilio, relay, video]]) {
    const keys = keysOf(...sources);
    expect([keys[0], keys.at(-1)]).toEqual(['created_at', 'id']);
  }
});
