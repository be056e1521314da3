import { chunk } from '../core/listing.ts';
import { sanitize } from '../core/text/sanitize.ts';
import { joinPieces, type Pieces, plainText, type View } from '../core/view.ts';

/** RFC 4180 with LF line ends and a header of keys. */
export const csv = <Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>): AsyncIterable<string> =>
  joinPieces(chunk(batches), csvPieces(view));

export const csvPieces = <Row>(view: View<Row>): Pieces<Row> => {
  const { columns } = view;
  const end = view.excel ? '\r\n' : '\n';
  const header = view.header ? columns.map(({ key }) => key).join(',') + end : '';
  const head = (view.excel ? '\ufeff' : '') + header;
  return {
    head,
    empty: head,
    rows: (batch) =>
      batch.map((row) => columns.map((column) => cell(column.value(row), view)).join(',') + end).join(''),
    between: '',
    tail: '',
  };
};

const cell = (value: unknown, view: Pick<View<never>, 'guard' | 'terminal' | 'excel'>): string => {
  const given = plainText(value);
  const written = typeof value === 'string';
  const mark = !written ? '' : view.guard && isFormula(given) ? "'" : view.excel && isTakenForNumber(given) ? '\t' : '';
  const guarded = mark + given;
  // A terminal shows CSV to a person; everywhere else the bytes stay as they are.
  const text = view.terminal ? sanitize(guarded) : guarded.toWellFormed();
  // Semicolons and tabs separate cells for some spreadsheets.
  return /[",;\t\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
};

/**
 * Whether a spreadsheet would take the text for a formula: after any leading white space it starts with a sign of one,
 * in half or full width, and is not simply a number, such as an E.164 one.
 */
const isFormula = (text: string): boolean =>
  !/^[0-9A-Za-z]/.test(text) &&
  /^[\p{White_Space}\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]/u.test(text) &&
  !/^[+-]?\d+(?:\.\d+)?$/.test(text);

/**
 * Whether a spreadsheet would make a number of text and lose something: the plus or the zeros in front, or digits beyond
 * the fifteenth. A tab in front, which is not seen, keeps it as text.
 */
const isTakenForNumber = (text: string): boolean => /^(?:\+\d+|0\d+|\d{16,}|\d+e\d+)$/i.test(text);
