import { inert } from '../core/text.ts';
import { type Column, plain, type View } from '../core/view.ts';
import { cut, widthOf } from './width.ts';

/** What stands between two columns. */
export const GAP = '  ';
/** The narrowest a shortened column gets. */
const NARROWEST = 6;
/** A wider cell does not keep other columns out; it is shortened itself. */
const USUAL = 40;
/** Where a cell ends at the latest: cli-table3 takes very long for long ones. */
const LONGEST = 500;
const LONGEST_WHOLE = 4000;
/** How wide a drawn column is at the least, where lines may be as long as they like, and at the most. */
const DRAWN = { least: 10, usual: 20, most: 60 } as const;

/** A column and the place it has. */
export interface Slot<Row> {
  readonly column: Column<Row>;
  readonly width: number;
  /** No row so far has a value. */
  readonly empty: boolean;
}

/** Which columns are shown, judged by the first rows, and how wide: never narrower than before. */
export const arrange = <Row>(
  rows: readonly Row[],
  view: View<Row>,
  before: readonly Slot<Row>[] | undefined,
): readonly Slot<Row>[] => {
  const columns = before?.map(({ column }) => column) ?? view.columns;
  const drawnWidth = view.width === undefined ? DRAWN.usual : DRAWN.least;
  const natural = columns.map((column, index) => {
    const widths = rows.map((row) => (column.drawn === undefined ? widthOf(cellText(row, column, view)) : drawnWidth));
    return {
      column,
      width: Math.max(before?.[index]?.width ?? widthOf(column.title), ...widths),
      empty: widths.every((width) => width === 0),
    };
  });
  if (view.width === undefined) return natural;
  const slots = view.chosen || before !== undefined ? natural : fitting(natural, view.width);
  return stretch(squeeze(slots, view.width), view.width);
};

/** The columns of lowest rank that fit beside each other, and those without one, which were asked for. */
const fitting = <Row>(slots: readonly Slot<Row>[], width: number): readonly Slot<Row>[] => {
  const usual = slots.map((slot) => ({ ...slot, width: Math.min(slot.width, USUAL) }));
  // What the first rows do not say gives way to what they say.
  const rank = ({ column, empty }: Slot<Row>): number => (column.rank ?? -1) + (empty ? 100 : 0);
  const shown: Slot<Row>[] = [];
  for (const slot of [...usual].sort((one, other) => rank(one) - rank(other))) {
    if (shown.length > 0 && rank(slot) >= 0 && total([...shown, slot]) > width) continue;
    shown.push(slot);
  }
  return slots.filter(({ column }) => shown.some((slot) => slot.column === column));
};

/** All columns, the widest that may be shortened made narrower until they fit or can give no more. */
const squeeze = <Row>(slots: readonly Slot<Row>[], width: number): readonly Slot<Row>[] => {
  let squeezed = slots;
  for (let excess = total(slots) - width; excess > 0; excess--) {
    const loose = squeezed.filter(({ column, width: own }) => column.whole !== true && own > NARROWEST);
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

/** A value as a table shows it, inert and in one line. */
export const cellText = <Row>(row: Row, column: Column<Row>, view: View<Row>): string => {
  const text = column.friendly === undefined ? plain(column.value(row)) : column.friendly(row, view.zone);
  const longest = column.whole === true ? LONGEST_WHOLE : LONGEST;
  // Sliced first: marks without a width of their own could go on for ever.
  return cut(inert(text.slice(0, longest * 2)), longest);
};
