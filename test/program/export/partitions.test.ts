import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, idsIn, inside, type Ledger, ledgerOf, litterIn, rowsIn, snapshot } from '../../support/ledger.ts';
import { relay, type Wire, wires } from '../../support/wires.ts';

const HOUR = 3_600_000;

const idsOf = ({ rows }: Ledger, wire: Wire): readonly string[] => rows.map((row) => String(row[wire.keys.id])).sort();

const listed = async ({ home }: Ledger, wire: Wire): Promise<readonly Readonly<Record<string, string>>[]> => {
  const { out } = await inside(['list', ...wire.asked, '--all', '--since', '6d', '-o', 'json'], home);
  return JSON.parse(out);
};

describe.concurrent.each(wires)('partitions of $name by', (wire) => {
  test.each([
    ['c-{year}-{month}-{day}.csv', (at: string) => `c-${at.slice(0, 10)}.csv`],
    ['{year}/{month}/x.json.gz', (at: string) => `${at.slice(0, 4)}/${at.slice(5, 7)}/x.json.gz`],
    ['{year}/{month}/{day}/{hour}.ndjson', (at: string) => `${at.slice(0, 13).replaceAll(/[-T]/g, '/')}.ndjson`],
    ['{profile}.ndjson', () => `${wire.profile}.ndjson`],
    ['{profile}-{year}-{month}.jsonl.gz', (at: string) => `${wire.profile}-${at.slice(0, 7)}.jsonl.gz`],
  ] as const)('%s together contain the complete list, each row in its own partition', async (out, nameOf) => {
    const ledger = await ledgerOf(wire, 200);
    const { code, err } = await ledger.run(out);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const every = await listed(ledger, wire);
    const files = filesIn(ledger.folder);
    for (const path of files) {
      const expected = every.filter((row) => nameOf(row.created_at ?? '') === relative(ledger.folder, path));
      expect(idsIn(path), path).toEqual(expected.map(({ id }) => id));
    }
    expect(files.flatMap(idsIn).sort()).toEqual(idsOf(ledger, wire));
  });

  test('{kind}.csv have one file for each kind', async () => {
    const ledger = await ledgerOf(wire, 30);
    expect((await ledger.run('{kind}.csv')).code).toBe(0);
    for (const path of filesIn(ledger.folder))
      for (const { kind } of rowsIn(path)) expect(`${kind}.csv`).toBe(relative(ledger.folder, path));
    expect(filesIn(ledger.folder).flatMap(idsIn)).toHaveLength(30);
  });

  test('day are rewritten as complete days when --since and --until fall within a day', async () => {
    const ledger = await ledgerOf(wire, 300);
    expect((await ledger.run('{year}-{month}-{day}.csv')).code).toBe(0);
    const before = snapshot(ledger.folder);
    const at = (hours: number): string => new Date(Date.now() - hours * HOUR).toISOString();
    for (const range of [
      ['--since', at(36)],
      ['--since', at(50), '--until', at(40)],
      ['--since', at(30), '--tz', 'Asia/Kolkata'],
      ['--since', 'yesterday', '--until', 'yesterday', '--tz', 'America/New_York'],
    ]) {
      const words = ['export', ...wire.asked, ...range, '--out', join(ledger.folder, '{year}-{month}-{day}.csv')];
      expect((await inside(words, ledger.home)).code).toBe(0);
      expect(snapshot(ledger.folder)).toEqual(before);
    }
  });
});

