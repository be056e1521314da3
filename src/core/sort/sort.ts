import { recordingColumns } from '../call-columns.ts';
import type { RecordingColumn } from '../columns.ts';
import { Failure, type RejectedWord } from '../failure.ts';
import { quote, valuesOfList, withoutDuplicates } from '../invalid-value.ts';
import type { Batch, Batches } from '../listing.ts';
import type { Recording } from '../recording.ts';
import { compareDecimals } from '../text/decimal.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { fieldKey } from '../text/field-names.ts';
import { withThousands } from '../text/thousands.ts';
import { type Column, plainText } from '../view.ts';
import { compareText } from './compare-text.ts';

/** Negative if the first row comes first, positive if the second does; 0 keeps the order in which they were listed. */
export type Order<Row> = (one: Row, other: Row) => number;
export type RowOrder = Order<Recording>;

/** Maximum number of rows that are held to be sorted. */
export const MAX_SORTED_ROWS = 1_000_000;

/**
 * The order of `--sort`: by the first key, equal rows by the second, and so on; `-` before a key reverses it. Rows without the
 * value come last in both directions. Throws a usage failure.
 */
export const parseSort = (texts: readonly string[]): RowOrder => parseOrder(texts, columnNamed);

/** The same for rows of any kind; `find` returns the column that a key names, or throws a usage failure. */
export const parseOrder = <Row>(texts: readonly string[], find: FindColumn<Row>): Order<Row> => {
  const chosen = parseKeys(texts, find);
  withoutDuplicates(
    '--sort',
    chosen.map(({ column }) => column.key),
  );
  return (one, other) => {
    for (const { column, descending } of chosen) {
      const order = compareValues(valueIn(column, one), valueIn(column, other), column, descending);
      if (order !== 0) return order;
    }
    return 0;
  };
};

type SortColumn<Row> = Pick<Column<Row>, 'key' | 'value' | 'holds'>;

/** The fields of `--sort`, in its order. Throws a usage failure. */
export const sortedFields = (texts: readonly string[]): readonly string[] =>
  parseKeys(texts, columnNamed).map(({ column }) => column.key);

export interface SortKey<Row> {
  readonly column: SortColumn<Row>;
  readonly descending: boolean;
}

/** A key as typed: its name, `-` or nothing before it, and the complete list, since `duration,desc` is one key elsewhere. */
export interface TypedKey {
  readonly name: string;
  readonly sign: string;
  readonly list: string;
}

export type FindColumn<Row> = (name: string, typed: TypedKey) => SortColumn<Row>;

/** The hint for a key that is not among the valid ones, with its sign; `name` says of what. */
export const suggestKey = (
  name: string,
  { name: key, sign, list }: TypedKey,
  valid: readonly string[],
): { readonly hint: string; readonly rejected: RejectedWord } => ({
  hint:
    didYouMean(
      sign + fieldKey(key),
      valid.map((one) => sign + one),
    ) ?? `Choose one of ${valid.join(', ')}`,
  rejected: { name, word: list },
});

/** The keys of `--sort`. Throws the failure of `find`. */
export const parseKeys = <Row>(texts: readonly string[], find: FindColumn<Row>): readonly SortKey<Row>[] => {
  const list = texts.join(',');
  return texts
    .flatMap((text) => valuesOfList('--sort', text))
    .map((text) => {
      const [, sign = '', name = ''] = /^(-?)(.*)$/s.exec(text) ?? [];
      return { column: find(name, { name, sign, list }), descending: sign === '-' };
    });
};

const columnNamed = (name: string, typed: TypedKey): RecordingColumn => {
  const column = recordingColumns.find(({ key }) => key === fieldKey(name));
  if (column !== undefined) return column;
  const valid = recordingColumns.map(({ key }) => key);
  throw new Failure('usage', `--sort: ${quote(name)} is not a field to sort by`, suggestKey('--sort', typed, valid));
};

