import { isRow, type Row } from '../decode.ts';
import { Failure } from '../failure.ts';
import type { ApiClient, ListedRow, Page } from '../provider.ts';
import type { Recording } from '../recording.ts';
import type { Reached } from './coverage.ts';
import { type Entries, pageOf, parseNextLink, rowsOf } from './page.ts';
import { markHandled, nextTurn } from './prefetch.ts';

/** A list whose pages link to the next one. */
export interface LinkedList<Item extends ListedRow = Recording> {
  /** The path of the first page, with this many rows a page. */
  first(pageSize: number): string;
  readonly rowsKey: string;
  /** What its rows are, for messages; by default recordings. */
  readonly entries?: Entries;
  read(row: Row): Item | undefined;
  /** The link in a body; undefined, null or empty at the end. */
  nextOf(body: Row): unknown;
  /** If true, a 404 for the first page means an empty list; otherwise it is a failure. */
  readonly mayBeAbsent?: boolean;
  /** Repairs known defects of such links. */
  normalizeLink?(next: URL): URL;
}

/** A page whose rows are parsed when they are needed. */
export interface LinkedPage<Item extends ListedRow = Recording> {
  /** The number of its entries. */
  readonly entries: number;
  readonly hasMore: boolean;
  readonly reached: Reached;
  page(): Page<Item>;
}

/**
 * One pass from the first page to the last. If `needsMore`, the next page is requested before the rows of a page are parsed.
 */
export async function* followLinks<Item extends ListedRow>(
  list: LinkedList<Item>,
  pageSize: number,
  client: ApiClient,
  needsMore: (page: Pick<LinkedPage, 'entries'>) => boolean = () => false,
): AsyncGenerator<LinkedPage<Item>> {
  const first = list.first(pageSize);
  // Only the first page may be absent: a later one would be a gap.
  let current = await fetchPage(first, list, client, list.mayBeAbsent === true);
  let reached: Reached = 'start';
  while (current !== undefined) {
    const fetched = current;
    const fetchNext = async (): Promise<FetchedPage<Item> | undefined> => {
      const next = fetched.next();
      return next && (await fetchPage(next, list, client));
    };
    const following = needsMore(fetched) ? markHandled(fetchNext()) : undefined;
    // Parsing rows blocks the event loop; let the request be sent first.
    if (following !== undefined) await nextTurn();
    let parsed: Page<Item> | undefined;
    const page = (): Page<Item> => (parsed ??= fetched.page());
    yield { entries: fetched.entries, hasMore: fetched.hasMore, reached, page };
    // Checked after the rows, so that a bad link loses none.
    current = await (following ?? fetchNext());
    reached = current !== undefined && namesLastRow(page(), current.url) ? 'row' : 'position';
  }
}

type PageUrl = string | URL;

interface FetchedPage<Item extends ListedRow> extends Omit<LinkedPage<Item>, 'reached'> {
  /** The URL or path that was requested. */
  readonly url: PageUrl;
  /** The URL of the next page. Throws a failure for a link that cannot or must not be followed. */
  next(): URL | undefined;
}

const fetchPage = async <Item extends ListedRow>(
  url: PageUrl,
  list: LinkedList<Item>,
  client: ApiClient,
  mayBeAbsent = false,
): Promise<FetchedPage<Item> | undefined> => {
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
  const rows = rowsOf(response, list.rowsKey, list.entries);
  return { url, entries: rows.length, hasMore, next, page: () => pageOf(rows, list.read, hasMore) };
};

/** Whether a link contains the id of the page's last row: then it names a position in the list, not an offset. */
const namesLastRow = ({ rows }: Page<ListedRow>, next: PageUrl): boolean => {
  const id = rows.at(-1)?.id ?? '';
  return id.length >= MIN_UNIQUE_ID_LENGTH && String(next).includes(encodeURIComponent(id.toWellFormed()));
};

/** A shorter id may be part of a link by chance. */
const MIN_UNIQUE_ID_LENGTH = 16;
