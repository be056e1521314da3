import { describe, expect, test } from 'vitest';
import { callColumns } from '../../src/core/call-columns.ts';
import { everyCallField } from '../../src/core/calls/fields.ts';
import { columns } from '../../src/core/columns.ts';
import type { ApiDefinition, CallList, CallRequest, Page, Provider } from '../../src/core/provider.ts';
import { predicate, type Query } from '../../src/core/query.ts';
import type { Call, Recording } from '../../src/core/recording.ts';
import { DAY } from '../../src/core/time/duration.ts';
import { plivoVoice } from '../../src/providers/plivo.ts';
import { plivoSandbox } from '../../src/sandbox/plivo.ts';
import { type CompletedListing, listCompleted } from '../support/completed.ts';
import { listAll, openOnSandbox, registry, sandboxApiOf } from '../support/open-provider.ts';

/** Every API whose recordings are completed from something. */
const completedApis = registry.filter(
  ([, definition]) => (sandboxApiOf(definition).related?.(0) ?? undefined) !== undefined,
);

const completely: Query = { callFields: everyCallField };

const keys = [...columns.filter(({ key }) => everyCallField.includes(key)), ...callColumns];

/** The fields that calls give, of each recording by its id. */
const shown = (rows: readonly Recording[]) =>
  Object.fromEntries(rows.map((row) => [row.id, Object.fromEntries(keys.map(({ key, value }) => [key, value(row)]))]));

/** Everything that a list has. */
const entriesOf = async (list: CallList): Promise<readonly Call[]> => {
  const entries = new Map<string, Call>();
  for await (const { rows } of list.pages({})) for (const row of rows) entries.set(row.id, row);
  return [...entries.values()];
};

/** Every recording of an account with what a plain search of the complete lists says of it. */
const joined = async (provider: Provider): Promise<readonly Recording[]> => {
  const lists = await Promise.all(
    (provider.calls ?? []).map(async (list) => ({ list, entries: await entriesOf(list) })),
  );
  const complete = async (row: Recording): Promise<Recording> => {
    let whole: Recording = row;
    for (const { list, entries } of lists) {
      const id = row[list.key] ?? '';
      // Plivo lists a call only when it has ended.
      const entry = entries.find((each) => each.id === id) ?? (id === '' ? undefined : await list.find?.(id));
      if (entry === undefined) continue;
      const dialled = entries
        .filter(({ parentId }) => parentId === entry.id)
        .sort((one, other) =>
          (one.startedAt ?? one.createdAt ?? '') < (other.startedAt ?? other.createdAt ?? '') ? -1 : 1,
        )
        .map(({ to }) => to ?? '');
      if (list.key !== 'callId') whole = { ...whole, conferenceName: whole.conferenceName ?? entry.name };
      else whole = { ...whole, from: whole.from ?? entry.from, to: whole.to ?? entry.to };
      if (list.key !== 'conferenceId')
        whole = {
          ...whole,
          call: {
            direction: entry.direction,
            status: entry.status,
            startedAt: entry.startedAt,
            endedAt: entry.endedAt,
            durationSeconds: entry.durationSeconds,
            parentId: entry.parentId,
            dialedTo: list.key === 'callId' ? [...new Set(dialled)].filter((to) => to !== '') : null,
            answeredBy: entry.answeredBy,
            callerName: entry.callerName,
            forwardedFrom: entry.forwardedFrom,
            answer: 'found',
            isFinal: entry.isFinal,
          },
        };
    }
    return whole;
  };
  const rows = await listAll(provider);
  return Promise.all(rows.map(complete));
};

/** The same lists in pages of a few entries, as those of an account with many calls. */
const inSmallPages = (provider: Provider): Provider => ({
  ...provider,
  calls: (provider.calls ?? []).map((list) => ({
    ...list,
    pageSize: 7,
    pages: async function* (request: CallRequest): AsyncGenerator<Page<Call>> {
      for await (const page of list.pages(request)) {
        for (let start = 0; start === 0 || start < page.rows.length; start += 7) {
          const hasMore = page.hasMore || start + 7 < page.rows.length;
          yield { ...page, rows: page.rows.slice(start, start + 7), hasMore };
        }
      }
    },
  })),
});

/** Filters with values that some recordings of the account have. */
const queriesOf = (
  rows: readonly Recording[],
  { unsupportedFilters }: ApiDefinition,
  now: number,
): readonly Query[] => {
  const froms = [...new Set(rows.map(({ from }) => from ?? ''))].filter((from) => from !== '');
  const dialled = [...new Set(rows.flatMap(({ call }) => call?.dialedTo ?? []))];
  const tos = [...new Set(rows.map(({ to }) => to ?? ''))].filter((to) => to !== '');
  const numbers = froms.filter((from) => /^\+?\d+$/.test(from)).map((from) => from.replace(/^\+?/, '+'));
  const span = { since: new Date(now - 20 * DAY).toISOString(), until: new Date(now - 3 * DAY).toISOString() };
  const all: readonly Query[] = [
    {},
    span,
    ...[...froms, ...numbers].slice(0, 9).map((from) => ({ from: [from] })),
    { from: numbers.slice(0, 2), ...span },
    { from: [`${numbers[0]?.slice(0, 5)}*`] },
    ...[...tos, ...dialled].map((to) => ({ to: [to] })),
    { to: dialled.slice(0, 2), from: numbers.slice(0, 3) },
    { from: ['anonymous'] },
    { direction: ['inbound'] },
    { direction: ['outbound'], ...span },
    { direction: ['inbound', 'outbound'], to: tos.slice(0, 1) },
  ];
  return all.filter((query) =>
    (['from', 'to', 'direction'] as const).every(
      (key) => query[key] === undefined || !unsupportedFilters.includes(key),
    ),
  );
};

