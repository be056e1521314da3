import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import {
  cellOf,
  expectedFieldsOf,
  expectRaw,
  expectRecord,
  expectTable,
  expectUnpolluted,
  idOf,
  isGuarded,
  listableRows,
} from '../support/fuzz/expected-records.ts';
import { type ListPlan, malformedPages, malformedRows, serveList } from '../support/fuzz/malformed-lists.ts';
import { type FuzzRun, openFuzzProgram } from '../support/fuzz/run-program.ts';
import { parseCsv } from '../support/parse-csv.ts';
import { rawControls } from '../support/raw-controls.ts';
import { repetitions, withSeed } from '../support/thoroughness.ts';
import { type WireFormat, wireFormats } from '../support/wire-formats.ts';

/** The seed is fixed, so that every run draws the same pages; a failure prints it with the path to its counterexample. */
const SEED = withSeed(20_261_121);
const RUNS = repetitions(150, 30);

/** The exit codes that a server's responses can cause. */
const possibleExitCodes = [0, 3, 5, 6, 8];

type Check = (run: FuzzRun, rows: ReadonlyMap<string, Row>, wire: WireFormat) => void;

const recordsIn = (text: string): readonly Row[] =>
  text
    .replace(/^\[/, '')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line.replace(/,$|\]$/, '')));

const expectRecords = (
  records: readonly Row[],
  rows: ReadonlyMap<string, Row>,
  wire: WireFormat,
  links = false,
): void => {
  const ids = records.map(({ id }) => String(id));
  expect(new Set(ids).size).toBe(ids.length);
  for (const record of records)
    expectRecord(record, rows.get(String(record.id)) ?? {}, expectedFieldsOf(wire.name), links);
};

/** Checks that a run printed every row of the pages it received, unless it reports more; Plivo's pages are prefetched. */
const expectAll = (
  count: number,
  { code }: FuzzRun,
  rows: ReadonlyMap<string, Row>,
  { provider }: WireFormat,
): void => {
  if (provider !== 'plivo') expect(count).toBe(rows.size);
  else if (code === 0) expect(count).toBeLessThanOrEqual(rows.size);
};

const checkJson: Check = (run, rows, wire) => {
  const records: readonly Row[] = run.code === 0 ? JSON.parse(run.out) : recordsIn(run.out);
  expectRecords(records, rows, wire);
  expectAll(records.length, run, rows, wire);
};

const checkLines: Check = (run, rows, wire) => {
  const records = recordsIn(run.out);
  expectRecords(records, rows, wire);
  expectAll(records.length, run, rows, wire);
};

const checkRaw: Check = (run, rows) => {
  if (/nested too deeply/.test(run.err)) return;
  for (const { id, raw } of recordsIn(run.out)) expectRaw(raw, rows.get(String(id)) ?? {});
};

const checkCsv: Check = (run, rows, wire) => {
  const [header = [], ...lines] = parseCsv(run.out.replace(/^\ufeff/, ''));
  if (run.out !== '') expect(header[0]).toBe('id');
  for (const line of lines) expect(line).toHaveLength(header.length);
  // --excel puts a tab before digits.
  const ids = [...rows.keys()].flatMap((id) => [cellOf(id), `\t${cellOf(id)}`]);
  const known = new Set(ids);
  const isKnown = (cell: string): boolean => ids.some((id) => isGuarded(cell, id));
  expect(lines.filter(([id = '']) => !isKnown(id) && !(known.has(id) && /^\t[\d+]/.test(id)))).toEqual([]);
  expectAll(lines.length, run, rows, wire);
};

const checkTable: Check = (run, rows, wire) => {
  if (run.code === 0 && wire.provider !== 'plivo')
    expectTable(
      run.out,
      [...rows.keys()].map((id) => ({ id })),
    );
  expect(run.out).not.toMatch(rawControls);
};

const checkExported: Check = (run, rows, wire) => {
  if (run.code !== 0) {
    expect([...run.files.keys()]).toEqual([]);
    return;
  }
  const records = [...run.files.values()].flatMap(recordsIn);
  expectRecords(records, rows, wire);
  expectAll(records.length, run, rows, wire);
};

