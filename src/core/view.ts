import { Failure } from './failure.ts';
import { didYouMean } from './text/did-you-mean.ts';
import { localTime, type Zone } from './time.ts';

/** One column of something that can be printed: its key in JSON, CSV and `--fields`, its value, its form for people. */
export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  value(row: Row): unknown;
  /** What a table shows instead of the value. */
  friendly?(row: Row, zone: Zone): string;
  /** What a table draws in the room that the other columns leave, so many characters wide. */
  drawn?(row: Row, width: number): string;
  /** Which columns a table shows when not all fit: the lowest first. Columns without one show only when asked for. */
  readonly rank?: number;
  /** Never shortened in a table, since a part of it is of no use. */
  readonly whole?: boolean;
  /** Shortened where the rows differ least, for the sake of columns that are `wanted` beside it. */
  readonly long?: boolean;
  readonly wanted?: boolean;
  /** Says little where all rows have the same, and then comes after the others. */
  readonly distinct?: boolean;
  /** How good the news of a row is, for its colour in a table. */
  tone?(row: Row): Tone;
}

export type Tone = 'good' | 'busy' | 'bad' | 'faint';

/** What to print and how; the formats take from it what concerns them. */
export interface View<Row> {
  readonly columns: readonly Column<Row>[];
  readonly header: boolean;
  /** One row is asked for, not a list: JSON is an object instead of an array. */
  readonly single: boolean;
  /** A table shows each row in full, a line a field. */
  readonly cards: boolean;
  /** Columns named by the user: a table shows all of them. */
  readonly chosen: boolean;
  /** Characters across, or undefined where lines may be as long as they like. */
  readonly width: number | undefined;
  readonly colour: boolean;
  /** The output is a terminal, so that no character of the data may reach it raw. */
  readonly terminal: boolean;
  /** CSV cells that a spreadsheet would run are defused. */
  readonly guard: boolean;
  /** CSV as spreadsheets open it without asking. */
  readonly excel: boolean;
  readonly zone: Zone;
}

/** A format whose text is made of pieces, so that rows can be put into several files, or added to one. */
export interface Pieces<Row> {
  /** Before the first row; what stands alone where there is none. */
  readonly head: string;
  readonly empty: string;
  /** Rows, without what is between them and others. */
  rows(batch: readonly Row[]): string;
  readonly between: string;
  /** After the last row. */
  readonly tail: string;
}

/** The pieces one after the other; what comes before the rows waits for the first answer, so that a refused run prints none. */
export async function* joinPieces<Row>(
  batches: AsyncIterable<readonly Row[]>,
  pieces: Pieces<Row>,
): AsyncGenerator<string> {
  let before = pieces.head;
  let any = false;
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    yield before + pieces.rows(batch);
    before = pieces.between;
    any = true;
  }
  yield any ? pieces.tail : pieces.empty;
}

/** A pure function from rows to text. */
export type Format = <Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>) => AsyncIterable<string>;

/** The columns of a comma-separated list of keys. Throws a usage failure that names the nearest key. */
export const chooseColumns = <Row>(list: string, columns: readonly Column<Row>[]): readonly Column<Row>[] => {
  const keys = list.split(',').map((key) => key.trim());
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new Failure('usage', `--fields: "${twice.slice(0, 60)}" is named twice`);
  return keys.map((key) => {
    const column = columns.find((candidate) => candidate.key === key);
    if (column !== undefined) return column;
    const valid = columns.map((candidate) => candidate.key);
    throw new Failure('usage', `--fields: "${key.slice(0, 60)}" is not a field`, {
      hint: didYouMean(key, valid) ?? `Choose from ${valid.join(', ')}`,
    });
  });
};

/** Text of a value for CSV and tables: empty for null, lists separated by spaces. */
export const plainText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(plainText).join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** An instant in local time, to the second; empty for null. */
export const localInstant = (value: string | null, zone: Zone): string =>
  value === null ? '' : localTime(Date.parse(value), zone);
