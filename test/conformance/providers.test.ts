import { describe, expect, test } from 'vitest';
import { everyCallField } from '../../src/core/calls/fields.ts';
import { columns } from '../../src/core/columns.ts';
import { isRow } from '../../src/core/decode.ts';
import { type FilterKey, filterKeys, filters, predicate, type Query } from '../../src/core/query.ts';
import type { Recording } from '../../src/core/recording.ts';
import { appliedFilters } from '../../src/core/server-filters.ts';
import { reportedColumns } from '../../src/core/table/table-columns.ts';
import { hasIdForm } from '../../src/core/text/same-id.ts';
import { DAY } from '../../src/core/time/duration.ts';
import type { Reply } from '../../src/sandbox/api.ts';
import { listCompleted } from '../support/completed.ts';
import { asJson, listAll, openOnSandbox, registry, sandboxApiOf, storedEntries } from '../support/open-provider.ts';

/**
 * For each filter, values of which some recordings match one and others none; null where the API does not report the field. A bound
 * has one value.
 */
const filterValues: { readonly [Key in FilterKey]: (rows: readonly Recording[]) => Query[Key] | null | undefined } = {
  since: (rows) => rows[40]?.createdAt,
  until: (rows) => rows[100]?.createdAt,
  call: (rows) => reported(rows, 'callId'),
  conference: (rows) =>
    someOf([
      ...(reported(rows, 'conferenceName') ?? []).slice(0, 2),
      ...(reported(rows, 'conferenceId') ?? []).slice(-1),
    ]),
  roomSession: (rows) => reported(rows, 'roomSessionId'),
  from: (rows) => reported(rows, 'from'),
  to: (rows) => reported(rows, 'to'),
  // No row names its subaccount, so only the server can answer this filter.
  subaccount: () => null,
  status: () => ['completed', 'failed', 'absent'],
  kind: (rows) => reported(rows, 'kind'),
  direction: (rows) => someOf([...new Set(rows.flatMap(({ call }) => call?.direction ?? []))]),
  minDuration: (rows) => reported(rows, 'durationSeconds')?.[0],
  maxDuration: (rows) => reported(rows, 'durationSeconds')?.[0],
};

/** The first values of a field beyond the newest rows, each once. */
const reported = <Key extends keyof Recording>(rows: readonly Recording[], key: Key) =>
  someOf(
    [...new Set(rows.slice(6).map((row) => row[key]))].filter(
      (value): value is NonNullable<Recording[Key]> => value !== null,
    ),
  );

const someOf = <Value>(values: readonly Value[]): readonly Value[] | undefined =>
  values.length === 0 ? undefined : values.slice(0, 3);

