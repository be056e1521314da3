import { chunk } from '../core/listing.ts';
import { sanitize } from '../core/text/sanitize.ts';
import { escapeTsv } from '../core/text/tsv.ts';
import { columnText, joinPieces, type Pieces, plainText, type View } from '../core/view.ts';
import { guardFormulas, guardQuotedFormula } from './formula-guard.ts';

/** Tab-separated values with a header of keys; each row is one line, and a quote is a character like any other. */
export const tsv = <Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>): AsyncIterable<string> =>
  joinPieces(chunk(batches), tsvPieces(view));

export const tsvPieces = <Row>(view: View<Row>): Pieces<Row> => {
  const { columns } = view;
  const cells = columns.map((column) => columnText(column, (value) => cell(value, view)));
  const head = view.header ? `${columns.map(({ key }) => key).join('\t')}\n` : '';
  return {
    head,
    empty: head,
    rows: (batch) => batch.map((row) => `${cells.map((text) => text(row)).join('\t')}\n`).join(''),
    between: '',
    tail: '',
  };
};

const cell = (value: unknown, { guard, terminal }: Pick<View<never>, 'guard' | 'terminal'>): string => {
  const plain = plainText(value);
  // Only text, alone or in a list, can be a formula.
  if (typeof value === 'number' || typeof value === 'boolean') return plain;
  const escaped = escapeTsv(guard ? guardQuotedFormula(guardFormulas(plain)) : plain);
  return terminal ? sanitize(escaped) : escaped.toWellFormed();
};
