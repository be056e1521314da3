import type { Recording } from '../../core/recording.ts';
import type { View } from '../../core/view.ts';
import type { Slot } from '../../formats/table/column-widths.ts';
import { wrapColumns } from '../../formats/table/string-width.ts';
import { card } from '../../formats/table/table.ts';
import { fitListColumns } from './columns.ts';
import { helpText } from './help.ts';
import type { BrowseRow } from './row.ts';

/** The most recordings that are kept, so that memory stays bounded whatever an account holds. */
export const MAX_ROWS = 20_000;

/** How far the list has been read: not at all, in part, to its end, to the most that are kept, to a failure. */
export type Listing = 'asking' | 'open' | 'whole' | 'full' | 'failed';

/** Everything that is on the screen, and what decides which key does what. */
export interface State {
  /** How values are shown. */
  readonly view: View<Recording>;
  /** What is asked, as the user named it. */
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly listing: Listing;
  readonly rows: readonly BrowseRow[];
  /** Those of the rows that the filter keeps. */
  readonly shown: readonly BrowseRow[];
  readonly slots: readonly Slot<Recording>[];
  readonly filter: string;
  /** In `shown`: the row under the cursor, and the first one on the screen. */
  readonly selected: number;
  readonly top: number;
  /** Keys of rows. */
  readonly marked: ReadonlySet<string>;
  readonly mode: 'list' | 'typing' | 'detail' | 'help';
  /** What the help was opened over. */
  readonly helpOver: 'list' | 'detail';
  /** The first line on the screen of a detail or the help. */
  readonly offset: number;
  /** What is under way, and how far it is. */
  readonly job: { readonly what: 'download' | 'fetch'; readonly text: string } | undefined;
  readonly playing: string | undefined;
  /** The last news. */
  readonly message: { readonly text: string; readonly bad: boolean } | undefined;
  /** Why the list is not complete. */
  readonly failure: string | undefined;
  /** The user wanted to leave while a download was under way. */
  readonly leaving: boolean;
}

export const initialState = (view: View<Recording>, title: string, width: number, height: number): State => ({
  view,
  title,
  width,
  height,
  listing: 'asking',
  rows: [],
  shown: [],
  slots: [],
  filter: '',
  selected: 0,
  top: 0,
  marked: new Set(),
  mode: 'list',
  helpOver: 'list',
  offset: 0,
  job: undefined,
  playing: undefined,
  message: undefined,
  failure: undefined,
  leaving: false,
});

/** Whether a filter keeps a row: each of its words is somewhere in it. */
const filterPredicate = (filter: string): ((row: BrowseRow) => boolean) => {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return ({ text }) => words.every((word) => text.includes(word));
};

/** The row that commands are about when none is marked. */
export const current = ({ shown, selected }: State): BrowseRow | undefined => shown[selected];

/** Lines for rows or text, between the title and the last two lines. */
export const bodyHeight = ({ height, mode }: State): number =>
  Math.max(1, height - 3 - (mode === 'list' || mode === 'typing' ? 1 : 0));

/** The lines of the detail or the help. */
export const pageLines = (state: State): readonly string[] => {
  const row = current(state);
  const text = state.mode === 'help' ? helpText : row === undefined ? '' : card(row.recording, state.view);
  return text.split('\n').flatMap((line) => wrapColumns(line, Math.max(2, state.width - 1)));
};

/** Whether more rows should be read: the end of what is shown is near. */
export const wantsMoreRows = (state: State): boolean =>
  (state.listing === 'asking' || state.listing === 'open') &&
  state.shown.length - state.selected < SCREENS_AHEAD * bodyHeight({ ...state, mode: 'list' });

/** Screens of rows that are read ahead. */
const SCREENS_AHEAD = 3;

/** Everything within its bounds, and the cursor in sight. */
export const clamped = (state: State): State => {
  const height = bodyHeight({ ...state, mode: 'list' });
  const selected = clamp(0, state.selected, state.shown.length - 1);
  const least = Math.max(0, selected - height + 1);
  const top = clamp(least, state.top, Math.min(selected, Math.max(least, state.shown.length - height)));
  const isPage = state.mode === 'detail' || state.mode === 'help';
  const offset = isPage ? clamp(0, state.offset, pageLines(state).length - bodyHeight(state)) : 0;
  return { ...state, selected, top, offset };
};

const clamp = (least: number, value: number, most: number): number => Math.max(least, Math.min(value, most));

/** The rows that a filter keeps, the cursor on the same recording where it is still there. */
export const withFilter = (state: State, filter: string): State => {
  const before = current(state);
  const narrower = filter.startsWith(state.filter) && state.filter !== '';
  const shown = (narrower ? state.shown : state.rows).filter(filterPredicate(filter));
  const place = before === undefined ? -1 : shown.indexOf(before);
  return { ...state, filter, shown, selected: Math.max(0, place) };
};

/** Further rows, as many as may be kept. */
export const withRows = (state: State, rows: readonly BrowseRow[]): State => {
  const room = MAX_ROWS - state.rows.length;
  const added = rows.slice(0, room);
  const every = [...state.rows, ...added];
  return {
    ...state,
    listing: rows.length >= room ? 'full' : 'open',
    rows: every,
    shown: state.filter === '' ? every : [...state.shown, ...added.filter(filterPredicate(state.filter))],
    slots:
      state.rows.length < SAMPLED_ROWS
        ? fitListColumns(every.slice(0, SAMPLED_ROWS), state.view, state.width)
        : state.slots,
  };
};

/** The same for a screen of another size. */
export const withSize = (state: State, width: number, height: number): State => ({
  ...state,
  width,
  height,
  slots: fitListColumns(state.rows.slice(0, SAMPLED_ROWS), state.view, width),
});

/** Rows by which the columns are chosen. */
const SAMPLED_ROWS = 200;
