import { describe, expect, test } from 'vitest';
import type { Column, View } from '../../src/core/view.ts';
import { table } from '../../src/formats/table/table.ts';
import { plainView } from '../support/plain-view.ts';

type Row = Readonly<Record<string, string>>;
const column = (key: string, rest: Partial<Column<Row>> = {}): Column<Row> => ({
  key,
  title: key.toUpperCase(),
  value: (row) => row[key] ?? null,
  ...rest,
});
const columns = [column('a', { rank: 1 }), column('b', { rank: 2 }), column('id', { rank: 0, neverTruncate: true })];
const view = plainView(columns, { width: 80, terminal: true, zone: 'UTC' });

async function* batchesOf(batches: readonly (readonly Row[])[]): AsyncGenerator<readonly Row[]> {
  yield* batches;
}
const drawTable = async (batches: readonly (readonly Row[])[], more: Partial<View<Row>> = {}): Promise<string[]> => {
  let text = '';
  for await (const chunk of table(batchesOf(batches), { ...view, ...more })) text += chunk;
  return text.trimEnd().split('\n');
};

const id = 'x'.repeat(36);
const address = `https://media.example.com/${'y'.repeat(120)}.mp3`;

test('columns without a rank were requested by the user and are shown, however wide', async () => {
  // Either of them would fit alone.
  const links = ['media_url', 'page_url'].map((key) => column(key, { neverTruncate: true }));
  const other = address.replace('media.', 'pages.');
  const row = { a: 'a', b: 'b', id, media_url: address, page_url: other };
  const lines = await drawTable([[row]], { columns: [...columns, ...links] });
  expect(lines[0]).toMatch(/\bMEDIA_URL +PAGE_URL$/);
  expect(lines[1]).toContain(address);
  expect(lines[1]).toContain(other);
});

