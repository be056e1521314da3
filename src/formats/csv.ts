import { chunk } from '../core/listing.ts';
import { sanitize } from '../core/text/sanitize.ts';
import { joinPieces, type Pieces, plainText, type View } from '../core/view.ts';

/** CSV as in RFC 4180, with LF line endings and a header of keys. */
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
  const plain = plainText(value);
  const prefix = typeof value === 'string' ? cellPrefix(plain, view) : '';
  const guarded = prefix + plain;
  // Only a terminal needs escapes; in files and pipes the bytes are unchanged.
  const text = view.terminal ? sanitize(guarded) : guarded.toWellFormed();
  // Some spreadsheets separate cells at semicolons and tabs.
  return /[",;\t\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
};

/**
 * The prefix that stops a spreadsheet from running a cell as a formula (`'`) or converting it to a number (a tab, which
 * is invisible).
 */
const cellPrefix = (text: string, { guard, excel }: Pick<View<never>, 'guard' | 'excel'>): string => {
  if (guard && isFormula(text)) return "'";
  return excel && looksNumeric(text) ? '\t' : '';
};

/**
 * Whether a spreadsheet would run the text as a formula: after any leading white space it starts with a formula character,
 * in half or full width, and it is not a number such as `-12.5` or one in E.164.
 */
const isFormula = (text: string): boolean =>
  !/^[0-9A-Za-z]/.test(text) &&
  /^[\p{White_Space}\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]/u.test(text) &&
  !/^[+-]?\d+(?:\.\d+)?$/.test(text);

/**
 * Whether a spreadsheet would convert the text to a number and lose a leading plus, leading zeros or the digits after the
 * fifteenth.
 */
const looksNumeric = (text: string): boolean => /^(?:\+\d+|0\d+|\d{16,}|\d+e\d+)$/i.test(text);
