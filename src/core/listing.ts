import { Failure } from './failure.ts';
import { IdSet } from './id-set.ts';
import type { Provider } from './provider.ts';
import { predicate, type Query } from './query.ts';
import type { Recording } from './recording.ts';

/** Rows that arrived together: a page, or what is left of one. */
export type Batch<Row> = readonly Row[];
export type Batches<Row> = AsyncIterable<Batch<Row>>;

/** Pages in a row without a new id, with a link to yet another, before a listing counts as running in a circle. */
const MAX_PAGES_WITHOUT_NEW_IDS = 3;

/** Rows of which the text is not too long for one piece. */
const CHUNK_ROWS = 1000;

/** Batches of at most so many rows, for text that would be too long in one piece. */
export async function* chunk<Row>(batches: Batches<Row>, most = CHUNK_ROWS): AsyncGenerator<Batch<Row>> {
  for await (const batch of batches) {
    if (batch.length <= most) yield batch;
    else for (let start = 0; start < batch.length; start += most) yield batch.slice(start, start + most);
  }
}

/** Rows that are all here as the one batch they are. */
export async function* singleBatch<Row>(rows: Batch<Row>): AsyncGenerator<Batch<Row>> {
  yield rows;
}

/** Batches one after the other, of which each key passes once. */
const firstOfEach = <Row>(keyOf: (row: Row) => string): ((batch: Batch<Row>) => Batch<Row>) => {
  const seen = new IdSet();
  return (batch) => batch.filter((row) => seen.add(keyOf(row)));
};

/** The first row of each key. */
export async function* uniqueBy<Row>(batches: Batches<Row>, keyOf: (row: Row) => string): AsyncGenerator<Batch<Row>> {
  const unseen = firstOfEach(keyOf);
  for await (const batch of batches) yield unseen(batch);
}

/** Told of everything that makes a listing less than complete. */
export type Incomplete = (message: string) => void;

/** Says of each page whether it ends the search: all of it is before the bound, and nothing has been out of order. */
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
 * Every recording of a provider that the query keeps, each id once, as the pages arrive. A query that resumes ends where a
 * whole page lies before its bound, as long as every row so far stood in order of time.
 */
export async function* listMatching(
  provider: Provider,
  query: Query,
  incomplete: Incomplete,
  onPassed?: () => void,
): AsyncGenerator<Batch<Recording>> {
  const keeps = predicate(query);
  const unseen = firstOfEach(({ id }: Recording) => id);
  let barren = 0;
  let unreadable = 0;
  const passed = query.resumes === true ? reachesBound(query) : () => false;
  for await (const page of provider.pages(query)) {
    const fresh = unseen(page.recordings);
    yield fresh.filter(keeps);
    if (page.isReread === true) continue;
    if (passed(page.recordings)) {
      onPassed?.();
      return;
    }
    unreadable += page.unreadable;
    barren = fresh.length > 0 || !page.hasMore ? 0 : barren + 1;
    if (barren >= MAX_PAGES_WITHOUT_NEW_IDS) {
      throw new Failure(
        'unavailable',
        `the list runs in a circle: ${MAX_PAGES_WITHOUT_NEW_IDS} pages in a row brought nothing new`,
      );
    }
  }
  if (unreadable > 0) incomplete(`${unreadable} entries without a readable id were left out`);
}

/**
 * Several listings as one, newest first, all asked at the same time. A recording without a time comes as soon as it is
 * its listing's turn. Batches end where the next row has to be waited for, so nothing that is here is held back.
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

/** The first `limit` rows. With `onCut`, one more row is looked for, and `onCut` is called when there is one. */
export async function* take<Row>(batches: Batches<Row>, limit: number, onCut?: () => void): AsyncGenerator<Batch<Row>> {
  let left = limit;
  for await (const batch of batches) {
    yield batch.slice(0, left);
    if (batch.length > left) {
      onCut?.();
      return;
    }
    left -= batch.length;
    if (left === 0 && onCut === undefined) return;
  }
}

interface Head {
  readonly iterator: AsyncIterator<Batch<Recording>>;
  readonly batch: Batch<Recording>;
  position: number;
}

const nextHead = async (iterator: AsyncIterator<Batch<Recording>>): Promise<Head | undefined> => {
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true) return undefined;
    if (value.length > 0) return { iterator, batch: value, position: 0 };
  }
};

const newestOf = (heads: readonly Head[]): Head =>
  heads.reduce((best, head) => (timeOf(head) > timeOf(best) ? head : best));

const timeOf = (head: Head): string => head.batch[head.position]?.createdAt ?? '\uffff';
