import { describe, expect, test } from 'vitest';
import { isRow } from '../../src/core/fields.ts';
import { type FilterKey, filterKeys, filters, keeper, type Query } from '../../src/core/query.ts';
import type { Recording } from '../../src/core/recording.ts';
import { DAY } from '../../src/core/time.ts';
import type { Reply } from '../../src/sandbox/api.ts';
import { asJson, listed, open, playedBy, registry, storing } from './opened.ts';

/** A value for each filter that some of the recordings match and some do not, as far as they say anything. */
const wanted: { readonly [Key in FilterKey]: (rows: readonly Recording[]) => Query[Key] | null | undefined } = {
  since: (rows) => rows[40]?.createdAt,
  until: (rows) => rows[100]?.createdAt,
  call: (rows) => said(rows, 'callId'),
  conference: (rows) => said(rows, 'conferenceName') ?? said(rows, 'conferenceId'),
  roomSession: (rows) => said(rows, 'roomSessionId'),
  from: (rows) => said(rows, 'from'),
  to: (rows) => said(rows, 'to'),
  status: () => 'completed',
  kind: (rows) => said(rows, 'kind'),
  minDuration: (rows) => said(rows, 'durationSeconds'),
  maxDuration: (rows) => said(rows, 'durationSeconds'),
};

const said = <Key extends keyof Recording>(rows: readonly Recording[], key: Key): Recording[Key] | undefined =>
  rows.find((row, index) => index > 5 && row[key] !== null)?.[key];

describe.each(registry)('%s', (_, definition) => {
  const played = playedBy(definition);
  const samples = played.samples(played.answerKey.now, 'http://sandbox');

  test('lists every recording once, newest first', async () => {
    const { provider } = await open(definition);
    const rows = await listed(provider);
    expect(rows.map(({ id }) => id)).toEqual(samples.map(({ id }) => id));
    const times = rows.map(({ createdAt }) => createdAt ?? '');
    expect(times).toEqual([...times].sort().reverse());
    expect(rows.length).toBeGreaterThanOrEqual(120);
  });

  test('lists a hundred days and more, with and without a bound', async () => {
    const entries = [0, 41, 82].flatMap((days) =>
      played.samples(played.answerKey.now - days * DAY, 'http://sandbox').map((entry) => {
        const id = `${entry.id}-${days}`;
        return { ...entry, id, row: { ...entry.row, [played.idKey]: id } };
      }),
    );
    const stored = storing(played, entries);
    const bound = new Date(played.answerKey.now - 100 * DAY).toISOString();
    const all = await listed((await open(definition, stored)).provider);
    expect(all.map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
    const recent = await listed((await open(definition, stored)).provider, { since: bound });
    expect(recent.map(({ id }) => id)).toEqual(all.filter(keeper({ since: bound })).map(({ id }) => id));
    expect(recent.length).toBeGreaterThan(300);
  });

  test('asks once for one recording', async () => {
    const { provider, sandbox } = await open(definition);
    expect(await listed(provider, { atMost: 1 }, 1)).toHaveLength(1);
    expect(sandbox.requests).toHaveLength(1);
  });

  test('says of the newest recording what its answer key says', async () => {
    const { provider, sandbox } = await open(definition);
    const [newest] = await listed(provider, {}, 1);
    expect(newest && asJson(newest)).toEqual(played.answerKey.expected(sandbox.origin));
    expect(newest?.raw).toMatchObject({ [played.idKey]: newest?.id });
  });

  test.each(filterKeys)('filters by %s as a full scan does', async (key) => {
    let served = 0;
    const counted = {
      alter: (reply: Reply): Reply => {
        const rows = isRow(reply.body) ? reply.body[played.rowsKey] : [];
        served += Array.isArray(rows) ? rows.length : 0;
        return reply;
      },
    };
    const { provider } = await open(definition, counted);
    const everything = await listed(provider);
    const full = served;
    const value = wanted[key](everything);
    if (value === null || value === undefined) {
      expect(definition.silent).toContain(key);
      return;
    }
    expect(definition.silent).not.toContain(key);
    const query: Query = { [key]: value };
    const scanned = everything.filter(keeper(query));
    expect(scanned.length, filters[key].flag).toBeGreaterThan(0);
    // Another client, so that neither waits for the other's rate limit.
    const again = await open(definition, counted);
    expect((await listed(again.provider, query)).map(({ id }) => id)).toEqual(scanned.map(({ id }) => id));
    if (definition.narrows.includes(key)) expect(served - full).toBeLessThan(full);
  });

  test('gives one recording for a limit of one, whatever the filters', async () => {
    const { provider, sandbox } = await open(definition);
    const everything = await listed(provider);
    const before = sandbox.requests.length;
    for (const query of [
      { until: everything[60]?.createdAt ?? '' },
      { from: '12025550101' },
      { kind: 'call' } as const,
    ]) {
      const again = await open(definition);
      const found = await listed(again.provider, { ...query, atMost: 1 }, 1);
      expect(found.map(({ id }) => id)).toEqual(
        everything
          .filter(keeper(query))
          .slice(0, 1)
          .map(({ id }) => id),
      );
      expect(again.sandbox.requests.length).toBeLessThanOrEqual(before);
    }
  });

  test('finds what it lists, and nothing else', async () => {
    const { provider, sandbox } = await open(definition);
    const rows = await listed(provider);
    for (const row of rows.filter((_row, index) => index % 20 === 0)) {
      const found = await provider.find(row.id);
      expect(found && asJson(found)).toEqual(asJson(row));
    }
    expect(await provider.find('00000000-0000-4000-8000-000000000000')).toBeUndefined();
    const before = sandbox.requests.length;
    for (const id of ['', '.', '..']) expect(await provider.find(id)).toBeUndefined();
    expect(sandbox.requests).toHaveLength(before);
  });

  test('keeps an id in its place of the path', async () => {
    const { provider, sandbox } = await open(definition);
    for (const id of ['../../x', 'a/b', 'a?b=c#d', 'ü', '%2e%2e']) expect(await provider.find(id)).toBeUndefined();
    const paths = sandbox.requests.map(({ url }) => url.pathname.replace(/[^/]*\/?$/, ''));
    expect(new Set(paths)).toEqual(new Set([`${played.listPath.replace(/\/$/, '')}/`]));
    expect(sandbox.requests.every(({ url }) => url.search === '')).toBe(true);
  });
});
