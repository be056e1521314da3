import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import { type ListPlan, PAGE_SIZE, serveList } from '../support/fuzz/malformed-lists.ts';
import { exactNumber } from '../support/fuzz/odd-values.ts';
import { formatAs, type ListReading, readList } from '../support/fuzz/read-list.ts';
import { plivo, type WireFormat, wireFormats } from '../support/wire-formats.ts';

/** Bugs found by randomly malformed pages, each reduced to its smallest form. */

const usualEntry = { changes: [] };
const readListOf = (wire: WireFormat, ...more: ListPlan['entries']): Promise<ListReading> =>
  readList(wire, serveList(wire, { entries: more, envelopes: [], named: false }));
const ids = ({ recordings }: ListReading): readonly string[] => recordings.map(({ id }) => id);

describe.each(wireFormats)('reading a list of $name', (wire) => {
  const entryWithId = (id: unknown) => ({ changes: [[wire.keys.id, id] as const] });

  test.each(['RE00000000000000\ud800', '\udfff'.repeat(16)])(
    'continues after a page that ends with the id %j',
    async (id) => {
      const reading = await readListOf(wire, ...Array(PAGE_SIZE - 1).fill(usualEntry), entryWithId(id), usualEntry);
      expect(reading.ending).toBe('done');
      expect(ids(reading)).toHaveLength(PAGE_SIZE + 1);
      expect(ids(reading)).toContain(id);
    },
  );

  test('preserves numbers that are too large for a float', async () => {
    const reading = await readListOf(wire, entryWithId(exactNumber('1e400')), entryWithId(exactNumber('1e500')), {
      changes: [
        [wire.textKey, exactNumber('-1e999')],
        ['extra', exactNumber('1e400')],
      ],
    });
    expect(ids(reading).slice(0, 2)).toEqual(['1e400', '1e500']);
    const text = await formatAs('json', reading.recordings, { raw: true });
    const records: readonly Row[] = JSON.parse(text);
    expect(records[2]?.[wire.textColumn]).toBe('-1e999');
    expect(records[2]?.raw).toMatchObject({ extra: '1e400' });
  });

  test('continues when the row at a page boundary has no id', async () => {
    const bare = { changes: [[wire.keys.id, null] as const] };
    const rows = Array.from({ length: PAGE_SIZE * 3 }, (_, index) => (index === PAGE_SIZE - 1 ? bare : usualEntry));
    const reading = await readListOf(wire, ...rows);
    expect(reading.ending).toBe('done');
    expect(ids(reading)).toHaveLength(PAGE_SIZE * 3 - 1);
    expect(reading.incomplete).toHaveLength(1);
  });
});

describe('a Plivo page', () => {
  const rows = Array.from({ length: PAGE_SIZE * 2 - 1 }, () => usualEntry);
  const withEnvelope = (...changes: readonly (readonly [string, unknown])[]): Promise<ListReading> =>
    readList(plivo, serveList(plivo, { entries: rows, envelopes: [changes], named: false }));

  test.each(['text', 7, true, [[]]])('whose meta is %j is not treated as the last page', async (meta) => {
    const reading = await withEnvelope(['meta', meta]);
    expect(reading.ending).toBe('unavailable');
  });

  test('with unreadable rows is reported as incomplete, even while the list grows', async () => {
    const entries = [...rows, { odd: null }];
    const envelopes = [[], [['meta.total_count', 1000] as const]];
    const reading = await readList(plivo, serveList(plivo, { entries, envelopes, named: false }));
    expect(ids(reading)).toHaveLength(rows.length);
    expect(reading.incomplete).toHaveLength(1);
  });
});
