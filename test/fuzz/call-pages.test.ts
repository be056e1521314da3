import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CallFormat, callFormats } from '../support/call-formats.ts';
import { expectUnpolluted, idOf, listableRows } from '../support/fuzz/expected-records.ts';
import { type ListPlan, malformedPages, malformedRows, serveList } from '../support/fuzz/malformed-lists.ts';
import { type CallReading, expectCall, readCalls } from '../support/fuzz/read-calls.ts';
import { fullOrQuick, repetitions, withSeed } from '../support/thoroughness.ts';

/** The seed is fixed, so that every run draws the same pages; a failure prints it with the path to its counterexample. */
const SEED = withSeed(20_261_121);
const RUNS = repetitions(650, 150);
const PAGES = repetitions(2000, 400);

const possibleOutcomes = ['done', 'unavailable', 'unsafe', 'partial'];

/** Reads a list and checks everything that must hold for any list of calls, however malformed. */
const readSafely = async (format: CallFormat, plan: ListPlan): Promise<CallReading> => {
  const reading = await readCalls(format, serveList(format, plan));
  expect(possibleOutcomes).toContain(reading.ending);
  const rows = listableRows(reading.pages.flat(), format.keys);
  for (const call of reading.calls) expectCall(call, rows.get(call.id) ?? {}, format);
  expectUnpolluted();
  return reading;
};

const [plivo, relay] = callFormats.filter(({ title }) => title === 'calls');

describe.each(
  fullOrQuick(
    callFormats,
    [plivo, relay].filter((format) => format !== undefined),
  ),
)('randomly malformed lists of $name', (format) => {
  let pages = 0;

  test('with malformed rows are read to the end, each row once', async () => {
    await fc.assert(
      fc.asyncProperty(malformedRows(format), async (plan) => {
        const { calls, isIncomplete, ending, pages: asked } = await readSafely(format, plan);
        pages += asked.length;
        const rows = asked.flat();
        expect(ending).toBe('done');
        // Lists of conferences are merged from several, so that rows without an order may change places.
        expect(calls.map(({ id }) => id).sort()).toEqual([...listableRows(rows, format.keys).keys()].sort());
        expect(isIncomplete).toBe(rows.some((row) => idOf(row, format.keys) === undefined));
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test('with malformed envelopes yield every row received, or end with a failure', async () => {
    await fc.assert(
      fc.asyncProperty(malformedPages(format), async (plan) => {
        const { calls, isIncomplete, ending, pages: asked } = await readSafely(format, plan);
        pages += asked.length;
        const rows = asked.flat();
        // Plivo's pages are prefetched, and a page that fails yields none of its rows.
        if (ending !== 'done' && format.provider === 'plivo') return;
        expect(calls.map(({ id }) => id).sort()).toEqual([...listableRows(rows, format.keys).keys()].sort());
        const hasUnreadable = rows.some((row) => idOf(row, format.keys) === undefined);
        // Plivo's list is also incomplete if a full page says neither where it goes on nor that it ends.
        if (ending === 'done' && (hasUnreadable || format.provider !== 'plivo'))
          expect(isIncomplete).toBe(hasUnreadable);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test(`covered more than ${PAGES} pages in the tests above`, () => expect(pages).toBeGreaterThan(PAGES));
});
