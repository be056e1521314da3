import { describe, expect, test } from 'vitest';
import { openCallCompletion } from '../../src/core/calls/completion.ts';
import { everyCallField } from '../../src/core/calls/fields.ts';
import { Failure } from '../../src/core/failure.ts';
import { listMatching } from '../../src/core/listing.ts';
import type { CallList, CallRequest, Page, Provider } from '../../src/core/provider.ts';
import { predicate, type Query } from '../../src/core/query.ts';
import { type Call, call, type Recording, recording } from '../../src/core/recording.ts';
import { serverRequests } from '../../src/core/server-filters.ts';
import { DAY } from '../../src/core/time/duration.ts';
import { twilioVoice } from '../../src/providers/twilio.ts';
import { randomFrom } from '../../src/sandbox/samples.ts';

const NOW = Date.UTC(2026, 10, 20);
const HOUR = 3_600_000;
const numbers = ['+14155550100', '14155550101', '+442079460018', 'anonymous', 'sip:desk@example.com', '+14155550102'];

/** Everything that calls say. */
const completely: Query = { callFields: everyCallField };

interface Account {
  readonly calls: readonly Call[];
  readonly rows: readonly Recording[];
}

const at = (epoch: number): string => new Date(epoch).toISOString();

/** Calls with legs, of which some were recorded, some twice, some long after their start; some recordings have no call any more. */
const makeAccount = (seed: number, count: number): Account => {
  const random = randomFrom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T; // never empty
  const calls: Call[] = [];
  const rows: Recording[] = [];
  const record = (id: string, callId: string | null, made: number): void => {
    rows.push(
      recording({
        id,
        provider: 'twilio',
        api: 'voice',
        profile: 'key',
        kind: 'call',
        status: pick(['completed', 'failed'] as const),
        createdAt: at(Math.floor(made / 1000) * 1000),
        callId,
        raw: null,
      }),
    );
  };
  for (let index = 0; index < count; index++) {
    const start = Math.floor((NOW - random() * 12 * DAY) / 1000) * 1000;
    const id = `CA${index}`;
    const length = random() < 0.1 ? random() * 20 * HOUR : random() * HOUR;
    const entry = (over: Partial<Call>): Call =>
      call({
        id,
        createdAt: at(start),
        startedAt: at(start),
        endedAt: at(start + length),
        from: pick(numbers),
        to: pick(numbers),
        direction: pick(['inbound', 'outbound'] as const),
        isFinal: true,
        ...over,
      });
    calls.push(entry({}));
    const legs = random() < 0.4 ? Math.ceil(random() * 4) : 0;
    for (let leg = 0; leg < legs; leg++)
      calls.push(
        entry({
          id: `${id}-${leg}`,
          parentId: id,
          direction: 'outbound',
          createdAt: at(start + Math.floor(random() * length)),
        }),
      );
    const recordings = random() < 0.6 ? 1 + Math.floor(random() * 2) : 0;
    for (let each = 0; each < recordings; each++) record(`RE${index}-${each}`, id, start + random() * length);
  }
  for (let index = 0; index < count / 20; index++)
    record(`REgone${index}`, `CAgone${index}`, NOW - random() * 12 * DAY);
  record('REroom', null, NOW - DAY);
  const newestFirst = (one: { createdAt: string | null }, other: { createdAt: string | null }): number =>
    (other.createdAt ?? '') < (one.createdAt ?? '') ? -1 : 1;
  return { calls: calls.sort(newestFirst), rows: rows.sort(newestFirst) };
};

interface Server {
  readonly pageSize?: number;
  readonly ordersCalls?: boolean;
  readonly ordersRows?: boolean;
  readonly filters?: CallList['filters'];
  readonly hasFind?: boolean;
  readonly keptFor?: number;
  /** Pages of calls before a failure. */
  readonly failsAfter?: number;
  readonly failure?: Failure;
}

