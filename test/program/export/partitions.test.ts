import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  dataFiles,
  type ExportAccount,
  folderSnapshot,
  leftoversIn,
  openExportAccount,
  readIds,
  readRows,
  runInHome,
} from '../../support/export-account.ts';
import { relay, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const HOUR = 3_600_000;

const idsOf = ({ rows }: ExportAccount, wire: WireFormat): readonly string[] =>
  rows.map((row) => String(row[wire.keys.id])).sort();

const listed = async (
  { home }: ExportAccount,
  wire: WireFormat,
): Promise<readonly Readonly<Record<string, string>>[]> => {
  const { out } = await runInHome(['list', ...wire.args, '--all', '--since', '6d', '-o', 'json'], home);
  return JSON.parse(out);
};

describe.concurrent.each(wireFormats)('partitions of $name by', (wire) => {
  test.each([
    ['t-{year}-{month}-{day}.tsv', (at: string) => `t-${at.slice(0, 10)}.tsv`],
    ['c-{year}-{month}-{day}.csv', (at: string) => `c-${at.slice(0, 10)}.csv`],
    ['{year}/{month}/x.json.gz', (at: string) => `${at.slice(0, 4)}/${at.slice(5, 7)}/x.json.gz`],
    ['{year}/{month}/{day}/{hour}.ndjson', (at: string) => `${at.slice(0, 13).replaceAll(/[-T]/g, '/')}.ndjson`],
    ['{profile}.ndjson', () => `${wire.profile}.ndjson`],
    ['{profile}-{year}-{month}.jsonl.gz', (at: string) => `${wire.profile}-${at.slice(0, 7)}.jsonl.gz`],
  ] as const)('%s together contain the complete list, each row in its own partition', async (out, nameOf) => {
    const account = await openExportAccount(wire, 200);
    const { code, err } = await account.run(out);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const every = await listed(account, wire);
    const files = dataFiles(account.folder);
    for (const path of files) {
      const expected = every.filter((row) => nameOf(row.created_at ?? '') === relative(account.folder, path));
      expect(readIds(path), path).toEqual(expected.map(({ id }) => id));
    }
    expect(files.flatMap(readIds).sort()).toEqual(idsOf(account, wire));
  });

  test('{kind}.csv have one file for each kind', async () => {
    const account = await openExportAccount(wire, 30);
    expect((await account.run('{kind}.csv')).code).toBe(0);
    for (const path of dataFiles(account.folder))
      for (const { kind } of readRows(path)) expect(`${kind}.csv`).toBe(relative(account.folder, path));
    expect(dataFiles(account.folder).flatMap(readIds)).toHaveLength(30);
  });

  test('day are rewritten as complete days when --since and --until fall within a day', async () => {
    const account = await openExportAccount(wire, 300);
    expect((await account.run('{year}-{month}-{day}.csv')).code).toBe(0);
    const before = folderSnapshot(account.folder);
    const at = (hours: number): string => new Date(Date.now() - hours * HOUR).toISOString();
    for (const range of [
      ['--since', at(36)],
      ['--since', at(50), '--until', at(40)],
      ['--since', at(30), '--tz', 'Asia/Kolkata'],
      ['--since', 'yesterday', '--until', 'yesterday', '--tz', 'America/New_York'],
    ]) {
      const words = ['export', ...wire.args, ...range, '--out', join(account.folder, '{year}-{month}-{day}.csv')];
      expect((await runInHome(words, account.home)).code).toBe(0);
      expect(folderSnapshot(account.folder)).toEqual(before);
    }
  });
});

// Where the provider filters by time, a run that finds such a recording reads all, since its file has to be rewritten.
test.concurrent.each(wireFormats.filter(({ name }) => !/relay|video/.test(name)))(
  'recordings of $name without a time stay in a separate file through every run',
  async (wire) => {
    const account = await openExportAccount(wire, 30);
    // One from long ago and one from now; the provider knows their times and sorts by them.
    const lost = (at: number) => wire.row(`timeless-${at}`, { [wire.keys.time]: null });
    account.rows.push(lost(1));
    account.rows.unshift(lost(2));
    const run = () => account.run('c-{year}-{month}-{day}.ndjson', '--incremental');
    expect((await run()).code).toBe(0);
    const path = join(account.folder, 'c-unknown-unknown-unknown.ndjson');
    expect([...readIds(path)].sort()).toEqual(['timeless-1', 'timeless-2']);
    account.rows.unshift(lost(3));
    expect((await run()).code).toBe(0);
    expect([...readIds(path)].sort()).toEqual(['timeless-1', 'timeless-2', 'timeless-3']);
  },
);

const hostile = [
  '../../x',
  '/etc/passwd',
  '.hidden',
  '..',
  '.',
  '',
  ' ',
  '-rf',
  '~root',
  'x'.repeat(300),
  '\u{1f600}'.repeat(200),
  'CON',
  'nul.csv',
  'a/b\\c:d*e?f"g<h>i|j',
  'a\nb\u0000c\u001b[2J',
  '\u202egpj.exe',
  '{year}',
  '__proto__',
  '\ud800',
  'trailing.',
];

test.concurrent.each(['{track}.csv', '{track}/{id}.ndjson', 'x/{track}{track}/{year}.json.gz', '{id}-{track}.csv'])(
  'hostile values in the template %s stay inside the folder and lose no recording',
  async (out) => {
    const account = await openExportAccount(relay);
    for (const track of hostile) account.add(1, 1, { track });
    const outside = join(account.folder, 'in', 'side');
    mkdirSync(outside, { recursive: true });
    const { code, err } = await account.run(`in/side/${out}`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(readdirSync(account.folder)).toEqual(['in']);
    expect(readdirSync(join(account.folder, 'in'))).toEqual(['side']);
    expect(leftoversIn(account.folder)).toEqual([]);
    expect(dataFiles(outside).flatMap(readIds).sort()).toEqual(idsOf(account, relay));
    for (const path of dataFiles(outside)) expect(path).toMatch(/^[^\p{Cc}\p{Cf}\\]*$/u);
  },
);

test.concurrent('values that map to the same file name get separate files or share one without loss', async () => {
  const account = await openExportAccount(relay);
  for (const track of ['a/b', 'a_b', 'a:b', 'A_B']) account.add(2, 1, { track });
  expect((await account.run('{track}.csv')).code).toBe(0);
  expect(dataFiles(account.folder).flatMap(readIds).sort()).toEqual(idsOf(account, relay));
});

test.concurrent('a partition whose last recording was deleted is emptied, and one beyond the lookback is left unchanged', async () => {
  const account = await openExportAccount(relay, 400);
  const run = () => account.run('{year}/{month}-{day}.csv', '--incremental');
  expect((await run()).code).toBe(0);
  const files = dataFiles(account.folder);
  expect(files.length).toBeGreaterThanOrEqual(5);
  const texts = files.map((path) => readFileSync(path, 'utf8'));
  const gone = relative(account.folder, files.at(-2) ?? '')
    .replace(/\D+/g, '-')
    .slice(0, 10);
  const kept = account.rows.filter((row) => !String(row.created_at).startsWith(gone));
  expect(kept.length).toBeLessThan(account.rows.length);
  account.rows.splice(0, account.rows.length, ...kept);
  expect((await run()).code).toBe(0);
  expect(readIds(files.at(-2) ?? '')).toEqual([]);
  expect(readFileSync(files[0] ?? '', 'utf8')).toBe(texts[0]);
});

test.concurrent('hundreds of partitions are written in one run', async () => {
  const account = await openExportAccount(relay);
  for (let index = 0; index < 30; index++) account.add(10, 1 + index / 10, { track: `t${index % 7}` });
  expect(await account.run('{track}/{id}.csv.gz')).toEqual({ code: 0, out: '', err: '' });
  expect(dataFiles(account.folder)).toHaveLength(300);
  expect(leftoversIn(account.folder)).toEqual([]);
});

test.concurrent.each(['{year}-{month}-{day}-{hour}.csv', '{year}-{month}-{day}.csv'])(
  'a clock change moves no recording between partitions by %s',
  async (out) => {
    for (const [zone, night] of [
      ['Europe/Berlin', Date.UTC(2026, 2, 29)],
      ['Europe/Berlin', Date.UTC(2026, 9, 25)],
      ['America/New_York', Date.UTC(2026, 10, 1)],
    ] as const) {
      const account = await openExportAccount(relay);
      for (let quarter = 95; quarter >= 0; quarter--)
        account.rows.push(relay.row(`q-${quarter}-0123456789abcdef`, {}, night + (quarter - 20) * 900_000));
      const run = (...more: readonly string[]) => {
        const words = ['export', '-p', 'relay', '--tz', zone, ...more, '--out', join(account.folder, out)];
        return runInHome(words, account.home, () => night + 5 * 86_400_000);
      };
      expect((await run('--incremental')).code).toBe(0);
      const before = folderSnapshot(account.folder);
      expect((await run('--since', new Date(night).toISOString().slice(0, 10))).code).toBe(0);
      const after = folderSnapshot(account.folder);
      for (const path of dataFiles(account.folder).map((file) => relative(account.folder, file)))
        expect(after[path]).toBe(before[path]);
      expect(dataFiles(account.folder).flatMap(readIds)).toHaveLength(96);
    }
  },
);
