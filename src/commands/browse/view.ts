import type { Recording } from '../../core/recording.ts';
import { sanitize } from '../../core/text/sanitize.ts';
import { cellText, GAP, type Slot, shortened } from '../../formats/table/column-widths.ts';
import { pad, truncate, widthOf, wrap } from '../../formats/table/string-width.ts';
import { MARGIN } from './columns.ts';
import { detailHints, helpHints, listHints, typingHints } from './help.ts';
import type { BrowseRow } from './row.ts';
import { bodyHeight, MAX_ROWS, pageLines, type State, wantsMoreRows } from './state.ts';

/** The screen, line by line: none wider than it, and no more than it has. One column stays free, where some terminals wrap. */
export const render = (state: State): readonly string[] => {
  const isList = state.mode === 'list' || state.mode === 'typing';
  const paint = painter(state);
  const width = Math.max(1, state.width - 1);
  const status = statusOf(state, width);
  const room = Math.max(1, bodyHeight(state) + 1 - status.length);
  const body = isList ? listBody(state, width, room) : pageBody(state);
  const filled = [...body, ...Array.from({ length: room }, () => '')].slice(0, room);
  const head = isList ? [paint(truncate(headOf(state), width), BOLD)] : [];
  return [
    paint(pad(titleOf(state), width), INVERSE),
    ...head,
    ...filled,
    ...status,
    paint(truncate(fitting(hintsOf(state), width).join(GAP), width), DIM),
  ].slice(-state.height);
};

type Style = readonly [on: number, off: number];
const BOLD: Style = [1, 22];
const DIM: Style = [2, 22];
const INVERSE: Style = [7, 27];
const RED: Style = [31, 39];

const painter =
  ({ view }: State) =>
  (text: string, [on, off]: Style): string =>
    view.colour ? `\u001b[${on}m${text}\u001b[${off}m` : text;

const titleOf = (state: State): string => {
  const { rows, shown, marked, filter, listing, playing, mode, title } = state;
  const count = filter === '' ? thousands(rows.length) : `${thousands(shown.length)} of ${thousands(rows.length)}`;
  const parts = [
    `recx browse: ${sanitize(title)}`,
    ...(mode === 'help' ? ['help'] : []),
    ...(rows.length === 0 && listing === 'asking' ? [] : [count]),
    wantsMoreRows(state) ? 'reading…' : listingLabels[listing],
    ...(marked.size > 0 ? [`${thousands(marked.size)} marked`] : []),
    ...(playing === undefined ? [] : ['playing']),
  ];
  return ` ${parts.join(' · ')}`;
};

const listingLabels: Readonly<Record<State['listing'], string>> = {
  asking: 'asking…',
  open: 'more below',
  whole: 'all',
  full: 'the most that are kept',
  failed: 'incomplete',
};

/** `20,000`, without the tens of milliseconds that Intl takes to load. */
const thousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

const headOf = ({ slots }: State): string => line('  ', slots, ({ column }) => column.title);

const line = (margin: string, slots: readonly Slot<Recording>[], textOf: (slot: Slot<Recording>) => string): string =>
  (margin + slots.map((slot) => pad(textOf(slot), slot.width)).join(GAP)).trimEnd();

const listBody = (state: State, width: number, room: number): readonly string[] => {
  const { shown, selected, slots, marked, view } = state;
  // Long news must not hide the cursor.
  const top = Math.max(state.top, selected - room + 1);
  if (shown.length === 0) return [truncate(`${' '.repeat(MARGIN)}${emptyText(state)}`, width)];
  const rowLine = ({ recording, key }: BrowseRow, index: number): string => {
    const here = top + index === selected;
    const margin = `${here ? '>' : ' '}${marked.has(key) ? '*' : ' '}`;
    const text = truncate(
      line(margin, slots, (slot) => shortened(cellText(recording, slot.column, view), slot)),
      width,
    );
    return here ? painter(state)(pad(text, width), INVERSE) : text;
  };
  return shown.slice(top, top + room).map(rowLine);
};

/** What stands where no row does. */
const emptyText = (state: State): string => {
  if (state.rows.length > 0)
    return wantsMoreRows(state)
      ? 'Nothing matches so far; reading on…'
      : 'Nothing that was read matches; Esc clears the filter';
  if (state.listing === 'failed') return 'The list could not be read; r tries again';
  return state.listing === 'whole' ? 'No recordings found.' : 'Asking…';
};

const pageBody = (state: State): readonly string[] =>
  pageLines(state).slice(state.offset, state.offset + bodyHeight(state));

/** What is typed. */
const typedLine = ({ filter }: State, width: number): string => {
  const text = [...`/${sanitize(filter)}`];
  while (widthOf(text.join('')) > width - 1) text.shift();
  return `${text.join('')}_`;
};

/** The last news, else what is under way, else what is the matter; none while a filter is typed. */
const messageOf = (state: State): { readonly text: string; readonly bad: boolean } => {
  const { filter, job, message, failure, listing, mode } = state;
  if (message !== undefined) return message;
  if (job !== undefined) return { text: job.text, bad: false };
  if (failure !== undefined) return { text: `${failure}. r reads again`, bad: true };
  if (listing === 'full' && mode !== 'detail') {
    const text = `${thousands(MAX_ROWS)} recordings are the most that are kept: ask for fewer, as with --since`;
    return { text, bad: false };
  }
  return { text: filter === '' || mode === 'typing' ? '' : `filter: ${sanitize(filter)} (Esc clears it)`, bad: false };
};

/** The lines above the hints, mostly one; long news takes some more from a high screen. */
const statusOf = (state: State, width: number): readonly string[] => {
  const { text, bad } = messageOf(state);
  const most = state.height < TALL_SCREEN ? 1 : MAX_MESSAGE_LINES;
  const lines = wrap(text, width);
  const shown =
    lines.length <= most ? lines : [...lines.slice(0, most - 1), truncate(lines.slice(most - 1).join(''), width)];
  const news = bad ? shown.map((one) => painter(state)(one, RED)) : shown;
  if (state.mode !== 'typing') return news;
  return text === '' ? [typedLine(state, width)] : [...news, typedLine(state, width)];
};

const TALL_SCREEN = 12;
const MAX_MESSAGE_LINES = 3;

const hintsOf = ({ mode }: State): readonly string[] =>
  ({ list: listHints, detail: detailHints, help: helpHints, typing: typingHints })[mode];

/** As many of the first hints as fit. */
const fitting = (hints: readonly string[], width: number): readonly string[] => {
  const counts = hints.map((_, index) => hints.slice(0, index + 1).join(GAP).length);
  return hints.slice(0, counts.filter((count) => count <= width).length);
};