const openServer = ({ calls, rows }: Account, server: Server = {}) => {
  const {
    pageSize = 25,
    ordersCalls = true,
    ordersRows = true,
    filters = ['from', 'to', 'parent'],
    hasFind = true,
  } = server;
  const { failsAfter = Number.POSITIVE_INFINITY, failure, keptFor } = server;
  const requests: string[] = [];
  const inSomeOrder = <T extends { readonly id: string }>(entries: readonly T[], isOrdered: boolean): readonly T[] =>
    isOrdered ? entries : [...entries].sort((one, other) => (hash(one.id) < hash(other.id) ? -1 : 1));
  async function* paged<T extends { readonly id: string; readonly createdAt: string | null }>(
    entries: readonly T[],
    name: string,
  ): AsyncGenerator<Page<T>> {
    for (let start = 0; start === 0 || start < entries.length; start += pageSize) {
      requests.push(name);
      if (name.startsWith('calls') && requests.filter((each) => each === name).length > failsAfter)
        throw failure ?? new Failure('unavailable', 'the server is down');
      const page = entries.slice(start, start + pageSize);
      yield { rows: page, unreadable: 0, hasMore: start + pageSize < entries.length };
    }
  }
  const kept = keptFor === undefined ? calls : calls.filter(({ createdAt }) => (createdAt ?? '') >= at(NOW - keptFor));
  const list: CallList = {
    title: 'calls',
    key: 'callId',
    filters,
    pageSize,
    ...(keptFor === undefined ? {} : { keptFor }),
    pages: ({ since = '', until = '~', from, to, parent }: CallRequest) =>
      paged(
        inSomeOrder(
          kept.filter(
            (entry) =>
              (entry.createdAt ?? '') >= since &&
              (entry.createdAt ?? '') < until &&
              (from === undefined || entry.from === from) &&
              (to === undefined || entry.to === to) &&
              (parent === undefined || entry.parentId === parent),
          ),
          ordersCalls,
        ),
        from !== undefined || to !== undefined ? 'calls of a number' : parent !== undefined ? 'legs' : 'calls',
      ),
    ...(hasFind
      ? {
          find: async (id: string) => {
            requests.push('one call');
            return kept.find((entry) => entry.id === id);
          },
        }
      : {}),
  };
  const provider: Provider = {
    calls: [list],
    pages: (query) =>
      paged(
        inSomeOrder(
          rows.filter((row) =>
            serverRequests(
              query,
              twilioVoice.serverParameters.map(({ form: _form, ...rest }) => rest),
            ).some(
              ({ parameters: { CallSid } }) =>
                (CallSid === undefined || row.callId === CallSid) &&
                (row.createdAt ?? '') >= (query.since ?? '') &&
                (row.createdAt ?? '') < (query.until ?? '~'),
            ),
          ),
          ordersRows,
        ),
        'recordings',
      ),
    find: async () => undefined,
    media: () => undefined,
  };
  return { provider, requests };
};

const hash = (text: string): number =>
  [...text].reduce((sum, sign) => Math.imul(sum ^ sign.charCodeAt(0), 16777619) >>> 0, 7);

const list = async (account: Account, query: Query, server?: Server, isListed = true) => {
  const { provider, requests } = openServer(account, server);
  const said: string[] = [];
  const completion = openCallCompletion(
    { provider, definition: twilioVoice },
    query,
    NOW,
    {
      countPages: () => () => {},
      onIncomplete: (_, message) => said.push(message),
      onFailure: (_, failure) => said.push(failure.message),
      onRefused: (_, failure) => said.push(`refused: ${failure.message}`),
      debug: () => {},
    },
    isListed,
  );
  const rows: Recording[] = [];
  for await (const batch of listMatching(completion, query, () => {}, { completion })) rows.push(...batch);
  await completion.close();
  return { rows, requests, said, missing: completion.missing().reduce((sum, { recordings }) => sum + recordings, 0) };
};

