import { chunk } from '../core/listing.ts';
import { sanitize } from '../core/text/sanitize.ts';
import { localTimes } from '../core/time/zone.ts';
import { type Column, columnText, joinPieces, type Pieces, plainText, type View } from '../core/view.ts';
import { guardFormulas } from './formula-guard.ts';

/** CSV as in RFC 4180, with LF line endings and a header of keys. */
export const csv = <Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>): AsyncIterable<string> =>
  joinPieces(chunk(batches), csvPieces(view));

export const csvPieces = <Row>(view: View<Row>): Pieces<Row> => {
  const { columns } = view;
  const end = view.excel ? '\r\n' : '\n';
  const header = view.header ? columns.map((column) => headerCell(column, view)).join(',') + end : '';
  const head = (view.excel ? '\ufeff' : '') + header;
  const cells = columns.map((column) => cellOf(column, view));
  return {
    head,
    empty: head,
    rows: (batch) => batch.map((row) => cells.map((cell) => cell(row)).join(',') + end).join(''),
    between: '',
    tail: '',
  };
};

/** The key of a column; for local times with their zone. */
const headerCell = <Row>({ key, holds }: Column<Row>, { dateZone }: View<Row>): string =>
  holds === 'time' && dateZone !== undefined ? quoteCell(`${key} (${dateZone})`) : key;

const cellOf = <Row>(column: Column<Row>, view: View<Row>): ((row: Row) => string) => {
  const { dateZone, excel } = view;
  if (column.holds === 'time' && dateZone !== undefined) {
    const localTime = localTimes(dateZone);
    return columnText(column, (value) => (typeof value === 'string' ? localTime(Date.parse(value)) : ''));
  }
  const isNumeric = excel && column.holds === 'phone' ? isPhoneNumber : looksNumeric;
  return columnText(column, (value) => {
    const plain = plainText(value);
    // Only text, alone or in a list, can be a formula, or a number that must stay text.
    return typeof value === 'number' || typeof value === 'boolean' ? plain : textCell(plain, isNumeric, view);
  });
};

type TextSettings = Pick<View<never>, 'guard' | 'terminal' | 'excel'>;

const textCell = (plain: string, isNumeric: (text: string) => boolean, settings: TextSettings): string => {
  if (!settings.excel && harmless.test(plain)) return plain;
  const guarded = settings.guard ? guardFormulas(plain) : plain;
  // A tab is invisible, and spreadsheets do not convert such a cell.
  const text = settings.excel && guarded === plain && isNumeric(plain) ? `\t${plain}` : guarded;
  // Only a terminal needs escapes; in files and pipes the bytes are unchanged.
  return quoteCell(settings.terminal ? sanitize(text) : text.toWellFormed());
};

/** Most text: it has nothing to guard, to quote or to escape. */
const harmless = /^(?:[A-Za-z\d](?:[\w ./:+@-]*[\w./:+@-])?)?$/;

/** Quotes a cell that some spreadsheet would split; some separate cells at semicolons and tabs. */
const quoteCell = (text: string): string =>
  /[",;\t\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;

/**
 * Whether a spreadsheet would convert the text to a number and lose a leading plus, leading zeros or the digits after the
 * fifteenth.
 */
const looksNumeric = (text: string): boolean => /^(?:\+\d+|0\d+|\d{16,}|\d+e\d+)$/i.test(text);

/** A phone number in digits, which a spreadsheet could convert to a number or a date. */
const isPhoneNumber = (text: string): boolean => /^[+\d\s().-]+$/.test(text);
