import { IdSet } from './id-set.ts';
import type { Provider } from './provider.ts';
import { predicate, type Query } from './query.ts';
import type { Recording } from './recording.ts';

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

/** Rows in memory as a single batch. */
export async function* singleBatch<Row>(rows: Batch<Row>): AsyncGenerator<Batch<Row>> {
  yield rows;
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

/** True once a complete page is older than `since` and every row so far was in order, newest first. */
const reachesBound = ({ since }: Query): ((page: Batch<Recording>) => boolean) => {
  let newest = '\uffff';
  let ordered = since !== undefined;
  return (page) => {
    for (const { createdAt } of page) {
      ordered &&= createdAt !== null && createdAt <= newest;
      newest = createdAt ?? newest;
    }
    return (
      ordered && page.length > 0 && since !== undefined && page.every(({ createdAt }) => (createdAt ?? since) < since)
    );
  };
};

/**
 * Every recording of a provider that matches the query, each id once, as the pages arrive. With `query.isIncremental` the listing
 * stops at the first page that is entirely older than `since`, provided that every row so far was in order of time, and
 * `onStoppedEarly` is called.
 */
export async function* listMatching(
  provider: Pick<Provider, 'pages'>,
  query: Query,
  incomplete: Incomplete,
  onStoppedEarly?: () => void,
): AsyncGenerator<Batch<Recording>> {
  const matches = predicate(query);
  const unseen = dedupeBy(({ id }: Recording) => id);
  let unreadable = 0;
  const isPastBound = query.isIncremental === true ? reachesBound(query) : () => false;
  for await (const page of provider.pages(query)) {
    if (page.incomplete !== undefined) incomplete(page.incomplete);
    yield unseen(page.recordings).filter(matches);
    if (isPastBound(page.recordings)) {
      onStoppedEarly?.();
      return;
    }
    unreadable += page.unreadable;
  }
  if (unreadable > 0)
    incomplete(`skipped ${unreadable} ${unreadable === 1 ? 'entry' : 'entries'} without a readable id`);
}

/**
 * Merges several listings into one, newest first; all are read at the same time. A recording without a time is returned as
 * soon as it is the next one of its listing. A batch ends where the next row has not arrived, so no available row is held
 * back.
 */
export async function* merge(sources: readonly Batches<Recording>[]): AsyncGenerator<Batch<Recording>> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  try {
    const opened = await Promise.all(iterators.map(nextHead));
    const heads = opened.filter((head) => head !== undefined);
    while (heads.length > 0) {
      const ready: Recording[] = [];
      let newest = newestOf(heads);
      while (newest.position < newest.batch.length) {
        const row = newest.batch[newest.position++];
        if (row !== undefined) ready.push(row);
        if (newest.position < newest.batch.length) newest = newestOf(heads);
      }
      yield ready;
      const next = await nextHead(newest.iterator);
      heads.splice(heads.indexOf(newest), 1, ...(next === undefined ? [] : [next]));
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

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

/** The rows of one listing that have arrived and are not merged yet. */
interface MergeHead {
  readonly iterator: AsyncIterator<Batch<Recording>>;
  readonly batch: Batch<Recording>;
  position: number;
}

const nextHead = async (iterator: AsyncIterator<Batch<Recording>>): Promise<MergeHead | undefined> => {
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true) return undefined;
    if (value.length > 0) return { iterator, batch: value, position: 0 };
  }
};

const newestOf = (heads: readonly MergeHead[]): MergeHead =>
  heads.reduce((best, head) => (timeOf(head) > timeOf(best) ? head : best));

const timeOf = (head: MergeHead): string => head.batch[head.position]?.createdAt ?? '\uffff';
