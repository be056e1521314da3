import { type Batch, type Batches, forEachListing } from '../listing.ts';
import type { ListedRow } from '../provider.ts';
import type { Instant, Recording } from '../recording.ts';

/** The time before which all further rows of a listing were created, as far as is known. */
export type Bound = () => Instant | undefined;

/**
 * Merges several listings into one, newest first; all are read at the same time. A recording without a time is returned as
 * soon as it is the next one of its listing. A batch ends where the next row has not arrived, so no available row is held
 * back. A listing whose further rows are older, by its bound, is not waited for.
 */
export async function* merge<Row extends ListedRow = Recording>(
  sources: readonly Batches<Row>[],
  bounds: readonly Bound[] = [],
): AsyncGenerator<Batch<Row>> {
  const heads = sources.map(
    (source, index): MergeHead<Row> => ({
      iterator: source[Symbol.asyncIterator](),
      bound: bounds[index] ?? (() => undefined),
      batch: [],
      position: 0,
      isDone: false,
    }),
  );
  try {
    for (;;) {
      const ready: Row[] = [];
      for (let row = takeNewest(heads); row !== undefined; row = takeNewest(heads)) ready.push(row);
      if (ready.length > 0) yield ready;
      const awaited = heads.filter((head) => isAwaited(head, timeOf(newestOf(heads))));
      if (awaited.length === 0) return;
      await forEachListing(awaited, advance);
    }
  } finally {
    await Promise.all(heads.map(({ iterator }) => iterator.return?.()));
  }
}

/** The rows of one listing that have arrived and are not merged yet. */
interface MergeHead<Row extends ListedRow = ListedRow> {
  readonly iterator: AsyncIterator<Batch<Row>>;
  readonly bound: Bound;
  batch: Batch<Row>;
  position: number;
  isDone: boolean;
}

/** Reads on until there are rows, or a bound. */
const advance = async (head: MergeHead): Promise<void> => {
  do {
    const { done, value } = await head.iterator.next();
    if (done === true) head.isDone = true;
    else Object.assign(head, { batch: value, position: 0 });
  } while (!head.isDone && head.batch.length === 0 && head.bound() === undefined);
};

const hasRows = ({ batch, position }: MergeHead): boolean => position < batch.length;

/** Whether a listing without rows may still have one that comes before a time. */
const isAwaited = (head: MergeHead, time: string): boolean =>
  !head.isDone && !hasRows(head) && (time === NO_TIME || time < (head.bound() ?? AFTER_ALL));

/** The newest row of all; undefined if there is none, or a listing has to be awaited first. */
const takeNewest = <Row extends ListedRow>(heads: readonly MergeHead<Row>[]): Row | undefined => {
  const newest = newestOf(heads);
  if (newest === undefined || heads.some((head) => isAwaited(head, timeOf(newest)))) return undefined;
  return newest.batch[newest.position++];
};

const newestOf = <Row extends ListedRow>(heads: readonly MergeHead<Row>[]): MergeHead<Row> | undefined =>
  heads.reduce<MergeHead<Row> | undefined>(
    (best, head) => (hasRows(head) && (best === undefined || timeOf(head) > timeOf(best)) ? head : best),
    undefined,
  );

/** Later than any instant. */
const AFTER_ALL = '\uffff';
const NO_TIME = '';

const timeOf = (head: MergeHead | undefined): string =>
  head === undefined ? NO_TIME : (head.batch[head.position]?.createdAt ?? AFTER_ALL);