/** What the rows must be: each recording with its call and the legs of that, looked up one by one. */
const joined = ({ calls, rows }: Account, query: Query): readonly Recording[] => {
  const needsLegs = query.callFields !== undefined || query.to !== undefined;
  return rows
    .map((row) => {
      const own = calls.find(({ id }) => id === row.callId);
      if (own === undefined) return row;
      const legs = calls.filter(({ parentId }) => parentId === own.id).reverse();
      const dialedTo = needsLegs ? [...new Set(legs.map(({ to }) => to ?? ''))] : null;
      return {
        ...row,
        from: own.from,
        to: own.to,
        call: { direction: own.direction, dialedTo },
      } as unknown as Recording; // what is compared
    })
    .filter(predicate(query));
};

/** What is compared: of a number looked up, not every leg is known, unless it was asked for. */
const shown = (rows: readonly Recording[], query: Query) =>
  rows
    .map(({ id, from, to, call: details }) => ({
      id,
      from,
      to,
      direction: details?.direction ?? null,
      dialedTo: query.callFields !== undefined ? [...(details?.dialedTo ?? [])].sort() : null,
    }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));

const queries: readonly (readonly [string, Query])[] = [
  ['everything', completely],
  ['one caller', { from: ['+14155550100'] }],
  ['one caller, completely', { from: ['+14155550100'], ...completely }],
  ['one callee', { to: ['+442079460018'] }],
  ['one callee, completely', { to: ['+442079460018'], ...completely }],
  ['caller and callee', { from: ['+14155550100', '+14155550102'], to: ['+442079460018'] }],
  ['a prefix and a callee', { from: ['+1415*'], to: ['+14155550101'] }],
  ['a caller without a number', { from: ['anonymous'] }],
  ['a SIP address', { to: ['sip:desk@example.com'] }],
  ['a caller in a part of the time', { from: ['+14155550102'], since: at(NOW - 6 * DAY), until: at(NOW - 2 * DAY) }],
  ['direction', { direction: ['inbound'], ...completely, since: at(NOW - 3 * DAY) }],
  ['a caller and a status', { from: ['+14155550100'], status: ['completed'], ...completely }],
];

const servers: readonly (readonly [string, Server])[] = [
  ['that lists newest first', {}],
  ['with large pages', { pageSize: 1000 }],
  ['whose calls have no order', { ordersCalls: false }],
  ['whose recordings have no order', { ordersRows: false }],
  ['that cannot look up numbers', { filters: [] }],
  ['without requests for single calls', { hasFind: false, filters: [] }],
];

describe.each(servers)('a server %s', (_, server) => {
  test.each(queries)('answers "%s" as a join of everything does', async (_name, query) => {
    for (const [seed, count] of [
      [1, 60],
      [2, 300],
      [3, 900],
    ] as const) {
      const account = makeAccount(seed, count);
      const { rows } = await list(account, query, server);
      expect(rows.length).toBe(new Set(rows.map(({ id }) => id)).size);
      expect(shown(rows, query)).toEqual(shown(joined(account, query), query));
    }
  });
});

test('single recordings are completed by requests of their own', async () => {
  const account = makeAccount(5, 40);
  const { rows, requests } = await list(account, completely, { pageSize: 1000 }, false);
  expect(shown(rows, completely)).toEqual(shown(joined(account, completely), completely));
  expect(requests).not.toContain('calls');
});

test('a few calls of one number in a large account are found by requests for it, not by reading everything', async () => {
  const account = makeAccount(7, 4000);
  const query: Query = { from: ['+14155550100'], since: at(NOW - DAY / 8) };
  const { rows, requests } = await list(account, query);
  expect(shown(rows, query)).toEqual(shown(joined(account, query), query));
  expect(rows.length).toBeGreaterThan(5);
  const everything = await list(account, query, { filters: [] });
  expect(requests.length).toBeLessThan(everything.requests.length);
});

