import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../../src/core/decode.ts';
import {
  type ExportAccount,
  openExportAccount,
  readIds,
  readRows,
  readText,
  runInHome,
} from '../../support/export-account.ts';
import { parseCsv } from '../../support/parse-csv.ts';
import { plivo, relay, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const names = ['csv', 'json', 'ndjson', 'jsonl', 'tsv'].flatMap((end) => [`calls.${end}`, `calls.${end}.gz`]);

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

const withDifficultCells = async (wire: WireFormat): Promise<ExportAccount> => {
  const account = await openExportAccount(wire);
  for (const [index, value] of difficultCells.entries()) account.add(1, 1 + index / 10, { [wire.textKey]: value });
  account.rows.sort((one, other) => String(other[wire.keys.id]).localeCompare(String(one[wire.keys.id])));
  return account;
};

const listed = async ({ home }: ExportAccount, wire: WireFormat, ...more: readonly string[]) => {
  const words = ['list', ...wire.args, '--all', '--since', '6d', ...more];
  const { code, out } = await runInHome(words, home);
  expect(code).toBe(0);
  return out;
};

const asText = (value: unknown): string =>
  value === null ? '' : Array.isArray(value) ? value.join(' ') : String(value);

describe.concurrent.each(wireFormats)('an export of $name', (wire) => {
  test('contains the complete list in every format', async () => {
    const account = await withDifficultCells(wire);
    const every: Row[] = JSON.parse(await listed(account, wire, '-o', 'json'));
    expect(every).toHaveLength(difficultCells.length);
    for (const name of names) {
      for (const more of [[], ['--incremental']]) {
        const isText = /\.[ct]sv/.test(name);
        const raw = isText ? ['--csv-raw'] : [];
        const out = `${more.length}/${name}`;
        expect(await account.run(out, ...raw, ...more)).toEqual({ code: 0, out: '', err: '' });
        const rows = readRows(join(account.folder, out));
        const texts = every.map((row) =>
          Object.fromEntries(Object.entries(row).map(([key, value]) => [key, asText(value)])),
        );
        expect(rows, name).toEqual(isText ? texts : every);
        if (!name.endsWith('.gz')) continue;
        const plain = execFileSync('gunzip', ['-c', join(account.folder, out)], { maxBuffer: 1 << 28 });
        expect(plain.toString()).toBe(readText(join(account.folder, out)));
      }
    }
  });

  test('appended to by later runs can be parsed after every run', async () => {
    for (const name of names) {
      const account = await openExportAccount(wire);
      for (const count of [0, 0, 3, 0, 1, 25, 0]) {
        account.add(count, 1);
        expect(await account.run(name, '--incremental')).toEqual({ code: 0, out: '', err: '' });
        const path = join(account.folder, name);
        const ids = account.rows.map((row) => row[wire.keys.id]);
        expect([...readIds(path)].sort(), name).toEqual([...ids].sort());
        const lines = readText(path).split('\n');
        if (/\.[ct]sv/.test(name)) expect(lines.filter((line) => /^id[,\t]/.test(line))).toHaveLength(1);
      }
    }
  });
});

test.concurrent.each(names)('an export of no recordings to %s is a valid file', async (name) => {
  const account = await openExportAccount(relay);
  for (const more of [[], ['--incremental']]) {
    expect(await account.run(`${more.length}-${name}`, ...more)).toEqual({ code: 0, out: '', err: '' });
    const path = join(account.folder, `${more.length}-${name}`);
    if (name.endsWith('.gz')) execFileSync('gunzip', ['-t', path], { stdio: 'pipe' });
    expect(readRows(path)).toEqual([]);
  }
});

test.concurrent.each(['calls.json', 'calls.ndjson', 'calls.json.gz', 'calls.ndjson.gz'])(
  '%s appended to by later runs is read by jq',
  async (name) => {
    const account = await openExportAccount(relay, 5);
    for (const count of [2, 3]) {
      expect((await account.run(name, '--incremental')).code).toBe(0);
      account.add(count, 1);
    }
    expect((await account.run(name, '--incremental')).code).toBe(0);
    const filter = name.includes('ndjson') ? '.id' : '.[].id';
    const read = name.endsWith('.gz') ? 'gunzip -c' : 'cat';
    const out = execFileSync('sh', ['-c', `${read} ${join(account.folder, name)} | jq -r ${filter}`]);
    expect(out.toString().split('\n').slice(0, -1)).toHaveLength(10);
  },
);

test.concurrent('the summary has the bound from which recordings were listed, and the counts', async () => {
  const account = await openExportAccount(relay, 30);
  const path = join(account.folder, 'last.json');
  const counts = async (out: string, ...more: readonly string[]) => {
    const words = ['export', ...relay.args, '--out', join(account.folder, out), '--summary', path, ...more];
    expect(await runInHome(words, account.home)).toEqual({ code: 0, out: '', err: '' });
    return JSON.parse(readFileSync(path, 'utf8'));
  };
  const since = ['--since', '2026-11-01T10:30:00Z'];
  expect(await counts('a.csv', ...since)).toMatchObject({ since: '2026-11-01T10:30:00.000Z', rows: 30, files: 1 });
  // Files are rebuilt whole.
  expect(await counts('{year}.csv', ...since)).toMatchObject({ since: '2026-01-01T00:00:00.000Z' });
  expect(await counts('b.csv')).toMatchObject({ since: null, dropped: 0, pending: 0, exit_code: 0 });
  expect(await counts('c.csv', '--incremental', ...since)).toMatchObject({ since: '2026-11-01T10:30:00.000Z' });
  const newest = Math.max(...account.rows.map(({ created_at }) => Date.parse(String(created_at))));
  const bound = new Date(newest - 72 * 3_600_000).toISOString();
  expect(await counts('c.csv', '--incremental', ...since)).toMatchObject({ since: bound, rows: 0, files: 0 });
});

describe.concurrent('a CSV export', () => {
  test('with --excel has local times, with their zone in the header, and numbers as text', async () => {
    const account = await openExportAccount(plivo);
    account.rows.push(
      plivo.row('a-0123456789', { from_number: '14155550000', to_number: '+1415' }, Date.UTC(2026, 10, 25, 19)),
    );
    const words = ['export', ...plivo.args, '--since', '2026-11-20', '--excel', '--tz', 'Europe/Berlin'];
    const fields = ['--fields', 'created_at,from,to,duration_seconds', '--out', join(account.folder, 'calls.csv')];
    expect(await runInHome([...words, ...fields], account.home)).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(join(account.folder, 'calls.csv'), 'utf8')).toBe(
      '\ufeffcreated_at (Europe/Berlin),from,to,duration_seconds\r\n2026-11-25 20:00:00,"\t14155550000","\t+1415",61\r\n',
    );
  });

  test('neutralises cells that a spreadsheet would run as a formula, and no others', async () => {
    const account = await withDifficultCells(relay);
    expect((await account.run('calls.csv', '--fields', 'track')).code).toBe(0);
    const cells = parseCsv(readText(join(account.folder, 'calls.csv'))).slice(1);
    const run = difficultCells.slice(0, 8);
    const texts = cells.map(([cell]) => cell).reverse();
    const guarded = (text: string): string => `'${text.replace(/^[\t\r]/, "$&'")}`;
    expect(texts).toEqual(difficultCells.map((text) => (run.includes(text) ? guarded(text) : text)));
  });

  test('with --excel is exact to the byte, also in appended rows', async () => {
    const account = await openExportAccount(relay);
    const run = () => account.run('calls.csv', '--excel', '--fields', 'track,duration_seconds', '--incremental');
    for (const track of ['+15551234567', '0049123', '12345678901234567890', '=1+1', 'plain', '1e5']) {
      account.add(1, 1, { track });
      expect(await run()).toEqual({ code: 0, out: '', err: '' });
    }
    expect(readFileSync(join(account.folder, 'calls.csv'), 'utf8')).toBe(
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
    const account = await openExportAccount(relay);
    const words = ['--no-header', '--csv-raw', '--fields', 'track,id', '--incremental'];
    for (const track of ['=1+1', '@x']) {
      account.add(1, 1, { track });
      expect((await account.run('calls.csv', ...words)).code).toBe(0);
    }
    const [, newer] = account.rows;
    expect(readText(join(account.folder, 'calls.csv'))).toBe(`=1+1,${newer?.id}\n@x,${account.rows[0]?.id}\n`);
  });
});

test.concurrent.each(wireFormats)('an export with --raw contains the complete objects of $name', async (wire) => {
  const account = await openExportAccount(wire);
  account.add(2, 1, { [wire.textKey]: difficultCells.join('|'), extra: { deep: [1, null, 'x'] } });
  for (const name of ['calls.ndjson', 'calls.json.gz']) {
    expect((await account.run(name, '--raw', '--fields', 'id', '--incremental')).code).toBe(0);
    expect(readRows(join(account.folder, name))).toEqual(account.rows.map((raw) => ({ id: raw[wire.keys.id], raw })));
  }
});

test.concurrent('ids with lone surrogates, of huge length or equal to property names stay distinct', async () => {
  const account = await openExportAccount(relay);
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
  for (const id of ids) account.add(1, 1, { id });
  for (let round = 0; round < 3; round++) {
    expect(await account.run('calls.ndjson.gz', '--incremental', '--fields', 'id')).toMatchObject({ code: 0, err: '' });
    const text = gunzipSync(readFileSync(join(account.folder, 'calls.ndjson.gz'))).toString();
    expect(text.split('\n')).toHaveLength(ids.length + 1);
  }
});
