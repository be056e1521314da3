import { Failure } from './failure.ts';
import { isRow, type Row } from './fields.ts';
import { linkIn, pageOf, rowsOf } from './page.ts';
import type { Page, Tools } from './provider.ts';
import type { Recording } from './recording.ts';
import { Seen } from './seen.ts';

/** Readings of a list before it is given up as never holding still. */
const MOST_PASSES = 4;
/** Pages in a row of nothing but known rows that a growing list explains. */
const MOST_PUSHED = 10;
/** Attempts in a row to find the place again before a list that keeps changing is given up. */
const MOST_SETBACKS = 10;

/** Empty pages after full ones, each with a link to yet another, before a list counts as running in a circle. */
const MOST_HOLLOW = 3;

/** A list whose pages link to the next one. */
export interface LinkedList {
  readonly first: string;
  readonly rowsKey: string;
  read(row: Row): Recording | undefined;
  /** The link as the body has it; undefined, null or empty at the end. */
  nextOf(body: Row): unknown;
  /** The list belongs to something that may not exist, and is empty then; otherwise a 404 is a failure. */
  readonly mayBeAbsent?: boolean;
  /** Puts right what is known to be wrong with such links. */
  mend?(next: URL): URL;
}

/**
 * Pages linked one to the next. Where the link names the last row of its page, what vanishes shifts nothing. Where it
 * does not, it may count rows, and rows that vanished would pull others across the border unseen; so the page before is
 * read once more beside the following one, and when something unseen turns up there, the whole list is read again. Ends
 * with `partial` when it never holds still.
 */
export async function* linkedPages(list: LinkedList, tools: Tools): AsyncGenerator<Page> {
  const seen = new Seen();
  let most = Number.POSITIVE_INFINITY;
  for (let pass = 1; pass <= MOST_PASSES; pass++) {
    let pages = 0;
    let moved = false;
    for await (const page of linkedPass(list, tools)) {
      if (page.again === true && slipped(page, seen)) moved = true;
      for (const { id } of page.recordings) seen.add(id);
      // A later reading brings little that is new, and is no circle for that; it is bounded by the first.
      yield pass === 1 ? page : { ...page, again: true };
      if (++pages > most) break;
    }
    if (!moved) return;
    most = Math.min(most, pages * 2);
    tools.note('reread', 'rows vanished while the list was read: reading it again');
  }
  throw new Failure('partial', 'list changed while reading, again and again');
}

/** Whether an unseen row follows a known one, or there is no known one: what only came in stands before the known. */
const slipped = ({ recordings }: Page, seen: Seen): boolean => {
  const known = recordings.map(({ id }) => seen.has(id));
  return known.lastIndexOf(false) > known.indexOf(true);
};

/** One reading from the first page to the last, each page in doubt once more after the page that follows it. */
async function* linkedPass(list: LinkedList, tools: Tools): AsyncGenerator<Page> {
  let target: string | URL | undefined = list.first;
  let doubtful: string | URL | undefined;
  let again: Promise<Page> | undefined;
  while (target !== undefined) {
    // Only the first page may be absent: later it would be a hole.
    const asked = await linkedPage(target, list, tools, target === list.first && list.mayBeAbsent === true);
    if (again !== undefined) yield await again;
    if (asked === undefined) return;
    again = doubtful === undefined ? undefined : unheard(secondReading(doubtful, list, tools));
    const { page } = asked;
    yield page;
    // Only now, so that a link that leads nowhere costs no row.
    const next = asked.next();
    doubtful = next === undefined || namesLast(page, next) ? undefined : target;
    target = next;
  }
  if (again !== undefined) yield await again;
}

interface LinkedPage {
  readonly page: Page;
  /** Throws a failure for a link that cannot or must not be followed. */
  next(): URL | undefined;
}

const linkedPage = async (
  target: string | URL,
  list: LinkedList,
  tools: Tools,
  mayBeAbsent = false,
): Promise<LinkedPage | undefined> => {
  const answer = await (mayBeAbsent ? tools.find(target) : tools.get(target));
  if (answer === undefined) return undefined;
  const given = isRow(answer.body) ? list.nextOf(answer.body) : undefined;
  const next = (): URL | undefined => {
    const link = linkIn(answer, given);
    const mended = link && (list.mend?.(link) ?? link);
    if (mended?.href !== answer.url.href) return mended;
    throw new Failure('unavailable', 'the list runs in a circle: a page names itself as the next');
  };
  const continues = given !== undefined && given !== null && given !== '';
  return { page: pageOf(rowsOf(answer, list.rowsKey), list.read, continues), next };
};

const secondReading = async (target: string | URL, list: LinkedList, tools: Tools): Promise<Page> => {
  const asked = await linkedPage(target, list, tools);
  return { ...(asked?.page ?? { recordings: [], unreadable: 0, continues: false }), again: true };
};

/** Whether a link holds the id of the page's last row: then it means a place in the list, not a count of rows. */
const namesLast = ({ recordings }: Page, next: URL): boolean => {
  const id = recordings.at(-1)?.id ?? '';
  return id.length >= SHORTEST_TELLING_ID && next.search.includes(encodeURIComponent(id.toWellFormed()));
};

/** A shorter id may be in a link by chance. */
const SHORTEST_TELLING_ID = 16;

/** A list whose pages start at a number of rows. */
export interface CountedList {
  readonly first: Page;
  /** The page that starts after so many rows. */
  ask(offset: number): Promise<Page>;
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
export async function* countedPages({ first, ask, horizon, width, ...list }: CountedList): AsyncGenerator<Page> {
  const seen = new Seen();
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
    yield grown && pushed <= MOST_PUSHED ? { ...page, again: true } : page;
    if (!page.continues) return;
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
      if (!underWay.has(ahead)) underWay.set(ahead, unheard(ask(ahead)));
    }
    page = await (underWay.get(offset) ?? ask(offset));
    underWay.delete(offset);
    // After a page that was not full there is nothing to meet, nor without an overlap; a row without an id may be the one.
    const meets = (): boolean =>
      !full || size === 1 || page.unreadable > 0 || page.recordings.some(({ id }) => seen.has(id));
    if (meets()) {
      setbacks = 0;
      hollow = 0;
    } else if (page.recordings.length === 0 && ++hollow >= MOST_HOLLOW) {
      throw new Failure('unavailable', `the list runs in a circle: ${MOST_HOLLOW} pages in a row were empty`);
    }
    while (offset > 0 && !meets()) {
      if (++setbacks > MOST_SETBACKS) throw new Failure('partial', 'list changed while reading, again and again');
      underWay.clear();
      offset = Math.max(0, offset - size);
      page = { ...(await ask(offset)), again: true };
    }
  }
}

/** Runs steps in order, the first alone, then up to `width` ahead of the reader. */
export async function* ahead<T>(steps: Iterable<() => Promise<T>>, width: number): AsyncGenerator<T> {
  const underWay: Promise<T>[] = [];
  let room = 1;
  for (const step of steps) {
    underWay.push(unheard(step()));
    if (underWay.length < room) continue;
    const first = underWay.shift();
    if (first !== undefined) yield await first;
    room = width;
  }
  for (const rest of underWay) yield await rest;
}

/** A promise that may fail before anybody waits for it. */
const unheard = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => {});
  return promise;
};
