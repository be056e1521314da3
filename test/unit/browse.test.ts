import { describe, expect, test } from 'vitest';
import type { BrowseEvent, Effect } from '../../src/commands/browse/events.ts';
import { reduce } from '../../src/commands/browse/reducer.ts';
import { type BrowseRow, MAX_ROWS, rowOf } from '../../src/commands/browse/row.ts';
import { initialState, type State, wantsMoreRows } from '../../src/commands/browse/state.ts';
import { render } from '../../src/commands/browse/view.ts';
import { columns } from '../../src/core/columns.ts';
import { type Recording, type RecordingFields, recording } from '../../src/core/recording.ts';
import type { View } from '../../src/core/view.ts';
import { widthOf } from '../../src/formats/table/string-width.ts';

const view: View<Recording> = {
  columns,
  header: true,
  single: true,
  cards: true,
  fieldsChosen: false,
  width: undefined,
  colour: false,
  terminal: true,
  guard: false,
  excel: false,
  zone: 'UTC',
};
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

/** A session in which something happens; texts are keys. */
const played = (events: readonly (BrowseEvent | string)[], from: Partial<State> = {}): Session => {
  const effects: Effect[] = [];
  let state: State = { ...initialState(view, 'work', 80, 24), ...from };
  for (const event of events) {
    const next = reduce(state, typeof event === 'string' ? { type: 'key', key: event } : event);
    state = next.state;
    if (next.effect !== undefined) effects.push(next.effect);
  }
  return { state, effects };
};
const coming = (...some: readonly BrowseRow[]): BrowseEvent => ({ type: 'rows', rows: some });
const hundred = coming(...rows(100));
const complete: BrowseEvent = { type: 'listed', listing: 'complete' };
const screen = (events: readonly (BrowseEvent | string)[], from: Partial<State> = {}): readonly string[] =>
  render(played(events, from).state);

describe('keys in the list', () => {
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
  ])('%j lead to row %i, with row %i on top', (keys, selected, top) => {
    const { state } = played([hundred, complete, ...keys]);
    expect({ selected: state.selected, top: state.top }).toEqual({ selected, top });
  });

  test.each<[string, readonly (BrowseEvent | string)[], readonly unknown[]]>([
    ['q leaves', ['q'], [{ do: 'leave' }]],
    ['Ctrl-D leaves', ['/', 'ctrl-d'], [{ do: 'leave' }]],
    ['r reads again', ['r'], [{ do: 'reload' }]],
    ['d downloads the row', ['j', 'd'], [{ do: 'download', rows: [expect.objectContaining({ key: 'plivo id-1' })] }]],
    [
      'd downloads what is marked, also what the filter hides',
      [' ', ' ', '/', '7', '7', 'return', 'd'],
      [
        {
          do: 'download',
          rows: [{ key: 'plivo id-0' }, { key: 'plivo id-1' }].map((one) => expect.objectContaining(one)),
        },
      ],
    ],
    ['a mark can be taken back', [' ', 'k', ' ', 'k', 'y'], [{ do: 'copy', row: expect.anything() }]],
    ['p plays', ['p'], [{ do: 'play', row: expect.objectContaining({ key: 'plivo id-0' }) }]],
    ['p again stops', [{ type: 'playing', playing: 'id-0' }, 'p'], [{ do: 'stop' }]],
    ['Esc stops what plays', [{ type: 'playing', playing: 'id-0' }, 'escape'], [{ do: 'stop' }]],
    ['y copies', ['end', 'y'], [{ do: 'copy', row: expect.objectContaining({ key: 'plivo id-99' }) }]],
    ['letters are text while a filter is typed', ['/', 'q', 'd', 'p', 'y', 'r'], []],
    [
      'a detail has the same commands',
      ['return', 'y', 'q', 'q'],
      [{ do: 'copy', row: expect.anything() }, { do: 'leave' }],
    ],
    ['Ctrl-L draws again', ['ctrl-l'], [{ do: 'redraw' }]],
    ['nothing is fetched beside a download', [{ type: 'job', job: { what: 'download', text: '' } }, 'd', 'p'], []],
    [
      'q asks first during a download',
      [{ type: 'job', job: { what: 'download', text: '' } }, 'q', 'j', 'q', 'q'],
      [{ do: 'leave' }],
    ],
    ['Esc stops a download', [{ type: 'job', job: { what: 'download', text: '' } }, 'escape'], [{ do: 'stop' }]],
  ])('%s', (_, events, effects) => {
    expect(played([hundred, complete, ...events]).effects).toEqual(effects);
  });

  test.each(['d', 'p', 'y', 'return', ' ', 'end', 'pagedown', 'up', 'escape'])(
    '%s does nothing in an empty list',
    (key) => {
      const { state, effects } = played([complete, key]);
      expect(effects).toEqual([]);
      expect(state).toMatchObject({ mode: 'list', selected: 0, top: 0 });
    },
  );

  test('the next key removes the last message', () => {
    const { state } = played([hundred, { type: 'message', text: 'copied', bad: false }]);
    expect(state.message).toEqual({ text: 'copied', bad: false });
    expect(reduce(state, { type: 'key', key: 'j' }).state.message).toBeUndefined();
    expect(reduce(state, { type: 'key', key: 'ctrl-l' }).state.message).toBeDefined();
  });

  test('marks go when all of them are there, and by Esc', () => {
    expect(played([hundred, ' ', ' ']).state.marked.size).toBe(2);
    expect(played([hundred, ' ', { type: 'downloaded' }]).state.marked.size).toBe(0);
    expect(played([hundred, ' ', 'escape']).state.marked.size).toBe(0);
  });
});

