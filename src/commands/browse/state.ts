import type { Recording } from '../../core/recording.ts';
import type { View } from '../../core/view.ts';
import type { Slot } from '../../formats/table/column-widths.ts';
import { wrapColumns } from '../../formats/table/string-width.ts';
import { card } from '../../formats/table/table.ts';
import { fitListColumns } from './columns.ts';
import { helpText } from './help.ts';
import { type BrowseRow, MAX_ROWS } from './searchable-row.ts';

/** How far the list has been loaded: not at all, in part, to its end, to `MAX_ROWS`, to a failure. */
export type Listing = 'loading' | 'open' | 'complete' | 'full' | 'failed';

/** The complete UI state. */
export interface State {
  /** How values are shown. */
  readonly view: View<Recording>;
  /** Profile names. */
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly listing: Listing;
  readonly rows: readonly BrowseRow[];
  /** The rows that match the filter. */
  readonly visibleRows: readonly BrowseRow[];
  readonly columnSlots: readonly Slot<Recording>[];
  readonly filter: string;
  /** Indexes into `visibleRows`: cursor row, first visible row. */
  readonly selected: number;
  readonly top: number;
  /** Keys of rows. */
  readonly marked: ReadonlySet<string>;
  readonly mode: 'list' | 'typing' | 'detail' | 'help';
  /** Where the help was opened. */
  readonly helpOpenedFrom: 'list' | 'detail';
  /** The first visible line of the detail or the help. */
  readonly offset: number;
  /** The running job, and its progress. */
  readonly job: { readonly what: 'download' | 'fetch'; readonly text: string } | undefined;
  readonly playing: string | undefined;
  /** The last message, until the next key. */
  readonly message: { readonly text: string; readonly bad: boolean } | undefined;
  /** Why the list is not complete. */
  readonly failure: string | undefined;
  /** The APIs that were queried, in words. */
  readonly queried: string;
  /** q was pressed during a download; a second q quits. */
  readonly quitRequested: boolean;
}

export const initialState = (view: View<Recording>, title: string, width: number, height: number): State => ({
  view,
  title,
  width,
  height,
  listing: 'loading',
  rows: [],
  visibleRows: [],
  columnSlots: [],
  filter: '',
  selected: 0,
  top: 0,
  marked: new Set(),
  mode: 'list',
  helpOpenedFrom: 'list',
  offset: 0,
  job: undefined,
  playing: undefined,
  message: undefined,
  failure: undefined,
  queried: '',
  quitRequested: false,
});

/** Whether a row matches a filter: it contains each of its words. */
const filterPredicate = (filter: string): ((row: BrowseRow) => boolean) => {
  const words = filter.normalize('NFC').toLowerCase().split(/\s+/).filter(Boolean);
  return ({ text }) => words.every((word) => text.includes(word));
};

/** The row under the cursor. */
export const selectedRow = ({ visibleRows, selected }: State): BrowseRow | undefined => visibleRows[selected];

/** Lines between the title and the last two lines, for rows or text. */
export const bodyHeight = ({ height, mode }: State): number =>
  Math.max(1, height - 3 - (mode === 'list' || mode === 'typing' ? 1 : 0));

/** The lines of the detail or the help. */
export const pageLines = (state: State): readonly string[] => {
  const row = selectedRow(state);
  const text =
    state.mode === 'help'
      ? helpText
      : row === undefined
        ? ''
        : card(row.recording, { ...state.view, width: state.width - 1 });
  return text.split('\n').flatMap((line) => wrapColumns(line, Math.max(2, state.width - 1)));
};

/** Whether more rows should be loaded: the cursor is near the end of the visible rows. */
export const wantsMoreRows = (state: State): boolean =>
  (state.listing === 'loading' || state.listing === 'open') &&
  state.visibleRows.length - state.selected < SCREENS_AHEAD * bodyHeight({ ...state, mode: 'list' });

/** Screens of rows that are loaded ahead of the cursor. */
const SCREENS_AHEAD = 3;

/** Clamps all positions and keeps the cursor visible. */
export const clampState = (state: State): State => {
  const height = bodyHeight({ ...state, mode: 'list' });
  const selected = clamp(0, state.selected, state.visibleRows.length - 1);
  const minTop = Math.max(0, selected - height + 1);
  const top = clamp(minTop, state.top, Math.min(selected, Math.max(minTop, state.visibleRows.length - height)));
  const isPage = state.mode === 'detail' || state.mode === 'help';
  const offset = isPage ? clamp(0, state.offset, pageLines(state).length - bodyHeight(state)) : 0;
  return { ...state, selected, top, offset };
};

const clamp = (min: number, value: number, max: number): number => Math.max(min, Math.min(value, max));

/** The state with another filter; the cursor stays on its recording if that matches. */
export const withFilter = (state: State, filter: string): State => {
  const before = selectedRow(state);
  const narrower = filter.startsWith(state.filter) && state.filter !== '';
  const visibleRows = (narrower ? state.visibleRows : state.rows).filter(filterPredicate(filter));
  const index = before === undefined ? -1 : visibleRows.indexOf(before);
  return { ...state, filter, visibleRows, selected: Math.max(0, index) };
};

/** The state with further rows, up to the limit. */
export const withRows = (state: State, rows: readonly BrowseRow[]): State => {
  const available = MAX_ROWS - state.rows.length;
  const added = rows.slice(0, available);
  const all = [...state.rows, ...added];
  return {
    ...state,
    listing: rows.length >= available ? 'full' : 'open',
    rows: all,
    visibleRows: state.filter === '' ? all : [...state.visibleRows, ...added.filter(filterPredicate(state.filter))],
    columnSlots:
      state.rows.length < SAMPLED_ROWS
        ? fitListColumns(all.slice(0, SAMPLED_ROWS), state.view, state.width)
        : state.columnSlots,
  };
};

/** The state for a screen of another size. */
export const withSize = (state: State, width: number, height: number): State => ({
  ...state,
  width,
  height,
  columnSlots: fitListColumns(state.rows.slice(0, SAMPLED_ROWS), state.view, width),
});

/** Rows sampled to choose columns. */
const SAMPLED_ROWS = 200;