test('a column without a rank that may be truncated is shown and truncated to fit', async () => {
  const note = column('note');
  const lines = await drawTable([[{ a: 'a', b: 'b', id, note: 'z'.repeat(200) }]], { columns: [...columns, note] });
  expect(lines[0]).toContain('NOTE');
  expect(lines[1]).toMatch(/zzz+…$/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test.each([
  ['the column of the lowest rank', 'a'],
  ['the column of the highest rank', 'b'],
])('one value of 300 characters in %s does not hide another column', async (_, key) => {
  const usual = { a: 'alpha', b: 'beta', id: 'id-1' };
  const lines = await drawTable([[usual, { ...usual, id: 'id-2', [key]: 'w'.repeat(300) }]]);
  expect(lines[0]).toMatch(/^A +B +ID$/);
  expect(lines[1]).toMatch(/^alpha +beta +id-1$/);
  expect(lines[2]).toMatch(/www…/);
  expect(lines[2]).toMatch(/ id-2$/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test('wider rows of later pages are not truncated when the line width is unlimited', async () => {
  const wide = { a: 'a'.repeat(90), b: 'b'.repeat(70), id: 'i'.repeat(60) };
  const lines = await drawTable([[{ a: 'a', b: 'b', id: 'i' }], [wide], [{ a: 'c', b: 'd', id: 'e' }]], {
    width: undefined,
  });
  expect(lines).toEqual([
    'A  B  ID',
    'a  b  i',
    `${wide.a}  ${wide.b}  ${wide.id}`,
    `c${' '.repeat(91)}d${' '.repeat(71)}e`,
  ]);
});

test('wider rows later in one page are not truncated when the line width is unlimited, whichever block they are in', async () => {
  const rows = Array.from({ length: 250 }, (_, index) => ({ a: index === 249 ? 'a'.repeat(90) : 'a', b: `b${index}` }));
  const lines = await drawTable([rows], { width: undefined, columns: columns.slice(0, 2) });
  expect(lines.at(-1)).toBe(`${'a'.repeat(90)}  b249`);
  expect(new Set(lines.slice(1).map((line) => line.search(/b\d+$/)))).toEqual(new Set([92]));
});

test('wider rows of later pages still fit a terminal and always show the full id', async () => {
  const lines = await drawTable([[{ a: 'a', b: 'b', id: 'i' }], [{ a: 'a'.repeat(90), b: 'b'.repeat(90), id }]]);
  expect(lines[2]).toMatch(new RegExp(`^a+… +b+… +${id}$`));
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test('a cell of 100,000 characters is truncated, even in a column that is otherwise never truncated, and costs little more time than a short one', async () => {
  const long = (length: number) => ({
    a: 'a'.repeat(length),
    b: 'one two '.repeat(length / 8),
    id: 'i'.repeat(length),
  });
  const draw = (length: number) => drawTable([[long(length)]], { width: undefined });
  const costOf = async (length: number): Promise<number> => {
    const before = process.cpuUsage();
    await draw(length);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  await draw(8000);
  const costs = [await costOf(8000), await costOf(8000), await costOf(8000)];
  // With a cost that grows with the square of the length it would be 150 times as much.
  expect(await costOf(100_000)).toBeLessThan(50 * Math.max(...costs));
  const lines = await draw(100_000);
  expect(lines[1]).toMatch(/^a+… +one two .*… +i+…$/);
  expect(lines[1]?.length).toBeLessThan(10_000);
});

describe('a column drawn as a bar', () => {
  const bar = column('bar', { title: '', rank: 3, draw: (_, width) => '#'.repeat(width) });
  const rows = [{ a: 'a', b: 'bb', id: 'i' }];
  test.each([
    ['the remaining width', 30, 19],
    ['at most its maximum width', 200, 60],
    ['a fixed width when the line width is unlimited', undefined, 20],
  ])('gets %s', async (_, width, expected) => {
    const lines = await drawTable([rows], { width, columns: [...columns, bar] });
    expect(lines).toEqual(['A  B   ID', `a  bb  i   ${'#'.repeat(expected)}`]);
  });

  test('is left out when there is no room for it', async () => {
    expect(await drawTable([rows], { width: 18, columns: [...columns, bar] })).toEqual(['A  B   ID', 'a  bb  i']);
  });

  test('shrinks when other columns have to grow', async () => {
    const lines = await drawTable([rows, [{ a: 'a'.repeat(9), b: 'b', id: 'i' }]], {
      width: 40,
      columns: [...columns, bar],
    });
    expect(lines.slice(1).map((line) => [line.length, line.match(/#/g)?.length])).toEqual([
      [40, 29],
      [40, 21],
    ]);
  });
});

describe('a long column beside preferred columns', () => {
  const long = column('id', { rank: 0, shrinkable: true });
  const from = column('from', { rank: 2, preferred: true });
  const shown = [column('a', { rank: 1 }), from, long];
  const rowsOf = (ids: readonly string[], caller: (index: number) => string): readonly Row[] =>
    ids.map((one, index) => ({ a: 'a'.repeat(20), from: caller(index), id: one }));
  const alike = (part: (index: number) => string): readonly string[] => [0, 1, 2, 3].map(part);

  test('is shown in full when no preferred column has to be left out for it', async () => {
    const rows = rowsOf(
      alike((index) => `${'x'.repeat(30)}-${index}`),
      () => '',
    );
    const lines = await drawTable([rows], { columns: shown, width: 60 });
    expect(lines[0]).toMatch(/^A +ID$/);
    expect(lines[1]).toContain(`${'x'.repeat(30)}-0`);
  });

  test.each([
    ['its start, of eight characters', (index: number) => `${index}-${'x'.repeat(30)}`, '0-xxxxxx…'],
    [
      'as much of its start as tells the rows apart',
      (index: number) => `xxxxxxxx-${index}-${'x'.repeat(30)}`,
      'xxxxxxxx-0…',
    ],
  ])('is truncated but keeps %s', async (_, part, kept) => {
    const callers = (): string => '+155512345678901';
    const lines = await drawTable([rowsOf(alike(part), callers)], {
      columns: shown,
      width: 20 + 2 + 16 + 2 + kept.length,
      fieldsChosen: true,
    });
    expect(lines[0]).toMatch(/^A +FROM +ID$/);
    expect(lines[1]).toBe(`${'a'.repeat(20)}  ${callers()}  ${kept}`);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(20 + 2 + 16 + 2 + kept.length);
  });

  test('is shown in full beside narrower columns when only its end tells the rows apart', async () => {
    const ids = alike((index) => `${'x'.repeat(30)}-${index}`);
    const lines = await drawTable([rowsOf(ids, () => '+15551234567')], {
      columns: shown,
      width: 60,
      fieldsChosen: true,
    });
    expect(lines.slice(1).map((line) => line.split(/ +/).at(-1))).toEqual(ids);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  });

  test('widens when a later row starts like an earlier one', async () => {
    const batches = ['same-start-1', 'same-start-2'].map((start) =>
      rowsOf([start + 'x'.repeat(30)], () => '+15551234567'),
    );
    const lines = await drawTable(batches, { columns: shown, width: 60, fieldsChosen: true });
    expect(lines[2]).toMatch(/ same-start-2x*…$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  });

  test('keeps eight characters on the narrowest terminal', async () => {
    const lines = await drawTable(
      [
        rowsOf(
          alike((index) => `${'x'.repeat(30)}-${index}`),
          () => '+15551234567',
        ),
      ],
      {
        columns: [column('a'), column('from', { preferred: true }), column('id', { shrinkable: true })],
        width: 12,
      },
    );
    expect(lines[1]).toMatch(/ xxxxxxxx…$/);
  });

  test('is shown in full when few rows have a value in the preferred column', async () => {
    const rows = rowsOf(
      alike((index) => `${'x'.repeat(30)}-${index}`),
      (index) => (index === 0 ? '+15551234567' : ''),
    );
    const [head] = await drawTable([rows], { columns: shown, width: 60 });
    expect(head).toMatch(/^A +ID$/);
  });

  test('is shown in full when the line width is unlimited', async () => {
    const rows = rowsOf(
      alike((index) => `${'x'.repeat(90)}-${index}`),
      () => '+15551234567',
    );
    const lines = await drawTable([rows], { columns: shown, width: undefined });
    expect(lines[1]).toContain(`${'x'.repeat(90)}-0`);
  });
});

describe('columns of a reserved width', () => {
  const shown = [
    column('time', { rank: 1, reservedWidth: 10 }),
    column('from', { rank: 2, reservedWidth: 13, preferred: true }),
    column('kind', { rank: 3, reservedWidth: 10 }),
    column('id', { rank: 0, reservedWidth: 20, shrinkable: true }),
  ];
  const headOf = async (rows: readonly Row[], width: number) =>
    ((await drawTable([rows], { columns: shown, width }))[0] ?? '').split(/ +/);
  const full = { time: 't'.repeat(10), from: '+15551234567', kind: 'call', id: 'i'.repeat(20) };
  const sparse = { id: 'x' };
  const wide = { ...full, from: 'f'.repeat(60), kind: 'k'.repeat(60) };

  test.each([
    [35, ['TIME', 'ID']],
    [36, ['TIME', 'FROM', 'ID']],
    [58, ['TIME', 'FROM', 'ID']],
    [59, ['TIME', 'FROM', 'KIND', 'ID']],
  ])('at a width of %d are the same whatever the rows', async (width, titles) => {
    for (const row of [full, sparse, wide]) expect(await headOf([row], width)).toEqual(titles);
    for (const row of [full, sparse, wide])
      for (const line of await drawTable([[row], [full], [wide]], { columns: shown, width }))
        expect(line.length).toBeLessThanOrEqual(width);
  });

  test('that are wider than that are truncated before the others', async () => {
    const rows = [{ ...full, time: 't'.repeat(16), from: 'f'.repeat(14) }];
    const columnsOfTimes = [column('time', { rank: 1, reservedWidth: 16 }), ...shown.slice(1)];
    const [, line = ''] = await drawTable([rows], { columns: columnsOfTimes, width: 42 });
    expect(line).toBe(`${'t'.repeat(16)}  ${'f'.repeat(12)}…  ${'i'.repeat(8)}…`);
  });

  test('that are empty at first have room for the values of later rows', async () => {
    const lines = await drawTable([[sparse], [full]], { columns: shown, width: 59 });
    expect(lines[2]?.indexOf('+1555')).toBe(lines[0]?.indexOf('FROM'));
  });
});

test('a tone colours only its own cell, and only when colour is enabled', async () => {
  const shown = [column('a', { tone: () => 'bad' }), column('b')];
  const rows = [[{ a: 'failed', b: 'b' }]];
  expect(await drawTable(rows, { columns: shown, colour: true, header: false })).toEqual([
    '\u001b[31mfailed\u001b[39m  b',
  ]);
  expect(await drawTable(rows, { columns: shown, header: false })).toEqual(['failed  b']);
});
