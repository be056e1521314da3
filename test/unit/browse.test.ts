import { describe, expect, test } from 'vitest';
import { columnRanks } from '../../src/commands/browse/columns.ts';
import type { BrowseEvent, Effect } from '../../src/commands/browse/events.ts';
import { helpText } from '../../src/commands/browse/help.ts';
import { handleKey } from '../../src/commands/browse/keymap.ts';
import { reduce } from '../../src/commands/browse/reducer.ts';
import { type BrowseRow, MAX_ROWS, rowOf } from '../../src/commands/browse/searchable-row.ts';
import { initialState, type State, wantsMoreRows } from '../../src/commands/browse/state.ts';
import { render } from '../../src/commands/browse/view.ts';
import { recordingColumns } from '../../src/core/call-columns.ts';
import { columns } from '../../src/core/columns.ts';
import { type RecordingFields, recording } from '../../src/core/recording.ts';
import { widthOf } from '../../src/formats/table/string-width.ts';
import { plainView } from '../support/plain-view.ts';

const view = plainView(columns, { single: true, cards: true, terminal: true, guard: false, zone: 'UTC' });
const row = (id: string, more: Partial<RecordingFields> = {}): BrowseRow =>
  rowOf(
    recording({
      id,
      provider: 'plivo',
      api: 'voice',
      profile: 'work',
      kind: 'call',
      status: 'completed',
      raw: { deep: 1 },
      createdAt: '2026-11-20T13:45:00.000Z',
      durationSeconds: 65,
      from: '+12025550142',
      to: '+13125550111',
      formats: ['wav'],
      mediaUrl: 'https://media.example.com/secret',
      ...more,
    }),
    view,
  );
const rows = (count: number): readonly BrowseRow[] => Array.from({ length: count }, (_, index) => row(`id-${index}`));

interface Session {
  readonly state: State;
  readonly effects: readonly Effect[];
}

const withId = (id: string) => ({ recording: expect.objectContaining({ id }) });

/** A session after these events; a string is a key press. */
const sessionAfter = (events: readonly (BrowseEvent | string)[], from: Partial<State> = {}): Session => {
  const effects: Effect[] = [];
  let state: State = { ...initialState(view, 'work', 80, 24), ...from };
  for (const event of events) {
    const next = reduce(state, typeof event === 'string' ? { type: 'key', key: event } : event);
    state = next.state;
    if (next.effect !== undefined) effects.push(next.effect);
  }
  return { state, effects };
};
const rowsEvent = (...some: readonly BrowseRow[]): BrowseEvent => ({ type: 'rows', rows: some });
const hundredRows = rowsEvent(...rows(100));
const listComplete: BrowseEvent = {
  type: 'listed',
  listing: 'complete',
  queried: 'Queried plivo voice of profile "work"',
};
const screenLines = (events: readonly (BrowseEvent | string)[], from: Partial<State> = {}): readonly string[] =>
  render(sessionAfter(events, from).state);

