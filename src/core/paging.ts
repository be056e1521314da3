import { Failure } from './failure.ts';
import { isRow, type Row } from './fields.ts';
import { linkIn, pageOf, rowsOf } from './page.ts';
import type { Page, Tools } from './provider.ts';
import type { Recording } from './recording.ts';
import { Seen } from './seen.ts';

/** Attempts in a row to find the place again before a list that keeps changing is given up. */
const MOST_SETBACKS = 10;

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
 * Pages linked one to the next. Where the link names the last row of its
 * page, what vanishes shifts nothing. Where it does not, it may count rows, and a row that vanished would pull another
 * across the border unseen; so the page before is read once more beside the following one, and what turns up there is
 * given, too.
 */
export async function* linkedPages(list: LinkedList, tools: Tools): AsyncGenerator<Page> {
  let target: string | URL | undefined = list.first;
  let doubtful: string | URL | undefined;
  let again: Promise<Page | undefined> | undefined;
  while (target !== undefined) {
    const asked = await linkedPage(target, list, tools);
    const moved = await again;
    if (moved !== undefined) yield moved;
    if (asked === undefined) return;
    again = doubtful === undefined ? undefined : unheard(secondReading(doubtful, list, tools));
    const { page } = asked;
    yield page;
    // Only now, so that a link that leads nowhere costs no row.
    const next = asked.next();
    doubtful = next === undefined || namesLast(page, next) ? undefined : target;
    target = next;
  }
  const moved = await again;
  if (moved !== undefined) yield moved;
}

interface LinkedPage {
  readonly page: Page;
  /** Throws a failure for a link that cannot or must not be followed. */
  next(): URL | undefined;
}

const linkedPage = async (target: string | URL, list: LinkedList, tools: Tools): Promise<LinkedPage | undefined> => {
  const answer = await (list.mayBeAbsent === true ? tools.find(target) : tools.get(target));
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

const secondReading = async (target: string | URL, list: LinkedList, tools: Tools): Promise<Page | undefined> => {
  const asked = await linkedPage(target, list, tools);
  return asked && { ...asked.page, again: true };
};

/** Whether a link holds the id of the page's last row: then it means a place in the list, not a count of rows. */
const namesLast = ({ recordings }: Page, next: URL): boolean => {
  const id = recordings.at(-1)?.id ?? '';
  return id.length >= SHORTEST_TELLING_ID && next.search.includes(encodeURIComponent(id));
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
export async function* countedPages({ first, ask, size, horizon, width }: CountedList): AsyncGenerator<Page> {
  const step = Math.max(1, size - 1);
  const seen = new Seen();
  const underWay = new Map<number, Promise<Page>>();
  let setbacks = 0;
  let offset = 0;
  let page = first;
  for (;;) {
    for (const { id } of page.recordings) seen.add(id);
    yield page;
    if (!page.continues) return;
    const full = page.recordings.length + page.unreadable >= size;
    offset += step;
    const end = Math.min(page.total ?? Number.POSITIVE_INFINITY, horizon, offset + width * step);
    for (let ahead = offset; ahead === offset || ahead < end; ahead += step) {
      if (!underWay.has(ahead)) underWay.set(ahead, unheard(ask(ahead)));
    }
    page = await (underWay.get(offset) ?? ask(offset));
    underWay.delete(offset);
    // After a page that was not full there is nothing to meet.
    const meets = (): boolean => !full || page.recordings.some(({ id }) => seen.has(id));
    if (meets()) setbacks = 0;
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
