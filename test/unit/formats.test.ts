import { expect, test } from 'vitest';
import { unescapeTsv } from '../../src/core/text/tsv.ts';
import type { Column, View } from '../../src/core/view.ts';
import { type FormatName, formats } from '../../src/formats/index.ts';
import { plainView } from '../support/plain-view.ts';

type Row = Readonly<Record<string, unknown>>;
const column = (key: string, rest: Partial<Column<Row>> = {}): Column<Row> => ({
  key,
  title: key.toUpperCase(),
  value: (row) => row[key] ?? null,
  ...rest,
});
const view = plainView([column('a'), column('b')], { fieldsChosen: true, zone: 'UTC' });
async function* batches(...given: readonly (readonly Row[])[]): AsyncGenerator<readonly Row[]> {
  yield* given;
}
const formatted = async (
  name: FormatName,
  given: readonly (readonly Row[])[],
  more: Partial<View<Row>> = {},
): Promise<string> => {
  const format = await formats[name]();
  let text = '';
  for await (const chunk of format(batches(...given), { ...view, ...more })) text += chunk;
  return text;
};

test.each<[FormatName, readonly (readonly Row[])[], string]>([
  ['json', [], '[]\n'],
  ['json', [[], []], '[]\n'],
  ['json', [[{ a: 1, b: null }]], '[{"a":1,"b":null}]\n'],
  ['json', [[{ a: 1 }], [], [{ a: 2 }]], '[{"a":1,"b":null},\n{"a":2,"b":null}]\n'],
  ['ndjson', [], ''],
  ['ndjson', [[{ a: ['x'], b: { c: 1 } }]], '{"a":["x"],"b":{"c":1}}\n'],
  ['csv', [], 'a,b\n'],
  ['csv', [[]], 'a,b\n'],
  ['csv', [[{ a: ['mp3', 'wav'], b: 4.5 }], [{ a: true }]], 'a,b\nmp3 wav,4.5\ntrue,\n'],
  ['tsv', [], 'a\tb\n'],
  ['tsv', [[{ a: ['mp3', 'wav'], b: 4.5 }], [{ a: true }]], 'a\tb\nmp3 wav\t4.5\ntrue\t\n'],
  ['tsv', [[{ a: 'x\ty\\t\r\nz', b: 'say "hi"' }]], 'a\tb\nx\\ty\\\\t\\r\\nz\tsay "hi"\n'],
  ['table', [], ''],
  ['table', [[{ a: 'x', b: 1 }], [{ a: 'wider than the first' }]], 'A  B\nx  1\nwider than the first\n'],
])('%s output of %j is exact to the byte', async (name, given, expected) => {
  expect(await formatted(name, given)).toBe(expected);
});

test.each([
  ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
  ['+1+1', "'+1+1"],
  ['-2+3', "'-2+3"],
  ['@SUM(1)', "'@SUM(1)"],
  ['\t=1', `"'\t'=1"`],
  ['\r=1', `"'\r'=1"`],
  ['a;=1+1', `"a;'=1+1"`],
  ['sip:a;=2+5;b', `"sip:a;'=2+5;b"`],
  ['a, =1+1', `"a,' =1+1"`],
  ['a\t@x', `"a\t'@x"`],
  ['a|-2+3|+1+1', `a|'-2+3|'+1+1`],
  ['note\n=1+1', `"note\n'=1+1"`],
  ['note\r\n＝1', `"note\r\n'＝1"`],
  ['x;"=1+1"', `"x;'""=1+1"""`],
  ['x;-1|cmd', `"x;'-1|cmd"`],
  ['a;-5;+15551234567;b', '"a;-5;+15551234567;b"'],
  ['a, -12.5, c', '"a, -12.5, c"'],
  ['a = b; c=d, e-f|g@h', '"a = b; c=d, e-f|g@h"'],
  [' =1', "' =1"],
  ['\u00a0=1', "'\u00a0=1"],
  ['\u200b=1', "'\u200b=1"],
  ['=1+1\nnote', `"'=1+1\nnote"`],
  ['＝1', "'＝1"],
  ['+15551234567', '+15551234567'],
  ['-12.5', '-12.5'],
  ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z'],
  ['a "b", c', '"a ""b"", c"'],
  ['two\r\nlines', '"two\r\nlines"'],
  [' padded ', '" padded "'],
  ['\ud800', '\ufffd'],
  ['nul\u0000', 'nul\u0000'],
  ['sip:x@example.com', 'sip:x@example.com'],
])('the CSV cell %j is written as %j', async (value, expected) => {
  expect(await formatted('csv', [[{ a: value }]], { header: false, columns: [column('a')] })).toBe(`${expected}\n`);
});

