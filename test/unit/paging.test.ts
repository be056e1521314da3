import { expect, test } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import { Failure } from '../../src/core/failure.ts';
import { listMatching } from '../../src/core/listing.ts';
import { nextLinkPages } from '../../src/core/paging/next-link.ts';
import { offsetPages } from '../../src/core/paging/offset.ts';
import { prefetch } from '../../src/core/paging/prefetch.ts';
import type { ApiClient, Page, Provider } from '../../src/core/provider.ts';
import { type Recording, recording as recordingOf } from '../../src/core/recording.ts';
import { randomFrom } from '../../src/sandbox/samples.ts';

const recording = (id: string): Recording =>
  recordingOf({ id, provider: 'p', api: 'a', profile: 'x', kind: 'call', status: 'unknown', raw: {} });
const provider = (pages: AsyncIterable<Page>): Provider => ({
  pages: () => pages,
  find: async () => undefined,
  media: () => undefined,
});
const log = { debug: () => {} };
const idsOf = async (pages: AsyncIterable<Page>): Promise<readonly string[]> => {
  const ids: string[] = [];
  for await (const batch of listMatching(provider(pages), {}, () => {})) ids.push(...batch.map(({ id }) => id));
  return ids;
};

/** A list on a server that changes a little with each request, up to `changes` times. */
const changingList = (seed: number, length: number, insertions = 0.3, deletions = 0.5) => {
  const random = randomFrom(seed);
  const rows = Array.from({ length }, (_, index) => `row-number-of-the-list-${index}`);
  const original = new Set(rows);
  let changes = 6;
  return {
    rows,
    survivors: () => rows.filter((id) => original.has(id)),
    change: () => {
      if (changes-- <= 0) return;
      if (random() < deletions) rows.splice(Math.floor(random() * rows.length), Math.floor(random() * 4));
      if (random() < insertions) rows.unshift(`row-that-came-in-later-${changes}`);
    },
  };
};

const seeds = Array.from({ length: 300 }, (_, index) => index);

