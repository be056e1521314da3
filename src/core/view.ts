import { Failure } from './failure.ts';
import { quote, suggest, valuesOfList, withoutDuplicates } from './invalid-value.ts';
import { fieldKey } from './text/field-names.ts';
import { localTime, type Zone } from './time/zone.ts';

/** One column of printable rows: its key in JSON, CSV and `--fields`, its value, and its form in tables. */
export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  value(row: Row): unknown;
  /** The text a table shows instead of the value. */
  friendly?(row: Row, zone: Zone): string;
  /** A drawing, such as a bar, in the space the other columns leave; `width` is in characters. */
  draw?(row: Row, width: number): string;
  /** Priority in a table when not all columns fit, lowest first. Columns without a rank are shown only on request. */
  readonly rank?: number;
  /** Never truncated in a table, since part of the value is useless. */
  readonly neverTruncate?: boolean;
  /** Wrapped at words in a table rather than truncated. */
  readonly wraps?: boolean;
  /** Truncated, but not before the values can be told apart, to make room for `preferred` columns. */
  readonly shrinkable?: boolean;
  /** Worth truncating `shrinkable` columns for. */
  readonly preferred?: boolean;
  /** Truncated before any other column. */
  readonly yields?: boolean;
  /** The width that decides whether the column fits, whatever the rows; such a column is also shown if it is empty. */
  readonly reservedWidth?: number;
  /** The width of complete values, for which columns that are not preferred leave room. */
  readonly fullWidth?: number;
  /** What the text of the values is, where that is more than text: RFC 3339 times, phone numbers, decimal digits. */
  readonly holds?: 'time' | 'phone' | 'decimal';
  /** The state of a row, for its colour in a table. */
  tone?(row: Row): Tone;
}

export type Tone = 'good' | 'busy' | 'bad' | 'faint';

/** The columns to print and how; each format uses the settings that concern it. */
export interface View<Row> {
  readonly columns: readonly Column<Row>[];
  readonly header: boolean;
  /** A single row was requested, not a list: JSON is an object instead of an array. */
  readonly single: boolean;
  /** Each row is printed as a card: one field per line. */
  readonly cards: boolean;
  /** The user named the columns: a table shows all of them. */
  readonly fieldsChosen: boolean;
  /** Width in characters; undefined if lines may have any length. */
  readonly width: number | undefined;
  readonly colour: boolean;
  /** The output is a terminal: control characters in the data must be escaped. */
  readonly terminal: boolean;
  /** CSV cells that a spreadsheet would run as formulas are escaped. State files of exports contain this key. */
  readonly guard: boolean;
  /** CSV that spreadsheets open without an import dialog: byte order mark and CRLF. */
  readonly excel: boolean;
  /** CSV has times as local times of this zone, in a form that spreadsheets read as dates; undefined for RFC 3339. */
  readonly dateZone: string | undefined;
  readonly zone: Zone;
}

/** The parts of a format's text, so that rows can be distributed over several files or appended to one. */
export interface Pieces<Row> {
  /** Text before the first row. */
  readonly head: string;
  /** The complete text of a list without rows. */
  readonly empty: string;
  /** Rows, without the separator before and after them. */
  rows(batch: readonly Row[]): string;
  readonly between: string;
  /** Text after the last row. */
  readonly tail: string;
  /** The same in files of earlier versions, if it was another text. */
  readonly formerTail?: string;
}

/**
 * The text of a column in a row. It is made anew only where a value differs from that of the row before, since most columns have the
 * same one in most rows; an object may have changed.
 */
export const columnText = <Row>(
  { value }: Pick<Column<Row>, 'value'>,
  textOf: (value: unknown) => string,
): ((row: Row) => string) => {
  let last: unknown;
  let text = textOf(undefined);
  return (row) => {
    const own = value(row);
    if (own !== last || (typeof own === 'object' && own !== null)) {
      last = own;
      text = textOf(own);
    }
    return text;
  };
};

/** Joins the pieces. The head is held back until the first rows arrive, so that a failed request prints nothing. */
export async function* joinPieces<Row>(
  batches: AsyncIterable<readonly Row[]>,
  pieces: Pieces<Row>,
): AsyncGenerator<string> {
  let separator = pieces.head;
  let isEmpty = true;
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    yield separator + pieces.rows(batch);
    separator = pieces.between;
    isEmpty = false;
  }
  yield isEmpty ? pieces.empty : pieces.tail;
}

/** A pure function from rows to text. */
export type Format = <Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>) => AsyncIterable<string>;

/**
 * The columns of lists of keys with commas; `all` means every column of `usual` that is not named otherwise. Throws a usage failure
 * that suggests the nearest key.
 */
export const chooseColumns = <Row>(
  lists: readonly string[],
  columns: readonly Column<Row>[],
  usual: readonly Column<Row>[],
): readonly Column<Row>[] => {
  const typed = lists.flatMap((list) => valuesOfList('--fields', list));
  const keys = withoutDuplicates('--fields', typed.map(fieldKey));
  const others = usual.filter(({ key }) => !keys.includes(key));
  const valid = [...columns.map((candidate) => candidate.key), ALL_FIELDS];
  const [unknown, ...more] = typed.filter((word) => !valid.includes(fieldKey(word)));
  if (unknown !== undefined) {
    const named = [unknown, ...more].map(quote).join(', ');
    const text = more.length === 0 ? `${named} is not a field` : `${named} are not fields`;
    throw new Failure('usage', `--fields: ${text}`, suggest('--fields', unknown, valid));
  }
  return keys.flatMap((key) => {
    if (key === ALL_FIELDS) return others;
    return columns.filter((candidate) => candidate.key === key);
  });
};

/** The word for all usual columns. */
export const ALL_FIELDS = 'all';

/** A value as text for CSV and tables: empty for null, list items separated by spaces. */
export const plainText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(plainText).join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** An instant in local time, to the second; empty for null. */
export const localInstant = (value: string | null, zone: Zone): string =>
  value === null ? '' : localTime(Date.parse(value), zone);
