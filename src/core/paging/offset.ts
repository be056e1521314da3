import { Failure } from '../failure.ts';
import { IdSet } from '../id-set.ts';
import type { Page } from '../provider.ts';
import { markHandled } from './prefetch.ts';

/** Consecutive pages without new rows that a growing list may produce. */
const MAX_INSERTED_PAGES = 10;
/** Consecutive steps back before recx gives up on a changing list. */
const MAX_STEPS_BACK = 10;
/** Empty pages after full ones, each with a link to another page, before the list counts as a loop. */
const MAX_EMPTY_PAGES = 3;

/** A list whose pages are requested by offset. */
export interface OffsetList {
  readonly first: Page;
  /** The page that starts after this many rows. */
  fetchPage(offset: number): Promise<Page>;
  /** Rows on a full page. */
  readonly size: number;
  /** Maximum rows the reader needs. */
  readonly horizon: number;
  /** Pages requested at the same time. */
  readonly width: number;
}

/**
 * Pages by offset: the first one alone, then several ahead of the reader, in order. Consecutive pages overlap by one row.
 * If a page has no known row, earlier rows were deleted and others were skipped, so recx steps back until it finds a
 * known row. Throws `partial` if the list keeps changing.
 */
export async function* offsetPages({ first, fetchPage, horizon, width, ...list }: OffsetList): AsyncGenerator<Page> {
  const seen = new IdSet();
  const inFlight = new Map<number, Promise<Page>>();
  let { size } = list;
  let total = first.totalRows ?? 0;
  let insertedPages = 0;
  let stepsBack = 0;
  let emptyPages = 0;
  let offset = 0;
  let page = first;
  for (;;) {
    const hasNewRows = page.recordings.filter(({ id }) => seen.add(id)).length > 0;
    // Inserted rows shift known ones onto the next pages; a few such consecutive pages are not a loop.
    const hasGrown = !hasNewRows && page.unreadable === 0 && (page.totalRows ?? 0) > total;
    insertedPages = hasGrown ? insertedPages + 1 : 0;
    yield hasGrown && insertedPages <= MAX_INSERTED_PAGES ? { ...page, isReread: true } : page;
    if (!page.hasMore) return;
    total = page.totalRows ?? total;
    if ((page.rowsPerPage ?? size) < size) inFlight.clear();
    size = Math.min(size, page.rowsPerPage ?? size);
    const isFull = page.recordings.length + page.unreadable >= size;
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
      !isFull || size === 1 || page.unreadable > 0 || page.recordings.some(({ id }) => seen.has(id));
    if (isConnected()) {
      stepsBack = 0;
      emptyPages = 0;
    } else if (page.recordings.length === 0 && ++emptyPages >= MAX_EMPTY_PAGES) {
      throw new Failure('unavailable', `pagination loop detected: ${MAX_EMPTY_PAGES} consecutive pages were empty`);
    }
    while (offset > 0 && !isConnected()) {
      if (++stepsBack > MAX_STEPS_BACK) throw new Failure('partial', 'the list kept changing while it was read');
      inFlight.clear();
      offset = Math.max(0, offset - size);
      page = { ...(await fetchPage(offset)), isReread: true };
    }
  }
}
