import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import { listMatching } from '../../src/core/listing.ts';
import { nextLinkPages } from '../../src/core/paging/next-link.ts';
import { offsetPages } from '../../src/core/paging/offset.ts';
import type { ApiClient, Page } from '../../src/core/provider.ts';
import { type Recording, recording } from '../../src/core/recording.ts';
import { randomFrom } from '../../src/sandbox/samples.ts';

interface ListRow {
  readonly id: string;
  readonly minute: number;
}

const read = ({ id, minute }: ListRow): Recording => ({
  ...recording({ id, provider: 'p', api: 'a', profile: 'x', kind: 'call', status: 'unknown', raw: {} }),
  createdAt: new Date(1e12 + minute * 60_000).toISOString(),
});

/** A list whose links count rows: a page of 50 at most, whatever size is requested, or the requested one. */
const openList = (count: number, isSizeFixed: boolean, change: (rows: ListRow[], request: number) => void) => {
  const rows: ListRow[] = Array.from({ length: count }, (_, index) => ({ id: `row-${index}`, minute: -index }));
  const requests: string[] = [];
  const get = async (target: string | URL) => {
    const url = new URL(target, 'http://server');
    requests.push(url.search);
    const size = isSizeFixed ? 50 : Math.min(50, Number(url.searchParams.get('size')));
    const start = Number(url.searchParams.get('start') ?? 0);
    const next = start + size < rows.length ? `/?size=${size}&start=${start + size}` : null;
    const body = { rows: rows.slice(start, start + size).map((row) => ({ ...row })), next };
    change(rows, requests.length);
    return { body, url, described: '' };
  };
  const client = { profile: 'x', origin: 'http://server', now: () => 0, get, find: get, debug: () => {} };
  const pages = nextLinkPages(
    {
      first: (size) => `/?size=${size}`,
      pageSize: 50,
      rowsKey: 'rows',
      read: (row: Row) => read(row as unknown as ListRow), // the rows of this server
      nextOf: ({ next }: Row) => next,
      reader: {},
    },
    client satisfies ApiClient,
  );
  return { rows, requests, pages };
};

const arrivals = (count: number): readonly ListRow[] =>
  Array.from({ length: count }, (_, index) => ({ id: `new-${count}-${index}`, minute: count - index }));

const listAll = async (pages: AsyncIterable<Page>) => {
  const said: string[] = [];
  const ids: string[] = [];
  const provider = { pages: () => pages, find: async () => undefined, media: () => undefined };
  for await (const batch of listMatching(provider, {}, (message) => said.push(message)))
    ids.push(...batch.map(({ id }) => id));
  return { ids, said };
};

describe.each([
  ['honours', false],
  ['ignores', true],
])('a list whose links count rows, at a server that %s the page size', (_, isSizeFixed) => {
  test.each<[string, number, (rows: ListRow[], request: number) => void]>([
    [
      'one recording is deleted, and then one arrives',
      60,
      (rows, request) => {
        if (request === 1) rows.splice(0, 1);
        if (request === 2) rows.unshift(...arrivals(1));
      },
    ],
    [
      'one recording is deleted, and then 160 arrive',
      60,
      (rows, request) => {
        if (request === 1) rows.splice(0, 1);
        if (request === 2) rows.unshift(...arrivals(160));
      },
    ],
    [
      '30 and then 40 recordings are deleted',
      190,
      (rows, request) => {
        if (request === 2) rows.splice(0, 30);
        if (request === 5) rows.splice(10, 40);
      },
    ],
    [
      '400 recordings arrive at once',
      300,
      (rows, request) => {
        if (request === 8) rows.unshift(...arrivals(400));
      },
    ],
    [
      'a late recording comes with each request',
      200,
      (rows, request) => rows.splice((request * 37) % 200, 0, { id: `late-${request}`, minute: -request }),
    ],
  ])('is complete although %s', async (_name, count, change) => {
    const list = openList(count, isSizeFixed, change);
    const { ids, said } = await listAll(list.pages);
    expect(said).toEqual([]);
    expect(list.rows.filter(({ id }) => id.startsWith('row-') && !ids.includes(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(list.requests.length).toBeLessThan(60);
  });

  test('that loses a recording with each request is complete, or is said to be incomplete', async () => {
    const list = openList(400, isSizeFixed, (rows) => rows.splice(0, 1));
    const { ids, said } = await listAll(list.pages);
    const missing = list.rows.filter(({ id }) => !ids.includes(id));
    expect({ missing: said.length > 0 ? [] : missing }).toEqual({ missing: [] });
  });

  test('that does not change is read twice, a page behind each other', async () => {
    const list = openList(500, isSizeFixed, () => {});
    expect((await listAll(list.pages)).ids).toHaveLength(500);
    expect(list.requests.length).toBeLessThanOrEqual(21);
  });
});

describe('a window of Plivo with a hundred recordings of one second', () => {
  const openWindow = (isCounted: boolean) => {
    const random = randomFrom(7);
    let requests = 0;
    const fetchPage = async (offset: number): Promise<Page> => {
      requests++;
      const shuffled = Array.from({ length: 100 }, (_, index) => ({ at: random(), id: `row-${index}`, minute: 0 }))
        .sort((one, other) => one.at - other.at)
        .slice(offset, offset + 20);
      const page = { rows: shuffled.map(read), unreadable: 0, hasMore: offset + 20 < 100 };
      return isCounted ? { ...page, totalRows: 100 } : page;
    };
    return { fetchPage, requests: () => requests };
  };
  const list = { size: 20, horizon: Number.POSITIVE_INFINITY, width: 4 };

  test('in another order each time is read until all are found', async () => {
    const { fetchPage, requests } = openWindow(true);
    const pages = offsetPages({ ...list, first: await fetchPage(0), fetchPage }, { debug: () => {} });
    const { ids, said } = await listAll(pages);
    expect(said).toEqual([]);
    expect(new Set(ids).size).toBe(100);
    expect(requests()).toBeLessThan(70);
  });

  test('in another order each time is said to be incomplete if the number is unknown', async () => {
    const { fetchPage } = openWindow(false);
    const pages = offsetPages({ ...list, first: await fetchPage(0), fetchPage }, { debug: () => {} });
    expect((await listAll(pages)).said).toEqual(['some recordings may be missing from the list']);
  });
});
