import { describe, expect, test } from 'vitest';
import { isRow, type Row } from '../../src/core/decode.ts';
import type { CallList, CallRequest, Page } from '../../src/core/provider.ts';
import type { Call } from '../../src/core/recording.ts';
import type { Reply, SandboxEntry } from '../../src/sandbox/api.ts';
import type { SandboxOptions } from '../../src/sandbox/server.ts';
import { listAll, listsOf, openOnSandbox, outcomeOf, registry, sandboxApiOf } from '../support/open-provider.ts';

/* Calls, conferences and room sessions: their lists are as complete as those of recordings. */

const failNotStored = (): never => {
  throw new Error('the sandbox does not store this list');
};

const lists = registry.flatMap(([name, definition]) =>
  listsOf(definition).map(({ title }) => [`${title} of ${name}`, definition, title] as const),
);

const pagesOf = async (list: CallList, request: CallRequest = {}): Promise<readonly Page<Call>[]> => {
  const pages: Page<Call>[] = [];
  for await (const page of list.pages(request)) pages.push(page);
  return pages;
};

/** Each entry once: windows of time may overlap. */
const all = async (list: CallList, request?: CallRequest): Promise<readonly Call[]> => {
  const rows = (await pagesOf(list, request)).flatMap((page) => page.rows);
  return [...new Map(rows.map((row) => [row.id, row])).values()];
};

const idsOf = (rows: readonly { readonly id: string }[]): readonly string[] => rows.map(({ id }) => id);

/** Replaces the rows of a list in a response. */
const withRows = (reply: Reply, rows: readonly unknown[]): Reply => {
  const [key] = isRow(reply.body) ? (Object.entries(reply.body).find(([, value]) => Array.isArray(value)) ?? []) : [];
  return key === undefined || !isRow(reply.body) ? reply : { ...reply, body: { ...reply.body, [key]: rows } };
};

