import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../../src/core/decode.ts';
import { idsIn, inside, type Ledger, ledgerOf, rowsIn, textIn } from '../../support/ledger.ts';
import { parseCsv } from '../../support/parse-csv.ts';
import { relay, type Wire, wires } from '../../support/wires.ts';

const names = ['csv', 'json', 'ndjson', 'jsonl'].flatMap((end) => [`calls.${end}`, `calls.${end}.gz`]);

/** Cells that CSV and JSON parsers have problems with. */
const difficultCells = [
  '=HYPERLINK("x")',
  '+1+1',
  '-2+3',
  '@SUM(1)',
  '\t=1',
  '\r=1',
  '=1+1\nnote',
  '＝1',
  '+15551234567',
  '-12.5',
  '2026-11-22T10:00:00Z',
  'say "x", then\r\ny;z',
  'nul \u0000 and \u0085 and \u202e',
  'x'.repeat(100_000),
  '\ud83d\ude00 \u4f60\u597d',
  ' padded ',
  '[]',
  ']\n',
];

const withDifficultCells = async (wire: Wire): Promise<Ledger> => {
  const ledger = await ledgerOf(wire);
  for (const [index, value] of difficultCells.entries()) ledger.add(1, 1 + index / 10, { [wire.key]: value });
  ledger.rows.sort((one, other) => String(other[wire.keys.id]).localeCompare(String(one[wire.keys.id])));
  return ledger;
};

const listed = async ({ home }: Ledger, wire: Wire, ...more: readonly string[]) => {
  const words = ['list', ...wire.asked, '--all', '--since', '6d', ...more];
  const { code, out } = await inside(words, home);
  expect(code).toBe(0);
  return out;
};

const asText = (value: unknown): string =>
  value === null ? '' : Array.isArray(value) ? value.join(' ') : String(value);

describe.concurrent.each(wires)('an export of $name', (wire) => {
  test('contains the complete list in every format', async () => {
    const ledger = await withDifficultCells(wire);
    const every: Row[] = JSON.parse(await listed(ledger, wire, '-o', 'json'));
    expect(every).toHaveLength(difficultCells.length);
    for (const name of names) {
      for (const more of [[], ['--incremental']]) {
        const raw = name.includes('.csv') ? ['--csv-raw'] : [];
        const out = `${more.length}/${name}`;
        expect(await ledger.run(out, ...raw, ...more)).toEqual({ code: 0, out: '', err: '' });
        const rows = rowsIn(join(ledger.folder, out));
        const texts = every.map((row) =>
          Object.fromEntries(Object.entries(row).map(([key, value]) => [key, asText(value)])),
        );
        expect(rows, name).toEqual(name.includes('.csv') ? texts : every);
        if (!name.endsWith('.gz')) continue;
        const plain = execFileSync('gunzip', ['-c', join(ledger.folder, out)], { maxBuffer: 1 << 28 });
        expect(plain.toString()).toBe(textIn(join(ledger.folder, out)));
      }
    }
  });

  test('appended to by later runs can be parsed after every run', async () => {
    for (const name of names) {
      const ledger = await ledgerOf(wire);
      for (const count of [0, 0, 3, 0, 1, 25, 0]) {
        ledger.add(count, 1);
        expect(await ledger.run(name, '--incremental')).toEqual({ code: 0, out: '', err: '' });
        const path = join(ledger.folder, name);
        const ids = ledger.rows.map((row) => row[wire.keys.id]);
        expect([...idsIn(path)].sort(), name).toEqual([...ids].sort());
        const lines = textIn(path).split('\n');
        if (name.includes('.csv')) expect(lines.filter((line) => line.startsWith('id,'))).toHaveLength(1);
      }
    }
  });
});

test.concurrent.each(names)('an export of no recordings to %s is a valid file', async (name) => {
  const ledger = await ledgerOf(relay);
  for (const more of [[], ['--incremental']]) {
    expect(await ledger.run(`${more.length}-${name}`, ...more)).toEqual({ code: 0, out: '', err: '' });
    const path = join(ledger.folder, `${more.length}-${name}`);
    if (name.endsWith('.gz')) execFileSync('gunzip', ['-t', path], { stdio: 'pipe' });
    expect(rowsIn(path)).toEqual([]);
  }
});

