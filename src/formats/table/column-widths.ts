import { alignedPlaces, formatDecimal, parseDecimal, withPlaces } from '../../core/text/decimal.ts';
import { MIN_PREFIX_LENGTH } from '../../core/text/same-id.ts';
import { sanitize } from '../../core/text/sanitize.ts';
import { type Column, plainText, type View } from '../../core/view.ts';
import { truncate, widthOf } from './string-width.ts';

/** The separator of two columns. */
export const COLUMN_GAP = '  ';
/** Minimum width of a truncated column. */
const MIN_WIDTH = 6;
/** A longer value cannot be read in fewer columns. */
const MIN_READABLE_WIDTH = 8;
/** Width of a shrinkable column that shows the eight characters which recx get accepts as the start of an id. */
export const MIN_START_WIDTH = MIN_PREFIX_LENGTH + 1;
/** Rows before the present ones whose starts are kept apart from theirs: as many as ids are remembered. */
const MAX_SEEN = 200;
/** A wider cell is truncated rather than displacing another column. */
const MAX_RESERVED_WIDTH = 40;
/** Maximum width of a column that is empty at first: that of a phone number. */
const MAX_EMPTY_WIDTH = 13;
/** Maximum width of a cell: cli-table3 is very slow for long ones. */
const MAX_CELL_WIDTH = 500;
/** The same for columns that are never truncated. */
const MAX_UNTRUNCATED_WIDTH = 4000;
/** Widths of a drawn column; `unlimited` is for lines of any length. */
const DRAWN_WIDTH = { min: 10, unlimited: 20, max: 60 } as const;

/** A column and its place in the table. */
export interface Slot<Row> {
  readonly column: Column<Row>;
  readonly width: number;
  /** None of the first rows has a value. */
  readonly empty: boolean;
  /** At least half of the first rows have a value. */
  readonly mostlyFilled: boolean;
  /** Width at which the truncated values of a shrinkable column are still distinct. */
  readonly distinctWidth: number;
  /** Decimals of the numbers of a column that holds them. */
  readonly places: number;
  /** The latest values of a shrinkable column. */
  readonly seen: readonly string[];
}

/**
 * Chooses columns and widths from the first rows. Later rows keep the columns of `before` and never narrow them; on a terminal
 * columns with a reserved width keep their widths as well, so that all rows stay in line.
 */
export const fitColumns = <Row>(
  rows: readonly Row[],
  view: View<Row>,
  before: readonly Slot<Row>[] | undefined,
): readonly Slot<Row>[] => {
  const columns = before?.map(({ column }) => column) ?? view.columns;
  const drawnWidth = view.width === undefined ? DRAWN_WIDTH.unlimited : DRAWN_WIDTH.min;
  const natural = columns.map((column, index) => {
    const raw = column.draw === undefined ? rows.map((row) => cellText(row, column, view)) : [];
    const places = Math.max(before?.[index]?.places ?? 0, column.holds === 'decimal' ? placesOf(raw) : 0);
    const texts = raw.map((text) => alignDecimals(text, places));
    const seen = column.shrinkable === true ? [...(before?.[index]?.seen ?? []), ...texts] : [];
    const filled = texts.filter((text) => text !== '').length;
    const widest = texts.reduce(
      (max, text) => Math.max(max, widthOf(text)),
      column.draw === undefined ? 0 : drawnWidth,
    );
    return {
      column,
      width: Math.max(before?.[index]?.width ?? firstWidth(column, widest, view), widest),
      empty: widest === 0,
      mostlyFilled: filled * 2 >= texts.length,
      distinctWidth: Math.max(before?.[index]?.distinctWidth ?? 0, distinctWidth(seen)),
      seen: seen.slice(-MAX_SEEN),
      places,
    };
  });
  if (view.width === undefined) return natural;
  const fitted = before === undefined ? fitFirst(natural, view, view.width) : fitLater(natural, before, view.width);
  return growDrawn(fitted, view.width);
};

