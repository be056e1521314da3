import { Failure } from '../core/failure.ts';
import { inSlices } from '../core/listing.ts';
import { inertJson } from '../core/text.ts';
import type { Column, View } from '../core/view.ts';

/** A JSON array, one record a line, or one object. The closing bracket comes only after the last record of a whole list. */
export async function* json<Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>): AsyncGenerator<string> {
  if (view.single) {
    for await (const batch of batches) yield batch.map((row) => `${jsonObject(row, view.columns, 2)}\n`).join('');
    return;
  }
  let separator = '[\n';
  for await (const batch of inSlices(batches)) {
    if (batch.length === 0) continue;
    yield separator + batch.map((row) => jsonObject(row, view.columns)).join(',\n');
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

/** One JSON object a line. */
export async function* ndjson<Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>): AsyncGenerator<string> {
  for await (const batch of inSlices(batches)) {
    yield batch.map((row) => `${jsonObject(row, view.columns)}\n`).join('');
  }
}

/** One row as a JSON object, inert on a terminal. */
export const jsonObject = <Row>(row: Row, columns: readonly Column<Row>[], indent?: number): string => {
  const object = Object.fromEntries(columns.map((column) => [column.key, column.value(row)]));
  try {
    return inertJson(JSON.stringify(object, null, indent));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Failure('unavailable', "a provider's object is nested too deeply to be written", { cause: error });
  }
};
