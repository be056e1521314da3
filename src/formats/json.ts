import { Failure } from '../core/failure.ts';
import { chunk } from '../core/listing.ts';
import { sanitizeJson } from '../core/text/sanitize.ts';
import { type Column, joinPieces, type Pieces, type View } from '../core/view.ts';

/**
 * A JSON array, or a single object. The brackets are on the lines of the first and the last row, so that there are as many lines
 * as rows. The closing one is written only if the list is complete.
 */
export async function* json<Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>): AsyncGenerator<string> {
  if (!view.single) yield* joinPieces(chunk(batches), jsonPieces(view));
  else for await (const batch of batches) yield batch.map((row) => `${jsonObject(row, view.columns, 2)}\n`).join('');
}

export const jsonPieces = <Row>({ columns }: View<Row>): Pieces<Row> => ({
  head: '[',
  empty: '[]\n',
  rows: (batch) => batch.map((row) => jsonObject(row, columns)).join(',\n'),
  between: ',\n',
  tail: ']\n',
  formerTail: '\n]\n',
});

/** One JSON object per line. */
export const ndjson = <Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>): AsyncIterable<string> =>
  joinPieces(chunk(batches), ndjsonPieces(view));

export const ndjsonPieces = <Row>({ columns }: View<Row>): Pieces<Row> => ({
  head: '',
  empty: '',
  between: '',
  tail: '',
  rows: (batch) => batch.map((row) => `${jsonObject(row, columns)}\n`).join(''),
});

/** A row as a JSON object, safe for a terminal. Throws `unavailable` if the provider's object is nested too deeply. */
export const jsonObject = <Row>(row: Row, columns: readonly Column<Row>[], indent?: number): string => {
  const object: Record<string, unknown> = {};
  for (const column of columns) object[column.key] = column.value(row);
  try {
    return sanitizeJson(JSON.stringify(object, null, indent));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Failure('unavailable', "a provider's object is nested too deeply to write as JSON", { cause: error });
  }
};
