import { bytes, isRow, type Row } from '../core/decode.ts';
import { Failure } from '../core/failure.ts';
import { offsetPages } from '../core/paging/offset.ts';
import { type Entries, pageOf, parseNextLink, rowsOf } from '../core/paging/page.ts';
import { prefetch } from '../core/paging/prefetch.ts';
import type { ApiClient, ApiResponse, ListedRow, Page } from '../core/provider.ts';
import type { Instant } from '../core/recording.ts';
import { DAY } from '../core/time/duration.ts';
import { toInstant } from '../core/time/utc.ts';

/** Plivo keeps calls for 90 days; older ones are neither listed nor found. */
export const CALLS_KEPT_FOR = 90 * DAY;
/** The most rows Plivo puts on a page. */
export const PAGE_SIZE = 20;
/** The widest window of time that Plivo accepts; without one it silently returns the last 7 days. */
export const WINDOW_DAYS = 30;
export const PREFETCHED_PAGES = 8; // in flight at the same time

interface TimeRange {
  /** Half-open: entries from `since` on, before `until`. */
  readonly since: Instant | undefined;
  readonly until: Instant | undefined;
  /** No entry can be older; milliseconds. */
  readonly oldest: number;
}

/** A list of Plivo, which is searched in windows of time, newest first, with a list for each of several requests. */
interface WindowedList<Request extends ListRequest, Item extends ListedRow> extends TimeRange {
  readonly path: string;
  readonly entries: Entries;
  /** The field by which the list is searched and ordered. */
  readonly timeField: 'add_time' | 'end_time';
  readonly requests: readonly Request[];
  /** The most rows that the reader needs. */
  readonly horizon: number;
  read(row: Row, request: Request): Item | undefined;
}

interface ListRequest {
  readonly parameters: Readonly<Record<string, string>>;
}

/** The lists of one window. */
interface WindowLists<Item extends ListedRow> {
  /** One for each request. Their first pages are prefetched, the rest are read on demand. */
  readonly lists: readonly AsyncIterable<Page<Item>>[];
  /** Follows the pages of the lists, and says where the window began. */
  readonly end: Page<Item> | undefined;
}

/** The lists of each window, the first window alone, then several ahead of the reader. */
export const windowLists = <Request extends ListRequest, Item extends ListedRow>(
  list: WindowedList<Request, Item>,
  client: ApiClient,
): AsyncIterable<WindowLists<Item>> => {
  const { path, entries, timeField, requests, horizon } = list;
  const width = Math.max(1, Math.floor(PREFETCHED_PAGES / requests.length));

  const pageAt = async (request: Request, from: number, to: number, offset: number): Promise<Page<Item>> => {
    const parameters = new URLSearchParams({
      ...request.parameters,
      [`${timeField}__gte`]: wireTime(from),
      [`${timeField}__lt`]: wireTime(to),
      limit: String(PAGE_SIZE),
      offset: String(offset),
    });
    const response = await client.get(`${path}?${parameters}`);
    const rows = rowsOf(response, 'objects', entries);
    const { hasMore, ...meta } = metaOf(response, offset, rows.length);
    return { ...pageOf(rows, (row) => list.read(row, request), hasMore), ...meta };
  };

  const openWindow = async (from: number, to: number): Promise<WindowLists<Item>> => {
    const open = async (request: Request): Promise<AsyncIterable<Page<Item>>> => {
      const fetchPage = (offset: number): Promise<Page<Item>> => pageAt(request, from, to, offset);
      return offsetPages({ first: await fetchPage(0), fetchPage, size: PAGE_SIZE, horizon, width }, client);
    };
    const lists = await Promise.all(requests.map(open));
    const olderThan = toInstant(from);
    return {
      lists,
      end: olderThan === undefined ? undefined : { rows: [], unreadable: 0, hasMore: true, olderThan },
    };
  };

  function* steps(): Generator<() => Promise<WindowLists<Item>>> {
    for (const [from, to] of windowsOf(list, client.now())) {
      client.debug('listing.window', `window from ${wireTime(from)} to ${wireTime(to)}`);
      yield () => openWindow(from, to);
    }
  }

  return prefetch(steps(), width);
};

/**
 * Reads `meta`. Of `next` only its presence and its offset are used: sample links lack the request's filters, so
 * following one would leave the window. `total_count` bounds the prefetched pages, and never ends a list.
 */
const metaOf = (
  response: ApiResponse,
  offset: number,
  count: number,
): Pick<Page, 'hasMore' | 'rowsPerPage' | 'totalRows'> => {
  const meta = isRow(response.body) ? (response.body.meta ?? {}) : {};
  // Treating it as the end would cut the list silently.
  if (!isRow(meta)) throw new Failure('unavailable', `${response.described}, but "meta" is not an object`);
  const link = parseNextLink(response, meta.next);
  const next = bytes(link?.searchParams.get('offset'));
  if (next !== undefined && next <= offset) {
    throw new Failure('unavailable', `pagination loop detected: offset ${offset} is followed by offset ${next}`);
  }
  const sizes = [bytes(response.url.searchParams.get('limit')), bytes(meta.limit), next && next - offset].filter(
    (size) => size !== undefined,
  );
  const total = bytes(meta.total_count);
  // The end is `next: null`: without it, and without a total, others may follow a full page.
  if (meta.next === undefined && total === undefined && count >= PAGE_SIZE)
    throw new Failure('unavailable', `${response.described}, but without "meta.next", the end of the list`);
  return {
    hasMore: link !== undefined,
    // A server may return fewer rows than requested.
    ...(sizes.length === 0 ? {} : { rowsPerPage: Math.max(1, Math.min(...sizes)) }),
    ...(total === undefined ? {} : { totalRows: total }),
  };
};

/** Half-open windows `[from, to)` in milliseconds, newest first, on full seconds, the precision of the wire format. */
function* windowsOf({ since, until, oldest: first }: TimeRange, now: number): Generator<readonly [number, number]> {
  const oldest = floorSecond(since === undefined ? first : Math.max(first, Date.parse(since)));
  // A day ahead, also of a time that this machine's clock may wrongly call future.
  const ahead = Math.max(now, oldest) + DAY;
  const newest = until === undefined ? ahead : Math.min(Date.parse(until), ahead);
  // At least one window: only a response tells the right time.
  let to = Math.max(floorSecond(newest + 999), oldest + 1000);
  while (to > oldest) {
    const from = Math.max(oldest, to - WINDOW_DAYS * DAY);
    yield [from, to];
    to = from;
  }
}

const floorSecond = (epoch: number): number => Math.floor(epoch / 1000) * 1000;

/** `2026-11-20 13:45:00`, UTC. */
const wireTime = (epoch: number): string => (toInstant(epoch) ?? '').slice(0, 19).replace('T', ' ');
