import { isRow, type Row } from '../decode.ts';
import { Failure } from '../failure.ts';
import { RollingIdSet } from '../id-set.ts';
import type { ApiClient, Page } from '../provider.ts';
import type { Recording } from '../recording.ts';
import { pageOf, parseNextLink, rowsOf } from './page.ts';
import { markHandled, nextTurn } from './prefetch.ts';

/** Rows that may come in between two pages before those they push on are no longer known. */
const MAX_INSERTED_ROWS = 20_000;
/** Readings of a list before it is given up as never holding still. */
const MAX_PASSES = 4;

/** A list whose pages link to the next one. */
export interface NextLinkList {
  readonly first: string;
  readonly rowsKey: string;
  read(row: Row): Recording | undefined;
  /** The link as the body has it; undefined, null or empty at the end. */
  nextOf(body: Row): unknown;
  /** The list belongs to something that may not exist, and is empty then; otherwise a 404 is a failure. */
  readonly mayBeAbsent?: boolean;
  /** Puts right what is known to be wrong with such links. */
  normalizeLink?(next: URL): URL;
  readonly reader: Reader;
}

/** What is known of who takes the rows. */
interface Reader {
  /** How many at the most. */
  readonly atMost?: number;
  /** Rows of before are known, so that the first page may be enough. */
  readonly resumes?: boolean;
}

/**
 * Pages linked one to the next. Where the link names the last row of its page, what vanishes shifts nothing. Where it
 * does not, it may count rows, and rows that vanished would pull others across the border unseen; so the page before is
 * read once more beside the following one, and when something unseen turns up there, the whole list is read again. Ends
 * with `partial` when it never holds still.
 */
export async function* nextLinkPages(list: NextLinkList, client: ApiClient): AsyncGenerator<Page> {
  const seen = new RollingIdSet(MAX_INSERTED_ROWS);
  let most = Number.POSITIVE_INFINITY;
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    let pages = 0;
    let moved = false;
    for await (const page of readPass(list, seen, client)) {
      if (page.isReread === true && rowSlippedPast(page, seen)) moved = true;
      for (const { id } of page.recordings) seen.add(id);
      // A later reading brings little that is new, and is no circle for that; it is bounded by the first.
      yield pass === 1 ? page : { ...page, isReread: true };
      if (++pages > most) break;
    }
    if (!moved) return;
    most = Math.min(most, pages * 2);
    client.debug('listing.restarted', 'rows disappeared while the list was read; reading it again');
  }
  throw new Failure('partial', 'list changed while reading, again and again');
}

/** Whether an unseen row follows a known one, or there is no known one: what only came in stands before the known. */
const rowSlippedPast = ({ recordings }: Page, seen: RollingIdSet): boolean => {
  const known = recordings.map(({ id }) => seen.has(id));
  return known.lastIndexOf(false) > known.indexOf(true);
};

/**
 * One reading from the first page to the last, each page in doubt once more after the page that follows it. As long as
 * there is something new, and more may be wanted, the next one is asked for before the rows of the last are read.
 */
async function* readPass(list: NextLinkList, seen: RollingIdSet, client: ApiClient): AsyncGenerator<Page> {
  const { atMost = Number.POSITIVE_INFINITY, resumes = false } = list.reader;
  let rows = 0;
  let isFruitful = !resumes;
  let doubtful: string | URL | undefined;
  let again: Promise<Page> | undefined;
  let turn = await fetchTurn(list.first, list, client);
  while (turn !== undefined) {
    const { target, asked } = turn;
    const follow = async (): Promise<Turn | undefined> => {
      const next = asked.next();
      return next && (await fetchTurn(next, list, client));
    };
    rows += asked.rows;
    const following = isFruitful && rows < atMost ? markHandled(follow()) : undefined;
    // Reading rows takes a while, in which nothing else would go out.
    if (following !== undefined) await nextTurn();
    if (again !== undefined) yield await again;
    again = doubtful === undefined ? undefined : markHandled(rereadPage(doubtful, list, client));
    const page = asked.page();
    isFruitful = page.recordings.some(({ id }) => !seen.has(id));
    yield page;
    // Only now, so that a link that leads nowhere costs no row.
    turn = await (following ?? follow());
    doubtful = turn === undefined || namesLastRow(page, turn.target) ? undefined : target;
  }
  if (again !== undefined) yield await again;
}

interface Turn {
  readonly target: string | URL;
  readonly asked: FetchedPage;
}

const fetchTurn = async (target: string | URL, list: NextLinkList, client: ApiClient): Promise<Turn | undefined> => {
  // Only the first page may be absent: later it would be a hole.
  const asked = await fetchPage(target, list, client, target === list.first && list.mayBeAbsent === true);
  return asked && { target, asked };
};

interface FetchedPage {
  /** How many entries it has. */
  readonly rows: number;
  page(): Page;
  /** Throws a failure for a link that cannot or must not be followed. */
  next(): URL | undefined;
}

const fetchPage = async (
  target: string | URL,
  list: NextLinkList,
  client: ApiClient,
  mayBeAbsent = false,
): Promise<FetchedPage | undefined> => {
  const answer = await (mayBeAbsent ? client.find(target) : client.get(target));
  if (answer === undefined) return undefined;
  const given = isRow(answer.body) ? list.nextOf(answer.body) : undefined;
  const next = (): URL | undefined => {
    const link = parseNextLink(answer, given);
    const mended = link && (list.normalizeLink?.(link) ?? link);
    if (mended?.href !== answer.url.href) return mended;
    throw new Failure('unavailable', 'the list runs in a circle: a page names itself as the next');
  };
  const continues = given !== undefined && given !== null && given !== '';
  const rows = rowsOf(answer, list.rowsKey);
  return { rows: rows.length, next, page: () => pageOf(rows, list.read, continues) };
};

const rereadPage = async (target: string | URL, list: NextLinkList, client: ApiClient): Promise<Page> => {
  const asked = await fetchPage(target, list, client);
  return { ...(asked?.page() ?? { recordings: [], unreadable: 0, hasMore: false }), isReread: true };
};

/** Whether a link holds the id of the page's last row: then it means a place in the list, not a count of rows. */
const namesLastRow = ({ recordings }: Page, next: string | URL): boolean => {
  const id = recordings.at(-1)?.id ?? '';
  return id.length >= MIN_UNIQUE_ID_LENGTH && String(next).includes(encodeURIComponent(id.toWellFormed()));
};

/** A shorter id may be in a link by chance. */
const MIN_UNIQUE_ID_LENGTH = 16;
