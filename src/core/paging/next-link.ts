import type { ApiClient, ListedRow, Page } from '../provider.ts';
import type { KnownList } from '../query.ts';
import type { Instant, Recording } from '../recording.ts';
import { Coverage, END, type Pass } from './coverage.ts';
import { followLinks, type LinkedList, type LinkedPage } from './follow-links.ts';
import { CHANGED_PAGE, openFoundRows, pageOfRows } from './found-rows.ts';
import { openLoopCheck } from './loop-check.ts';
import { markHandled } from './prefetch.ts';

/** Passes over a list that keeps changing, the first included. */
const MAX_PASSES = 8;
/** Each further pass has pages that are smaller by this part of a page, so that they meet elsewhere. */
const SIZE_STEP = 1 / 16;

/** A list whose pages link to the next one, and what the caller needs of it. */
export interface NextLinkList<Item extends ListedRow = Recording> extends LinkedList<Item> {
  readonly pageSize: number;
  readonly reader: Reader<Item>;
}

/** How many rows the caller needs. */
interface Reader<Item extends ListedRow> {
  /** The most rows it will read. */
  readonly maxRows?: number;
  /** If older rows are known and the list is in order, the first page may be enough. */
  readonly known?: Pick<KnownList, 'isOrdered'>;
  /** Called with the new rows of each page; true if the reader needs no further page. */
  isEnough?(rows: readonly Item[]): boolean;
}

/**
 * Pages that link to the next one. A link that names the last row of its page loses nothing. Any other link may be an offset,
 * and a deletion then pulls rows across the border of two pages. So a second pass reads the list once more, one page behind the
 * first, until every border is known to hold (`Coverage`); rows that the first pass missed are added. If the list changed too
 * much, more passes follow. A list that keeps changing is marked as incomplete.
 */
export async function* nextLinkPages<Item extends ListedRow>(
  list: NextLinkList<Item>,
  client: ApiClient,
): AsyncGenerator<Page<Item>> {
  const { maxRows = Number.POSITIVE_INFINITY, known } = list.reader;
  const coverage = new Coverage();
  const checkLoop = openLoopCheck(async () => {
    for await (const head of followLinks(list, list.pageSize, client)) return coverage.hasUnseen(head.page().rows);
    return false;
  });
  const main = coverage.openPass();
  const check = openCheck(list, coverage, main, client);
  let hasNewRows = known?.isOrdered !== true;
  let entries = 0;
  const needsMore = (page: Pick<LinkedPage, 'entries'>): boolean => {
    entries += page.entries;
    return hasNewRows && entries < maxRows;
  };
  const found = openFoundRows<Item>(maxRows);
  let isAbsent = true;
  /** Completes the rows before a page. */
  async function* settle(page: number, oldest?: Instant | null): AsyncGenerator<Page<Item>> {
    for await (const { rows, incomplete } of check.settle(page, oldest)) {
      found.add(rows);
      if (incomplete !== undefined) yield CHANGED_PAGE;
    }
  }
  for await (const linked of followLinks(list, list.pageSize, client, needsMore)) {
    isAbsent = false;
    found.add(await check.received());
    const page = linked.page();
    const added = addPage(coverage, main, linked);
    hasNewRows = added.unseen.length > 0;
    check.follow(added.page, linked);
    const isLast = list.reader.isEnough?.(added.unseen) === true;
    // The reader may stop after this page, so the rows before it must be complete.
    if (isLast || found.areEnoughWith(page)) yield* settle(added.page, page.rows.at(-1)?.createdAt);
    yield* found.before(page);
    yield page;
    if (isLast) return;
    await checkLoop({ hasNewRows, lastRow: coverage.rowNumber(page.rows.at(-1)?.id), hasMore: page.hasMore });
  }
  // There is nothing to check.
  if (isAbsent) return;
  if (maxRows === Number.POSITIVE_INFINITY) yield* check.settle(END);
  else {
    yield* settle(END);
    yield* found.before();
  }
  yield* found.rest();
}

/** Adds a page to a pass, and its end if no page follows. */
const addPage = <Item extends ListedRow>(coverage: Coverage, pass: Pass, linked: LinkedPage<Item>) => {
  const { rows } = linked.page();
  const added = coverage.add(pass, rows, linked.reached);
  if (!linked.hasMore) coverage.end(pass, rows.length > 0 || linked.reached !== 'position');
  return added;
};

/** The passes that check the first one. */
interface Check<Item extends ListedRow> {
  /** Requests its next page if the first pass, now at this page, may have a gap before it. */
  follow(page: number, linked: LinkedPage<Item>): void;
  /** Waits for the page that was requested, if any; returns its rows that no earlier page had. */
  received(): Promise<readonly Item[]>;
  /** Reads until no row before a page, with rows down to a time, can be missing. Yields the rows that no earlier page had. */
  settle(page: number, oldest?: Instant | null): AsyncGenerator<Page<Item>>;
}

const openCheck = <Item extends ListedRow>(
  list: NextLinkList<Item>,
  coverage: Coverage,
  main: Pass,
  client: ApiClient,
): Check<Item> => {
  let passes = 1;
  let pages = 0;
  let pageSize = list.pageSize;
  let current: CheckPass<Item> | undefined;
  let lastTime: Instant | null | undefined;
  let pending: Promise<IteratorResult<LinkedPage<Item>, void>> | undefined;

  const open = (): CheckPass<Item> => {
    if (++passes > 2) client.debug('listing.restarted', 'rows disappeared while the list was read; reading it again');
    const size = Math.max(1, pageSize - Math.ceil(pageSize * SIZE_STEP * (passes - 1)));
    return { pass: coverage.openPass(), pages: followLinks(list, size, client), knownPages: 0 };
  };
  const request = (): void => {
    current ??= open();
    pending = markHandled(current.pages.next());
  };
  const received = async (): Promise<readonly Item[]> => {
    if (pending === undefined || current === undefined) return [];
    const { done, value } = await pending;
    pending = undefined;
    const { pass } = current;
    if (done === true) {
      current = undefined;
      return [];
    }
    const { unseen } = addPage(coverage, pass, value);
    lastTime = value.page().rows.at(-1)?.createdAt;
    coverage.acceptIfSame(main, pass);
    current.knownPages += unseen.length === 0 ? 1 : 0;
    // A list without an end is not checked for ever.
    if (current.knownPages > 2 * pages + MAX_EXTRA_PAGES) current = undefined;
    return unseen;
  };
  return {
    received,
    follow: (page, linked) => {
      pages++;
      // A server may return fewer rows than requested.
      if (pages === 1 && linked.hasMore && linked.entries > 0) pageSize = Math.min(pageSize, linked.entries);
      if (coverage.isCovered(page) || (current === undefined && passes > 1)) return;
      request();
      if (current !== undefined) current.pass.isSettled = false;
    },
    settle: async function* (page, oldest) {
      yield* pageOfRows(await received());
      while (!coverage.isCovered(page)) {
        if (current === undefined && passes === MAX_PASSES) {
          yield CHANGED_PAGE;
          return;
        }
        request();
        yield* pageOfRows(await received());
        // The pass has come further than the page.
        if (typeof oldest === 'string' && (lastTime ?? oldest) < oldest) current = undefined;
      }
    },
  };
};

interface CheckPass<Item extends ListedRow> {
  readonly pass: Pass;
  readonly pages: AsyncGenerator<LinkedPage<Item>, void>;
  /** Pages without a row that no earlier page had. */
  knownPages: number;
}

/** Pages that a check may read beyond twice those of the first pass. */
const MAX_EXTRA_PAGES = 100;
