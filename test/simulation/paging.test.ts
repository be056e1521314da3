import { expect, test } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import { Failure } from '../../src/core/failure.ts';
import { listMatching, take } from '../../src/core/listing.ts';
import { nextLinkPages } from '../../src/core/paging/next-link.ts';
import { offsetPages } from '../../src/core/paging/offset.ts';
import type { ApiClient, Page, Provider } from '../../src/core/provider.ts';
import { type Recording, recording } from '../../src/core/recording.ts';
import { randomFrom } from '../../src/sandbox/samples.ts';
import { repetitions, withSeed } from '../support/thoroughness.ts';

/*
 * An independent model of list servers whose lists change with each request. Nothing of the program's paging is known to it:
 * it serves pages, and afterwards it knows which recordings were there all the time.
 */

interface ModelRow {
  readonly id: string;
  /** Seconds; the list is sorted by it, newest first. */
  readonly time: number;
}

/** How pages are found. */
type Links = 'offset' | 'offset, page size ignored' | 'last row' | 'window offset';

/** The chance of each change after a request. */
interface Weather {
  readonly deletion?: number;
  /** Several rows at once, anywhere. */
  readonly purge?: number;
  readonly arrival?: number;
  readonly burst?: number;
  /** A row between old ones. */
  readonly late?: number;
  /** Rows that have one time. */
  readonly ties?: number;
  /** Rows of one time are served in another order each time. */
  readonly unstable?: boolean;
}

const openModel = (seed: number, links: Links, count: number, pageRows: number, weather: Weather) => {
  const random = randomFrom(seed);
  const below = (end: number): number => Math.floor(random() * end);
  let named = 0;
  const row = (time: number): ModelRow => ({ id: `recording-${seed}-${(++named).toString().padStart(8, '0')}`, time });
  const tied = weather.ties ?? 1;
  const rows: ModelRow[] = Array.from({ length: count }, (_, index) => row(1e6 - Math.floor(index / tied)));
  const gone = new Set<string>();
  const initial = [...rows];
  let newest = 1e6;
  let requests = 0;

  const remove = (amount: number): void => {
    for (const { id } of rows.splice(below(Math.max(1, rows.length - amount)), amount)) gone.add(id);
  };
  const change = (): void => {
    if (random() < (weather.deletion ?? 0)) remove(1);
    if (random() < (weather.purge ?? 0)) remove(1 + below(pageRows));
    if (random() < (weather.arrival ?? 0)) rows.unshift(row(++newest));
    if (random() < (weather.burst ?? 0))
      for (let left = below(pageRows * 8); left > 0; left--) rows.unshift(row(++newest));
    if (random() < (weather.late ?? 0)) {
      const place = below(rows.length);
      rows.splice(place, 0, row((rows[place]?.time ?? 0) + random()));
    }
    if (weather.unstable === true) {
      for (let last = rows.length - 1; last > 0; last--) {
        const other = last - below(Math.min(last, tied));
        const [one, two] = [rows[last], rows[other]];
        if (one?.time === two?.time && one && two) [rows[last], rows[other]] = [two, one];
      }
    }
  };
  const serve = (start: number, size: number): readonly ModelRow[] => {
    requests++;
    return rows.slice(start, start + size);
  };
  return {
    change,
    serve,
    rows,
    random,
    requests: () => requests,
    /** The recordings that were there at the start and are still there. */
    lasting: () => initial.filter(({ id }) => !gone.has(id)),
    links,
    pageRows,
  };
};
type Model = ReturnType<typeof openModel>;

const read = ({ id, time }: ModelRow): Recording => ({
  ...recording({ id, provider: 'p', api: 'a', profile: 'x', kind: 'call', status: 'unknown', raw: {} }),
  createdAt: new Date(1e12 + time * 1000).toISOString(),
});

