import Table from 'cli-table3';
import type { Tone, View } from '../../core/view.ts';
import { BOLD, DIM, GREEN, paint, RED, type Style, YELLOW } from './ansi.ts';
import { cellText, fitColumns, GAP, type Slot, shortened } from './column-widths.ts';
import { truncate } from './string-width.ts';

/** cli-table3 takes time with the square of the rows, so a long list is drawn in blocks. */
const BLOCK = 100;

/** Aligned columns that fit the width, drawn as the rows arrive; columns widen where later rows need it. */
export async function* table<Row>(batches: AsyncIterable<readonly Row[]>, view: View<Row>): AsyncGenerator<string> {
  let layout: readonly Slot<Row>[] | undefined;
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    if (view.cards) {
      yield (layout === undefined ? '' : '\n') + batch.map((row) => card(row, view)).join('\n');
      layout = [];
      continue;
    }
    const first: boolean = layout === undefined;
    layout = fitColumns(batch, view, layout);
    for (let start = 0; start < batch.length; start += BLOCK) {
      yield draw(batch.slice(start, start + BLOCK), layout, view, view.header && first && start === 0);
    }
  }
}

const draw = <Row>(rows: readonly Row[], slots: readonly Slot<Row>[], view: View<Row>, header: boolean): string => {
  const drawn = new Table({
    ...(header ? { head: slots.map(({ column, width }) => paint(truncate(column.title, width), BOLD, view)) } : {}),
    // A whole column may outgrow its slot further down; cli-table3 would cut it.
    colWidths: slots.map(({ column, width }, index) =>
      column.whole === true && index === slots.length - 1
        ? null
        : width + (index === slots.length - 1 ? 0 : GAP.length),
    ),
    chars: noLines,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const row of rows) drawn.push(slots.map((slot) => drawnCell(row, slot, view)));
  return trimmed(drawn.toString());
};

const drawnCell = <Row>(row: Row, slot: Slot<Row>, view: View<Row>): string => {
  const { column, width } = slot;
  if (column.drawn !== undefined) return column.drawn(row, width);
  const text = shortened(cellText(row, column, view), slot);
  const tone = column.tone?.(row);
  return tone === undefined ? text : paint(text, tones[tone], view);
};

/** Every field of one row, a line each. */
export const card = <Row>(row: Row, view: View<Row>): string => {
  const drawn = new Table({ chars: noLines, style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [] } });
  for (const column of view.columns) {
    drawn.push([paint(column.title, BOLD, view), cellText(row, column, view) || '-']);
  }
  return trimmed(drawn.toString());
};

const tones: Readonly<Record<Tone, Style>> = { good: GREEN, busy: YELLOW, bad: RED, faint: DIM };

const trimmed = (drawn: string): string => `${drawn.replace(/ +$/gm, '')}\n`;

const noLines = {
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
