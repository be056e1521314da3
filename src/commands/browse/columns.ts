import { recordingColumns } from '../../core/call-columns.ts';
import type { Recording } from '../../core/recording.ts';
import { shortDirection } from '../../core/table/places.ts';
import { sanitize } from '../../core/text/sanitize.ts';
import { type Column, plainText, type View } from '../../core/view.ts';
import { COLUMN_GAP, fitColumns, MIN_START_WIDTH, type Slot } from '../../formats/table/column-widths.ts';
import { truncate } from '../../formats/table/string-width.ts';
import type { BrowseRow } from './searchable-row.ts';

/** The columns of the list, in order, with their ranks: a narrow screen omits the highest ranks first. */
export const columnRanks: Readonly<Record<string, number>> = {
  created_at: 0,
  duration_seconds: 1,
  kind: 5,
  status: 2,
  direction: 4.5,
  from: 3,
  to: 4,
  dialed_to: 5.5,
  channels: 11,
  formats: 7,
  size_bytes: 10,
  profile: 6,
  provider: 8,
  api: 9,
};
/** Columns of a lower rank come before the id. */
const ID_RANK = 6;

const wideColumns: readonly Column<Recording>[] = Object.entries(columnRanks).flatMap(([key, rank]) =>
  recordingColumns
    .filter((column) => column.key === key)
    .map((column) => ({
      ...column,
      ...(key === 'direction' ? shortDirection : {}),
      rank,
    })),
);
/** For narrow screens, where a SIP address would leave no room for other columns. */
const narrowColumns = wideColumns.map((column) =>
  ['from', 'to'].includes(column.key)
    ? { ...column, friendly: (row: Recording) => truncate(sanitize(plainText(column.value(row))), SHORT_ADDRESS) }
    : column,
);
const idColumn = recordingColumns.filter(({ key }) => key === 'id');

/** Characters before the first column: the cursor and the mark. */
export const LIST_MARGIN = 2;
/** A screen of this width has room for complete ids and addresses. */
const WIDE_SCREEN = 120;
const FULL_ID = 36;
const SHORT_ADDRESS = 14;

/** The columns that fit, based on sample rows. The id gets the remaining width, and at least as much as tells the ids apart. */
export const fitListColumns = (
  rows: readonly BrowseRow[],
  view: View<Recording>,
  width: number,
): readonly Slot<Recording>[] => {
  const recordings = rows.map(({ recording }) => recording);
  const available = width - LIST_MARGIN - 1;
  const isWide = width >= WIDE_SCREEN;
  const candidates = isWide ? wideColumns : narrowColumns;
  const fitInto = (columns: readonly Column<Recording>[], maxWidth: number | undefined): readonly Slot<Recording>[] =>
    fitColumns(recordings, { ...view, columns, width: maxWidth }, undefined);
  const widthBeside = (slots: readonly Slot<Recording>[]): number =>
    slots.reduce((left, slot) => left - slot.width - COLUMN_GAP.length, available);
  const withoutId = fitInto(
    candidates.filter(({ rank = 0 }) => rank < ID_RANK),
    available,
  );
  const [id] = fitInto(idColumn, undefined);
  if (id === undefined || widthBeside(withoutId) < MIN_START_WIDTH) return withoutId;
  const idWidth = Math.min(id.width, isWide ? FULL_ID : id.distinctWidth);
  const others = fitInto(candidates, available - idWidth - COLUMN_GAP.length);
  return [...others, { ...id, width: Math.min(id.width, widthBeside(others)) }];
};
