import type { Recording } from '../../core/recording.ts';
import { sanitize } from '../../core/text/sanitize.ts';
import { withThousands } from '../../core/text/thousands.ts';
import { BOLD, DIM, INVERSE, paint, RED } from '../../formats/table/ansi.ts';
import { COLUMN_GAP, cellText, fitText, type Slot } from '../../formats/table/column-widths.ts';
import { pad, truncate, widthOf, wrapColumns } from '../../formats/table/string-width.ts';
import { LIST_MARGIN } from './columns.ts';
import { detailHints, helpHints, listHints, typingHints } from './help.ts';
import { type BrowseRow, MAX_ROWS } from './searchable-row.ts';
import { bodyHeight, pageLines, type State, wantsMoreRows } from './state.ts';

/** The lines of the screen, which never exceed its size. The last column stays free, since some terminals wrap there. */
export const render = (state: State): readonly string[] => {
  const isList = state.mode === 'list' || state.mode === 'typing';
  const { view } = state;
  const width = Math.max(1, state.width - 1);
  const status = statusOf(state, width);
  const available = Math.max(1, bodyHeight(state) + 1 - status.length);
  const body = isList ? listBody(state, width, available) : pageBody(state);
  const filled = [...body, ...Array.from({ length: available }, () => '')].slice(0, available);
  const header = isList ? [paint(truncate(headerOf(state), width), BOLD, view)] : [];
  return [
    paint(pad(titleOf(state), width), INVERSE, view),
    ...header,
    ...filled,
    ...status,
    paint(truncate(fittingHints(hintsOf(state), width).join(COLUMN_GAP), width), DIM, view),
  ].slice(-state.height);
};

const titleOf = (state: State): string => {
  const { rows, visibleRows, marked, filter, listing, playing, mode, title } = state;
  const count =
    filter === ''
      ? withThousands(rows.length)
      : `${withThousands(visibleRows.length)} of ${withThousands(rows.length)}`;
  const parts = [
    `recx browse: ${sanitize(title)}`,
    ...(mode === 'help' ? ['help'] : []),
    ...(rows.length === 0 && listing === 'loading' ? [] : [count]),
    wantsMoreRows(state) ? 'loading…' : listingLabels[listing],
    ...(marked.size > 0 ? [`${withThousands(marked.size)} marked`] : []),
    ...(playing === undefined ? [] : ['playing']),
  ];
  return ` ${parts.join(' · ')}`;
};

const listingLabels: Readonly<Record<State['listing'], string>> = {
  loading: 'loading…',
  open: 'more below',
  complete: 'all',
  full: 'limit reached',
  failed: 'incomplete',
};

const headerOf = ({ columnSlots }: State): string => line('  ', columnSlots, ({ column }) => column.title);

const line = (margin: string, slots: readonly Slot<Recording>[], textOf: (slot: Slot<Recording>) => string): string =>
  (margin + slots.map((slot) => pad(textOf(slot), slot.width)).join(COLUMN_GAP)).trimEnd();

const listBody = (state: State, width: number, available: number): readonly string[] => {
  const { visibleRows, selected, columnSlots, marked, view } = state;
  // A long message must not hide the cursor.
  const top = Math.max(state.top, selected - available + 1);
  if (visibleRows.length === 0) return [truncate(`${' '.repeat(LIST_MARGIN)}${emptyText(state)}`, width)];
  const rowLine = ({ recording, key }: BrowseRow, index: number): string => {
    const isSelected = top + index === selected;
    const margin = `${isSelected ? '>' : ' '}${marked.has(key) ? '*' : ' '}`;
    const text = truncate(
      line(margin, columnSlots, (slot) => fitText(cellText(recording, slot.column, view), slot)),
      width,
    );
    return isSelected ? paint(pad(text, width), INVERSE, view) : text;
  };
  return visibleRows.slice(top, top + available).map(rowLine);
};

/** The text of a list without rows. */
const emptyText = (state: State): string => {
  if (state.rows.length > 0)
    return wantsMoreRows(state) ? 'No matches so far; loading more…' : 'No matches; Esc clears the filter';
  if (state.listing === 'failed') return 'The list could not be loaded; r reloads it';
  return state.listing === 'complete' ? `No recordings found. ${state.queried}` : 'Loading…';
};

const pageBody = (state: State): readonly string[] =>
  pageLines(state).slice(state.offset, state.offset + bodyHeight(state));

/** The filter while it is typed. */
const typedLine = ({ filter }: State, width: number): string => {
  const text = [...`/${sanitize(filter)}`];
  while (widthOf(text.join('')) > width - 1) text.shift();
  return `${text.join('')}_`;
};

/** The last message, else the running job, else the failure of the list, else the filter unless it is being typed. */
const messageOf = (state: State): { readonly text: string; readonly bad: boolean } => {
  const { filter, job, message, failure, listing, mode } = state;
  if (message !== undefined) return message;
  if (job !== undefined) return { text: job.text, bad: false };
  if (failure !== undefined) return { text: `${failure}. r reloads the list`, bad: true };
  if (listing === 'full' && mode !== 'detail') {
    const text = `limit of ${withThousands(MAX_ROWS)} recordings reached; use filters such as --since`;
    return { text, bad: false };
  }
  return { text: filter === '' || mode === 'typing' ? '' : `filter: ${sanitize(filter)} (Esc clears it)`, bad: false };
};

/** The lines above the hints: mostly one, more for a long message on a tall screen. */
const statusOf = (state: State, width: number): readonly string[] => {
  const { text, bad } = messageOf(state);
  const maxLines = state.height < TALL_SCREEN ? 1 : MAX_MESSAGE_LINES;
  const lines = wrapColumns(text, width);
  const shown =
    lines.length <= maxLines
      ? lines
      : [...lines.slice(0, maxLines - 1), truncate(lines.slice(maxLines - 1).join(''), width)];
  const message = bad ? shown.map((one) => paint(one, RED, state.view)) : shown;
  if (state.mode !== 'typing') return message;
  return text === '' ? [typedLine(state, width)] : [...message, typedLine(state, width)];
};

const TALL_SCREEN = 12;
const MAX_MESSAGE_LINES = 3;

const hintsOf = ({ mode }: State): readonly string[] =>
  ({ list: listHints, detail: detailHints, help: helpHints, typing: typingHints })[mode];

/** The leading hints that fit. */
const fittingHints = (hints: readonly string[], width: number): readonly string[] => {
  const counts = hints.map((_, index) => hints.slice(0, index + 1).join(COLUMN_GAP).length);
  return hints.slice(0, counts.filter((count) => count <= width).length);
};