describe.each(lists)('the list of %s', (_name, definition, title) => {
  const sandboxApi = sandboxApiOf(definition);
  const { now } = sandboxApi.answerKey;
  const apiName = `${sandboxApi.provider}/${sandboxApi.api}`;
  const related = sandboxApi.related?.(now) ?? {};

  const opened = async (options: Partial<SandboxOptions> & { readonly password?: string } = {}) => {
    const { provider, sandbox } = await openOnSandbox(definition, options);
    const list = provider.calls?.find((one) => one.title === title);
    if (list === undefined) throw new Error(`${definition.title} has no list of ${title}`);
    return { provider, sandbox, list };
  };
  let scan: Promise<readonly Call[]> | undefined;
  /** Every entry; read once. */
  const everything = (): Promise<readonly Call[]> => (scan ??= opened().then(({ list }) => all(list)));
  /** What the sandbox lists as this list, without what is too old or discarded, and under which key its rows have their ids. */
  const stored = async () => {
    const ids = new Set(idsOf(await everything()));
    const found = Object.entries(related).find(([, entries]) => entries.some(({ id }) => ids.has(id)));
    const [name, kept] = found ?? failNotStored();
    const { list } = await opened();
    const entries = kept.filter(
      ({ at, row }) =>
        at >= now - (list.keptFor ?? Number.POSITIVE_INFINITY) &&
        row.discarded_at === undefined &&
        // Plivo finds a call that lasts, and lists it once it has ended.
        (apiName !== 'plivo/voice' || row.end_time !== null),
    );
    const [first] = entries;
    const idKey = Object.entries(first?.row ?? {}).find(([, value]) => value === first?.id)?.[0] ?? '';
    return { name, entries, idKey };
  };
  /** Sandbox options that store other entries as this list. */
  const storing = async (entries: readonly SandboxEntry[]): Promise<Partial<SandboxOptions>> => ({
    related: { [apiName]: { ...related, [(await stored()).name]: entries } },
  });
  /** Sandbox options with which every list has these rows. */
  const answering = async (rows: readonly Row[]): Promise<Partial<SandboxOptions>> => ({
    ...(await storing((await stored()).entries.slice(0, 1))),
    alter: (reply) => withRows(reply, rows),
  });

  test('has every entry once, newest first', async () => {
    const rows = await everything();
    expect(idsOf(rows)).toEqual(idsOf((await stored()).entries));
    expect(new Set(idsOf(rows)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(20);
    const times = rows.flatMap(({ createdAt }) => createdAt ?? []);
    expect(times).toEqual(times.toSorted().reverse());
    expect(times.length).toBe(rows.length);
  });

  test('has every entry once if there are several pages, and is read no further than needed', async () => {
    const { entries, idKey } = await stored();
    const copies = Math.ceil((2.5 * (await opened()).list.pageSize) / entries.length);
    const many = entries.flatMap((entry) =>
      Array.from({ length: copies }, (_copy, index) => {
        const id = `${entry.id}-${index}`;
        return { ...entry, id, row: { ...entry.row, [idKey]: id } };
      }),
    );
    const { list, sandbox } = await opened(await storing(many));
    const ids = idsOf(await all(list));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(idsOf(many).toSorted());
    const requests = sandbox.requests.length;
    const some = await opened(await storing(many));
    const read = await all(some.list, { isEnough: () => true });
    expect(read.length).toBeGreaterThan(0);
    expect(read.length).toBeLessThan(many.length);
    expect(some.sandbox.requests.length).toBeLessThan(requests);
  });

  test('finds each entry by its id with the same fields, and no other', async () => {
    const { list, sandbox } = await opened();
    if (list.find === undefined) return;
    for (const row of (await everything()).filter((_row, index) => index % 15 === 0))
      expect(await list.find(row.id)).toEqual(row);
    expect(await list.find('00000000-0000-4000-8000-000000000000')).toBeUndefined();
    const before = sandbox.requests.length;
    for (const id of ['', '.', '..']) expect(await list.find(id)).toBeUndefined();
    expect(sandbox.requests).toHaveLength(before);
    for (const id of ['../../x', 'a/b', 'a?b=c#d', 'ü', '%2e%2e']) expect(await list.find(id)).toBeUndefined();
    const paths = sandbox.requests.map(({ url }) => url.pathname.replace(/[^/]*\/?$/, ''));
    expect(new Set(paths).size).toBe(1);
  });

  test('is another entry than the one requested in no answer', async () => {
    const [first, second] = await everything();
    const { entries } = await stored();
    const other = entries.find(({ id }) => id === second?.id)?.row;
    const { list } = await opened({ alter: (reply) => ({ ...reply, body: other }) });
    if (list.find !== undefined) expect(await outcomeOf(list.find(first?.id ?? ''))).toBe('unavailable');
  });

  test('of a range of time has all of its entries, and not all others if the server can tell', async () => {
    const rows = await everything();
    const whole = await opened();
    await all(whole.list);
    const [unranged] = whole.sandbox.requests;
    const timeAt = (part: number): string => rows[Math.floor(rows.length * part)]?.createdAt ?? '';
    const [since, until] = [timeAt(0.6), timeAt(0.4)];
    const afterSince = new Date(Date.parse(since) + 1).toISOString();
    for (const range of [{ since, until }, { since, until: afterSince }, { since }, { until }]) {
      const { list, sandbox } = await opened();
      const found = await all(list, range);
      const isRanged = sandbox.requests[0]?.url.search !== unranged?.url.search;
      const isInRange = ({ createdAt }: Call): boolean =>
        createdAt !== null && createdAt >= (range.since ?? '') && createdAt < (range.until ?? '9');
      expect(idsOf(found.filter(isInRange))).toEqual(idsOf(rows.filter(isInRange)));
      if (isRanged) expect(found.length).toBeLessThan(rows.length);
    }
  });

  test('filtered by the server has the entries that a full scan has', async () => {
    const rows = await everything();
    const { list } = await opened();
    const fields = { from: 'from', to: 'to', parent: 'parentId' } as const;
    for (const filter of list.filters) {
      const values = [...new Set(rows.flatMap((row) => row[fields[filter]] ?? []))];
      const odd = values.filter((value) => !value.startsWith('+'));
      expect(values.length, filter).toBeGreaterThan(1);
      for (const value of new Set([...values.slice(0, 2), ...odd.slice(0, 4)])) {
        const matches = (row: Call): boolean => row[fields[filter]] === value;
        const found = await all(list, { [filter]: value });
        expect(idsOf(found.filter(matches)), value).toEqual(idsOf(rows.filter(matches)));
        expect(found.length).toBeLessThan(rows.length);
      }
    }
  });

  test('needs permission: rejected credentials are reported without a retry', async () => {
    const refusing: readonly (Partial<SandboxOptions> & { readonly password?: string })[] = [
      { password: 'wrong' },
      { alter: () => ({ status: 403, body: '' }) },
      { refuses: (name) => name.startsWith(`${apiName}/`) },
    ];
    for (const options of refusing) {
      const { list, sandbox } = await opened(options);
      expect(await outcomeOf(all(list))).toBe('credentials');
      const before = sandbox.requests.length;
      if (list.find === undefined) continue;
      expect(await outcomeOf(list.find('some-id'))).toBe('credentials');
      expect(sandbox.requests).toHaveLength(before + 1);
    }
    const { provider } = await opened(refusing[2]);
    expect(await listAll(provider, {}, 1)).toHaveLength(1);
  });

  test('is requested again after one 503 response', async () => {
    const { list, sandbox } = await opened({
      alter: (reply, _request, count) => (count === 1 ? { status: 503, body: '' } : reply),
    });
    expect(idsOf(await all(list))).toEqual(idsOf(await everything()));
    expect(sandbox.requests.length).toBeGreaterThan(1);
  });

  test.each([
    ['a login page', '<html>Please log in</html>', 'text/html'],
    ['an empty object', '{}', 'application/json'],
    ['an empty list', '[]', 'application/json'],
    ['an error object', '{"error":"later"}', 'application/json'],
    ['a truncated list', '{"data":[{"id":"1"},', 'application/json'],
  ])('is unreadable if a 200 response has %s', async (_content, body, type) => {
    const { list } = await opened({ alter: () => ({ status: 200, body, type }) });
    expect(await outcomeOf(all(list))).toBe('unavailable');
    if (list.find !== undefined) expect(await outcomeOf(list.find('some-id'))).toBe('unavailable');
  });

  test.each([
    ['to another origin', 'http://127.0.0.2:9/next', 'unsafe'],
    ['to another origin without a scheme', '//127.0.0.2:9/next', 'unsafe'],
    ['that is a number', 42, 'unavailable'],
    ['that is an object', {}, 'unavailable'],
    ['that is not a URL', 'http://[', 'unavailable'],
  ])('does not end at a next-page link %s', async (_link, next, ending) => {
    const { list } = await opened({
      alter: (reply) => ({ ...reply, body: sandboxApi.withNextLink(reply.body, next) }),
    });
    expect(await outcomeOf(all(list))).toBe(ending);
  });

  test('detects a next-page link to the same page as a pagination loop', async () => {
    const { list, sandbox } = await opened({
      alter: (reply, { url }) => ({ ...reply, body: sandboxApi.withNextLink(reply.body, url.pathname + url.search) }),
    });
    expect(await outcomeOf(all(list))).toBe('unavailable');
    expect(sandbox.requests.length).toBeLessThanOrEqual(8);
  });

  test.each([null, '', {}, [], true, -1, 1e300, 'x', '\u0000\u001b[2J', ['x'], { y: 1 }])(
    'has an entry whichever of its fields is %j',
    async (odd) => {
      const { entries, idKey } = await stored();
      const row = entries[0]?.row ?? {};
      const rows = Object.keys(row)
        .filter((key) => key !== idKey)
        .map((key, index) => ({ ...row, [key]: odd, [idKey]: `row-${index}` }));
      const { list } = await opened(await answering(rows));
      expect(new Set(idsOf(await all(list)))).toEqual(new Set(rows.map((one) => one[idKey])));
    },
  );

  test('has null for every field that an entry lacks, and counts entries without an id', async () => {
    const { idKey } = await stored();
    const rows: readonly Row[] = [{ [idKey]: 'bare' }, { other: 1 }, { [idKey]: null }, { [idKey]: {} }];
    const { list } = await opened(await answering(rows));
    const pages = await pagesOf(list);
    const [first] = pages.flatMap((page) => page.rows);
    const { id, isFinal, ...rest } = first ?? failNotStored();
    expect(id).toBe('bare');
    expect(isFinal).toBe(false);
    expect(new Set(Object.values(rest))).toEqual(new Set([null]));
    expect(pages.reduce((sum, { unreadable }) => sum + unreadable, 0)).toBeGreaterThanOrEqual(3);
  });

  test('has ids longer than a number can hold', async () => {
    const { idKey } = await stored();
    const { list } = await opened({
      ...(await answering([{ [idKey]: '@' }])),
      alter: (reply) => {
        const { body } = withRows(reply, [{ [idKey]: '@' }]);
        return { ...reply, body: JSON.stringify(body).replace('"@"', '9007199254740993'), type: 'application/json' };
      },
    });
    expect(idsOf(await all(list))).toEqual(['9007199254740993']);
  });
});
