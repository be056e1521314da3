import { Failure } from '../failure.ts';
import { IdSet } from '../hash/id-set.ts';
import type { ApiClient, ListedRow, Page } from '../provider.ts';
import type { Recording } from '../recording.ts';
import { Coverage, END, isSameReading, type Pass } from './coverage.ts';
import { openLoopCheck } from './loop-check.ts';
import { markHandled } from './prefetch.ts';

/** Passes over a list of which rows seem to be missing, the first included. */
const MAX_PASSES = 10;
/** Consecutive steps back, each twice as far as the one before, before recx gives up on a changing list. */
const MAX_STEPS_BACK = 10;
/** Empty pages after full ones, each with a link to another page, before the list counts as a loop. */
const MAX_EMPTY_PAGES = 3;

/** A list whose pages are requested by offset. */
export interface OffsetList<Item extends ListedRow = Recording> {
  readonly first: Page<Item>;
  /** The page that starts after this many rows. */
  fetchPage(offset: number): Promise<Page<Item>>;
  /** Rows on a full page. */
  readonly size: number;
  /** Maximum rows the reader needs. */
  readonly horizon: number;
  /** Pages requested at the same time. */
  readonly width: number;
}

/**
 * Pages by offset. Rows of one time may come in another order with each response: then the overlap of two pages proves nothing,
 * and fewer rows come than the API counts. So the list is read again until no row can be missing (`Coverage`); otherwise it is
 * marked as incomplete. Throws `partial` if the list keeps changing.
 */
export async function* offsetPages<Item extends ListedRow>(
  list: OffsetList<Item>,
  client: Pick<ApiClient, 'debug'>,
): AsyncGenerator<Page<Item>> {
  const coverage = new Coverage();
  const counts: PassCount[] = [];
  const checkLoop = openLoopCheck(async () => coverage.hasUnseen((await list.fetchPage(0)).rows));
  let { first } = list;
  for (;;) {
    const count = openCount(coverage);
    const isFirst = counts.length === 0;
    for await (const page of readPass({ ...list, first }, count.seen)) {
      const { unseen } = coverage.add(count.pass, page.rows, count.pages === 0 ? 'start' : 'position');
      addToCount(count, page);
      if (isFirst) yield page;
      else if (unseen.length > 0) yield { rows: unseen, unreadable: 0, hasMore: true };
      // A later pass has few new rows; its length is bounded by the first one.
      if (!isFirst && count.pages > 2 * (counts[0]?.pages ?? 0)) break;
      const lastRow = coverage.rowNumber(page.rows.at(-1)?.id);
      if (isFirst) await checkLoop({ hasNewRows: unseen.length > 0, lastRow, hasMore: page.hasMore });
      if (!page.hasMore) coverage.end(count.pass, page.rows.length > 0 || count.pages === 1);
    }
    counts.push(count);
    if (isComplete(counts, coverage)) return;
    if (counts.length === MAX_PASSES) break;
    client.debug('listing.restarted', 'some rows of the list may be missing; reading it again');
    first = await list.fetchPage(0);
  }
  yield { rows: [], unreadable: 0, hasMore: false, incomplete: 'some recordings may be missing from the list' };
}

/** What one pass over the list has brought. */
interface PassCount {
  readonly pass: Pass;
  readonly seen: IdSet;
  /** The totals that its pages reported. */
  readonly totals: Set<number>;
  pages: number;
  /** Entries of all pages. */
  rows: number;
  unreadable: number;
}

const openCount = (coverage: Coverage): PassCount => ({
  pass: coverage.openPass(),
  seen: new IdSet(),
  totals: new Set(),
  pages: 0,
  rows: 0,
  unreadable: 0,
});

const addToCount = (count: PassCount, { rows, unreadable, totalRows }: Page<ListedRow>): void => {
  count.pages++;
  count.rows += rows.length + unreadable;
  count.unreadable += unreadable;
  if (totalRows !== undefined) count.totals.add(totalRows);
};

/** Whether no row can be missing: as many were found as the list has, or it was read without a gap and does not say. */
const isComplete = (counts: readonly PassCount[], coverage: Coverage): boolean => {
  const [previous, last] = [counts.at(-2), counts.at(-1)];
  const [total, other] = last?.totals ?? [];
  // A total that changed meanwhile counts other rows.
  if (last === undefined || total === undefined || other !== undefined) return coverage.isCovered(END);
  const isUnchanged = counts.every(({ totals }) => totals.size === 1 && totals.has(total));
  const found = isUnchanged ? coverage.rowCount : last.seen.size;
  if (found + last.unreadable >= total) return true;
  // Rows that are served twice count twice, each time.
  return previous !== undefined && isSameReading(previous.pass, last.pass) && last.rows >= total;
};

/**
 * One pass: the first page alone, then several ahead of the reader, in order. Consecutive pages overlap by one row. If a page has
 * no known row, earlier rows were deleted and others were skipped, so recx steps back until it finds a known row.
 */
async function* readPass<Item extends ListedRow>(list: OffsetList<Item>, seen: IdSet): AsyncGenerator<Page<Item>> {
  const { first, fetchPage, horizon, width } = list;
  const inFlight = new Map<number, Promise<Page<Item>>>();
  let { size } = list;
  let stepsBack = 0;
  let emptyPages = 0;
  let offset = 0;
  let page = first;
  for (;;) {
    for (const { id } of page.rows) seen.add(id);
    yield page;
    if (!page.hasMore) return;
    if ((page.rowsPerPage ?? size) < size) inFlight.clear();
    size = Math.min(size, page.rowsPerPage ?? size);
    const isFull = page.rows.length + page.unreadable >= size;
    const step = Math.max(1, size - 1);
    offset += step;
    // No prefetch while the position is lost.
    const pagesInFlight = stepsBack > 0 ? 1 : width;
    const end = Math.min(page.totalRows ?? Number.POSITIVE_INFINITY, horizon, offset + pagesInFlight * step);
    for (let prefetchOffset = offset; prefetchOffset === offset || prefetchOffset < end; prefetchOffset += step) {
      if (!inFlight.has(prefetchOffset)) inFlight.set(prefetchOffset, markHandled(fetchPage(prefetchOffset)));
    }
    page = await (inFlight.get(offset) ?? fetchPage(offset));
    inFlight.delete(offset);
    // After a partial page, or without overlap, no known row is expected. A row without an id may be the overlapping one.
    const isConnected = (): boolean =>
      !isFull || size === 1 || page.unreadable > 0 || page.rows.some(({ id }) => seen.has(id));
    if (isConnected()) {
      stepsBack = 0;
      emptyPages = 0;
    } else if (page.rows.length === 0 && ++emptyPages >= MAX_EMPTY_PAGES) {
      throw new Failure('unavailable', `pagination loop detected: ${MAX_EMPTY_PAGES} consecutive pages were empty`);
    }
    while (offset > 0 && !isConnected()) {
      if (++stepsBack > MAX_STEPS_BACK) throw new Failure('partial', 'the list kept changing while it was read');
      inFlight.clear();
      offset = Math.max(0, offset - size * 2 ** (stepsBack - 1));
      page = await fetchPage(offset);
    }
  }
}