describe('key bindings of the browse list', () => {
  test.each([
    [['down', 'j'], 2, 0],
    [['up'], 0, 0],
    [['down', 'down', 'k', 'up', 'up'], 0, 0],
    [['pagedown'], 20, 1],
    [['pagedown', 'pagedown', 'pageup'], 20, 20],
    [['end'], 99, 80],
    [['G', 'home'], 0, 0],
    [['end', 'down', 'g', 'ctrl-n'], 1, 0],
    [['x', 'f5', 'left', ''], 0, 0],
  ])('the keys %j select row %i and scroll row %i to the top', (keys, selected, top) => {
    const { state } = sessionAfter([hundredRows, listComplete, ...keys]);
    expect({ selected: state.selected, top: state.top }).toEqual({ selected, top });
  });

  test.each<[string, readonly (BrowseEvent | string)[], readonly unknown[]]>([
    ['q quits', ['q'], [{ type: 'leave' }]],
    ['Ctrl-D quits, also while a filter is typed', ['/', 'ctrl-d'], [{ type: 'leave' }]],
    ['r reloads the list', ['r'], [{ type: 'reload' }]],
    [
      'd downloads the selected row',
      ['j', 'd'],
      [{ type: 'download', rows: [expect.objectContaining(withId('id-1'))] }],
    ],
    [
      'd downloads all marked rows, including those hidden by the filter',
      [' ', ' ', '/', '7', '7', 'return', 'd'],
      [
        {
          type: 'download',
          rows: [withId('id-0'), withId('id-1')].map((one) => expect.objectContaining(one)),
        },
      ],
    ],
    ['Space on a marked row removes the mark', [' ', 'k', ' ', 'k', 'y'], [{ type: 'copy', row: expect.anything() }]],
    ['p plays the selected row', ['p'], [{ type: 'play', row: expect.objectContaining(withId('id-0')) }]],
    ['p stops playback while a recording plays', [{ type: 'playing', playing: 'id-0' }, 'p'], [{ type: 'stop' }]],
    ['Esc stops playback', [{ type: 'playing', playing: 'id-0' }, 'escape'], [{ type: 'stop' }]],
    ['y copies the selected row', ['end', 'y'], [{ type: 'copy', row: expect.objectContaining(withId('id-99')) }]],
    ['command letters are filter text while a filter is typed', ['/', 'q', 'd', 'p', 'y', 'r'], []],
    [
      'the detail view has the same commands as the list',
      ['return', 'y', 'q', 'q'],
      [{ type: 'copy', row: expect.anything() }, { type: 'leave' }],
    ],
    ['Ctrl-L redraws the screen', ['ctrl-l'], [{ type: 'redraw' }]],
    ['d and p do nothing while a download runs', [{ type: 'job', job: { what: 'download', text: '' } }, 'd', 'p'], []],
    [
      'q asks for confirmation while a download runs',
      [{ type: 'job', job: { what: 'download', text: '' } }, 'q', 'j', 'q', 'q'],
      [{ type: 'leave' }],
    ],
    ['Esc stops a download', [{ type: 'job', job: { what: 'download', text: '' } }, 'escape'], [{ type: 'stop' }]],
  ])('%s', (_, events, effects) => {
    expect(sessionAfter([hundredRows, listComplete, ...events]).effects).toEqual(effects);
  });

  test.each(['d', 'p', 'y', 'return', ' ', 'end', 'pagedown', 'up', 'escape'])(
    'key %j does nothing in an empty list',
    (key) => {
      const { state, effects } = sessionAfter([listComplete, key]);
      expect(effects).toEqual([]);
      expect(state).toMatchObject({ mode: 'list', selected: 0, top: 0 });
    },
  );

  test('the next key removes the last message, and Ctrl-L does not', () => {
    const { state } = sessionAfter([hundredRows, { type: 'message', text: 'copied', bad: false }]);
    expect(state.message).toEqual({ text: 'copied', bad: false });
    expect(reduce(state, { type: 'key', key: 'j' }).state.message).toBeUndefined();
    expect(reduce(state, { type: 'key', key: 'ctrl-l' }).state.message).toBeDefined();
  });

  test('marks are cleared when every marked row is downloaded, and by Esc', () => {
    expect(sessionAfter([hundredRows, ' ', ' ']).state.marked.size).toBe(2);
    expect(sessionAfter([hundredRows, ' ', { type: 'downloaded' }]).state.marked.size).toBe(0);
    expect(sessionAfter([hundredRows, ' ', 'escape']).state.marked.size).toBe(0);
  });
});