/** Room for later rows comes before complete ids, which come before room for the longest values. */
const fitFirst = <Row>(natural: readonly Slot<Row>[], view: View<Row>, width: number): readonly Slot<Row>[] => {
  const slots = view.fieldsChosen ? natural : chooseFitting(natural, width);
  const least = slots.map(shrunk);
  if (totalWidth(least) > width) return shrinkToFit(slots, width);
  const wanted = [
    slots.map(({ column }) => (column.shrinkable === true ? 0 : (column.reservedWidth ?? 0))),
    slots.map((slot) => slot.width),
    slots.map(({ column }) => column.fullWidth ?? 0),
  ];
  return wanted.reduce<readonly Slot<Row>[]>((grown, widths) => grow(grown, widths, width), least);
};

/** Widens columns, from the left, as far as there is room. */
const grow = <Row>(slots: readonly Slot<Row>[], widths: readonly number[], width: number): readonly Slot<Row>[] => {
  let spare = width - totalWidth(slots);
  return slots.map((slot, index) => {
    const more = Math.min(spare, Math.max(0, (widths[index] ?? 0) - slot.width));
    spare -= more;
    return { ...slot, width: slot.width + more };
  });
};

/** The last column may change its width: nothing comes after it. */
const fitLater = <Row>(
  natural: readonly Slot<Row>[],
  before: readonly Slot<Row>[],
  width: number,
): readonly Slot<Row>[] => {
  const isFixed = ({ column }: Slot<Row>): boolean =>
    column.reservedWidth !== undefined && column !== before.at(-1)?.column;
  const slots = natural.map((slot, index) =>
    isFixed(slot) ? { ...slot, width: before[index]?.width ?? slot.width } : slot,
  );
  return shrinkToFit(slots, width, isFixed);
};

/** Whether the columns that the user chose would be so narrow on this terminal that their values could not be read. */
export const isCramped = <Row>(rows: readonly Row[], view: View<Row>): boolean => {
  if (!view.fieldsChosen || view.width === undefined) return false;
  const natural = fitColumns(rows, { ...view, width: undefined }, undefined);
  const least = natural.map(({ column, width }) => ({
    width: Math.min(width, column.shrinkable === true ? MIN_START_WIDTH : MIN_READABLE_WIDTH),
  }));
  return totalWidth(least) > view.width;
};

/**
 * The width of the title; of a column whose first rows are empty, room for later ones, so that they stay in line with it.
 * Columns that the user chose get such room only where it is left.
 */
const firstWidth = <Row>(
  { title, reservedWidth = 0 }: Column<Row>,
  widest: number,
  { fieldsChosen }: View<Row>,
): number => Math.max(widthOf(title), widest === 0 && !fieldsChosen ? Math.min(reservedWidth, MAX_EMPTY_WIDTH) : 0);

/** The columns of lowest rank that fit side by side, and those without a rank, which the user requested. */
const chooseFitting = <Row>(slots: readonly Slot<Row>[], width: number): readonly Slot<Row>[] => {
  // An empty column is left out, unless its width is fixed: then the columns do not depend on the rows.
  const reserved = slots.map(({ column, empty, mostlyFilled, distinctWidth: distinct, width: natural, ...slot }) => {
    const { reservedWidth } = column;
    const isFixed = reservedWidth !== undefined;
    return {
      ...slot,
      column,
      empty: empty && !isFixed,
      mostlyFilled: mostlyFilled || isFixed,
      distinctWidth: isFixed ? MIN_START_WIDTH : distinct,
      width: reservedWidth ?? Math.min(natural, MAX_RESERVED_WIDTH),
    };
  });
  const rank = ({ column }: Slot<Row>): number => column.rank ?? -1;
  const fits = (slot: Slot<Row>, others: readonly Slot<Row>[]): boolean => {
    const all = [...others, slot];
    return totalWidth(all.map(slot.column.preferred === true && slot.mostlyFilled ? shrunk : complete)) <= width;
  };
  const shown: Slot<Row>[] = [];
  for (const slot of [...reserved].sort((one, other) => rank(one) - rank(other))) {
    if (shown.length === 0 || rank(slot) < 0 || (!slot.empty && fits(slot, shown))) shown.push(slot);
  }
  return slots.filter(({ column }) => shown.some((slot) => slot.column === column));
};

const complete = <Row>(slot: Slot<Row>): Slot<Row> => ({ ...slot, width: slot.column.fullWidth ?? slot.width });

const shrunk = <Row>(slot: Slot<Row>): Slot<Row> =>
  slot.column.shrinkable === true ? { ...slot, width: Math.min(slot.width, slot.distinctWidth) } : slot;