const pagesOf = (model: Model, maxRows?: number): AsyncIterable<Page> => {
  const { links, pageRows } = model;
  const answer = (url: URL): unknown => {
    const after = url.searchParams.get('after');
    const size = links === 'offset, page size ignored' ? pageRows : Number(url.searchParams.get('size'));
    const start = links === 'last row' ? placeAfter(after, model.rows) : Number(url.searchParams.get('offset') ?? 0);
    const rows = model.serve(start, size);
    const more = start + size < model.rows.length;
    const place = links === 'last row' ? `after=${rows.at(-1)?.time}:${rows.at(-1)?.id}` : `offset=${start + size}`;
    const body = { rows: rows.map((one) => ({ ...one })), next: more ? `/?size=${size}&${place}` : null };
    model.change();
    return body;
  };
  const get = async (target: string | URL) => {
    const url = new URL(target, 'http://server');
    if (model.random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
    return { body: answer(url), url, described: '' };
  };
  const client = {
    profile: 'x',
    origin: 'http://server',
    now: () => 0,
    get,
    find: get,
    debug: () => {},
  } satisfies ApiClient;
  if (links !== 'window offset') {
    return nextLinkPages(
      {
        first: (size) => `/?size=${size}`,
        pageSize: pageRows,
        rowsKey: 'rows',
        read: (row: Row) => read(row as unknown as ModelRow),
        nextOf: ({ next }: Row) => next,
        reader: maxRows === undefined ? {} : { maxRows },
      },
      client,
    );
  }
  const fetchPage = async (offset: number): Promise<Page> => {
    const rows = model.serve(offset, pageRows);
    const page = {
      rows: rows.map(read),
      unreadable: 0,
      hasMore: offset + pageRows < model.rows.length,
      totalRows: model.rows.length,
    };
    model.change();
    return page;
  };
  return (async function* () {
    const list = { first: await fetchPage(0), fetchPage, size: pageRows, horizon: Number.POSITIVE_INFINITY, width: 4 };
    yield* offsetPages(list, client);
  })();
};

const placeAfter = (after: string | null, rows: readonly ModelRow[]): number => {
  if (after === null) return 0;
  const [time, id] = after.split(':');
  const place = rows.findIndex((row) => row.id === id);
  if (place !== -1) return place + 1;
  const older = rows.findIndex((row) => row.time < Number(time));
  return older === -1 ? rows.length : older;
};

/** One listing of a model, of at most `limit` rows: what is missing, and what the listing said about it. */
const listModel = async (model: Model, limit?: number) => {
  const ids: string[] = [];
  let said: string | undefined;
  const provider: Provider = {
    pages: () => pagesOf(model, limit),
    find: async () => undefined,
    media: () => undefined,
  };
  const incomplete = (message: string): void => {
    said = message;
  };
  try {
    for await (const batch of take(listMatching(provider, {}, incomplete), limit ?? Number.POSITIVE_INFINITY))
      ids.push(...batch.map(({ id }) => id));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    said = `${error.kind}: ${error.message}`;
  }
  const listed = new Set(ids);
  const lasting = model.lasting();
  // Below a limit, only what is newer than the oldest row of the result belongs to it.
  const oldest =
    limit === undefined || ids.length < limit
      ? -1
      : Math.min(...lasting.filter(({ id }) => listed.has(id)).map(({ time }) => time));
  const missing = lasting.filter(({ id, time }) => time > oldest && !listed.has(id));
  return { missing, twice: ids.length - listed.size, said };
};

const everyLinks: readonly Links[] = ['offset', 'offset, page size ignored', 'last row', 'window offset'];

/** What changes, and whether a listing may say that it is incomplete. */
const cases: readonly (readonly [string, Weather, maySay: boolean])[] = [
  ['nothing changes', {}, false],
  ['recordings arrive', { arrival: 0.7 }, false],
  ['many recordings arrive at once', { burst: 0.08 }, false],
  ['a late recording arrives with each request', { late: 1 }, false],
  ['a recording is deleted now and then', { deletion: 0.1 }, false],
  ['recordings are deleted and arrive now and then', { deletion: 0.1, arrival: 0.1 }, false],
  ['recordings are deleted and arrive all the time', { deletion: 0.5, arrival: 0.5 }, true],
  ['many recordings are deleted at once', { purge: 0.1, burst: 0.03 }, true],
  ['everything happens', { deletion: 0.3, purge: 0.05, arrival: 0.3, burst: 0.03, late: 0.3 }, true],
  ['recordings share times, and are deleted and arrive', { ties: 4, deletion: 0.1, arrival: 0.1 }, true],
  ['all recordings share a time, and some are deleted', { ties: 1000, deletion: 0.1 }, true],
  ['few recordings share a time without an order', { ties: 4, unstable: true }, true],
  ['many recordings share a time without an order', { ties: 120, unstable: true }, true],
];
const LISTS = repetitions(2000, 60);

const combinations = everyLinks.flatMap((links) =>
  cases
    // A link that names a row presupposes an order.
    .filter(([, weather]) => links !== 'last row' || weather.ties === undefined)
    .map(([name, weather, maySay]) => ({ links, name, weather, maySay })),
);

test.concurrent.each(combinations)(
  'a list with links by $links misses nothing silently while $name',
  async ({ links, name, weather, maySay }) => {
    const random = randomFrom(withSeed(name.length * 7 + links.length));
    for (let number = 0; number < LISTS; number++) {
      const seed = Math.floor(random() * 2 ** 31);
      const pageRows = 5 + Math.floor(random() * 20);
      const count = Math.floor(random() * pageRows * 9);
      const limit = number % 4 === 0 && weather.unstable !== true ? 1 + Math.floor(random() * count) : undefined;
      const { missing, twice, said } = await listModel(openModel(seed, links, count, pageRows, weather), limit);
      const drawn = { seed, pageRows, count, limit, said };
      expect({ ...drawn, twice }).toEqual({ ...drawn, twice: 0 });
      if (said === undefined) expect({ ...drawn, missing }).toEqual({ ...drawn, missing: [] });
      else if (!maySay && limit === undefined) expect(drawn).toEqual({ ...drawn, said: undefined });
    }
  },
);