describe('the browse help', () => {
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
  const named = ['up', 'down', 'left', 'right', 'pageup', 'pagedown', 'home', 'end', 'insert', 'delete', 'tab'];
  const control = Array.from({ length: 26 }, (_, index) => `ctrl-${String.fromCharCode(97 + index)}`);
  const keys = [...printable, ...named, 'return', 'escape', 'backspace', ...control];
  const labels: Readonly<Record<string, string>> = {
    pageup: 'PgUp',
    pagedown: 'PgDn',
    return: 'Enter',
    escape: 'Esc',
    ' ': 'Space',
  };
  const labelOf = (key: string): string => {
    if (key.startsWith('ctrl-')) return `Ctrl-${key.slice(5).toUpperCase()}`;
    return labels[key] ?? (key.length === 1 ? key : key.charAt(0).toUpperCase() + key.slice(1));
  };
  /** Keys without a line in the help, and the key that does the same in the list. */
  const aliases = new Map([
    ['ctrl-p', 'up'],
    ['ctrl-n', 'down'],
    ['ctrl-b', 'pageup'],
    ['ctrl-f', 'pagedown'],
    ['ctrl-d', 'q'],
    ['ctrl-z', 'ctrl-l'],
  ]);
  const inList = sessionAfter([hundredRows, listComplete, 'pagedown', 'pagedown', ' ']).state;
  const inDetail = sessionAfter([hundredRows, 'j', 'return'], { height: 8 }).state;
  const inHelp = sessionAfter([hundredRows, '?'], { height: 8 }).state;
  const isTyping = sessionAfter([hundredRows, '/', '1', '0']).state;
  const does = (key: string, state: State): boolean =>
    JSON.stringify(handleKey(state, key)) !== JSON.stringify(handleKey(state, 'unknown key'));
  const effective = keys.filter(
    (key) => [inList, inDetail, inHelp].some((state) => does(key, state)) || (key.length > 1 && does(key, isTyping)),
  );
  const listed = [
    ...(helpText.match(/^ {2}\S.{0,18}/gm) ?? []).flatMap((line) => line.trim().split(/\s+/)),
    ...(helpText.match(/Ctrl-[A-Z]/g) ?? []),
  ];

  test('lists every key that does something, except aliases', () => {
    const expected = effective.filter((key) => !aliases.has(key));
    expect(expected.filter((key) => !listed.includes(labelOf(key)))).toEqual([]);
    for (const [alias, key] of aliases)
      expect([alias, handleKey(inList, alias)]).toEqual([alias, handleKey(inList, key)]);
  });

  test('lists no key that does nothing', () => {
    const shown = keys.filter((key) => key !== 'ctrl-c' && listed.includes(labelOf(key)));
    expect(shown.filter((key) => !effective.includes(key))).toEqual([]);
  });
});

test('the browse list ranks only columns that exist', () => {
  const existing = recordingColumns.map(({ key }) => key);
  expect(Object.keys(columnRanks).filter((key) => !existing.includes(key))).toEqual([]);
});

const outboundCall = {
  answer: 'found',
  direction: 'outbound',
  status: 'completed',
  startedAt: null,
  endedAt: null,
  durationSeconds: null,
  parentId: null,
  dialedTo: ['+13125550121', '+13125550122'],
  answeredBy: null,
  callerName: null,
  forwardedFrom: null,
  isFinal: true,
} as const;

describe('the browse filter', () => {
  const some = rowsEvent(
    row('a', { from: '+4420' }),
    row('b', { status: 'in_progress' }),
    row('c', { kind: 'conference' }),
    row('d', { createdAt: null, durationSeconds: 9, call: outboundCall }),
  );
  test.each([
    ['+4420', ['a']],
    ['IN PROG', ['b']],
    ['conf', ['c']],
    ['conf 2026-11-20', ['c']],
    ['1:05', ['a', 'b', 'c']],
    ['conf +4420', []],
    ['  ', ['a', 'b', 'c', 'd']],
    ['work', ['a', 'b', 'c', 'd']],
    ['+1312555012', ['d']],
    ['outbound', ['d']],
    ['secret', []],
  ])('the text "%s" matches the rows %j', (text, ids) => {
    const { state } = sessionAfter([some, '/', ...text]);
    expect(state.visibleRows.map(({ recording: { id } }) => id)).toEqual(ids);
    expect(sessionAfter([{ type: 'key', key: '/' }, ...text, some]).state.visibleRows).toHaveLength(ids.length);
  });

  test('can be edited, applied and cleared', () => {
    expect(sessionAfter([some, '/', 'c', 'o', 'x', 'backspace']).state).toMatchObject({ filter: 'co', mode: 'typing' });
    expect(sessionAfter([some, '/', 'c', 'return']).state).toMatchObject({ filter: 'c', mode: 'list' });
    expect(sessionAfter([some, '/', 'c', 'escape']).state).toMatchObject({ filter: '', mode: 'list' });
    expect(sessionAfter([some, '/', 'c', 'return', 'escape']).state.visibleRows).toHaveLength(4);
    expect(sessionAfter([some, '/', 'a', ' ', 'b', 'ctrl-w']).state.filter).toBe('a ');
    expect(sessionAfter([some, '/', 'a', 'ctrl-u', 'backspace']).state).toMatchObject({ filter: '', mode: 'list' });
    expect(sessionAfter(['/', ...'x'.repeat(500)]).state.filter).toHaveLength(200);
  });

  test('does not move the cursor off its row when it is cleared', () => {
    const { state } = sessionAfter([hundredRows, ...Array.from({ length: 42 }, () => 'j'), '/', '4', '2', 'escape']);
    expect(state.selected).toBe(42);
    expect(sessionAfter([hundredRows, 'j', '/', '9', '9']).state.selected).toBe(0);
  });
});