test('offset paging lists every row that stays and no row twice, whatever rows are added and deleted meanwhile', async () => {
  let moved = 0;
  for (const seed of seeds) {
    const list = changingList(seed, 90);
    const fetchPage = async (offset: number): Promise<Page> => {
      const slice = list.rows.slice(offset, offset + 10);
      const page = {
        rows: slice.map(recording),
        unreadable: 0,
        hasMore: offset + 10 < list.rows.length,
        totalRows: list.rows.length,
      };
      list.change();
      return page;
    };
    const ids = await idsOf(
      offsetPages(
        {
          first: await fetchPage(0),
          fetchPage,
          size: 10,
          horizon: Number.POSITIVE_INFINITY,
          width: 1 + (seed % 4),
        },
        log,
      ),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(list.survivors().filter((id) => !ids.includes(id))).toEqual([]);
    if (list.rows.length !== 90) moved++;
  }
  expect(moved).toBeGreaterThan(200);
});

// Links that count rows are repaired where rows are only deleted or only added; both between two requests can hide each other.
test.each([
  ['a number of rows', 0, 0.5],
  ['a number of rows', 0.5, 0],
  ['the last row', 0.3, 0.5],
] as const)(
  'next-link paging whose links name %s lists every row that stays and no row twice while rows are added or deleted',
  async (held, insertions, deletions) => {
    for (const seed of seeds) {
      const list = changingList(seed, 90, insertions, deletions);
      const get = async (target: string | URL) => {
        const url = new URL(target, 'http://server');
        const after = url.searchParams.get('after');
        const start = held === 'the last row' ? placeOf(after, list.rows) : Number(after ?? 0);
        const slice = list.rows.slice(start, start + 10);
        const place = held === 'the last row' ? slice.at(-1) : start + 10;
        const more = slice.length > 0 && start + 10 < list.rows.length;
        list.change();
        return {
          body: { rows: slice.map((id) => ({ id })), next: more ? `/?after=${place}` : null },
          url,
          described: '',
        };
      };
      const tools = {
        profile: 'x',
        origin: 'http://server',
        now: () => 0,
        get,
        find: get,
        debug: () => {},
      } satisfies ApiClient;
      const read = ({ id }: Readonly<Record<string, unknown>>): Recording => recording(String(id));
      const list2 = {
        first: () => '/',
        pageSize: 10,
        rowsKey: 'rows',
        read,
        nextOf: ({ next }: Readonly<Record<string, unknown>>) => next,
        reader: {},
      };
      const ids = await idsOf(nextLinkPages(list2, tools));
      expect(new Set(ids).size).toBe(ids.length);
      expect(list.survivors().filter((id) => !ids.includes(id))).toEqual([]);
    }
  },
);

/** Ids contain the number of their row, so that its position is known even after the row was deleted. */
const placeOf = (after: string | null, rows: readonly string[]): number => {
  if (after === null) return 0;
  const number = (id: string): number => (id.includes('later') ? -1 : Number(id.split('-').at(-1)));
  const next = rows.findIndex((id) => number(id) > number(after));
  return next === -1 ? rows.length : next;
};

test('a list that never stops changing fails as incomplete', async () => {
  let count = 0;
  const fetchPage = async (): Promise<Page> => ({
    rows: Array.from({ length: 5 }, () => recording(`row-${count++}`)),
    unreadable: 0,
    hasMore: true,
  });
  const list = { first: await fetchPage(), fetchPage, size: 5, horizon: Number.POSITIVE_INFINITY, width: 2 };
  const endless = offsetPages(list, log);
  await expect(
    (async () => {
      for await (const page of endless) if (page.rows.length === 0) break;
    })(),
  ).rejects.toMatchObject({ kind: 'partial' });
});

test('only the first page is requested until the reader wants more, and no page beyond the horizon', async () => {
  const asked: number[] = [];
  const fetchPage = async (offset: number): Promise<Page> => {
    asked.push(offset);
    return {
      rows: Array.from({ length: 10 }, (_, row) => recording(`row-${offset + row}`)),
      unreadable: 0,
      hasMore: true,
      totalRows: 1000,
    };
  };
  const pages = offsetPages({ first: await fetchPage(0), fetchPage, size: 10, horizon: 25, width: 8 }, log);
  await pages.next();
  expect(asked).toEqual([0]);
  await pages.next();
  expect(asked).toEqual([0, 9, 18]);
});

test('prefetch runs steps ahead of the reader and in order, and runs the first step alone', async () => {
  const started: number[] = [];
  const steps = [0, 1, 2, 3, 4, 5].map((step) => async () => {
    started.push(step);
    return step;
  });
  const results = prefetch(steps, 3);
  expect((await results.next()).value).toBe(0);
  expect(started).toEqual([0]);
  expect((await results.next()).value).toBe(1);
  expect(started).toEqual([0, 1, 2, 3]);
  const rest: number[] = [];
  for await (const result of results) rest.push(result);
  expect(rest).toEqual([2, 3, 4, 5]);
});

test('when more rows than a page are deleted while a list is read, a second reading finds the rows that were skipped', async () => {
  const rows = Array.from({ length: 60 }, (_, index) => `row-number-of-the-list-${index}`);
  let asked = 0;
  const get = async (target: string | URL) => {
    const url = new URL(target, 'http://server');
    const start = Number(url.searchParams.get('after') ?? 0);
    if (++asked === 5) rows.splice(0, 25);
    const next = start + 10 < rows.length ? `/?after=${start + 10}` : null;
    return { body: { rows: rows.slice(start, start + 10).map((id) => ({ id })), next }, url, described: '' };
  };
  const tools = {
    profile: 'x',
    origin: 'http://server',
    now: () => 0,
    get,
    find: get,
    debug: () => {},
  } satisfies ApiClient;
  const read = ({ id }: Row): Recording => recording(String(id));
  const ids = await idsOf(
    nextLinkPages(
      { first: () => '/', pageSize: 10, rowsKey: 'rows', read, nextOf: ({ next }: Row) => next, reader: {} },
      tools,
    ),
  );
  expect(rows.filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('only the first page of a list may be absent, and a later absent page is a failure', async () => {
  const page = (next: string | null) => async (target: string | URL) => ({
    body: { rows: [{ id: String(target) }], next },
    url: new URL(target, 'http://server'),
    described: '',
  });
  const lost = async (): Promise<never> => {
    throw new Failure('unavailable', 'returned HTTP 404');
  };
  const tools = { profile: 'x', origin: 'http://server', now: () => 0, debug: () => {} };
  const list = {
    first: () => '/',
    pageSize: 10,
    rowsKey: 'rows',
    mayBeAbsent: true,
    read: ({ id }: Row): Recording => recording(String(id)),
    nextOf: ({ next }: Row) => next,
    reader: {},
  };
  await expect(idsOf(nextLinkPages(list, { ...tools, get: lost, find: page('/?after=1') }))).rejects.toThrow('404');
  let asked = 0;
  const find = async (): Promise<undefined> => void asked++;
  expect(await idsOf(nextLinkPages(list, { ...tools, get: lost, find }))).toEqual([]);
  expect(asked).toBe(1);
});

test.each([3, 7, 10])(
  'a server that returns %d rows per page, whatever page size is requested, is read to the end',
  async (served) => {
    const rows = Array.from({ length: 44 }, (_, index) => `row-${index}`);
    const fetchPage = async (offset: number): Promise<Page> => ({
      rows: rows.slice(offset, offset + served).map(recording),
      unreadable: 0,
      rowsPerPage: served,
      hasMore: offset + served < rows.length,
      totalRows: rows.length,
    });
    const list = { first: await fetchPage(0), fetchPage, size: 20, horizon: Number.POSITIVE_INFINITY, width: 4 };
    expect(await idsOf(offsetPages(list, log))).toEqual(rows);
  },
);

test('many rows added at once are not a pagination loop, and the same page returned forever is one', async () => {
  const rows = Array.from({ length: 60 }, (_, index) => `row-${index}`);
  let asked = 0;
  const fetchPage = async (offset: number): Promise<Page> => {
    if (++asked === 4) rows.unshift(...Array.from({ length: 80 }, (_, index) => `late-${index}`));
    const slice = rows.slice(offset, offset + 10).map(recording);
    return { rows: slice, unreadable: 0, hasMore: offset + 10 < rows.length, totalRows: rows.length };
  };
  const list = { fetchPage, size: 10, horizon: Number.POSITIVE_INFINITY, width: 1 };
  const ids = await idsOf(offsetPages({ ...list, first: await fetchPage(0) }, log));
  expect(rows.filter((id) => id.startsWith('row') && !ids.includes(id))).toEqual([]);
  const same = async (): Promise<Page> => ({
    rows: [recording('same')],
    unreadable: 0,
    hasMore: true,
    totalRows: 99,
  });
  await expect(idsOf(offsetPages({ ...list, fetchPage: same, first: await same() }, log))).rejects.toThrow(
    'pagination loop detected',
  );
});

test('a list whose total grows forever while its rows stay the same is a pagination loop', async () => {
  let total = 100;
  const fetchPage = async (): Promise<Page> => {
    total += 100;
    if (total > 100_000) throw new Error('requested without end');
    return { rows: [recording('same')], unreadable: 0, hasMore: true, totalRows: total };
  };
  const list = { fetchPage, size: 10, horizon: Number.POSITIVE_INFINITY, width: 1, first: await fetchPage() };
  await expect(idsOf(offsetPages(list, log))).rejects.toThrow('pagination loop detected');
});

test.each([
  ['wants every row', {}, [2, 3, 4, 5, 5]],
  ['wants one page of rows', { maxRows: 10 }, [1]],
  ['wants two pages of rows', { maxRows: 15 }, [2, 2]],
  ['wants only new rows, for which the first page may be enough', { known: { isOrdered: true } }, [1, 3, 4, 5, 5]],
])('a reader that %s causes no more pages to be prefetched than it needs', async (_, reader, asked) => {
  let count = 0;
  const get = async (target: string | URL) => {
    const url = new URL(target, 'http://server');
    const page = Number(url.searchParams.get('page') ?? 0);
    const rows = Array.from({ length: 10 }, (_, index) => ({ id: `row-number-of-the-list-${page}-${index}` }));
    count++;
    return {
      body: { rows, next: page < 4 ? `/?page=${page + 1}&after=${rows.at(-1)?.id}` : null },
      url,
      described: '',
    };
  };
  const tools = {
    profile: 'x',
    origin: 'http://server',
    now: () => 0,
    get,
    find: get,
    debug: () => {},
  } satisfies ApiClient;
  const read = ({ id }: Row): Recording => recording(String(id));
  const list = { first: () => '/', pageSize: 10, rowsKey: 'rows', read, nextOf: ({ next }: Row) => next, reader };
  const pages = nextLinkPages(list, tools);
  const counts: number[] = [];
  for (let page = 0; page < asked.length; page++) {
    await pages.next();
    counts.push(count);
  }
  await pages.return(undefined);
  expect(counts).toEqual(asked);
});
