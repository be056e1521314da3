import { expect, test } from 'vitest';
import type { Query } from '../../src/core/query.ts';
import { type Kind, recording } from '../../src/core/recording.ts';
import { filteredColumns } from '../../src/core/table/places.ts';
import { tableColumns } from '../../src/core/table/table-columns.ts';
import { definitions } from '../../src/providers/index.ts';

type Asked = readonly [profile: string, provider: string, api: string];

const columnsOf = (sources: readonly Asked[], request?: Parameters<typeof tableColumns>[1]) =>
  tableColumns(
    sources.map(([profile, provider, api]) => {
      const definition = definitions.find((known) => known.vendor.name === provider && known.api === api);
      if (definition === undefined) throw new Error(`no API ${provider} ${api}`);
      return { profile, definition };
    }),
    request,
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
  expect(ranked(plivo).slice(0, 6)).toEqual(['id', 'created_at', 'duration_seconds', 'from', 'to', 'kind']);
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

test('the kind tells what rows without callers are, and provider and API come after complete callers and ids', () => {
  expect(ranked(plivo, twilio, relay, video).slice(3, 8)).toEqual(['profile', 'from', 'to', 'kind', 'api']);
  const minor = columnsOf([plivo, relay, video]).filter(({ preferred }) => !preferred);
  expect(minor.map(({ key }) => key)).toEqual(expect.arrayContaining(['api', 'provider', 'conference_name', 'id']));
  expect(columnsOf([relay, video]).find(({ key }) => key === 'api')).toMatchObject({ preferred: true });
  expect(ranked(plivo, twilio).at(-1)).toBe('conference_name');
});

test('a query for conferences or rooms has their names in place of callers, and only columns of APIs that have them', () => {
  const every = [plivo, twilio, relay, video];
  const rankedFor = (kinds: readonly Kind[]) =>
    [...columnsOf(every, { kinds })].sort((one, other) => (one.rank ?? 0) - (other.rank ?? 0)).map(({ key }) => key);
  expect(rankedFor(['conference']).slice(4, 5)).toEqual(['conference_name']);
  expect(rankedFor(['conference']).slice(-2).sort()).toEqual(['from', 'to']);
  expect(rankedFor(['conference'])).not.toContain('kind');
  expect(rankedFor(['room'])).toEqual([
    'id',
    'created_at',
    'duration_seconds',
    'room_session_id',
    'status',
    'size_bytes',
    'formats',
  ]);
  expect(rankedFor(['conference', 'room'])).toContain('kind');
  expect(rankedFor(['call', 'conference']).indexOf('from')).toBeLessThan(6);
  // No API of Plivo has rooms.
  expect(columnsOf([plivo], { kinds: ['room'] }).map(({ key }) => key)).toContain('from');
});

test('sorted columns come after the duration, also those that have no place or that the APIs never report', () => {
  const sorted = columnsOf([plivo], { sortedBy: ['price', 'status', 'id'] });
  expect(sorted.map(({ key }) => key).slice(0, 4)).toEqual(['created_at', 'duration_seconds', 'price', 'from']);
  const order = [...sorted].sort((one, other) => (one.rank ?? 0) - (other.rank ?? 0)).map(({ key }) => key);
  expect(order.slice(0, 5)).toEqual(['id', 'created_at', 'duration_seconds', 'price', 'status']);
});

test('a filter of several values shows its column after the caller, as wide as the values', () => {
  const every = [plivo, twilio, relay, video];
  const filteredBy = (query: Query) => columnsOf(every, { filteredBy: filteredColumns(query) });
  const order = (query: Query): readonly string[] =>
    [...filteredBy(query)].sort((one, other) => (one.rank ?? 0) - (other.rank ?? 0)).map(({ key }) => key);
  expect(order({ status: ['failed', 'absent'] }).slice(5, 7)).toEqual(['status', 'to']);
  expect(order({ status: ['failed'] }).indexOf('status')).toBeGreaterThan(7);
  expect(order({ kind: ['call', 'room'] }).slice(5, 7)).toEqual(['kind', 'to']);
  expect(order({ direction: ['inbound', 'outbound'] })).toContain('direction');
  expect(order({ conference: ['standup', 'CF1'] })[5]).toBe('conference_name');
  expect(columnsOf([twilio], { filteredBy: filteredColumns({ conference: ['standup', 'CF1'] }) })).toEqual(
    expect.arrayContaining([expect.objectContaining({ key: 'conference_id', shrinkable: true })]),
  );
  expect(order({ call: ['one', 'two'] })[5]).toBe('call_id');
  expect(filteredBy({ status: ['failed', 'absent'] }).find(({ key }) => key === 'status')?.reservedWidth).toBe(6);
  expect(filteredBy({ from: ['+1*', '+44*'] }).find(({ key }) => key === 'from')?.reservedWidth).toBe(13);
});

test('the column of callers has the names of conferences, unless these have a column of their own', () => {
  const row = {
    ...recording({
      id: 'a',
      provider: 'twilio',
      api: 'voice',
      profile: 'a',
      kind: 'conference',
      status: 'completed',
      raw: {},
    }),
    conferenceName: 'standup',
  };
  const shown = (request?: Parameters<typeof tableColumns>[1]): string | undefined =>
    columnsOf([plivo, twilio], request)
      .find(({ key }) => key === 'from')
      ?.friendly?.(row, 'UTC');
  expect(shown()).toBe('standup');
  expect(shown({ filteredBy: [{ key: 'conference_name' }] })).toBeUndefined();
  expect(shown({ kinds: ['conference'] })).toBeUndefined();
});

test('names of profiles have room for starts that differ', () => {
  const widths = (...names: readonly string[]) => {
    const profile = columnsOf(names.map((name) => [name, 'plivo', 'voice'])).find(({ key }) => key === 'profile');
    return [profile?.reservedWidth, profile?.fullWidth];
  };
  expect(widths('signalwire-eu', 'signalwire-us')).toEqual([13, 13]);
  expect(widths('signalwire-eu', 'twilio-production')).toEqual([8, 17]);
  expect(widths('a', 'b')).toEqual([8, 8]);
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

test('what calls give is a column where the query reads it: who called whom, and in which direction', () => {
  const ofCalls = ['from', 'to', 'direction', 'dialed_to'];
  const listed = (asked: readonly Asked[], request: Parameters<typeof tableColumns>[1], given: readonly string[]) =>
    tableColumns(
      asked.map(([profile, provider, api]) => {
        const definition = definitions.find((known) => known.vendor.name === provider && known.api === api);
        if (definition === undefined) throw new Error(`no API ${provider} ${api}`);
        return { profile, definition, ofCalls: api === 'video' ? ['conference_name'] : given };
      }),
      request,
    ).map(({ key }) => key);
  const order = ['created_at', 'duration_seconds', 'direction', 'from', 'to', 'dialed_to'];
  for (const source of [twilio, relay, plivo])
    expect(listed([source], { callFields: ofCalls }, ofCalls).slice(0, 6)).toEqual(order);
  // A filter reads calls, too, but is no wish for their columns.
  expect(listed([twilio], {}, ofCalls).slice(0, 5)).toEqual(['created_at', 'duration_seconds', 'from', 'to', 'kind']);
  expect(listed([twilio], { callFields: ofCalls }, [])).not.toContain('direction');
  expect(listed([video], { callFields: ofCalls }, ofCalls)).toEqual(keysOf(video).toSpliced(2, 0, 'conference_name'));
  expect(listed([twilio], { sortedBy: ['call_status'] }, ofCalls)).toContain('call_status');
});