describe.each(registry)('the provider %s', (_, definition) => {
  const sandboxApi = sandboxApiOf(definition);
  const { now } = sandboxApi.answerKey;
  const samples = sandboxApi.samples(sandboxApi.answerKey.now, 'http://sandbox');
  /** All samples, with a lower bound where the API supports one: without it Plivo is queried for every month since 2011. */
  const bounded: Query = definition.serverFilters.includes('since')
    ? { since: new Date(sandboxApi.answerKey.now - 60 * DAY).toISOString() }
    : {};
  /** A full scan, made once, with what the calls say, and the number of rows the server sent for it without them. */
  let scan:
    | Promise<{
        readonly listed: readonly Recording[];
        readonly everything: readonly Recording[];
        readonly sent: number;
      }>
    | undefined;
  const fullScan = () => {
    scan ??= (async () => {
      const { provider, counts } = await opened();
      const listed = await listAll(provider, bounded);
      const sent = counts.rows;
      const completed = await listCompleted({ provider, definition, now }, { ...bounded, callFields: everyCallField });
      return { listed, everything: completed.rows, sent };
    })();
    return scan;
  };
  /** A client of its own, so that no test waits for the rate limit of another, with the number of rows sent to it. */
  const opened = async () => {
    const counts = { rows: 0 };
    const { provider, sandbox } = await openOnSandbox(definition, {
      alter: (reply: Reply): Reply => {
        const rows = isRow(reply.body) ? reply.body[sandboxApi.rowsKey] : [];
        counts.rows += Array.isArray(rows) ? rows.length : 0;
        return reply;
      },
    });
    return { provider, sandbox, counts };
  };

  test('lists every recording once, newest first', async () => {
    const { provider } = await openOnSandbox(definition);
    const rows = await listAll(provider);
    expect(rows.map(({ id }) => id)).toEqual(samples.map(({ id }) => id));
    const times = rows.map(({ createdAt }) => createdAt ?? '');
    expect(times).toEqual([...times].sort().reverse());
    expect(rows.length).toBeGreaterThanOrEqual(120);
  });

  test('lists recordings of more than a hundred days, with and without a time bound', async () => {
    const entries = [0, 41, 82].flatMap((days) =>
      sandboxApi.samples(sandboxApi.answerKey.now - days * DAY, 'http://sandbox').map((entry) => {
        const id = `${entry.id}-${days}`;
        return { ...entry, id, row: { ...entry.row, [sandboxApi.idKey]: id } };
      }),
    );
    const stored = storedEntries(sandboxApi, entries);
    const bound = new Date(sandboxApi.answerKey.now - 100 * DAY).toISOString();
    const all = await listAll((await openOnSandbox(definition, stored)).provider);
    expect(all.map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
    const recent = await listAll((await openOnSandbox(definition, stored)).provider, { since: bound });
    expect(recent.map(({ id }) => id)).toEqual(all.filter(predicate({ since: bound })).map(({ id }) => id));
    expect(recent.length).toBeGreaterThan(300);
  });

  test('makes one request for a single recording', async () => {
    const { provider, sandbox } = await openOnSandbox(definition);
    expect(await listAll(provider, { maxRows: 1 }, 1)).toHaveLength(1);
    expect(sandbox.requests).toHaveLength(1);
  });

  test('reads every field of the newest recording as the answer key has it', async () => {
    const { provider, sandbox } = await openOnSandbox(definition);
    const [newest] = await listAll(provider, {}, 1);
    expect(newest && asJson(newest)).toEqual(sandboxApi.answerKey.expected(sandbox.origin));
    expect(newest?.raw).toMatchObject({ [sandboxApi.idKey]: newest?.id });
  });

  test('differs in the columns, and has the kinds, that its definition names, and no others', async () => {
    const { listed: everything } = await fullScan();
    const found = reportedColumns.filter((key) => {
      const column = columns.find((candidate) => candidate.key === key);
      return new Set(everything.map((row) => column?.value(row))).size > 1;
    });
    expect([...definition.reports].sort()).toEqual([...found].sort());
    const kinds = new Set(everything.map(({ kind }) => kind));
    expect(definition.kinds).toEqual(expect.arrayContaining([...kinds]));
    const names = { from: 'from', to: 'to', room_session_id: 'roomSession' } as const;
    for (const [key, filter] of Object.entries(names)) {
      const isAnswered = !definition.unsupportedFilters.includes(filter) && !definition.callFilters.includes(filter);
      expect(found.some((column) => column === key)).toBe(isAnswered);
    }
  });

  test.each(filterKeys)(
    'filtered by %s lists the same recordings as a filtered full scan, and saves rows if the server filters',
    async (key) => {
      const { listed, everything: completed, sent } = await fullScan();
      expect(listed.length).toBe(samples.length);
      const everything = definition.callFilters.includes(key) || key === 'conference' ? completed : listed;
      const value = definition.unsupportedFilters.includes(key) ? null : filterValues[key](everything);
      if (value === null || value === undefined) {
        const { unsupportedFilters, callFilters, serverFilters } = definition;
        expect([...unsupportedFilters, ...callFilters, ...serverFilters]).toContain(key);
        return;
      }
      expect(definition.unsupportedFilters).not.toContain(key);
      let saved = 0;
      for (const values of Array.isArray(value)
        ? [value.slice(0, 1), ...(key === 'conference' ? [value.slice(-1)] : []), value]
        : [value]) {
        const query: Query = { [key]: values };
        const kept = everything.filter(predicate(query));
        expect(kept.length, filters[key].flag).toBeGreaterThan(0);
        const { provider, counts } = await opened();
        const { rows: found } = await listCompleted({ provider, definition, now }, { ...bounded, ...query });
        expect(found.map(({ id }) => id)).toEqual(kept.map(({ id }) => id));
        // No server knows conferences by id and by name.
        const isMixed = key === 'conference' && query.conference?.every(hasIdForm) === false;
        if (
          !appliedFilters(query, definition).includes(key) ||
          (isMixed && !definition.reports.includes('conference_name'))
        )
          continue;
        saved++;
        expect(counts.rows).toBeLessThan(sent);
      }
      expect(saved > 0).toBe(definition.serverFilters.includes(key));
    },
  );

  test('lists a recording whose time is within the same second as a time bound', async () => {
    const { everything } = await fullScan();
    const times = everything.slice(0, 30).flatMap(({ createdAt }) => (createdAt === null ? [] : [createdAt]));
    const at = times.find((time) => !time.endsWith('.000Z')) ?? times[9] ?? '';
    const after = new Date(Date.parse(at) + 1).toISOString();
    for (const query of [{ until: after }, { since: at }, { since: at, until: after }]) {
      const { provider } = await opened();
      const found = await listAll(provider, { ...bounded, ...query });
      expect(found.map(({ id }) => id)).toEqual(everything.filter(predicate(query)).map(({ id }) => id));
      expect(found.map(({ createdAt }) => createdAt)).toContain(at);
    }
  });

  test('returns one recording for a limit of one, whatever the filters', async () => {
    const { provider, sandbox } = await opened();
    const everything = await listAll(provider, bounded);
    const before = sandbox.requests.length;
    for (const query of [
      { until: everything[60]?.createdAt ?? '' },
      { from: ['12025550101'] },
      { kind: ['call'] } as const,
    ]) {
      const again = await opened();
      const found = await listAll(again.provider, { ...bounded, ...query, maxRows: 1 }, 1);
      expect(found.map(({ id }) => id)).toEqual(
        everything
          .filter(predicate(query))
          .slice(0, 1)
          .map(({ id }) => id),
      );
      expect(again.sandbox.requests.length).toBeLessThanOrEqual(before);
    }
  });

  test('finds each listed recording by its id with the same fields, and no other id', async () => {
    const { provider, sandbox } = await openOnSandbox(definition);
    const rows = await listAll(provider, bounded);
    for (const row of rows.filter((_row, index) => index % 20 === 0)) {
      const found = await provider.find(row.id);
      expect(found && asJson(found)).toEqual(asJson(row));
    }
    expect(await provider.find('00000000-0000-4000-8000-000000000000')).toBeUndefined();
    const before = sandbox.requests.length;
    for (const id of ['', '.', '..']) expect(await provider.find(id)).toBeUndefined();
    expect(sandbox.requests).toHaveLength(before);
  });

  test('encodes an id so that it stays one segment of the request path', async () => {
    const { provider, sandbox } = await openOnSandbox(definition);
    for (const id of ['../../x', 'a/b', 'a?b=c#d', 'ü', '%2e%2e']) expect(await provider.find(id)).toBeUndefined();
    const paths = sandbox.requests.map(({ url }) => url.pathname.replace(/[^/]*\/?$/, ''));
    expect(new Set(paths)).toEqual(new Set([`${sandboxApi.listPath.replace(/\/$/, '')}/`]));
    expect(sandbox.requests.every(({ url }) => url.search === '')).toBe(true);
  });
});