test.each([
  ['=1+1', "'=1+1"],
  ['"=1+1"', `'"=1+1"`],
  [' "" =1+1', `' "" =1+1`],
  ['"quoted"', '"quoted"'],
  ['a\t=1', "a\\t'=1"],
  ['a;=1', "a;'=1"],
  ['+15551234567', '+15551234567'],
  [['=1'], "'=1"],
])('a TSV cell %j is neutralised as %j, and unchanged without the guard', async (value, expected) => {
  const settings = { header: false, columns: [column('a')] };
  expect(await formatted('tsv', [[{ a: value }]], settings)).toBe(`${expected}\n`);
  const raw = await formatted('tsv', [[{ a: value }]], { ...settings, guard: false });
  expect(unescapeTsv(raw.slice(0, -1))).toBe(String(value));
});

test('TSV on a terminal has no control characters', async () => {
  const settings = { header: false, columns: [column('a')], terminal: true };
  expect(await formatted('tsv', [[{ a: '\u001b[31m\t' }]], settings)).toBe('\\u001b[31m\\t\n');
});

test('lists of text in CSV are guarded as text is', async () => {
  const columns = [column('a')];
  expect(await formatted('csv', [[{ a: ['=1+1', 'EUR'] }]], { columns, header: false })).toBe("'=1+1 EUR\n");
  expect(await formatted('csv', [[{ a: ['EUR', 'x;=1'] }]], { columns, header: false })).toBe(`"EUR x;'=1"\n`);
});

test('a cell of a hundred thousand separators is guarded in linear time', async () => {
  const text = `x${'\t;"'.repeat(100_000)}=1`;
  const [columns, rows] = [[column('a')], [{ a: text }]];
  expect(await formatted('csv', [rows], { columns, header: false })).toContain(`;'""=1`);
});

test.each([
  ['2026-11-25T19:31:14.250Z', '2026-11-25 20:31:14'],
  ['2026-03-29T01:30:00.000Z', '2026-03-29 03:30:00'],
  [null, ''],
])('the time %j is written for a spreadsheet as local time %j, with the zone in the header', async (value, cell) => {
  const columns = [column('at', { holds: 'time' }), column('b')];
  const text = await formatted('csv', [[{ at: value, b: 1 }]], { columns, dateZone: 'Europe/Berlin' });
  expect(text).toBe(`at (Europe/Berlin),b\n${cell},1\n`);
});

test.each([
  ['14155550000', '\t14155550000'],
  ['+14155550000', '\t+14155550000'],
  ['2025-12-31', '\t2025-12-31'],
  ['100', '\t100'],
  ['(415) 555-0000', '\t(415) 555-0000'],
  ['sip:100@example.com', 'sip:100@example.com'],
  ['anonymous', 'anonymous'],
])('the CSV dialect for Excel writes the phone number %j as the text %j', async (value, expected) => {
  const columns = [column('a', { holds: 'phone' })];
  const text = await formatted('csv', [[{ a: value }]], { columns, header: false, excel: true });
  expect(text).toBe(`\ufeff${expected.startsWith('\t') ? `"${expected}"` : expected}\r\n`);
});

test('CSV cells are unchanged when the formula guard is off, and control characters are escaped on a terminal', async () => {
  const columns = [column('a')];
  expect(await formatted('csv', [[{ a: '=1' }]], { columns, header: false, guard: false })).toBe('=1\n');
  expect(await formatted('csv', [[{ a: '\u001b[2Jx\n' }]], { columns, header: false, terminal: true })).toBe(
    '\\u001b[2Jx\\n\n',
  );
});