/** The width, with the mark of truncation, at which the starts of different texts differ. */
const distinctWidth = (texts: readonly string[]): number => {
  const sorted = [...new Set(texts)].sort();
  return sorted.reduce((width, text, index) => {
    const previous = sorted[index - 1] ?? '';
    let common = 0;
    while (common < text.length && text[common] === previous[common]) common++;
    return index === 0 ? width : Math.max(width, widthOf(text.slice(0, common + 1)) + 1);
  }, MIN_START_WIDTH);
};

/** Narrows the columns until they fit or have their minimum width: first the shrinkable ones, then the widest one. */
const shrinkToFit = <Row>(
  slots: readonly Slot<Row>[],
  width: number,
  isFixed: (slot: Slot<Row>) => boolean = () => false,
): readonly Slot<Row>[] => {
  const surplus = Math.max(0, totalWidth(slots) - width);
  let narrowed = slots.map((slot) => {
    const spare = isFixed(slot) ? 0 : slot.width - shrunk(slot).width;
    return { ...slot, width: slot.width - Math.min(spare, surplus) };
  });
  for (let excess = totalWidth(narrowed) - width; excess > 0; excess--) {
    const free = narrowed.filter((slot) => !isFixed(slot));
    const others = free.filter(({ column, width: own }) => isNarrowable(column) && own > MIN_WIDTH);
    // A long address is truncated before a time.
    const overlong = others.filter(({ column: { reservedWidth }, width: own }) => own > (reservedWidth ?? own));
    const yielding = others.filter(
      ({ column: { yields, reservedWidth = MIN_READABLE_WIDTH }, width: own }) =>
        yields === true && own > reservedWidth,
    );
    const withoutTimes = others.filter(({ column }) => column.holds !== 'time');
    // Starts that are the same are better than lines that do not fit.
    const ids = free.filter(({ column, width: own }) => column.shrinkable === true && own > MIN_START_WIDTH);
    const candidates = [yielding, overlong, withoutTimes, others, ids].find(({ length }) => length > 0) ?? [];
    const max = Math.max(...candidates.map((slot) => slot.width));
    const widest = candidates.find((slot) => slot.width === max);
    if (widest === undefined) break;
    narrowed = narrowed.map((slot) => (slot === widest ? { ...slot, width: slot.width - 1 } : slot));
  }
  return narrowed;
};

const isNarrowable = <Row>({ neverTruncate, shrinkable }: Column<Row>): boolean =>
  neverTruncate !== true && shrinkable !== true;

/** Gives the remaining width to drawn columns. */
const growDrawn = <Row>(slots: readonly Slot<Row>[], width: number): readonly Slot<Row>[] => {
  const spare = Math.max(0, width - totalWidth(slots));
  return slots.map((slot) =>
    slot.column.draw === undefined ? slot : { ...slot, width: Math.min(slot.width + spare, DRAWN_WIDTH.max) },
  );
};

/** The width of columns side by side. */
export const totalWidth = (slots: readonly { readonly width: number }[]): number =>
  slots.reduce((sum, slot) => sum + slot.width, COLUMN_GAP.length * (slots.length - 1));

/** A cell's text, truncated to the width of its slot, and with the decimals of its column. */
export const fitText = <Row>(text: string, { column, width, places }: Slot<Row>): string =>
  column.neverTruncate === true ? text : truncate(alignDecimals(text, places), width);

const isDecimal = (text: string): boolean => /^\d{1,40}(?:\.\d{1,40})?$/.test(text);

const placesOf = (texts: readonly string[]): number => alignedPlaces(texts.filter(isDecimal).map(parseDecimal));

const alignDecimals = (text: string, places: number): string =>
  places > 0 && isDecimal(text) ? formatDecimal(withPlaces(parseDecimal(text), places)) : text;

/** The text of a cell: sanitized, in one line, not yet truncated to its slot. */
export const cellText = <Row>(row: Row, column: Column<Row>, view: View<Row>): string => {
  const text = column.friendly === undefined ? plainText(column.value(row)) : column.friendly(row, view.zone);
  const max = column.neverTruncate === true ? MAX_UNTRUNCATED_WIDTH : MAX_CELL_WIDTH;
  // Sliced first, because there could be any number of combining marks, which have no width.
  return truncate(sanitize(text.slice(0, max * 2)), max);
};
