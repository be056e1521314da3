import { IdSet } from './hash/id-set.ts';
import type { Provider } from './provider.ts';
import { type KnownList, predicate, type Query } from './query.ts';
import type { Instant, Recording } from './recording.ts';

/** Rows that arrived together: a page, or the part of it that remains after filtering. */
export type Batch<Row> = readonly Row[];
export type Batches<Row> = AsyncIterable<Batch<Row>>;

/** Rows that are formatted as one piece of text. */
const CHUNK_ROWS = 1000;

/** Splits batches into ones of at most `max` rows, so that the text of a batch stays short. */
export async function* chunk<Row>(batches: Batches<Row>, max = CHUNK_ROWS): AsyncGenerator<Batch<Row>> {
  for await (const batch of batches) {
    if (batch.length <= max) yield batch;
    else for (let start = 0; start < batch.length; start += max) yield batch.slice(start, start + max);
  }
}

/** Single rows in batches of `size`. */
export async function* inBatches<Row>(rows: AsyncIterable<Row>, size: number): AsyncGenerator<Batch<Row>> {
  let batch: Row[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Rows in memory as a single batch. */
export async function* singleBatch<Row>(rows: Batch<Row>): AsyncGenerator<Batch<Row>> {
  yield rows;
}

/** The rows that are wanted. */
export async function* only<Row>(batches: Batches<Row>, isWanted: (row: Row) => boolean): AsyncGenerator<Batch<Row>> {
  for await (const batch of batches) yield batch.filter(isWanted);
}

/** The same batches, with a listener for each. */
export async function* observed<Row>(
  batches: Batches<Row>,
  onRows: (rows: Batch<Row>) => void,
): AsyncGenerator<Batch<Row>> {
  for await (const batch of batches) {
    onRows(batch);
    yield batch;
  }
}

/** Filters batches to the first row of each key. */
const dedupeBy = <Row>(keyOf: (row: Row) => string): ((batch: Batch<Row>) => Batch<Row>) => {
  const seen = new IdSet();
  return (batch) => batch.filter((row) => seen.add(keyOf(row)));
};

/** The first row of each key. */
export async function* uniqueBy<Row>(batches: Batches<Row>, keyOf: (row: Row) => string): AsyncGenerator<Batch<Row>> {
  const unseen = dedupeBy(keyOf);
  for await (const batch of batches) yield unseen(batch);
}

/** Called with a message for everything that makes a listing incomplete. */
export type Incomplete = (message: string) => void;

/** The order of the rows of a list, as far as it was read. */
export interface ListOrder {
  /** A row was newer than one before it. */
  isInverted: boolean;
  /** Every row has a time. */
  isTimed: boolean;
  /** The rows have more than one time, so that their order shows. */
  isShown: boolean;
  /** A row was listed by an earlier run as well. */
  hasKnownRow: boolean;
  /** The list was not read to its end, since an earlier run has listed what follows. */
  isStopped: boolean;
  /** The list was read to its end. */
  isComplete: boolean;
}

/**
 * Watches the order of a list. `isEnough` gets the new rows of each page. It is true once all of them are older than `since`, if
 * an earlier run has read the whole list newest first, and this order still holds beyond a row that this run has listed.
 */
const openListOrder = (since: Instant | undefined, known: KnownList | undefined) => {
  const order: ListOrder = {
    isInverted: false,
    isTimed: true,
    isShown: false,
    hasKnownRow: false,
    isStopped: false,
    isComplete: false,
  };
  let before: Instant | undefined;
  const isEnough = (rows: readonly Recording[]): boolean => {
    for (const { id, createdAt } of rows) {
      order.isTimed &&= createdAt !== null;
      order.hasKnownRow ||= known?.isKnown(id) === true;
      if (createdAt === null) continue;
      order.isInverted ||= before !== undefined && createdAt > before;
      order.isShown ||= before !== undefined && createdAt !== before;
      before = createdAt;
    }
    const isTrusted = known?.isOrdered === true && isNewestFirst(order) && order.hasKnownRow;
    order.isStopped =
      isTrusted &&
      since !== undefined &&
      rows.length > 0 &&
      rows.every(({ createdAt }) => (createdAt ?? since) < since);
    return order.isStopped;
  };
  return { order, isEnough };
};

export const isNewestFirst = ({ isInverted, isTimed }: ListOrder): boolean => isTimed && !isInverted;

/** Why a listing has stopped early. */
export const stoppedText = ({ since }: Query): string =>
  `stopped early: a complete page is older than ${since}, and the list is in order of time beyond a known recording`;

/** Why an incremental listing has read a list to its end. */
export const reasonToReadOn = ({ isOrdered }: KnownList, order: ListOrder): string => {
  if (order.isStopped) return '';
  const reason = !isOrdered
    ? 'no earlier run has read all of it newest first'
    : !isNewestFirst(order)
      ? 'it is not newest first'
      : order.hasKnownRow
        ? 'no complete page is older'
        : 'it has no recording of an earlier run';
  return `, the whole list: ${reason}`;
};

export interface ListingOptions {
  /** Called with the order of the list when the listing ends. */
  onOrder?(order: ListOrder): void;
  /** Called with the number of new rows of each page. May throw, to end a list that seems to be endless. */
  onPage?(rows: number): void;
  /** Called with the rows of each page, each once and completed, before those that do not match are left out. */
  onRows?(rows: readonly Recording[]): void;
  /** Completes recordings before the filters are applied that need it. */
  readonly completion?: Completion | undefined;
}

/** What of a completion a listing needs. */
interface Completion {
  candidates(rows: readonly Recording[]): readonly Recording[];
  fill(rows: readonly Recording[]): Promise<readonly Recording[]>;
}

/**
 * Every recording of a provider that matches the query, each id once, as the pages arrive. With `query.known` the listing may stop
 * before the end of the list.
 */
export async function* listMatching(
  provider: Pick<Provider, 'pages'>,
  query: Query,
  incomplete: Incomplete,
  { onOrder = () => {}, onPage = () => {}, onRows = () => {}, completion }: ListingOptions = {},
): AsyncGenerator<Batch<Recording>> {
  const matches = predicate(query);
  const unseen = dedupeBy(({ id }: Recording) => id);
  const { order, isEnough } = openListOrder(query.since, query.known);
  let unreadable = 0;
  try {
    for await (const page of provider.pages({ ...query, isEnough })) {
      if (page.incomplete !== undefined) incomplete(page.incomplete);
      const fresh = unseen(page.rows);
      if (completion === undefined) {
        onRows(fresh);
        yield fresh.filter(matches);
      } else {
        // The caller may need no more than some of the rows.
        for await (const rows of chunk(singleBatch(completion.candidates(fresh)), query.maxRows)) {
          const filled = await completion.fill(rows);
          onRows(filled);
          yield filled.filter(matches);
        }
      }
      // Only a page that was requested counts.
      if (page.olderThan === undefined) onPage(fresh.length);
      unreadable += page.unreadable;
    }
    order.isComplete = !order.isStopped;
  } finally {
    onOrder(order);
  }
  if (unreadable > 0)
    incomplete(`skipped ${unreadable} ${unreadable === 1 ? 'entry' : 'entries'} without a readable id`);
}

/** Listings that are awaited at a time: a run may have thousands of profiles. */
const MAX_AWAITED = 8;

/** Runs a task for each of some listings, a few at a time. */
export const forEachListing = async <T>(listings: readonly T[], task: (listing: T) => Promise<void>): Promise<void> => {
  const remaining = listings.values();
  const work = async (): Promise<void> => {
    for (const listing of remaining) await task(listing);
  };
  await Promise.all(Array.from({ length: MAX_AWAITED }, work));
};

/** The first `limit` rows. With `onTruncated`, one more row is read, and `onTruncated` is called if it exists. */
export async function* take<Row>(
  batches: Batches<Row>,
  limit: number,
  onTruncated?: () => void,
): AsyncGenerator<Batch<Row>> {
  let remaining = limit;
  for await (const batch of batches) {
    yield batch.slice(0, remaining);
    if (batch.length > remaining) {
      onTruncated?.();
      return;
    }
    remaining -= batch.length;
    if (remaining === 0 && onTruncated === undefined) return;
  }
}