describe.each(completedApis)('the recordings of %s', (_, definition) => {
  const { answerKey } = sandboxApiOf(definition);
  const { now } = answerKey;
  const bounded: Query = definition.serverFilters.includes('since')
    ? { since: new Date(now - 60 * DAY).toISOString() }
    : {};

  test('have what their calls say, as a plain search of the complete lists finds it, for every filter and either way', async () => {
    const { provider } = await openOnSandbox(definition);
    const truth = await joined(provider);
    const queries = queriesOf(truth, definition, now);
    for (const query of queries) {
      const wanted = { ...bounded, ...query, ...completely };
      const expected = truth.filter(predicate(wanted));
      const listings: CompletedListing[] = [];
      for (const opened of [provider, inSmallPages(provider)])
        listings.push(await listCompleted({ provider: opened, definition, now }, wanted));
      for (const { rows, said } of listings) {
        expect(said).toEqual([]);
        expect(shown(rows), JSON.stringify(query)).toEqual(shown(expected));
        expect(rows.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      }
      // Without the columns of calls, fewer requests suffice for the same recordings, if these have no numbers of their own.
      const isOfRows = (['from', 'to'] as const).some((key) => query[key] && !definition.callFilters.includes(key));
      if (isOfRows) continue;
      for (const opened of [provider, inSmallPages(provider)]) {
        const { rows } = await listCompleted({ provider: opened, definition, now }, { ...bounded, ...query });
        expect(rows.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      }
    }
    if (definition.callFilters.length > 0) expect(queries.length).toBeGreaterThan(3);
  });

  test('stay as they are if the credentials may not read calls', async () => {
    const lists = Object.keys(sandboxApiOf(definition).related?.(now) ?? {});
    const { provider } = await openOnSandbox(definition, {
      refuses: (path) => lists.some((list) => path.endsWith(`/${list}`)),
    });
    const plain = await listAll(provider, bounded);
    const { rows, said } = await listCompleted({ provider, definition, now }, { ...bounded, ...completely });
    expect(rows.map(({ id }) => id)).toEqual(plain.map(({ id }) => id));
    expect(shown(rows)).toEqual(shown(plain));
    expect(said.length).toBe((provider.calls ?? []).length);
    for (const text of said) expect(text).toMatch(/^credentials/);
  });

  test('are all there if the lists of calls fail, and that is said', async () => {
    const lists = Object.keys(sandboxApiOf(definition).related?.(now) ?? {});
    const { relatedListAt } = sandboxApiOf(definition);
    const { provider } = await openOnSandbox(definition, {
      alter: (reply, { url }) =>
        lists.includes(relatedListAt?.(url.pathname) ?? '')
          ? { status: 200, body: '<html>', type: 'text/html' }
          : reply,
    });
    const plain = await listAll(provider, bounded);
    const { rows, said } = await listCompleted({ provider, definition, now }, { ...bounded, ...completely });
    expect(rows.map(({ id }) => id)).toEqual(plain.map(({ id }) => id));
    for (const text of said) expect(text).toMatch(/^unavailable/);
    expect(said.length).toBeGreaterThan(0);
  });

  test('whose calls the provider no longer has are counted, and stay', async () => {
    const api = sandboxApiOf(definition);
    const related = Object.fromEntries(
      Object.entries(api.related?.(now) ?? {}).map(([name, entries]) => [
        name,
        entries.filter((_entry, index) => index % 3 !== 0),
      ]),
    );
    const { provider } = await openOnSandbox(definition, { related: { [`${api.provider}/${api.api}`]: related } });
    const plain = await listAll(provider, bounded);
    const truth = await joined(provider);
    const { rows, said, missing } = await listCompleted({ provider, definition, now }, { ...bounded, ...completely });
    expect(rows.map(({ id }) => id)).toEqual(plain.map(({ id }) => id));
    expect(shown(rows)).toEqual(shown(truth.filter(predicate(bounded))));
    expect(said).toEqual([]);
    expect(missing).toBeGreaterThan(5);
  });
});

test('a recording of Plivo without numbers has those of its call if they are wanted, and no other call is asked for', async () => {
  const definition = plivoVoice;
  const { now } = plivoSandbox.answerKey;
  const calls = plivoSandbox.related?.(now).calls ?? [];
  const bare = plivoSandbox.samples(now, 'http://x').find(({ row }) => row.from_number === undefined);
  const known = calls.map((entry) =>
    entry.id === bare?.row.call_uuid
      ? { ...entry, row: { ...entry.row, from_number: '+12025550188', to_number: '+12025550199' } }
      : entry,
  );
  const { provider, sandbox } = await openOnSandbox(definition, { related: { 'plivo/voice': { calls: known } } });
  const bounded: Query = { since: new Date(now - 60 * DAY).toISOString() };
  const plain = await listAll(provider, bounded);
  const before = sandbox.requests.length;
  const { rows } = await listCompleted({ provider, definition, now }, { ...bounded, callFields: ['from', 'to'] });
  const own = rows.find(({ id }) => id === bare?.id);
  expect([own?.from, own?.to]).toEqual(['+12025550188', '+12025550199']);
  expect(rows.filter(({ id }) => id !== bare?.id)).toEqual(plain.filter(({ id }) => id !== bare?.id));
  expect(sandbox.requests.length - before).toBeLessThan(before + 6);
});
