import Table from 'cli-table3';
import { wrapWords } from '../../core/text/wrap.ts';
import type { Tone, View } from '../../core/view.ts';
import { BOLD, DIM, GREEN, paint, RED, type Style, YELLOW } from './ansi.ts';
import { COLUMN_GAP, cellText, fitColumns, fitText, isCramped, type Slot } from './column-widths.ts';
import { truncate, widthOf, wrapColumns } from './string-width.ts';

/** The time of cli-table3 grows with the square of the rows, so a long list is drawn in blocks. */
const ROWS_PER_BLOCK = 100;

/** Aligned columns that fit the width, drawn as rows arrive; a column widens if later rows need it. */
export async function* table<Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>): AsyncGenerator<string> {
  const cards: readonly Slot<Row>[] = [];
  let layout: readonly Slot<Row>[] | undefined;
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    if (view.cards || (layout === undefined && isCramped(batch, view)) || layout === cards) {
      yield (layout === undefined ? '' : '\n') + batch.map((row) => card(row, view)).join('\n');
      layout = cards;
      continue;
    }
    const first: boolean = layout === undefined;
    layout = fitColumns(batch, view, layout);
    for (let start = 0; start < batch.length; start += ROWS_PER_BLOCK) {
      yield drawRows(batch.slice(start, start + ROWS_PER_BLOCK), layout, view, view.header && first && start === 0);
    }
  }
}

/** Cards for less room than this are left to the terminal to wrap. */
const MIN_VALUE_WIDTH = 10;

const drawRows = <Row>(rows: readonly Row[], slots: readonly Slot<Row>[], view: View<Row>, header: boolean): string => {
  const drawn = new Table({
    ...(header ? { head: slots.map(({ column, width }) => paint(truncate(column.title, width), BOLD, view)) } : {}),
    // A column that is never truncated may outgrow its slot in later rows; with a width, cli-table3 would cut it.
    colWidths: slots.map(({ column, width }, index) =>
      column.neverTruncate === true && index === slots.length - 1
        ? null
        : width + (index === slots.length - 1 ? 0 : COLUMN_GAP.length),
    ),
    chars: noBorders,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const row of rows) drawn.push(slots.map((slot) => drawCell(row, slot, view)));
  return trimLines(drawn.toString());
};

const drawCell = <Row>(row: Row, slot: Slot<Row>, view: View<Row>): string => {
  const { column, width } = slot;
  if (column.draw !== undefined) return column.draw(row, width);
  const whole = cellText(row, column, view);
  const text = column.wraps === true ? wrapped(whole, width) : fitText(whole, slot);
  const tone = column.tone?.(row);
  return tone === undefined ? text : paint(text, tones[tone], view);
};

const wrapped = (text: string, width: number): string =>
  wrapWords(text, width, widthOf)
    .flatMap((line) => wrapColumns(line, width))
    .join('\n');

/** All fields of a row, one per line; on a terminal long values are wrapped at words, below each other. */
export const card = <Row>(row: Row, view: View<Row>): string => {
  const titleWidth = Math.max(0, ...view.columns.map(({ title }) => widthOf(title)));
  const room = (view.width ?? Number.POSITIVE_INFINITY) - titleWidth - COLUMN_GAP.length;
  const lines = (text: string): string =>
    room < MIN_VALUE_WIDTH || widthOf(text) <= room ? text : wrapWords(text, room, widthOf).join('\n');
  const drawn = new Table({ chars: noBorders, style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [] } });
  for (const column of view.columns) {
    drawn.push([paint(column.title, BOLD, view), lines(cellText(row, column, view)) || '-']);
  }
  return trimLines(drawn.toString());
};

const tones: Readonly<Record<Tone, Style>> = { good: GREEN, busy: YELLOW, bad: RED, faint: DIM };

/** Not by a pattern, whose time would grow with the square of the spaces in a cell. */
const trimLines = (drawn: string): string => `${drawn.split('\n').map(trimSpaces).join('\n')}\n`;

const trimSpaces = (line: string): string => {
  let end = line.length;
  while (line[end - 1] === ' ') end--;
  return line.slice(0, end);
};

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