const checkExportedCsv: Check = (run, rows, wire) => {
  if (run.code === 0) checkCsv({ ...run, out: run.files.get('all.csv') ?? '' }, rows, wire);
  else expect([...run.files.keys()]).toEqual([]);
};

const checkNoFiles: Check = ({ files }) => expect([...files.keys()]).toEqual([]);

const checks = new Map<string, Check>([
  ['list --all -o json', checkJson],
  ['list --all -o ndjson', checkLines],
  ['list --all -o ndjson --raw --urls', checkRaw],
  ['list --all -o csv', checkCsv],
  ['list --all -o csv --excel', checkCsv],
  ['list --all -o table', checkTable],
  ['--verbose list --all -o json', checkJson],
  ['export --out DIR/all.csv', checkExportedCsv],
  ['export --out DIR/all.json.gz', checkExported],
  ['export --out DIR/{year}-{status}/{from}.ndjson', checkExported],
  ['download --all --dry-run --dir DIR', checkNoFiles],
  ['download --all --dry-run --dir DIR --name {year}/{call_id}-{id}', checkNoFiles],
]);

const checkOne = (format: string, text: string, id: string, row: Row, wire: WireFormat): void => {
  if (format === 'json') expectRecord(JSON.parse(text), row, expectedFieldsOf(wire.name));
  if (format === 'table') expect(text).not.toMatch(rawControls);
  if (format !== 'csv') return;
  const [header = [], line = [], ...more] = parseCsv(text);
  expect({ header: header[0], more }).toEqual({ header: 'id', more: [] });
  expect(line[0]).toSatisfy((cell: string) => isGuarded(cell, cellOf(id)));
};

/** Checks what must hold for every run. */
const expectSafe = ({ code, err, requests }: FuzzRun): void => {
  expect(possibleExitCodes, err).toContain(code);
  expect(err).not.toMatch(/^\s+at .*:\d+|this is a bug/m);
  expect(err).not.toMatch(rawControls);
  for (const line of err.split('\n')) expect(line.length).toBeLessThanOrEqual(300);
  if (code !== 0) expect(err).toMatch(/^recx: /m);
  expect(requests).toBeLessThan(150);
  expectUnpolluted();
};

describe.each(wireFormats)('the program on randomly malformed pages of $name', (wire) => {
  const meaning = expectedFieldsOf(wire.name);

  test('exits with a documented code and outputs every row it received', async () => {
    const stage = await openFuzzProgram(wire);
    const plans: fc.Arbitrary<ListPlan> = fc.oneof(malformedRows(wire), malformedPages(wire));
    await fc.assert(
      fc.asyncProperty(plans, fc.constantFrom(...checks.keys()), async (plan, words) => {
        const run = await stage.run(words.split(' '), serveList(wire, plan));
        expectSafe(run);
        const rows = run.pages.flat();
        if (run.code === 0 && wire.provider !== 'plivo')
          expect(rows.filter((row) => idOf(row, meaning) === undefined)).toHaveLength(0);
        checks.get(words)?.(run, listableRows(rows, meaning), wire);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test.each(['json', 'csv', 'table'])(
    'shows one malformed recording as %s, or reports it as unreadable',
    async (format) => {
      const stage = await openFuzzProgram(wire);
      await fc.assert(
        fc.asyncProperty(malformedRows(wire), async (plan) => {
          const played = serveList(wire, plan);
          const row = played.first.parsed;
          const id = idOf(row, meaning);
          const run = await stage.run(['get', '-o', format, '--urls'], played, [id ?? 'some-id']);
          expectSafe(run);
          // An id that the API cannot have is not asked for.
          expect(run.code, run.err).toBe(run.requests === 0 ? 6 : id === undefined ? 5 : 0);
          if (id === undefined) expect(run.out).toBe('');
          else if (run.requests > 0) checkOne(format, run.out, id, listableRows([row], meaning).get(id) ?? {}, wire);
        }),
        { seed: SEED, numRuns: RUNS / 3 },
      );
    },
  );
});