describe('loading rows while browsing', () => {
  test.each<[string, readonly (BrowseEvent | string)[], boolean]>([
    ['requests more rows at the start', [], true],
    ['requests no rows with three screens of rows below the cursor', [hundredRows], false],
    ['requests more rows near the end of the loaded rows', [hundredRows, 'pagedown', 'pagedown', 'pagedown'], true],
    ['requests more rows when a filter matches few rows', [hundredRows, '/', '9', '9'], true],
    ['requests no rows once the list is complete', [hundredRows, listComplete, 'end'], false],
    [
      'requests no rows after the list failed',
      [hundredRows, { type: 'listed', listing: 'failed', text: 'no' }, 'end'],
      false,
    ],
  ])('%s', (_, events, expected) => {
    expect(wantsMoreRows(sessionAfter(events).state)).toBe(expected);
  });

  test('stops at the maximum number of rows in memory, and the screen reports the limit', () => {
    const [one] = rows(1);
    const many = Array.from({ length: MAX_ROWS - 1 }, (_, index) => ({ ...(one as BrowseRow), key: `key-${index}` }));
    const { state } = sessionAfter([rowsEvent(...many), rowsEvent(...rows(3)), 'end']);
    expect(state.rows).toHaveLength(MAX_ROWS);
    expect(state.listing).toBe('full');
    expect(wantsMoreRows(state)).toBe(false);
    const lines = render(state);
    expect(lines[0]).toContain('20,000 · limit reached');
    expect(lines.at(-2)).toContain('--since');
  });

  test('stores neither the raw object nor the media URL of a row', () => {
    expect(row('a').recording).toMatchObject({ raw: null, mediaUrl: null });
  });
});

