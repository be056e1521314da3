import { sanitize } from '../../core/text/sanitize.ts';
import { type Column, plainText, type View } from '../../core/view.ts';
import { truncate, truncateStart, widthOf } from './string-width.ts';

/** What stands between two columns. */
export const GAP = '  ';
/** The narrowest a shortened column gets. */
const MIN_WIDTH = 6;
/** The narrowest a long column gets for the sake of others. */
const SHORTEST = 13;
/** A wider cell does not keep other columns out; it is shortened itself. */
const USUAL = 40;
/** Where a cell ends at the latest: cli-table3 takes very long for long ones. */
const MAX_WIDTH = 500;
const MAX_FULL_WIDTH = 4000;
/** How wide a drawn column is at the least, where lines may be as long as they like, and at the most. */
const DRAWN = { least: 10, usual: 20, most: 60 } as const;

/** A column and the place it has. */
export interface Slot<Row> {
  readonly column: Column<Row>;
  readonly width: number;
  /** Of the first rows none has a value, most have one, or all have the same. */
  readonly empty: boolean;
  readonly usual: boolean;
  readonly same: boolean;
  /** Which end of a long value tells the first rows apart. */
  readonly telling: 'start' | 'end';
}

/** Which columns are shown, judged by the first rows, and how wide: never narrower than before. */
export const fitColumns = <Row>(
  rows: readonly Row[],
  view: View<Row>,
  before: readonly Slot<Row>[] | undefined,
): readonly Slot<Row>[] => {
  const columns = before?.map(({ column }) => column) ?? view.columns;
  const drawnWidth = view.width === undefined ? DRAWN.usual : DRAWN.least;
  const natural = columns.map((column, index) => {
    const texts = column.drawn === undefined ? rows.map((row) => cellText(row, column, view)) : [];
    const filled = texts.filter((text) => text !== '').length;
    const widest = texts.reduce(
      (most, text) => Math.max(most, widthOf(text)),
      column.drawn === undefined ? 0 : drawnWidth,
    );
    return {
      column,
      width: Math.max(before?.[index]?.width ?? widthOf(column.title), widest),
      empty: widest === 0,
      usual: filled * 2 >= texts.length,
      same: texts.length > 1 && new Set(texts).size === 1,
      telling: before?.[index]?.telling ?? (column.long === true ? tellingEnd(texts) : 'start'),
    };
  });
  if (view.width === undefined) return natural;
  const slots = view.chosen || before !== undefined ? natural : fitting(natural, view.width);
  return stretch(squeeze(slots, view.width), view.width);
};

/** The columns of lowest rank that fit beside each other, and those without one, which were asked for. */
const fitting = <Row>(slots: readonly Slot<Row>[], width: number): readonly Slot<Row>[] => {
  const usual = slots.map((slot) => ({ ...slot, width: Math.min(slot.width, USUAL) }));
  // What all of the first rows say gives way to what tells them apart, and what none says is left out.
  const rank = ({ column, same }: Slot<Row>): number =>
    (column.rank ?? -1) + (same && column.distinct === true ? 50 : 0);
  const fits = (slot: Slot<Row>, others: readonly Slot<Row>[]): boolean => {
    const all = [...others, slot];
    return total(slot.column.wanted === true && slot.usual ? all.map(shortest) : all) <= width;
  };
  const shown: Slot<Row>[] = [];
  for (const slot of [...usual].sort((one, other) => rank(one) - rank(other))) {
    if (shown.length === 0 || rank(slot) < 0 || (!slot.empty && fits(slot, shown))) shown.push(slot);
  }
  return slots.filter(({ column }) => shown.some((slot) => slot.column === column));
};

const shortest = <Row>(slot: Slot<Row>): Slot<Row> =>
  slot.column.long === true ? { ...slot, width: Math.min(slot.width, SHORTEST) } : slot;

/** The end of most ids tells them apart; the start, where they end alike and begin differently. */
const tellingEnd = (texts: readonly string[]): 'start' | 'end' => {
  const kinds = (part: (text: string) => string): number => new Set(texts.map(part)).size;
  return kinds((text) => text.slice(0, SHORTEST - 1)) > kinds((text) => text.slice(1 - SHORTEST)) ? 'start' : 'end';
};

/** All columns, the long ones and then the widest that may be shortened made narrower until they fit or can give no more. */
const squeeze = <Row>(slots: readonly Slot<Row>[], width: number): readonly Slot<Row>[] => {
  const surplus = Math.max(0, total(slots) - width);
  let squeezed = slots.map((slot) => {
    const spare = slot.width - shortest(slot).width;
    return { ...slot, width: slot.width - Math.min(spare, surplus) };
  });
  for (let excess = total(squeezed) - width; excess > 0; excess--) {
    const loose = squeezed.filter(({ column, width: own }) => column.whole !== true && own > MIN_WIDTH);
    const widest = Math.max(...loose.map((slot) => slot.width));
    const giver = loose.find((slot) => slot.width === widest);
    if (giver === undefined) break;
    squeezed = squeezed.map((slot) => (slot === giver ? { ...slot, width: slot.width - 1 } : slot));
  }
  return squeezed;
};

/** The room that is left, given to what is drawn. */
const stretch = <Row>(slots: readonly Slot<Row>[], width: number): readonly Slot<Row>[] => {
  const room = Math.max(0, width - total(slots));
  return slots.map((slot) =>
    slot.column.drawn === undefined ? slot : { ...slot, width: Math.min(slot.width + room, DRAWN.most) },
  );
};

const total = (slots: readonly { readonly width: number }[]): number =>
  slots.reduce((sum, slot) => sum + slot.width, GAP.length * (slots.length - 1));

/** A cell's text as its slot has room for it. */
export const shortened = <Row>(text: string, { column, width, telling }: Slot<Row>): string =>
  column.whole === true ? text : telling === 'end' ? truncateStart(text, width) : truncate(text, width);

/** A value as a table shows it, inert and in one line. */
export const cellText = <Row>(row: Row, column: Column<Row>, view: View<Row>): string => {
  const text = column.friendly === undefined ? plainText(column.value(row)) : column.friendly(row, view.zone);
  const longest = column.whole === true ? MAX_FULL_WIDTH : MAX_WIDTH;
  // Sliced first: marks without a width of their own could go on for ever.
  return truncate(sanitize(text.slice(0, longest * 2)), longest);
};
