import { Failure } from '../failure.ts';
import { IdSet } from '../id-set.ts';
import type { Page } from '../provider.ts';
import { markHandled } from './prefetch.ts';

/** Pages in a row of nothing but known rows that a growing list explains. */
const MAX_INSERTED_PAGES = 10;
/** Attempts in a row to find the place again before a list that keeps changing is given up. */
const MAX_SETBACKS = 10;
/** Empty pages after full ones, each with a link to yet another, before a list counts as running in a circle. */
const MAX_EMPTY_PAGES = 3;

/** A list whose pages start at a number of rows. */
export interface OffsetList {
  readonly first: Page;
  /** The page that starts after so many rows. */
  fetchPage(offset: number): Promise<Page>;
  /** Rows on a full page. */
  readonly size: number;
  /** Rows the reader takes at most. */
  readonly horizon: number;
  /** Pages asked for at the same time. */
  readonly width: number;
}

/**
 * Pages by number of rows, after the first several ahead of the reader, in order. Each overlaps the one before by a
 * row: where none of a page's rows is known, rows before it vanished and others slipped past unseen, so the reading goes
 * back until it meets a known row. Ends with `partial` when the list never holds still.
 */
export async function* offsetPages({ first, fetchPage, horizon, width, ...list }: OffsetList): AsyncGenerator<Page> {
  const seen = new IdSet();
  const underWay = new Map<number, Promise<Page>>();
  let { size } = list;
  let total = first.total ?? 0;
  let pushed = 0;
  let setbacks = 0;
  let hollow = 0;
  let offset = 0;
  let page = first;
  for (;;) {
    const fresh = page.recordings.filter(({ id }) => seen.add(id)).length > 0;
    // Rows that came in push known ones onto the next pages; a few such pages in a row are no circle.
    const grown = !fresh && page.unreadable === 0 && (page.total ?? 0) > total;
    pushed = grown ? pushed + 1 : 0;
    yield grown && pushed <= MAX_INSERTED_PAGES ? { ...page, isReread: true } : page;
    if (!page.hasMore) return;
    total = page.total ?? total;
    if ((page.size ?? size) < size) underWay.clear();
    size = Math.min(size, page.size ?? size);
    const full = page.recordings.length + page.unreadable >= size;
    const step = Math.max(1, size - 1);
    offset += step;
    // Not ahead while the place is lost.
    const reach = setbacks > 0 ? 1 : width;
    const end = Math.min(page.total ?? Number.POSITIVE_INFINITY, horizon, offset + reach * step);
    for (let ahead = offset; ahead === offset || ahead < end; ahead += step) {
      if (!underWay.has(ahead)) underWay.set(ahead, markHandled(fetchPage(ahead)));
    }
    page = await (underWay.get(offset) ?? fetchPage(offset));
    underWay.delete(offset);
    // After a page that was not full there is nothing to meet, nor without an overlap; a row without an id may be the one.
    const meets = (): boolean =>
      !full || size === 1 || page.unreadable > 0 || page.recordings.some(({ id }) => seen.has(id));
    if (meets()) {
      setbacks = 0;
      hollow = 0;
    } else if (page.recordings.length === 0 && ++hollow >= MAX_EMPTY_PAGES) {
      throw new Failure('unavailable', `the list runs in a circle: ${MAX_EMPTY_PAGES} pages in a row were empty`);
    }
    while (offset > 0 && !meets()) {
      if (++setbacks > MAX_SETBACKS) throw new Failure('partial', 'list changed while reading, again and again');
      underWay.clear();
      offset = Math.max(0, offset - size);
      page = { ...(await fetchPage(offset)), isReread: true };
    }
  }
}