describe('a filter', () => {
  const some = coming(
    row('a', { from: '+4420' }),
    row('b', { status: 'in_progress' }),
    row('c', { kind: 'conference' }),
  );
  test.each([
    ['+4420', ['a']],
    ['IN PROG', ['b']],
    ['conf', ['c']],
    ['conf 2026-11-20', ['c']],
    ['1:05', ['a', 'b', 'c']],
    ['conf +4420', []],
    ['  ', ['a', 'b', 'c']],
    ['work', ['a', 'b', 'c']],
    ['secret', []],
  ])('"%s" keeps %j', (text, ids) => {
    const { state } = played([some, '/', ...text]);
    expect(state.shown.map(({ recording: { id } }) => id)).toEqual(ids);
    expect(played([{ type: 'key', key: '/' }, ...text, some]).state.shown).toHaveLength(ids.length);
  });

  test('can be mended, kept and cleared', () => {
    expect(played([some, '/', 'c', 'o', 'x', 'backspace']).state).toMatchObject({ filter: 'co', mode: 'typing' });
    expect(played([some, '/', 'c', 'return']).state).toMatchObject({ filter: 'c', mode: 'list' });
    expect(played([some, '/', 'c', 'escape']).state).toMatchObject({ filter: '', mode: 'list' });
    expect(played([some, '/', 'c', 'return', 'escape']).state.shown).toHaveLength(3);
    expect(played([some, '/', 'a', ' ', 'b', 'ctrl-w']).state.filter).toBe('a ');
    expect(played([some, '/', 'a', 'ctrl-u', 'backspace']).state).toMatchObject({ filter: '', mode: 'list' });
    expect(played(['/', ...'x'.repeat(500)]).state.filter).toHaveLength(200);
  });

  test('leaves the cursor on its row', () => {
    const { state } = played([hundred, ...Array.from({ length: 42 }, () => 'j'), '/', '4', '2', 'escape']);
    expect(state.selected).toBe(42);
    expect(played([hundred, 'j', '/', '9', '9']).state.selected).toBe(0);
  });
});

describe('reading', () => {
  test.each<[string, readonly (BrowseEvent | string)[], boolean]>([
    ['at the beginning', [], true],
    ['with three screens ahead', [hundred], false],
    ['near the end', [hundred, 'pagedown', 'pagedown', 'pagedown'], true],
    ['when a filter shows few', [hundred, '/', '9', '9'], true],
    ['after the end', [hundred, complete, 'end'], false],
    ['after a failure', [hundred, { type: 'listed', listing: 'failed', text: 'no' }, 'end'], false],
  ])('%s goes on: %s', (_, events, expected) => {
    expect(wantsMoreRows(played(events).state)).toBe(expected);
  });

  test('ends at the limit of rows, and says so', () => {
    const [one] = rows(1);
    const many = Array.from({ length: MAX_ROWS - 1 }, (_, index) => ({ ...(one as BrowseRow), key: `key-${index}` }));
    const { state } = played([coming(...many), coming(...rows(3)), 'end']);
    expect(state.rows).toHaveLength(MAX_ROWS);
    expect(state.listing).toBe('full');
    expect(wantsMoreRows(state)).toBe(false);
    const lines = render(state);
    expect(lines[0]).toContain('20,000 · limit reached');
    expect(lines.at(-2)).toContain('--since');
  });

  test('keeps neither the object as received nor the link', () => {
    expect(row('a').recording).toMatchObject({ raw: null, mediaUrl: null });
  });
});