describe('the browse screen', () => {
  const sizes = [
    [20, 5],
    [80, 24],
    [160, 45],
    [30, 3],
    [5, 1],
    [1, 1],
    [300, 10],
  ] as const;
  const hostile = '\u001b[2J\u001b]0;x\u0007\u202e日本語👩\r\n\u0301';
  const odd = rowsEvent(
    row(hostile, { from: hostile, to: '日本語'.repeat(100), conferenceName: hostile.repeat(50), createdAt: null }),
    ...rows(60),
  );
  const situations: readonly (readonly (BrowseEvent | string)[])[] = [
    [],
    [listComplete],
    [odd],
    [odd, 'end', ' '],
    [odd, 'return', 'end'],
    [odd, '?', 'pagedown'],
    [odd, '/', ...hostile.replaceAll(/\p{C}/gu, ''), ...'日本語'.repeat(30)],
    [odd, '/', 'z', 'return'],
    [odd, { type: 'listed', listing: 'failed', text: 'it broke off '.repeat(40) }, 'end'],
    [{ type: 'listed', listing: 'failed', text: 'it broke off' }],
    [odd, { type: 'message', text: 'x'.repeat(1000), bad: true }, { type: 'playing', playing: hostile }],
    [odd, { type: 'job', job: { what: 'download', text: '1/2 files' } }],
  ];
  test.each(sizes)(
    'of %i by %i cells is never exceeded, and shows no control characters from the data',
    (width, height) => {
      for (const events of situations) {
        for (const order of [
          [{ type: 'size', width, height } as const, ...events],
          [...events, { type: 'size', width, height } as const],
        ]) {
          const lines = screenLines(order, { title: hostile });
          expect(lines.length).toBeLessThanOrEqual(height);
          expect(lines.join('')).not.toMatch(/\p{Cc}|\p{Cf}/u);
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(Math.max(2, width - 1));
        }
      }
    },
  );

  test('shows the cursor row even when a long message takes up lines', () => {
    const lines = screenLines([
      hundredRows,
      { type: 'listed', listing: 'failed', text: 'it broke off '.repeat(20) },
      'end',
    ]);
    expect(lines.filter((line) => line.startsWith('>'))).toHaveLength(1);
    expect(lines).toHaveLength(24);
  });

  test.each<[string, readonly (BrowseEvent | string)[], RegExp]>([
    ['a placeholder before the first rows', [], /^ {2}Loading…$/m],
    ['an empty list', [listComplete], /^ {2}No recordings found\. Queried plivo voice of profile .work.$/m],
    [
      'a failed list',
      [{ type: 'listed', listing: 'failed', text: 'cut off' }],
      /could not be loaded[\s\S]*cut off. r reloads the list/,
    ],
    [
      'a filter without a match',
      [hundredRows, listComplete, '/', 'z'],
      /· 0 of 100 ·[\s\S]*No matches; Esc[\s\S]*^\/z_$/m,
    ],
    [
      'a filter without a match while rows are still loading',
      [hundredRows, '/', 'z'],
      /· 0 of 100 · loading…[\s\S]*No matches so far/,
    ],
    ['an applied filter', [hundredRows, '/', '9', '9', 'return'], /· 1 of 100 ·[\s\S]*filter: 99 \(Esc clears it\)/],
    [
      'the number of marked rows and their marks',
      [hundredRows, ' ', ' '],
      /· 2 marked[\s\S]*^ \*2026[\s\S]*^ \*2026[\s\S]*^> 2026/m,
    ],
    ['that a recording plays', [hundredRows, { type: 'playing', playing: 'id-1' }], /· playing/],
    [
      'the progress of a running download',
      [hundredRows, { type: 'job', job: { what: 'download', text: '1/2 files' } }],
      /^1\/2 files$/m,
    ],
    ['a message above the key hints', [hundredRows, { type: 'message', text: 'copied', bad: false }], /^copied$/m],
    ['the detail view of a row', [hundredRows, 'return'], /^ID +id-0$[\s\S]*^From +\+12025550142$[\s\S]*^Esc back/m],
    ['the key help', ['?'], /^Keys$[\s\S]*RECX_PLAYER|^Keys$[\s\S]*Enter keeps/m],
    ['the list after the help', [hundredRows, '?', 'q'], /^> 2026/m],
    ['the detail after the help', [hundredRows, 'return', '?', 'escape'], /^ID +id-0$/m],
  ])('shows %s', (_, events, expected) => {
    expect(screenLines(events).join('\n')).toMatch(expected);
  });

  test('chooses its columns by width, and keeps the first column on the narrowest screen', () => {
    const head = (width: number): string | undefined =>
      screenLines([{ type: 'size', width, height: 10 }, hundredRows])[1];
    expect(head(20)).toMatch(/^ {2}Created/);
    expect(head(80)).toMatch(/^ {2}Created +Duration +Kind +Status +From +To$/);
    expect(head(160)).toMatch(/^ {2}Created +Duration +Kind +Status +From +To .* ID$/);
  });

  test('contains colour codes only when colour is enabled', () => {
    const events = [hundredRows, { type: 'message', text: 'bad', bad: true } as const];
    expect(screenLines(events).join('')).not.toContain('\u001b');
    const coloured = screenLines(events, { view: { ...view, colour: true } });
    expect(coloured.join('')).toContain('\u001b[31mbad\u001b[39m');
    expect(coloured[2]?.startsWith('\u001b[7m> ')).toBe(true);
  });
});
