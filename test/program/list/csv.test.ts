import { describe, expect, test } from 'vitest';
import { homeWith } from '../../support/home.ts';
import { parseCsv } from '../../support/parse-csv.ts';
import { runHere } from '../../support/run.ts';
import { listArgs, sandboxEntries, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

/** The bytes of a CSV with a row for each text. */
const csvOf = async (wire: WireFormat, texts: readonly string[], ...flags: readonly string[]): Promise<Buffer> => {
  const { run } = await homeWith({
    entries: sandboxEntries(
      wire,
      texts.map((text, index) => [`id-${index}`, { [wire.textKey]: text }]),
    ),
  });
  const { code, err, bytes } = await run(listArgs(wire, '-o', 'csv', '--fields', `id,${wire.textColumn}`, ...flags));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return bytes;
};

const table = (wire: WireFormat, cells: readonly string[]) => [
  ['id', wire.textColumn],
  ...cells.map((cell, index) => [`id-${index}`, cell]),
];

const formulas = [
  '=HYPERLINK("x")',
  '+1+1',
  '-2+3',
  '@SUM(1)',
  '\t=1',
  '\r=1',
  '\n=1',
  ' =1',
  '\u00a0=1',
  '\ufeff=1',
  '=1+1\nnote',
  '=1+1,"x"',
  '＝1',
  '＋1＋1',
  '－2＋3',
  '＠SUM(1)',
  '+1555;cmd',
  '-',
  '=',
  '-12.5.1',
  '+1 555 1234567',
];

const harmless = ['+15551234567', '-12.5', '12', '2026-11-22T10:00:00Z', 'sip:a=b@phone.example.com', 'a=1', "'quoted"];

const specialCells = [
  'with "quotes"',
  '"',
  '""',
  'one, two',
  ',',
  'first\r\nsecond',
  'first\nsecond',
  'first\rsecond',
  '\r\n',
  ' at both ends ',
  'NUL\u0000inside',
  'ESC\u001b[2J',
  'family 👩\u200d👩\u200d👧, "顧客"',
  'x'.repeat(100_000),
  '"y",\n'.repeat(20_000),
];

describe.concurrent.each(wireFormats)('CSV of $profile', (wire) => {
  test('neutralises every cell that a spreadsheet would run as a formula', async () => {
    const text = (await csvOf(wire, formulas)).toString();
    expect(parseCsv(text)).toEqual(
      table(
        wire,
        // Also after a tab or line break, where spreadsheets split a line.
        formulas.map((cell) => `'${cell.replace(/^[\t\r\n]/, "$&'")}`),
      ),
    );
  });

  test('leaves formulas unchanged with --csv-raw', async () => {
    const text = (await csvOf(wire, formulas, '--csv-raw')).toString();
    expect(parseCsv(text)).toEqual(table(wire, formulas));
  });

  test('contains numbers, dates and harmless text byte for byte', async () => {
    const lines = [`id,${wire.textColumn}`, ...harmless.map((cell, index) => `id-${index},${cell}`), ''];
    expect((await csvOf(wire, harmless)).toString()).toBe(lines.join('\n'));
  });

  test('parses back to the same values for cells with special characters and huge cells', async () => {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await csvOf(wire, specialCells));
    expect(parseCsv(text)).toEqual(table(wire, specialCells));
  });

  test('is valid UTF-8 even when the provider sends lone surrogates', async () => {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await csvOf(wire, ['half\ud83d', '\udc69half']));
    expect(parseCsv(text)).toEqual(table(wire, ['half\ufffd', '\ufffdhalf']));
  });

  test('has no header with --no-header, and only a header when no recording matches', async () => {
    expect((await csvOf(wire, ['one'], '--no-header')).toString()).toBe('id-0,one\n');
    expect((await csvOf(wire, [])).toString()).toBe(`id,${wire.textColumn}\n`);
  });
});

test.concurrent.each([
  [['--no-header'], '--no-header requires table or tsv or csv, not json', 'Add -o table or -o tsv or -o csv\n'],
  [['--no-header', '-o', 'ndjson'], '--no-header requires table or tsv or csv, not ndjson', ''],
  [['--csv-raw'], '--csv-raw requires tsv or csv, not json', 'Add -o tsv or -o csv\n'],
  [['--csv-raw', '-o', 'table'], '--csv-raw requires tsv or csv, not table', ''],
])('%j is refused where it would do nothing', async (words, message, hint) => {
  for (const command of ['list', 'stats', 'export', 'get x'])
    expect(await runHere([...command.split(' '), '-p', 'demo', ...words])).toMatchObject({
      code: 2,
      out: '',
      err: `recx: ${message}\n${hint}`,
    });
});
