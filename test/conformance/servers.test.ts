import { describe, expect, test } from 'vitest';
import { isRow } from '../../src/core/decode.ts';
import type { Query } from '../../src/core/query.ts';
import { DAY } from '../../src/core/time.ts';
import type { SandboxEntry } from '../../src/sandbox/api.ts';
import { endingOf, listed, open, playedBy, registry, storing } from '../support/open-provider.ts';

/* Faulty and unusual servers: no adapter loses a row, invents one, or treats an incomplete list as complete. */
describe.each(registry)('a server of %s', (_, definition) => {
  const played = playedBy(definition);
  const samples = played.samples(played.answerKey.now, 'http://sandbox');
  /** All samples, with a bound where the API has one: without it recx requests every month since 2011 from Plivo. */
  const bounded: Query = definition.serverFilters.includes('since')
    ? { since: new Date(played.answerKey.now - 60 * DAY).toISOString() }
    : {};

  test('rejects a wrong secret, which ends as a failure of the credentials', async () => {
    const { provider, sandbox } = await open(definition, { password: 'wrong' });
    expect(await endingOf(listed(provider))).toBe('credentials');
    expect(await endingOf(provider.find('x'))).toBe('credentials');
    expect(sandbox.requests).toHaveLength(2);
  });

  test('gets another request after one 503', async () => {
    const { provider, sandbox } = await open(definition, {
      alter: (reply, _request, count) => (count === 1 ? { status: 503, body: '' } : reply),
    });
    expect(await listed(provider, {}, 1)).toHaveLength(1);
    expect(sandbox.requests).toHaveLength(2);
  });

  test.each([
    ['a login page', '<html>Please log in</html>', 'text/html'],
    ['nothing', '', 'application/json'],
    ['an empty object', '{}', 'application/json'],
    ['an empty list', '[]', 'application/json'],
    ['null', 'null', 'application/json'],
    ['an error', '{"error":"later"}', 'application/json'],
    ['half of a list', '{"data":[{"id":"1"},', 'application/json'],
  ])('is unavailable when it returns %s', async (_name, body, type) => {
    const { provider } = await open(definition, { alter: () => ({ status: 200, body, type }) });
    expect(await endingOf(listed(provider))).toBe('unavailable');
    expect(await endingOf(provider.find('x'))).toBe('unavailable');
  });

  test.each([
    ['another origin', 'http://127.0.0.2:9/next', 'unsafe'],
    ['another origin without a scheme', '//127.0.0.2:9/next', 'unsafe'],
    ['another scheme', 'https://127.0.0.1/next', 'unsafe'],
    ['a user name', 'http://user@127.0.0.1/next', 'unsafe'],
    ['a number', 42, 'unavailable'],
    ['an object', {}, 'unavailable'],
    ['no URL', 'http://[', 'unavailable'],
  ])('does not lead to a next page at %s', async (_name, next, ending) => {
    const { provider, sandbox } = await open(definition, {
      alter: (reply) => ({ ...reply, body: played.relinked(reply.body, next) }),
    });
    expect(await endingOf(listed(provider))).toBe(ending);
    expect(sandbox.requests).toHaveLength(1);
  });

  test('may link to pages by absolute URLs', async () => {
    const { provider } = await open(definition, {
      alter: (reply, { url }) => {
        const text = JSON.stringify(reply.body);
        return { ...reply, body: JSON.parse(text.replace(/"(next|next_page_uri)":"\//g, `"$1":"${url.origin}/`)) };
      },
    });
    const rows = await listed(provider, { ...bounded, atMost: 50 });
    expect(rows.map(({ id }) => id)).toEqual(samples.map(({ id }) => id));
  });

  test('is not trusted when a page links to itself', async () => {
    const { provider, sandbox } = await open(definition, {
      alter: (reply, { url }) => ({ ...reply, body: played.relinked(reply.body, url.pathname + url.search) }),
    });
    expect(await endingOf(listed(provider))).toBe('unavailable');
    expect(sandbox.requests.length).toBeLessThanOrEqual(4);
  });

  test('is read on after an empty page that has a next one', async () => {
    const { provider } = await open(definition, {
      alter: (reply, _request, count) =>
        count === 1 && isRow(reply.body) ? { ...reply, body: { ...reply.body, [played.rowsKey]: [] } } : reply,
    });
    const rows = await listed(provider, { ...bounded, atMost: 10 });
    const ids = new Set(rows.map(({ id }) => id));
    expect(samples.slice(50).filter(({ id }) => !ids.has(id))).toEqual([]);
  });

  test.each([
    ['are inserted', (entries: SandboxEntry[]) => entries.unshift(...later(entries, 3))],
    ['are deleted', (entries: SandboxEntry[]) => entries.splice(2, 3)],
    [
      'are deleted at the boundary of a page',
      (entries: SandboxEntry[]) => [...entries.splice(47, 4), ...entries.splice(17, 4)],
    ],
    ['are inserted and deleted', (entries: SandboxEntry[]) => entries.splice(0, 5, ...later(entries, 2))],
  ])('loses and repeats nothing when recordings %s during the listing', async (_name, change) => {
    const entries = [...samples];
    const { provider } = await open(definition, {
      ...storing(played, entries),
      alter: (reply, _request, count) => {
        if (count === 1 || count === 3) change(entries);
        return reply;
      },
    });
    const ids = (await listed(provider, { ...bounded, atMost: 15 })).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(entries.filter(({ id, at }) => !ids.includes(id) && at <= (samples[0]?.at ?? 0))).toEqual([]);
  });

  /** Entries newer than the first. */
  const later = (entries: readonly SandboxEntry[], count: number): readonly SandboxEntry[] =>
    Array.from({ length: count }, (_, index) => {
      const id = `later-${entries.length}-${index}`;
      return { id, at: (samples[0]?.at ?? 0) + 1000, row: { ...samples[0]?.row, [played.idKey]: id } };
    });

  test.each([null, '', {}, [], true, -1, 1e300, 'x', '\u0000\u001b[2J', ['x'], { y: 1 }])(
    'may have %j in any field of a row, which is still listed',
    async (odd) => {
      const row = samples[0]?.row ?? {};
      const keys = Object.keys(row).filter((key) => key !== played.idKey);
      const entries = keys.map((key, index) => ({
        id: `row-${index}`,
        at: (samples[0]?.at ?? 0) - index,
        row: { ...row, [key]: odd, [played.idKey]: `row-${index}` },
      }));
      const { provider } = await open(definition, storing(played, entries));
      expect((await listed(provider, bounded)).map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
    },
  );

  test('yields no field that an empty row does not have', async () => {
    const entries = [{ id: 'bare', at: samples[0]?.at ?? 0, row: { [played.idKey]: 'bare' } }];
    const { provider } = await open(definition, storing(played, entries));
    const [row] = await listed(provider, bounded);
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
      ...rest
    } = row ?? unlisted();
    expect([id, name, api, profile, encrypted]).toEqual(['bare', played.provider, played.api, 'key', false]);
    expect(new Set(Object.values(rest))).toEqual(new Set([null]));
    expect({ kind, status, formats }).toEqual(played.bare);
    expect(mediaUrl === null).toBe(formats.length === 0);
    expect(raw).toEqual({ [played.idKey]: 'bare' });
  });

  test('has its rows without an id counted', async () => {
    const at = samples[0]?.at ?? 0;
    const rows = [{ [played.idKey]: 'good' }, { other: 1 }, { [played.idKey]: null }, { [played.idKey]: {} }];
    const entries = rows.map((row, index) => ({ id: String(index), at, row }));
    const { provider } = await open(definition, storing(played, entries));
    const page = await provider.pages({})[Symbol.asyncIterator]().next();
    expect(page.value).toMatchObject({ unreadable: 3, recordings: [{ id: 'good' }] });
  });
});
const unlisted = (): never => {
  throw new Error('nothing was listed');
};