type SortValue = string | number | null;

/** Null for a field without a value, and for an empty list. */
const valueIn = <Row>(column: SortColumn<Row>, row: Row): SortValue => {
  const value = column.value(row);
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' ? value : plainText(value) || null;
};

const compareValues = (
  one: SortValue,
  other: SortValue,
  { holds }: Pick<Column<never>, 'holds'>,
  descending: boolean,
): number => {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  const isText = typeof one === 'string' && typeof other === 'string';
  const order = !isText
    ? Number(one) - Number(other)
    : holds === 'decimal'
      ? compareDecimals(one, other)
      : compareText(one, other);
  return descending ? -order : order;
};

/** What is not obvious of an order: the smallest come first, and recordings without the first field of `--sort` last. */
export const openOrderNote = (texts: readonly string[]) => {
  const [first] = parseKeys(texts, columnNamed);
  let isLacking = false;
  let isNumber = false;
  return {
    see: (rows: readonly Recording[]): void => {
      if (first === undefined) return;
      for (const row of rows) {
        const value = valueIn(first.column, row);
        isLacking ||= value === null;
        isNumber ||= typeof value === 'number' || (value !== null && first.column.holds === 'decimal');
      }
    },
    get texts(): readonly string[] {
      const key = first?.column.key ?? '';
      return [
        ...(isNumber && first?.descending === false
          ? [`The smallest come first; for the largest: --sort -${key}`]
          : []),
        ...(isLacking ? [`Recordings without ${key} come last`] : []),
      ];
    },
  };
};

/** The most rows to return; `onTruncated` is called if there are more. */
interface Limit {
  readonly maxRows: number;
  readonly onTruncated?: () => void;
}

interface SortSettings {
  readonly limit?: Limit | undefined;
  /** The provider's objects are dropped, else they would take more memory than the rows. */
  readonly needsRaw?: boolean | undefined;
  readonly maxHeld?: number | undefined;
}

/**
 * All rows in an order, once the last one has arrived; with a limit only the first ones, and hardly more are held. The failure
 * of an incomplete list is thrown after the rows that came before it. Throws a usage failure if more than MAX_SORTED_ROWS would
 * be held.
 */
export async function* sortRows(
  batches: Batches<Recording>,
  order: RowOrder,
  { limit, needsRaw = false, maxHeld = MAX_SORTED_ROWS }: SortSettings,
): AsyncGenerator<Batch<Recording>> {
  const maxRows = limit?.maxRows ?? Number.POSITIVE_INFINITY;
  const capacity = maxRows > maxHeld ? maxHeld : maxRows + Math.max(MIN_SPARE_ROWS, Math.min(maxRows, MAX_SPARE_ROWS));
  let held: Recording[] = [];
  let count = 0;
  let failure: Failure | undefined;
  try {
    for await (const batch of batches) {
      for (const row of batch) held.push(needsRaw ? row : { ...row, raw: undefined });
      count += batch.length;
      if (held.length <= capacity) continue;
      if (maxRows > maxHeld) throw tooMany(maxHeld);
      // Sorting is stable: rows that came first stay first among equal ones.
      held = held.sort(order).slice(0, maxRows);
    }
  } catch (error) {
    if (!(error instanceof Failure) || error.kind === 'usage') throw error;
    failure = error;
  }
  held.sort(order);
  yield held.slice(0, maxRows);
  if (count > maxRows) limit?.onTruncated?.();
  if (failure !== undefined) throw failure;
}

/** With a limit, so many more rows are held before the last ones are dropped. */
const MIN_SPARE_ROWS = 1000;
const MAX_SPARE_ROWS = 100_000;

const tooMany = (maxHeld: number): Failure =>
  new Failure('usage', `--sort holds at most ${withThousands(maxHeld)} recordings, and there are more`, {
    hint: 'Narrow the list with --since or another filter, or keep the first ones with --limit <n>',
  });