test.each([
  ['oldest first', (one: Recording, other: Recording) => ((one.createdAt ?? '') < (other.createdAt ?? '') ? -1 : 1)],
  ['in no order', (one: Recording, other: Recording) => (hash(one.id) < hash(other.id) ? -1 : 1)],
])('recordings %s take hardly more requests than newest first', async (_, order) => {
  const account = makeAccount(12, 3000);
  const turned = { ...account, rows: [...account.rows].sort(order) };
  const newestFirst = await list(account, completely, { pageSize: 100 });
  const { rows, requests } = await list(turned, completely, { pageSize: 100 });
  expect(shown(rows, completely)).toEqual(shown(joined(account, completely), completely));
  expect(requests.length).toBeLessThan(newestFirst.requests.length * 1.6 + 10);
});

test('a call found by itself has its legs in either way', async () => {
  const start = NOW - 5 * DAY;
  const entry = (id: string, more: Partial<Call>): Call =>
    call({
      id,
      createdAt: at(start),
      startedAt: at(start),
      from: '+14155550100',
      to: '+13125550100',
      isFinal: true,
      ...more,
    });
  const row = recording({
    id: 'RE1',
    provider: 'twilio',
    api: 'voice',
    profile: 'key',
    kind: 'call',
    status: 'completed',
    createdAt: at(NOW - HOUR),
    callId: 'CA1',
    raw: null,
  });
  const account: Account = {
    calls: [entry('CA1', {}), entry('CA2', { parentId: 'CA1', to: '+13125550199' })],
    rows: [row],
  };
  for (const to of ['+13125550199', '+1312*']) {
    const { rows } = await list(account, { to: [to], since: at(NOW - DAY) }, { pageSize: 100 });
    expect(rows.map(({ call: details }) => details?.dialedTo)).toEqual([['+13125550199']]);
  }
});

test('the list of calls is read only as far as the recordings need it', async () => {
  const account = makeAccount(8, 4000);
  const { provider, requests } = openServer(account);
  expect(requests).toEqual([]);
  const { rows, requests: made } = await list(account, { ...completely, maxRows: 5 });
  expect(rows.length).toBeGreaterThan(0);
  expect(provider.calls?.length).toBe(1);
  expect(made.filter((name) => name === 'calls').length).toBeGreaterThan(0);
});

describe('what cannot be read', () => {
  const account = makeAccount(9, 300);
  const gone = account.rows.filter(({ callId }) => callId?.startsWith('CAgone')).length;

  test('a call that the provider does not have leaves its recordings as they are, and counts', async () => {
    const { rows, missing, said } = await list(account, completely);
    expect(rows.length).toBe(account.rows.length);
    expect(missing).toBe(gone);
    expect(said).toEqual([]);
  });

  test('a page of calls that fails for good leaves the rest empty, and is said', async () => {
    const { rows, said } = await list(account, completely, { failsAfter: 2 });
    expect(rows.length).toBe(account.rows.length);
    expect(said).toEqual(['the server is down']);
    const filled = rows.filter(({ call: details }) => details?.answer === 'found');
    expect(filled.length).toBeGreaterThan(0);
    expect(filled.length).toBeLessThan(rows.length);
    const truth = new Map(joined(account, completely).map((row) => [row.id, row]));
    for (const { id, from } of filled) expect(from).toBe(truth.get(id)?.from);
  });

  test('credentials that may not read calls are said once, and every row stays', async () => {
    const failure = new Failure('credentials', '403');
    const { rows, said } = await list(account, completely, { failsAfter: 0, failure });
    expect(rows.length).toBe(account.rows.length);
    expect(said).toEqual(['refused: 403']);
  });

  test('a call older than the provider keeps is not asked for, and counts', async () => {
    const keptFor = 5 * DAY;
    const { rows, missing, requests } = await list(account, completely, { keptFor });
    expect(rows.length).toBe(account.rows.length);
    const old = account.rows.filter(
      ({ callId, createdAt }) => callId !== null && (createdAt ?? '') < at(NOW - keptFor),
    );
    const unknown = rows.filter(({ callId, call: details }) => callId !== null && details?.answer === 'absent');
    expect(missing).toBe(unknown.length);
    expect(old.length).toBeGreaterThan(20);
    expect(requests.filter((name) => name === 'one call').length).toBeLessThanOrEqual(unknown.length - old.length + 10);
  });

  test('a number that is looked up also counts the recordings whose calls are no longer kept', async () => {
    const query: Query = { from: ['+14155550100'] };
    const large = makeAccount(10, 2000);
    const keptFor = 5 * DAY;
    const byNumber = await list(large, query, { keptFor, pageSize: 100 });
    const byList = await list(large, query, { keptFor, pageSize: 100, filters: [] });
    expect(shown(byNumber.rows, query)).toEqual(shown(byList.rows, query));
    expect(byNumber.requests).toContain('calls of a number');
    expect(byNumber.missing).toBeGreaterThan(100);
  });
});

