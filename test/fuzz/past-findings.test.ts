import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import { type Plan, play, SIZE } from '../support/fuzz/mutations.ts';
import { digits } from '../support/fuzz/oddities.ts';
import { printed, type Reading, read } from '../support/fuzz/reading.ts';
import { plivo, type Wire, wires } from '../support/wires.ts';

/** Bugs found by randomly malformed pages, each reduced to its smallest form. */

const usualEntry = { changes: [] };
const readListOf = (wire: Wire, ...more: Plan['entries']): Promise<Reading> =>
  read(wire, play(wire, { entries: more, envelopes: [], named: false }));
const ids = ({ recordings }: Reading): readonly string[] => recordings.map(({ id }) => id);

describe.each(wires)('reading a list of $name', (wire) => {
  const entryWithId = (id: unknown) => ({ changes: [[wire.keys.id, id] as const] });

  test.each(['RE00000000000000\ud800', '\udfff'.repeat(16)])(
    'continues after a page that ends with the id %j',
    async (id) => {
      const reading = await readListOf(wire, ...Array(SIZE - 1).fill(usualEntry), entryWithId(id), usualEntry);
      expect(reading.ending).toBe('done');
      expect(ids(reading)).toHaveLength(SIZE + 1);
      expect(ids(reading)).toContain(id);
    },
  );

  test('preserves numbers that are too large for a float', async () => {
    const reading = await readListOf(wire, entryWithId(digits('1e400')), entryWithId(digits('1e500')), {
      changes: [
        [wire.key, digits('-1e999')],
        ['extra', digits('1e400')],
      ],
    });
    expect(ids(reading).slice(0, 2)).toEqual(['1e400', '1e500']);
    const text = await printed('json', reading.recordings, { raw: true });
    const records: readonly Row[] = JSON.parse(text);
    expect(records[2]?.[wire.column]).toBe('-1e999');
    expect(records[2]?.raw).toMatchObject({ extra: '1e400' });
  });

  test('continues when the row at a page boundary has no id', async () => {
    const bare = { changes: [[wire.keys.id, null] as const] };
    const rows = Array.from({ length: SIZE * 3 }, (_, index) => (index === SIZE - 1 ? bare : usualEntry));
    const reading = await readListOf(wire, ...rows);
    expect(reading.ending).toBe('done');
    expect(ids(reading)).toHaveLength(SIZE * 3 - 1);
    expect(reading.incomplete).toHaveLength(1);
  });
});

describe('a Plivo page', () => {
  const rows = Array.from({ length: SIZE * 2 - 1 }, () => usualEntry);
  const withEnvelope = (...changes: readonly (readonly [string, unknown])[]): Promise<Reading> =>
    read(plivo, play(plivo, { entries: rows, envelopes: [changes], named: false }));

  test.each(['text', 7, true, [[]]])('whose meta is %j is not treated as the last page', async (meta) => {
    const reading = await withEnvelope(['meta', meta]);
    expect(reading.ending).toBe('unavailable');
  });

  test('with unreadable rows is reported as incomplete, even while the list grows', async () => {
    const entries = [...rows, { odd: null }];
    const envelopes = [[], [['meta.total_count', 1000] as const]];
    const reading = await read(plivo, play(plivo, { entries, envelopes, named: false }));
    expect(ids(reading)).toHaveLength(rows.length);
    expect(reading.incomplete).toHaveLength(1);
  });
});
