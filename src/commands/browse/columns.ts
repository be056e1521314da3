import { columns } from '../../core/columns.ts';
import type { Recording } from '../../core/recording.ts';
import { sanitize } from '../../core/text/sanitize.ts';
import { type Column, plainText, type View } from '../../core/view.ts';
import { fitColumns, GAP, type Slot } from '../../formats/table/column-widths.ts';
import { truncate } from '../../formats/table/string-width.ts';
import type { BrowseRow } from './row.ts';

/** The columns of the list in their order, and which give way on a narrow screen: the last ranks first. */
const ranks: Readonly<Record<string, number>> = {
  created_at: 0,
  duration_seconds: 1,
  kind: 5,
  status: 2,
  from: 3,
  to: 4,
  channels: 11,
  formats: 7,
  size_bytes: 10,
  profile: 6,
  provider: 8,
  api: 9,
};
/** Those before which the id gives way. */
const FIRST_RANKS = 6;

const listed: readonly Column<Recording>[] = Object.entries(ranks).flatMap(([key, rank]) =>
  columns.filter((column) => column.key === key).map((column) => ({ ...column, rank })),
);
/** A SIP address would keep other columns out. */
const narrow = listed.map((column) =>
  ['from', 'to'].includes(column.key)
    ? { ...column, friendly: (row: Recording) => truncate(sanitize(plainText(column.value(row))), SHORT_ADDRESS) }
    : column,
);
const idColumn = columns.filter(({ key }) => key === 'id');

/** Characters before the first column: the cursor and the mark. */
export const MARGIN = 2;
/** A screen from here on has room for whole ids and addresses. */
const WIDE = 120;
const SHORT_ID = 8;
const FULL_ID = 36;
const SHORT_ADDRESS = 14;

/** The columns that fit, judged by some rows; the id has what they leave, since a part of it still tells one from another. */
export const fitListColumns = (
  rows: readonly BrowseRow[],
  view: View<Recording>,
  width: number,
): readonly Slot<Recording>[] => {
  const recordings = rows.map(({ recording }) => recording);
  const room = width - MARGIN - 1;
  const shown = width < WIDE ? narrow : listed;
  const among = (some: readonly Column<Recording>[], most: number | undefined): readonly Slot<Recording>[] =>
    fitColumns(recordings, { ...view, columns: some, width: most }, undefined);
  const leftBy = (slots: readonly Slot<Recording>[]): number =>
    slots.reduce((left, slot) => left - slot.width - GAP.length, room);
  const first = among(
    shown.filter(({ rank = 0 }) => rank < FIRST_RANKS),
    room,
  );
  const [id] = among(idColumn, undefined);
  if (id === undefined || leftBy(first) < SHORT_ID) return first;
  const own = Math.min(id.width, width < WIDE ? SHORT_ID : FULL_ID);
  const others = among(shown, room - own - GAP.length);
  return [...others, { ...id, width: Math.min(id.width, leftBy(others)) }];
};