test.each([
  '\u001b]52;c;AA\u0007',
  '\u009b2J',
  '\u007f',
  '\u202egnp',
  '\u2066x',
  '\u2028',
  '\ud800',
  '\u{e0001}',
  '\ufeff',
])('JSON escapes %j to printable ASCII and parses back to the same value', async (value) => {
  const text = await formatted('json', [[{ a: value, b: { [value]: [value] } }]]);
  expect(text).toMatch(/^[\n -~]*$/);
  expect(JSON.parse(text)).toEqual([{ a: value, b: { [value]: [value] } }]);
});

test.each(['\u001b[2J', '\u009b', '\u007f', '\u202e', '\u200b', '\r', '\t', '\n', '\u0007', '\ud800'])(
  'a table shows %j as an escape sequence',
  async (value) => {
    const text = await formatted('table', [[{ a: `x${value}y`, b: '|' }]], { header: false });
    expect(text).toMatch(/^x\\\S+y {2}\|\n$/);
  },
);

test('table columns are aligned by the display width of their characters', async () => {
  const rows = ['plain', '顧客会議', 'Störung', '👍', '👨‍👩‍👧', 'e\u0301'].map((a) => ({ a, b: '|' }));
  const lines = (await formatted('table', [rows], { header: false })).trimEnd().split('\n');
  const { default: measure } = await import('fast-string-truncated-width');
  expect(new Set(lines.map((line) => measure(line.slice(0, line.indexOf('|'))).width)).size).toBe(1);
});

test.each([40, 60, 80, 160])('a table of all fields fits a terminal of %d columns', async (width) => {
  const columns = Array.from({ length: 4 }, (_, index) => column(`field_${index}`));
  const row = Object.fromEntries(columns.map(({ key }) => [key, 'a rather long value, '.repeat(3)]));
  const lines = (await formatted('table', [[row, row]], { columns, width })).trimEnd().split('\n');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
  expect(lines).toHaveLength(3);
});

test('a table drops the columns of lowest priority and does not truncate a column that must never be truncated', async () => {
  const id = 'x'.repeat(36);
  const columns = [column('a', { rank: 2 }), column('b', { rank: 1 }), column('id', { rank: 0, neverTruncate: true })];
  const row = { a: 'a'.repeat(30), b: 'b'.repeat(30), id };
  const text = await formatted('table', [[row]], { columns, width: 80, fieldsChosen: false, header: false });
  expect(text).toBe(`${'b'.repeat(30)}  ${id}\n`);
});

test('a list of several batches is drawn with one header and one layout', async () => {
  const rows = Array.from({ length: 250 }, (_, index) => ({ a: `row ${index}`, b: index }));
  const lines = (await formatted('table', [rows, rows])).trimEnd().split('\n');
  expect(lines).toHaveLength(501);
  expect(lines.filter((line) => line.startsWith('A '))).toHaveLength(1);
  expect(new Set(lines.slice(1).map((line) => line.search(/\d+$/))).size).toBe(1);
});

test('a card shows each field of a row on its own line', async () => {
  expect(await formatted('table', [[{ a: 1 }], [{ b: 2 }]], { cards: true })).toBe('A  1\nB  -\n\nA  -\nB  2\n');
});

test('JSON output of a single recording is an object, not an array', async () => {
  expect(JSON.parse(await formatted('json', [[{ a: 1, b: 2 }]], { single: true }))).toEqual({ a: 1, b: 2 });
});

test.each([
  ['+12025550101', '\t+12025550101'],
  ['0049', '\t0049'],
  ['12345678901234567', '\t12345678901234567'],
  ['12e5', '\t12e5'],
  ['0.0025', '0.0025'],
  ['-12.5', '-12.5'],
  ['0', '0'],
  ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z'],
  ['=1+1', "'=1+1"],
  [12_025_550_101, '12025550101'],
])('the CSV dialect for Excel writes %j as %j', async (value, cell) => {
  const text = await formatted('csv', [[{ a: value, b: 'x' }]], { excel: true });
  const quoted = cell.startsWith('\t') ? `"${cell}"` : cell;
  expect(text).toBe(`\ufeffa,b\r\n${quoted},x\r\n`);
});
