import { isRow, type Row } from '../decode.ts';
import { Failure } from '../failure.ts';
import { RollingIdSet } from '../id-set.ts';
import type { ApiClient, Page } from '../provider.ts';
import type { Recording } from '../recording.ts';
import { pageOf, parseNextLink, rowsOf } from './page.ts';
import { markHandled, nextTurn } from './prefetch.ts';

/** Maximum rows inserted between two pages for which shifted rows are still recognised. */
const MAX_INSERTED_ROWS = 20_000;
/** Maximum passes over a list that keeps changing. */
const MAX_PASSES = 4;

/** A list whose pages link to the next one. */
export interface NextLinkList {
  readonly first: string;
  readonly rowsKey: string;
  read(row: Row): Recording | undefined;
  /** The link in a body; undefined, null or empty at the end. */
  nextOf(body: Row): unknown;
  /** If true, a 404 for the first page means an empty list; otherwise it is a failure. */
  readonly mayBeAbsent?: boolean;
  /** Repairs known defects of such links. */
  normalizeLink?(next: URL): URL;
  readonly reader: Reader;
}

/** How many rows the caller needs. */
interface Reader {
  /** The most rows it will read. */
  readonly maxRows?: number;
  /** Older rows are known, so the first page may be enough. */
  readonly isIncremental?: boolean;
}

/**
 * Pages that link to the next one. If the link names the last row of its page, deletions shift nothing. Otherwise the
 * link may be an offset, and a deletion pulls rows across the page boundary. So the previous page is re-read together
 * with the next; if an unseen row appears, the complete list is read again. Throws `partial` if the list keeps
 * changing.
 */
export async function* nextLinkPages(list: NextLinkList, client: ApiClient): AsyncGenerator<Page> {
  const seen = new RollingIdSet(MAX_INSERTED_ROWS);
  let maxPages = Number.POSITIVE_INFINITY;
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    let pages = 0;
    let hasMoved = false;
    for await (const page of readPass(list, seen, client)) {
      if (page.isReread === true && hasUnseenRow(page, seen)) hasMoved = true;
      for (const { id } of page.recordings) seen.add(id);
      // A later pass yields few new rows; that is not a loop. Its length is bounded by the first pass.
      yield pass === 1 ? page : { ...page, isReread: true };
      if (++pages > maxPages) break;
    }
    if (!hasMoved) return;
    maxPages = Math.min(maxPages, pages * 2);
    client.debug('listing.restarted', 'rows disappeared while the list was read; reading it again');
  }
  throw new Failure('partial', 'the list kept changing while it was read');
}

/**
 * Whether an unseen row follows a seen one, or none was seen: rows that were merely inserted come before the seen ones.
 */
const hasUnseenRow = ({ recordings }: Page, seen: RollingIdSet): boolean => {
  const isSeen = recordings.map(({ id }) => seen.has(id));
  return isSeen.lastIndexOf(false) > isSeen.indexOf(true);
};

/**
 * One pass from the first page to the last; a page that may have shifted is read again together with the next one. As
 * long as pages bring new rows, and the caller may need more, the next page is requested before the rows of the current
 * page are parsed.
 */
async function* readPass(list: NextLinkList, seen: RollingIdSet, client: ApiClient): AsyncGenerator<Page> {
  const { maxRows = Number.POSITIVE_INFINITY, isIncremental = false } = list.reader;
  let rows = 0;
  let hasNewRows = !isIncremental;
  let pageToReread: PageUrl | undefined;
  let pendingReread: Promise<Page> | undefined;
  let current = await fetchListPage(list.first, list, client);
  while (current !== undefined) {
    const fetched = current;
    const fetchNext = async (): Promise<FetchedPage | undefined> => {
      const next = fetched.next();
      return next && (await fetchListPage(next, list, client));
    };
    rows += fetched.rows;
    const following = hasNewRows && rows < maxRows ? markHandled(fetchNext()) : undefined;
    // Parsing rows blocks the event loop; let the request be sent first.
    if (following !== undefined) await nextTurn();
    if (pendingReread !== undefined) yield await pendingReread;
    pendingReread = pageToReread === undefined ? undefined : markHandled(rereadPage(pageToReread, list, client));
    const page = fetched.page();
    hasNewRows = page.recordings.some(({ id }) => !seen.has(id));
    yield page;
    // Checked after the rows, so that a bad link loses none.
    current = await (following ?? fetchNext());
    pageToReread = current === undefined || namesLastRow(page, current.url) ? undefined : fetched.url;
  }
  if (pendingReread !== undefined) yield await pendingReread;
}

type PageUrl = string | URL;

interface FetchedPage {
  /** The URL that was requested, with the page size that the server delivered. */
  readonly url: PageUrl;
  /** The number of its entries. */
  readonly rows: number;
  page(): Page;
  /** The URL of the next page. Throws a failure for a link that cannot or must not be followed. */
  next(): URL | undefined;
}

const fetchListPage = (url: PageUrl, list: NextLinkList, client: ApiClient): Promise<FetchedPage | undefined> =>
  // Only the first page may be absent: a later one would be a gap.
  fetchPage(url, list, client, url === list.first && list.mayBeAbsent === true);

const fetchPage = async (
  url: PageUrl,
  list: NextLinkList,
  client: ApiClient,
  mayBeAbsent = false,
): Promise<FetchedPage | undefined> => {
  const response = await (mayBeAbsent ? client.find(url) : client.get(url));
  if (response === undefined) return undefined;
  const link = isRow(response.body) ? list.nextOf(response.body) : undefined;
  const next = (): URL | undefined => {
    const parsed = parseNextLink(response, link);
    const normalized = parsed && (list.normalizeLink?.(parsed) ?? parsed);
    if (normalized?.href !== response.url.href) return normalized;
    throw new Failure('unavailable', 'pagination loop detected: a page links to itself as the next page');
  };
  const hasMore = link !== undefined && link !== null && link !== '';
  const rows = rowsOf(response, list.rowsKey);
  return { url: response.url, rows: rows.length, next, page: () => pageOf(rows, list.read, hasMore) };
};

const rereadPage = async (url: PageUrl, list: NextLinkList, client: ApiClient): Promise<Page> => {
  const fetched = await fetchPage(url, list, client);
  return { ...(fetched?.page() ?? { recordings: [], unreadable: 0, hasMore: false }), isReread: true };
};

/** Whether a link contains the id of the page's last row: then it names a position in the list, not an offset. */
const namesLastRow = ({ recordings }: Page, next: PageUrl): boolean => {
  const id = recordings.at(-1)?.id ?? '';
  return id.length >= MIN_UNIQUE_ID_LENGTH && String(next).includes(encodeURIComponent(id.toWellFormed()));
};

/** A shorter id may be part of a link by chance. */
const MIN_UNIQUE_ID_LENGTH = 16;
