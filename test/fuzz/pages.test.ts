import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import { rounds, seeded } from '../support/extent.ts';
import {
  expectCsv,
  expectRaw,
  expectRecord,
  expectTable,
  expectUnpolluted,
  idOf,
  listable,
  meaningOf,
} from '../support/fuzz/meaning.ts';
import { brokenPages, brokenRows, type Plan, play } from '../support/fuzz/mutations.ts';
import { isDeep } from '../support/fuzz/oddities.ts';
import { printed, type Reading, read } from '../support/fuzz/reading.ts';
import { type Wire, wires } from '../support/wires.ts';

/** The seed is fixed, so that every run draws the same pages; a failure prints it with the path to its counterexample. */
const SEED = seeded(20_261_120);
const RUNS = rounds(650, 150);
const PAGES = rounds(2000, 400);

const possibleOutcomes = ['done', 'unavailable', 'unsafe', 'partial'];

/** Checks that every format shows the rows that were read. */
const expectFormats = async (
  { recordings }: Reading,
  wire: Wire,
  rows: ReadonlyMap<string, Row>,
  withTable: boolean,
): Promise<void> => {
  const meaning = meaningOf(wire.name);
  const shown = recordings.map((recording) => rows.get(recording.id));
  const text = await printed('json', recordings);
  const records: readonly Row[] = JSON.parse(text);
  expect(text).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
  for (const [index, record] of records.entries()) expectRecord(record, shown[index] ?? {}, meaning);
  const lines = await printed('ndjson', recordings);
  expect(lines.split('\n').filter((line) => line !== '')).toEqual(
    text
      .split('\n')
      .slice(1, -2)
      .filter((line) => line !== '')
      .map((line) => line.replace(/,$/, '')),
  );
  for (const guard of [true, false]) expectCsv(await printed('csv', recordings, { guard }), records, guard);
  const width = recordings.length % 2 === 0 ? undefined : 60;
  if (withTable) expectTable(await printed('table', recordings, { width }), records);
};

const expectRawOf = async ({ recordings }: Reading, rows: ReadonlyMap<string, Row>): Promise<void> => {
  const text = await printed('ndjson', recordings, { raw: true });
  for (const line of text.split('\n').slice(0, -1)) {
    const { id, raw } = JSON.parse(line);
    expectRaw(raw, rows.get(id) ?? {});
  }
};

/** Reads a list and checks everything that must hold for any list, however malformed. */
const readSafely = async (wire: Wire, plan: Plan): Promise<Reading> => {
  const played = play(wire, plan);
  const reading = await read(wire, played);
  expect(possibleOutcomes).toContain(reading.ending);
  const rows = listable(reading.pages.flat(), meaningOf(wire.name));
  const ids = reading.recordings.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !rows.has(id))).toEqual([]);
  // Drawing the table takes longer than everything else, so it is done for some lists only.
  await expectFormats(reading, wire, rows, plan.named);
  if (!isDeep(plan)) await expectRawOf(reading, rows);
  expectUnpolluted();
  return reading;
};

describe.each(wires)('randomly malformed lists of $name', (wire) => {
  const meaning = meaningOf(wire.name);
  let pages = 0;

  test('with malformed rows are read to the end, each row once', async () => {
    await fc.assert(
      fc.asyncProperty(brokenRows(wire), async (plan) => {
        const reading = await readSafely(wire, plan);
        pages += reading.pages.length;
        const rows = reading.pages.flat();
        expect(reading.ending).toBe('done');
        expect(reading.recordings.map(({ id }) => id)).toEqual([...listable(rows, meaning).keys()]);
        expect(reading.incomplete.length > 0).toBe(rows.some((row) => idOf(row, meaning) === undefined));
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test('with malformed envelopes yield every row received, or end with a failure', async () => {
    await fc.assert(
      fc.asyncProperty(brokenPages(wire), async (plan) => {
        const { pages: asked, ending, recordings, incomplete } = await readSafely(wire, plan);
        pages += asked.length;
        const rows = asked.flat();
        // Plivo's pages are prefetched, and a page that fails yields none of its rows.
        if (ending !== 'done' && wire.provider === 'plivo') return;
        expect(recordings.map(({ id }) => id).sort()).toEqual([...listable(rows, meaning).keys()].sort());
        if (ending === 'done') expect(incomplete.length > 0).toBe(rows.some((row) => idOf(row, meaning) === undefined));
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test(`covered more than ${PAGES} pages in the tests above`, () => expect(pages).toBeGreaterThan(PAGES));
});
