import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import {
  expectCsv,
  expectedFieldsOf,
  expectRaw,
  expectRecord,
  expectTable,
  expectUnpolluted,
  idOf,
  listableRows,
} from '../support/fuzz/expected-records.ts';
import { type ListPlan, malformedPages, malformedRows, serveList } from '../support/fuzz/malformed-lists.ts';
import { isDeep } from '../support/fuzz/odd-values.ts';
import { formatAs, type ListReading, readList } from '../support/fuzz/read-list.ts';
import { repetitions, withSeed } from '../support/thoroughness.ts';
import { type WireFormat, wireFormats } from '../support/wire-formats.ts';

/** The seed is fixed, so that every run draws the same pages; a failure prints it with the path to its counterexample. */
const SEED = withSeed(20_261_120);
const RUNS = repetitions(650, 150);
const PAGES = repetitions(2000, 400);

const possibleOutcomes = ['done', 'unavailable', 'unsafe', 'partial'];

/** Checks that every format shows the rows that were read. */
const expectFormats = async (
  { recordings }: ListReading,
  wire: WireFormat,
  rows: ReadonlyMap<string, Row>,
  withTable: boolean,
): Promise<void> => {
  const meaning = expectedFieldsOf(wire.name);
  const shown = recordings.map((recording) => rows.get(recording.id));
  const text = await formatAs('json', recordings);
  const records: readonly Row[] = JSON.parse(text);
  expect(text).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
  for (const [index, record] of records.entries()) expectRecord(record, shown[index] ?? {}, meaning);
  const lines = await formatAs('ndjson', recordings);
  expect(lines.split('\n').filter((line) => line !== '')).toEqual(
    text
      .replace(/^\[|\]\n$/g, '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replace(/,$/, '')),
  );
  for (const guard of [true, false]) expectCsv(await formatAs('csv', recordings, { guard }), records, guard);
  const width = recordings.length % 2 === 0 ? undefined : 60;
  if (withTable) expectTable(await formatAs('table', recordings, { width }), records);
};

const expectRawOf = async ({ recordings }: ListReading, rows: ReadonlyMap<string, Row>): Promise<void> => {
  const text = await formatAs('ndjson', recordings, { raw: true });
  for (const line of text.split('\n').slice(0, -1)) {
    const { id, raw } = JSON.parse(line);
    expectRaw(raw, rows.get(id) ?? {});
  }
};

/** Reads a list and checks everything that must hold for any list, however malformed. */
const readSafely = async (wire: WireFormat, plan: ListPlan): Promise<ListReading> => {
  const played = serveList(wire, plan);
  const reading = await readList(wire, played);
  expect(possibleOutcomes).toContain(reading.ending);
  const rows = listableRows(reading.pages.flat(), expectedFieldsOf(wire.name));
  const ids = reading.recordings.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !rows.has(id))).toEqual([]);
  // Drawing the table takes longer than everything else, so it is done for some lists only.
  await expectFormats(reading, wire, rows, plan.named);
  if (!isDeep(plan)) await expectRawOf(reading, rows);
  expectUnpolluted();
  return reading;
};

describe.each(wireFormats)('randomly malformed lists of $name', (wire) => {
  const meaning = expectedFieldsOf(wire.name);
  let pages = 0;

  test('with malformed rows are read to the end, each row once', async () => {
    await fc.assert(
      fc.asyncProperty(malformedRows(wire), async (plan) => {
        const reading = await readSafely(wire, plan);
        pages += reading.pages.length;
        const rows = reading.pages.flat();
        expect(reading.ending).toBe('done');
        expect(reading.recordings.map(({ id }) => id)).toEqual([...listableRows(rows, meaning).keys()]);
        expect(reading.incomplete.length > 0).toBe(rows.some((row) => idOf(row, meaning) === undefined));
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test('with malformed envelopes yield every row received, or end with a failure', async () => {
    await fc.assert(
      fc.asyncProperty(malformedPages(wire), async (plan) => {
        const { pages: asked, ending, recordings, incomplete } = await readSafely(wire, plan);
        pages += asked.length;
        const rows = asked.flat();
        // Plivo's pages are prefetched, and a page that fails yields none of its rows.
        if (ending !== 'done' && wire.provider === 'plivo') return;
        expect(recordings.map(({ id }) => id).sort()).toEqual([...listableRows(rows, meaning).keys()].sort());
        const hasUnreadable = rows.some((row) => idOf(row, meaning) === undefined);
        // Plivo's list is also incomplete if a full page says neither where it goes on nor that it ends.
        if (ending === 'done' && (hasUnreadable || wire.provider !== 'plivo'))
          expect(incomplete.length > 0).toBe(hasUnreadable);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test(`covered more than ${PAGES} pages in the tests above`, () => expect(pages).toBeGreaterThan(PAGES));
});