// Where the provider filters by time, a run that finds such a recording reads all, since its file has to be rewritten.
test.concurrent.each(wires.filter(({ name }) => !/relay|video/.test(name)))(
  'recordings of $name without a time stay in a separate file through every run',
  async (wire) => {
    const ledger = await ledgerOf(wire, 30);
    // One from long ago and one from now; the provider knows their times and sorts by them.
    const lost = (at: number) => wire.row(`timeless-${at}`, { [wire.keys.time]: null });
    ledger.rows.push(lost(1));
    ledger.rows.unshift(lost(2));
    const run = () => ledger.run('c-{year}-{month}-{day}.ndjson', '--incremental');
    expect((await run()).code).toBe(0);
    const path = join(ledger.folder, 'c-unknown-unknown-unknown.ndjson');
    expect([...idsIn(path)].sort()).toEqual(['timeless-1', 'timeless-2']);
    ledger.rows.unshift(lost(3));
    expect((await run()).code).toBe(0);
    expect([...idsIn(path)].sort()).toEqual(['timeless-1', 'timeless-2', 'timeless-3']);
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
    const ledger = await ledgerOf(relay);
    for (const track of hostile) ledger.add(1, 1, { track });
    const outside = join(ledger.folder, 'in', 'side');
    mkdirSync(outside, { recursive: true });
    const { code, err } = await ledger.run(`in/side/${out}`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(readdirSync(ledger.folder)).toEqual(['in']);
    expect(readdirSync(join(ledger.folder, 'in'))).toEqual(['side']);
    expect(litterIn(ledger.folder)).toEqual([]);
    expect(filesIn(outside).flatMap(idsIn).sort()).toEqual(idsOf(ledger, relay));
    for (const path of filesIn(outside)) expect(path).toMatch(/^[^\p{Cc}\p{Cf}\\]*$/u);
  },
);

test.concurrent('values that map to the same file name get separate files or share one without loss', async () => {
  const ledger = await ledgerOf(relay);
  for (const track of ['a/b', 'a_b', 'a:b', 'A_B']) ledger.add(2, 1, { track });
  expect((await ledger.run('{track}.csv')).code).toBe(0);
  expect(filesIn(ledger.folder).flatMap(idsIn).sort()).toEqual(idsOf(ledger, relay));
});

test.concurrent('a partition whose last recording was deleted is emptied, and one beyond the lookback is left unchanged', async () => {
  const ledger = await ledgerOf(relay, 400);
  const run = () => ledger.run('{year}/{month}-{day}.csv', '--incremental');
  expect((await run()).code).toBe(0);
  const files = filesIn(ledger.folder);
  expect(files.length).toBeGreaterThanOrEqual(5);
  const texts = files.map((path) => readFileSync(path, 'utf8'));
  const gone = relative(ledger.folder, files.at(-2) ?? '')
    .replace(/\D+/g, '-')
    .slice(0, 10);
  const kept = ledger.rows.filter((row) => !String(row.created_at).startsWith(gone));
  expect(kept.length).toBeLessThan(ledger.rows.length);
  ledger.rows.splice(0, ledger.rows.length, ...kept);
  expect((await run()).code).toBe(0);
  expect(idsIn(files.at(-2) ?? '')).toEqual([]);
  expect(readFileSync(files[0] ?? '', 'utf8')).toBe(texts[0]);
});

test.concurrent('hundreds of partitions are written in one run', async () => {
  const ledger = await ledgerOf(relay);
  for (let index = 0; index < 30; index++) ledger.add(10, 1 + index / 10, { track: `t${index % 7}` });
  expect(await ledger.run('{track}/{id}.csv.gz')).toEqual({ code: 0, out: '', err: '' });
  expect(filesIn(ledger.folder)).toHaveLength(300);
  expect(litterIn(ledger.folder)).toEqual([]);
});

test.concurrent.each(['{year}-{month}-{day}-{hour}.csv', '{year}-{month}-{day}.csv'])(
  'a clock change moves no recording between partitions by %s',
  async (out) => {
    for (const [zone, night] of [
      ['Europe/Berlin', Date.UTC(2026, 2, 29)],
      ['Europe/Berlin', Date.UTC(2026, 9, 25)],
      ['America/New_York', Date.UTC(2026, 10, 1)],
    ] as const) {
      const ledger = await ledgerOf(relay);
      for (let quarter = 95; quarter >= 0; quarter--)
        ledger.rows.push(relay.row(`q-${quarter}-0123456789abcdef`, {}, night + (quarter - 20) * 900_000));
      const run = (...more: readonly string[]) => {
        const words = ['export', '-p', 'relay', '--tz', zone, ...more, '--out', join(ledger.folder, out)];
        return inside(words, ledger.home, () => night + 5 * 86_400_000);
      };
      expect((await run('--incremental')).code).toBe(0);
      const before = snapshot(ledger.folder);
      expect((await run('--since', new Date(night).toISOString().slice(0, 10))).code).toBe(0);
      const after = snapshot(ledger.folder);
      for (const path of filesIn(ledger.folder).map((file) => relative(ledger.folder, file)))
        expect(after[path]).toBe(before[path]);
      expect(filesIn(ledger.folder).flatMap(idsIn)).toHaveLength(96);
    }
  },
);