test('recordings that do not name calls by the ids of the list are matched by the events of calls', async () => {
  const { calls, rows } = makeAccount(11, 200);
  const renamed: Account = {
    calls,
    rows: rows.map((row) => ({ ...row, callId: row.callId && `leg of ${row.callId}` })),
  };
  const { provider } = openServer(renamed);
  const [own] = provider.calls ?? [];
  if (own === undefined) throw new Error('no list of calls');
  let events = 0;
  const withEvents: CallList = {
    ...own,
    filters: [],
    recordingsOf: async ({ id }) => {
      events++;
      return rows.filter(({ callId }) => callId === id).map((row) => row.id);
    },
  };
  const query: Query = { from: ['+14155550100'] };
  const completion = openCallCompletion(
    { provider: { ...provider, calls: [withEvents] }, definition: twilioVoice },
    query,
    NOW,
    { countPages: () => () => {}, onIncomplete: () => {}, onFailure: () => {}, onRefused: () => {}, debug: () => {} },
  );
  const found: Recording[] = [];
  for await (const batch of listMatching(completion, query, () => {}, { completion })) found.push(...batch);
  expect(shown(found, query)).toEqual(shown(joined({ calls, rows }, query), query));
  expect(events).toBeLessThan(calls.length / 2);
});

test('events that name no recording prove nothing: every recording may match', async () => {
  const { calls, rows } = makeAccount(13, 100);
  const renamed: Account = {
    calls,
    rows: rows.map((row) => ({ ...row, callId: row.callId && `leg of ${row.callId}` })),
  };
  const { provider } = openServer(renamed);
  const [own] = provider.calls ?? [];
  if (own === undefined) throw new Error('no list of calls');
  const count = async (recordingsOf: NonNullable<CallList['recordingsOf']>, query: Query): Promise<number> => {
    const completion = openCallCompletion(
      { provider: { ...provider, calls: [{ ...own, filters: [], recordingsOf }] }, definition: twilioVoice },
      query,
      NOW,
      { countPages: () => () => {}, onIncomplete: () => {}, onFailure: () => {}, onRefused: () => {}, debug: () => {} },
    );
    for await (const batch of listMatching(completion, query, () => {}, { completion })) expect(batch).toEqual([]);
    return completion.missing().reduce((sum, { recordings }) => sum + recordings, 0);
  };
  const nobody: Query = { from: ['+19995550000'] };
  const withCall = rows.filter(({ callId }) => callId !== null).length;
  expect(await count(async () => [], nobody)).toBe(withCall);
  const named = await count(async ({ id }) => rows.filter(({ callId }) => callId === id).map((row) => row.id), nobody);
  expect(named).toBeLessThan(withCall / 2);
});