test.concurrent.each(['calls.json', 'calls.ndjson', 'calls.json.gz', 'calls.ndjson.gz'])(
  '%s appended to by later runs is read by jq',
  async (name) => {
    const ledger = await ledgerOf(relay, 5);
    for (const count of [2, 3]) {
      expect((await ledger.run(name, '--incremental')).code).toBe(0);
      ledger.add(count, 1);
    }
    expect((await ledger.run(name, '--incremental')).code).toBe(0);
    const filter = name.includes('ndjson') ? '.id' : '.[].id';
    const read = name.endsWith('.gz') ? 'gunzip -c' : 'cat';
    const out = execFileSync('sh', ['-c', `${read} ${join(ledger.folder, name)} | jq -r ${filter}`]);
    expect(out.toString().split('\n').slice(0, -1)).toHaveLength(10);
  },
);

describe.concurrent('a CSV export', () => {
  test('neutralises cells that a spreadsheet would run as a formula, and no others', async () => {
    const ledger = await withDifficultCells(relay);
    expect((await ledger.run('calls.csv', '--fields', 'track')).code).toBe(0);
    const cells = parseCsv(textIn(join(ledger.folder, 'calls.csv'))).slice(1);
    const run = difficultCells.slice(0, 8);
    const texts = cells.map(([cell]) => cell).reverse();
    expect(texts).toEqual(difficultCells.map((text) => (run.includes(text) ? `'${text}` : text)));
  });

  test('with --excel is exact to the byte, also in appended rows', async () => {
    const ledger = await ledgerOf(relay);
    const run = () => ledger.run('calls.csv', '--excel', '--fields', 'track,duration_seconds', '--incremental');
    for (const track of ['+15551234567', '0049123', '12345678901234567890', '=1+1', 'plain', '1e5']) {
      ledger.add(1, 1, { track });
      expect(await run()).toEqual({ code: 0, out: '', err: '' });
    }
    expect(readFileSync(join(ledger.folder, 'calls.csv'), 'utf8')).toBe(
      [
        '\ufefftrack,duration_seconds',
        '"\t+15551234567",61',
        '"\t0049123",61',
        '"\t12345678901234567890",61',
        "'=1+1,61",
        'plain,61',
        '"\t1e5",61',
        '',
      ].join('\r\n'),
    );
  });

  test('supports --no-header, --csv-raw and --fields together', async () => {
    const ledger = await ledgerOf(relay);
    const words = ['--no-header', '--csv-raw', '--fields', 'track,id', '--incremental'];
    for (const track of ['=1+1', '@x']) {
      ledger.add(1, 1, { track });
      expect((await ledger.run('calls.csv', ...words)).code).toBe(0);
    }
    const [, newer] = ledger.rows;
    expect(textIn(join(ledger.folder, 'calls.csv'))).toBe(`=1+1,${newer?.id}\n@x,${ledger.rows[0]?.id}\n`);
  });
});

test.concurrent.each(wires)('an export with --raw contains the complete objects of $name', async (wire) => {
  const ledger = await ledgerOf(wire);
  ledger.add(2, 1, { [wire.key]: difficultCells.join('|'), extra: { deep: [1, null, 'x'] } });
  for (const name of ['calls.ndjson', 'calls.json.gz']) {
    expect((await ledger.run(name, '--raw', '--fields', 'id', '--incremental')).code).toBe(0);
    expect(rowsIn(join(ledger.folder, name))).toEqual(ledger.rows.map((raw) => ({ id: raw[wire.keys.id], raw })));
  }
});

test.concurrent('ids with lone surrogates, of huge length or equal to property names stay distinct', async () => {
  const ledger = await ledgerOf(relay);
  const ids = [
    '\ud800',
    '\udc00',
    '__proto__',
    'constructor',
    'toString',
    '0',
    '1',
    ' ',
    'x'.repeat(300_000),
    'e\u0301',
    '\u00e9',
  ];
  for (const id of ids) ledger.add(1, 1, { id });
  for (let round = 0; round < 3; round++) {
    expect(await ledger.run('calls.ndjson.gz', '--incremental', '--fields', 'id')).toMatchObject({ code: 0, err: '' });
    const text = gunzipSync(readFileSync(join(ledger.folder, 'calls.ndjson.gz'))).toString();
    expect(text.split('\n')).toHaveLength(ids.length + 1);
  }
});
