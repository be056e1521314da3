import { Failure } from '../core/failure.ts';
import { chunk } from '../core/listing.ts';
import { sanitizeJson } from '../core/text/sanitize.ts';
import { type Column, columnText, joinPieces, type Pieces, type View } from '../core/view.ts';

/**
 * A JSON array, or a single object. The brackets are on the lines of the first and the last row, so that there are as many lines
 * as rows. The closing one is written only if the list is complete.
 */
export async function* json<Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>): AsyncGenerator<string> {
  if (!view.single) yield* joinPieces(chunk(batches), jsonPieces(view));
  else for await (const batch of batches) yield batch.map((row) => `${jsonObject(row, view.columns, 2)}\n`).join('');
}

export const jsonPieces = <Row>({ columns }: View<Row>): Pieces<Row> => {
  const objectOf = compactObjects(columns);
  return {
    head: '[',
    empty: '[]\n',
    rows: (batch) => batch.map(objectOf).join(',\n'),
    between: ',\n',
    tail: ']\n',
    formerTail: '\n]\n',
  };
};

/** One JSON object per line. */
export const ndjson = <Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>): AsyncIterable<string> =>
  joinPieces(chunk(batches), ndjsonPieces(view));

export const ndjsonPieces = <Row>({ columns }: View<Row>): Pieces<Row> => {
  const objectOf = compactObjects(columns);
  return {
    head: '',
    empty: '',
    between: '',
    tail: '',
    rows: (batch) => batch.map((row) => `${objectOf(row)}\n`).join(''),
  };
};

/** A row as a JSON object, safe for a terminal. Throws `unavailable` if the provider's object is nested too deeply. */
export const jsonObject = <Row>(row: Row, columns: readonly Column<Row>[], indent?: number): string => {
  const object: Record<string, unknown> = {};
  for (const column of columns) object[column.key] = column.value(row);
  return jsonText(object, indent);
};

/** The same on one line, for lists. */
const compactObjects = <Row>(columns: readonly Column<Row>[]): ((row: Row) => string) => {
  const members = columns.map((column, index) => {
    const start = `${index === 0 ? '' : ','}${JSON.stringify(column.key)}:`;
    return columnText(column, (value) => start + jsonValue(value));
  });
  return (row) => {
    let line = '{';
    for (const member of members) line += member(row);
    return `${line}}`;
  };
};

const jsonValue = (value: unknown): string => {
  if (value === null || value === undefined) return 'null';
  return typeof value === 'string' && plain.test(value) ? `"${value}"` : jsonText(value);
};

/** Printable ASCII that JSON has unchanged. */
const plain = /^[ !#-[\]-~]*$/;

const jsonText = (value: unknown, indent?: number): string => {
  try {
    return sanitizeJson(JSON.stringify(value, null, indent));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Failure('unavailable', "a provider's object is nested too deeply to write as JSON", { cause: error });
  }
};