describe('the screen', () => {
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
  const odd = coming(
    row(hostile, { from: hostile, to: '日本語'.repeat(100), conferenceName: hostile.repeat(50), createdAt: null }),
    ...rows(60),
  );
  const situations: readonly (readonly (BrowseEvent | string)[])[] = [
    [],
    [complete],
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
  test.each(sizes)('of %i by %i holds all that is drawn, and nothing that drives it', (width, height) => {
    for (const events of situations) {
      for (const order of [
        [{ type: 'size', width, height } as const, ...events],
        [...events, { type: 'size', width, height } as const],
      ]) {
        const lines = screen(order, { title: hostile });
        expect(lines.length).toBeLessThanOrEqual(height);
        expect(lines.join('')).not.toMatch(/\p{Cc}|\p{Cf}/u);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(Math.max(2, width - 1));
      }
    }
  });

  test('has the cursor on it, also above long news', () => {
    const lines = screen([hundred, { type: 'listed', listing: 'failed', text: 'it broke off '.repeat(20) }, 'end']);
    expect(lines.filter((line) => line.startsWith('>'))).toHaveLength(1);
    expect(lines).toHaveLength(24);
  });

  test.each<[string, readonly (BrowseEvent | string)[], RegExp]>([
    ['nothing yet', [], /^ {2}Loading…$/m],
    ['an empty list', [complete], /^ {2}No recordings found\.$/m],
    [
      'a failed list',
      [{ type: 'listed', listing: 'failed', text: 'cut off' }],
      /could not be loaded[\s\S]*cut off. r reloads the list/,
    ],
    ['a filter without a hit', [hundred, complete, '/', 'z'], /· 0 of 100 ·[\s\S]*No matches; Esc[\s\S]*^\/z_$/m],
    ['a filter that reads on', [hundred, '/', 'z'], /· 0 of 100 · loading…[\s\S]*No matches so far/],
    ['a kept filter', [hundred, '/', '9', '9', 'return'], /· 1 of 100 ·[\s\S]*filter: 99 \(Esc clears it\)/],
    ['marks', [hundred, ' ', ' '], /· 2 marked[\s\S]*^ \*2026[\s\S]*^ \*2026[\s\S]*^> 2026/m],
    ['what plays', [hundred, { type: 'playing', playing: 'id-1' }], /· playing/],
    ['what is under way', [hundred, { type: 'job', job: { what: 'download', text: '1/2 files' } }], /^1\/2 files$/m],
    ['news before it', [hundred, { type: 'message', text: 'copied', bad: false }], /^copied$/m],
    ['a detail', [hundred, 'return'], /^ID +id-0$[\s\S]*^From +\+12025550142$[\s\S]*^Esc back/m],
    ['the help', ['?'], /^Keys$[\s\S]*RECX_PLAYER|^Keys$[\s\S]*Enter keeps/m],
    ['the list after the help', [hundred, '?', 'q'], /^> 2026/m],
    ['the detail after the help', [hundred, 'return', '?', 'escape'], /^ID +id-0$/m],
  ])('shows %s', (_, events, expected) => {
    expect(screen(events).join('\n')).toMatch(expected);
  });

  test('has columns by its width, and the first of them on the narrowest', () => {
    const head = (width: number): string | undefined => screen([{ type: 'size', width, height: 10 }, hundred])[1];
    expect(head(20)).toMatch(/^ {2}Created/);
    expect(head(80)).toMatch(/^ {2}Created +Duration +Kind +Status +From +To$/);
    expect(head(160)).toMatch(/^ {2}Created +Duration +Kind +Status +From +To .* ID$/);
  });

  test('is coloured only where colour is wanted', () => {
    const events = [hundred, { type: 'message', text: 'bad', bad: true } as const];
    expect(screen(events).join('')).not.toContain('\u001b');
    const coloured = screen(events, { view: { ...view, colour: true } });
    expect(coloured.join('')).toContain('\u001b[31mbad\u001b[39m');
    expect(coloured[2]?.startsWith('\u001b[7m> ')).toBe(true);
  });
});
