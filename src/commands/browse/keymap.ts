import type { Step } from './events.ts';
import { bodyHeight, type State, selectedRow, withFilter } from './state.ts';

/** Handles a key, given by name or character; clears the message unless the key only redraws the screen. */
export const handleKey = (before: State, key: string): Step => {
  const state = { ...before, message: undefined, quitRequested: false };
  if (key === 'ctrl-d') return { state, effect: { type: 'leave' } };
  if (key === 'ctrl-l' || key === 'ctrl-z') return { state: before, effect: { type: 'redraw' } };
  if (state.mode === 'typing') return { state: handleTypedKey(state, key) };
  if (state.mode === 'help') return { state: backKeys.has(key) || key === '?' ? closePage(state) : scroll(state, key) };
  if (key === '?') return { state: { ...state, mode: 'help', helpOpenedFrom: state.mode, offset: 0 } };
  if (key === 'escape' && (state.playing !== undefined || state.job !== undefined))
    return { state, effect: { type: 'stop' } };
  const done = handleCommand(state, key);
  if (done !== undefined) return done;
  if (state.mode === 'detail') return { state: backKeys.has(key) ? closePage(state) : scroll(state, key) };
  return handleListKey(state, key, before.quitRequested);
};

const backKeys = new Set(['escape', 'backspace', 'q']);

const closePage = (state: State): State =>
  state.mode === 'help' ? { ...state, mode: state.helpOpenedFrom, offset: 0 } : { ...state, mode: 'list' };

/** The keys with the same meaning in the list and the detail; undefined for any other key. */
const handleCommand = (state: State, key: string): Step | undefined => {
  const row = selectedRow(state);
  if (row === undefined) return undefined;
  const { rows, marked, mode } = state;
  switch (key) {
    case 'd': {
      if (state.job !== undefined) return { state: withMessage(state, 'another download is running; Esc stops it') };
      const selected = mode === 'list' && marked.size > 0 ? rows.filter((one) => marked.has(one.key)) : [row];
      return { state, effect: { type: 'download', rows: selected } };
    }
    case 'p':
      if (state.playing !== undefined || state.job?.what === 'fetch') return { state, effect: { type: 'stop' } };
      if (state.job !== undefined) return { state: withMessage(state, 'a download is running; Esc stops it') };
      return { state, effect: { type: 'play', row } };
    case 'y':
      return { state, effect: { type: 'copy', row } };
    default:
      return undefined;
  }
};

const handleListKey = (state: State, key: string, quitRequested: boolean): Step => {
  const row = selectedRow(state);
  switch (key) {
    case 'q':
      if (state.job?.what !== 'download' || quitRequested) return { state, effect: { type: 'leave' } };
      return {
        state: { ...withMessage(state, 'a download is running; q again quits, Esc stops it'), quitRequested: true },
      };
    case 'r':
      return {
        state: {
          ...state,
          listing: 'loading',
          rows: [],
          visibleRows: [],
          selected: 0,
          marked: new Set(),
          failure: undefined,
        },
        effect: { type: 'reload' },
      };
    case '/':
      return { state: { ...state, mode: 'typing' } };
    case 'return':
      return { state: row === undefined ? state : { ...state, mode: 'detail', offset: 0 } };
    case ' ':
      return { state: row === undefined ? state : { ...toggleMark(state, row.key), selected: state.selected + 1 } };
    case 'escape':
      return { state: state.filter === '' ? { ...state, marked: new Set() } : withFilter(state, '') };
    default:
      return { state: { ...state, selected: movedLine(state.selected, key, state) } };
  }
};

const toggleMark = (state: State, key: string): State => {
  const marked = new Set(state.marked);
  if (!marked.delete(key)) marked.add(key);
  return { ...state, marked };
};

const withMessage = (state: State, text: string): State => ({ ...state, message: { text, bad: false } });

const scroll = (state: State, key: string): State => ({ ...state, offset: movedLine(state.offset, key, state) });

/** The line that a key moves to; the bounds are checked later. */
const movedLine = (from: number, key: string, state: State): number => {
  const move = cursorMoves[key];
  return move === undefined ? from : from + move(bodyHeight(state));
};

const LARGE_OFFSET = 1_000_000_000;
const cursorMoves: Readonly<Record<string, (height: number) => number>> = {
  up: () => -1,
  k: () => -1,
  'ctrl-p': () => -1,
  down: () => 1,
  j: () => 1,
  'ctrl-n': () => 1,
  pageup: (height) => -height,
  'ctrl-b': (height) => -height,
  pagedown: (height) => height,
  'ctrl-f': (height) => height,
  home: () => -LARGE_OFFSET,
  g: () => -LARGE_OFFSET,
  end: () => LARGE_OFFSET,
  G: () => LARGE_OFFSET,
};

/** The keys while a filter is typed: characters are text, so that only named keys move. */
const handleTypedKey = (state: State, key: string): State => {
  const { filter } = state;
  switch (key) {
    case 'escape':
      return { ...withFilter(state, ''), mode: 'list' };
    case 'return':
      return { ...state, mode: 'list' };
    case 'backspace':
      return filter === '' ? { ...state, mode: 'list' } : withFilter(state, [...filter].slice(0, -1).join(''));
    case 'ctrl-u':
      return withFilter(state, '');
    case 'ctrl-w':
      return withFilter(state, filter.replace(/\S*\s*$/, ''));
    default:
      if ([...key].length > 1) return { ...state, selected: movedLine(state.selected, key, state) };
      return filter.length >= MAX_FILTER_LENGTH ? state : withFilter(state, filter + key);
  }
};

const MAX_FILTER_LENGTH = 200;
