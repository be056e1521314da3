import { describe, expect, test } from 'vitest';
import { isRow } from '../../src/core/decode.ts';
import type { Query } from '../../src/core/query.ts';
import { DAY } from '../../src/core/time/duration.ts';
import type { SandboxEntry } from '../../src/sandbox/api.ts';
import { listAll, openOnSandbox, outcomeOf, registry, sandboxApiOf, storedEntries } from '../support/open-provider.ts';

/* Faults and peculiarities of servers: no adapter loses a row, invents one, or treats part of a list as the complete list. */
describe.each(registry)('the adapter of %s', (_, definition) => {
  const sandboxApi = sandboxApiOf(definition);
  const samples = sandboxApi.samples(sandboxApi.answerKey.now, 'http://sandbox');
  /** All samples, with a lower bound where the API supports one: without it Plivo is queried for every month since 2011. */
  const bounded: Query = definition.serverFilters.includes('since')
    ? { since: new Date(sandboxApi.answerKey.now - 60 * DAY).toISOString() }
    : {};

  test('reports rejected credentials for a wrong secret, without a retry', async () => {
    const { provider, sandbox } = await openOnSandbox(definition, { password: 'wrong' });
    expect(await outcomeOf(listAll(provider))).toBe('credentials');
    expect(await outcomeOf(provider.find('x'))).toBe('credentials');
    expect(sandbox.requests).toHaveLength(2);
  });

  test('retries after one 503 response', async () => {
    const { provider, sandbox } = await openOnSandbox(definition, {
      alter: (reply, _request, count) => (count === 1 ? { status: 503, body: '' } : reply),
    });
    expect(await listAll(provider, {}, 1)).toHaveLength(1);
    expect(sandbox.requests).toHaveLength(2);
  });

  test.each([
    ['a login page', '<html>Please log in</html>', 'text/html'],
    ['an empty body', '', 'application/json'],
    ['an empty object', '{}', 'application/json'],
    ['an empty list', '[]', 'application/json'],
    ['null', 'null', 'application/json'],
    ['an error object', '{"error":"later"}', 'application/json'],
    ['a truncated list', '{"data":[{"id":"1"},', 'application/json'],
  ])('reports a 200 response with %s as unreadable', async (_name, body, type) => {
    const { provider } = await openOnSandbox(definition, { alter: () => ({ status: 200, body, type }) });
    expect(await outcomeOf(listAll(provider))).toBe('unavailable');
    expect(await outcomeOf(provider.find('x'))).toBe('unavailable');
  });

  test.each([
    ['to another origin', 'http://127.0.0.2:9/next', 'unsafe'],
    ['to another origin without a scheme', '//127.0.0.2:9/next', 'unsafe'],
    ['to another scheme', 'https://127.0.0.1/next', 'unsafe'],
    ['with a user name', 'http://user@127.0.0.1/next', 'unsafe'],
    ['that is a number', 42, 'unavailable'],
    ['that is an object', {}, 'unavailable'],
    ['that is not a URL', 'http://[', 'unavailable'],
  ])('does not follow a next-page link %s', async (_name, next, ending) => {
    const { provider, sandbox } = await openOnSandbox(definition, {
      alter: (reply) => ({ ...reply, body: sandboxApi.withNextLink(reply.body, next) }),
    });
    expect(await outcomeOf(listAll(provider))).toBe(ending);
    expect(sandbox.requests).toHaveLength(1);
  });

  test('follows absolute next-page links like relative ones', async () => {
    const { provider } = await openOnSandbox(definition, {
      alter: (reply, { url }) => {
        const text = JSON.stringify(reply.body);
        return { ...reply, body: JSON.parse(text.replace(/"(next|next_page_uri)":"\//g, `"$1":"${url.origin}/`)) };
      },
    });
    const rows = await listAll(provider, { ...bounded, maxRows: 50 });
    expect(rows.map(({ id }) => id)).toEqual(samples.map(({ id }) => id));
  });

  test('detects a next-page link to the same page as a pagination loop', async () => {
    const { provider, sandbox } = await openOnSandbox(definition, {
      alter: (reply, { url }) => ({ ...reply, body: sandboxApi.withNextLink(reply.body, url.pathname + url.search) }),
    });
    expect(await outcomeOf(listAll(provider))).toBe('unavailable');
    expect(sandbox.requests.length).toBeLessThanOrEqual(4);
  });

  test('continues after an empty page that links a next page', async () => {
    const { provider } = await openOnSandbox(definition, {
      alter: (reply, _request, count) =>
        count === 1 && isRow(reply.body) ? { ...reply, body: { ...reply.body, [sandboxApi.rowsKey]: [] } } : reply,
    });
    const rows = await listAll(provider, { ...bounded, maxRows: 10 });
    const ids = new Set(rows.map(({ id }) => id));
    expect(samples.slice(50).filter(({ id }) => !ids.has(id))).toEqual([]);
  });

  test.each([
    ['are added', (entries: SandboxEntry[]) => entries.unshift(...newerEntries(entries, 3))],
    ['are deleted', (entries: SandboxEntry[]) => entries.splice(2, 3)],
    [
      'are deleted at a page boundary',
      (entries: SandboxEntry[]) => [...entries.splice(47, 4), ...entries.splice(17, 4)],
    ],
    ['are added and deleted', (entries: SandboxEntry[]) => entries.splice(0, 5, ...newerEntries(entries, 2))],
  ])('lists every remaining recording once when recordings %s while it reads', async (_name, change) => {
    const entries = [...samples];
    const { provider } = await openOnSandbox(definition, {
      ...storedEntries(sandboxApi, entries),
      alter: (reply, _request, count) => {
        if (count === 1 || count === 3) change(entries);
        return reply;
      },
    });
    const ids = (await listAll(provider, { ...bounded, maxRows: 15 })).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(entries.filter(({ id, at }) => !ids.includes(id) && at <= (samples[0]?.at ?? 0))).toEqual([]);
  });

  /** New entries, newer than the first sample. */
  const newerEntries = (entries: readonly SandboxEntry[], count: number): readonly SandboxEntry[] =>
    Array.from({ length: count }, (_, index) => {
      const id = `later-${entries.length}-${index}`;
      return { id, at: (samples[0]?.at ?? 0) + 1000, row: { ...samples[0]?.row, [sandboxApi.idKey]: id } };
    });

  test.each([null, '', {}, [], true, -1, 1e300, 'x', '\u0000\u001b[2J', ['x'], { y: 1 }])(
    'lists a row whichever of its fields is %j',
    async (odd) => {
      const row = samples[0]?.row ?? {};
      const keys = Object.keys(row).filter((key) => key !== sandboxApi.idKey);
      const entries = keys.map((key, index) => ({
        id: `row-${index}`,
        at: (samples[0]?.at ?? 0) - index,
        row: { ...row, [key]: odd, [sandboxApi.idKey]: `row-${index}` },
      }));
      const { provider } = await openOnSandbox(definition, storedEntries(sandboxApi, entries));
      expect((await listAll(provider, bounded)).map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
    },
  );

  test('reports null for every field that a row lacks', async () => {
    const entries = [{ id: 'bare', at: samples[0]?.at ?? 0, row: { [sandboxApi.idKey]: 'bare' } }];
    const { provider } = await openOnSandbox(definition, storedEntries(sandboxApi, entries));
    const [row] = await listAll(provider, bounded);
    const {
      raw,
      id,
      provider: name,
      api,
      profile,
      kind,
      status,
      formats,
      encrypted,
      mediaUrl,
      serverCompared: _compared,
      ...rest
    } = row ?? failNotListed();
    expect([id, name, api, profile, encrypted]).toEqual(['bare', sandboxApi.provider, sandboxApi.api, 'key', false]);
    expect(new Set(Object.values(rest))).toEqual(new Set([null]));
    expect({ kind, status, formats }).toEqual(sandboxApi.idOnlyMeaning);
    expect(mediaUrl === null).toBe(formats.length === 0);
    expect(raw).toEqual({ [sandboxApi.idKey]: 'bare' });
  });

  test('counts rows without an id as unreadable', async () => {
    const at = samples[0]?.at ?? 0;
    const rows = [
      { [sandboxApi.idKey]: 'good' },
      { other: 1 },
      { [sandboxApi.idKey]: null },
      { [sandboxApi.idKey]: {} },
    ];
    const entries = rows.map((row, index) => ({ id: String(index), at, row }));
    const { provider } = await openOnSandbox(definition, storedEntries(sandboxApi, entries));
    const page = await provider.pages({})[Symbol.asyncIterator]().next();
    expect(page.value).toMatchObject({ unreadable: 3, rows: [{ id: 'good' }] });
  });
});
const failNotListed = (): never => {
  throw new Error('nothing was listed');
};
