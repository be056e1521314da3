import { inSlices } from '../core/listing.ts';
import { inert } from '../core/text.ts';
import { plain, type View } from '../core/view.ts';

/** RFC 4180 with LF line ends and a header of keys, which waits for the first answer so that a refused run prints none. */
export async function* csv<Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>): AsyncGenerator<string> {
  const { columns } = view;
  let header = view.header ? `${columns.map(({ key }) => key).join(',')}\n` : '';
  for await (const batch of inSlices(batches)) {
    yield header + batch.map((row) => `${columns.map((column) => cell(column.value(row), view)).join(',')}\n`).join('');
    header = '';
  }
  yield header;
}

const cell = (value: unknown, view: Pick<View<never>, 'guard' | 'terminal'>): string => {
  const given = plain(value);
  const guarded = view.guard && typeof value === 'string' && runs(given) ? `'${given}` : given;
  // A terminal shows CSV to a person; everywhere else the bytes stay as they are.
  const text = view.terminal ? inert(guarded) : guarded.toWellFormed();
  // Semicolons and tabs separate cells for some spreadsheets.
  return /[",;\t\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
};

/**
 * Whether a spreadsheet would take the text for a formula: after any leading white space it starts with a sign of one,
 * in half or full width, and is not simply a number, such as an E.164 one.
 */
const runs = (text: string): boolean =>
  /^[\p{White_Space}\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]/u.test(text) && !/^[+-]?\d+(?:\.\d+)?$/.test(text);
