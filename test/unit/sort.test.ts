import { describe, expect, test } from 'vitest';
import { columns } from '../../src/core/columns.ts';
import { Failure } from '../../src/core/failure.ts';
import type { Batches } from '../../src/core/listing.ts';
import { type Recording, recording } from '../../src/core/recording.ts';
import { parseSort, sortRows } from '../../src/core/sort/sort.ts';

const row = (id: string, fields: Partial<Recording> = {}): Recording => ({
  ...recording({ id, provider: 'p', api: 'a', profile: 'x', kind: 'call', status: 'completed', raw: { big: id } }),
  ...fields,
});

async function* batchesOf(rows: readonly Recording[], size = 2, failure?: Failure): Batches<Recording> {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
  if (failure !== undefined) throw failure;
}

interface Sorted {
  readonly rows: readonly Recording[];
  readonly error: unknown;
}

const sorted = async (
  keys: readonly string[],
  rows: readonly Recording[],
  settings: Parameters<typeof sortRows>[2] = {},
  failure?: Failure,
): Promise<Sorted> => {
  const found: Recording[] = [];
  try {
    for await (const batch of sortRows(batchesOf(rows, 2, failure), parseSort(keys), settings)) found.push(...batch);
    return { rows: found, error: undefined };
  } catch (error) {
    return { rows: found, error };
  }
};
const idsOf = ({ rows }: Sorted): string => rows.map(({ id }) => id).join(' ');

/** Rows with a field of these values, called by their position. */
const rowsWith = (field: keyof Recording, values: readonly unknown[]): readonly Recording[] =>
  values.map((value, index) => row(String(index), { [field]: value }));

describe('a field is compared by its type, and rows without a value come last in both directions', () => {
  test.each<[string, keyof Recording, readonly unknown[], string, string]>([
    ['duration_seconds', 'durationSeconds', [9, null, 10, 0], '3 0 2 1', '2 0 3 1'],
    ['size_bytes', 'sizeBytes', [null, 1e15, 999], '2 1 0', '1 2 0'],
    ['price', 'price', ['9', '10', null, '0.0025', '0.00025', '9.0'], '4 3 0 5 1 2', '1 0 5 3 4 2'],
    ['price', 'price', ['1', '0.10000000000000000001', '0.1'], '2 1 0', '0 1 2'],
    [
      'created_at',
      'createdAt',
      ['2026-11-20T00:00:00.000Z', null, '2025-11-20T00:00:00.000Z', '2026-11-20T00:00:00.001Z'],
      '2 0 3 1',
      '3 0 2 1',
    ],
    ['encrypted', 'encrypted', [true, null, false], '2 0 1', '0 2 1'],
    ['formats', 'formats', [['wav'], [], ['mp3', 'wav'], ['mp3']], '3 2 0 1', '0 2 3 1'],
    ['conference_name', 'conferenceName', ['b', 'B', 'ä', '', null, 'a'], '3 1 5 0 2 4', '2 0 5 1 3 4'],
    ['track', 'track', ['\u{1F600}', '\uFFFD', 'z', 'za'], '2 3 1 0', '0 1 3 2'],
    ['channels', 'channels', [2, null, 1], '2 0 1', '0 2 1'],
  ])('%s of %s', async (key, field, values, ascending, descending) => {
    expect(idsOf(await sorted([key], rowsWith(field, values)))).toBe(ascending);
    expect(idsOf(await sorted([`-${key}`], rowsWith(field, values)))).toBe(descending);
  });

  test('every field can be sorted by, and no row is lost', async () => {
    const rows = rowsWith('track', ['a', null, 'b']);
    for (const { key } of columns) expect((await sorted([key], rows)).rows, key).toHaveLength(3);
  });
});

describe('equal rows', () => {
  const rows = [row('a', { channels: 2 }), row('b', { channels: 1 }), row('c', { channels: 2 }), row('d')];

  test('keep their order in both directions', async () => {
    expect(idsOf(await sorted(['channels'], rows))).toBe('b a c d');
    expect(idsOf(await sorted(['-channels'], rows))).toBe('a c b d');
  });

  test('are sorted by the next key, repeated or after a comma', async () => {
    expect(idsOf(await sorted(['-channels', '-id'], rows))).toBe('c a b d');
    expect(idsOf(await sorted(['-channels,-id'], rows))).toBe('c a b d');
  });
});

describe('a limit', () => {
  const rows = Array.from({ length: 5000 }, (_, index) =>
    row(String(index), { durationSeconds: (index * 7919) % 100 }),
  );

  test('keeps the first rows of the order, the same as without it', async () => {
    const all = await sorted(['-duration_seconds'], rows);
    for (const maxRows of [1, 50, 1001, 4999, 5000, 6000]) {
      let truncated = 0;
      const some = await sorted(['-duration_seconds'], rows, { limit: { maxRows, onTruncated: () => truncated++ } });
      expect(idsOf(some)).toBe(idsOf({ ...all, rows: all.rows.slice(0, maxRows) }));
      expect(truncated).toBe(maxRows < 5000 ? 1 : 0);
    }
  });

  test('allows more rows than can be held', async () => {
    expect(idsOf(await sorted(['-id'], rows, { limit: { maxRows: 1 }, maxHeld: 100 }))).toBe('999');
  });

  test('without one, more rows than can be held are a usage failure, and nothing is returned', async () => {
    const { rows: found, error } = await sorted(['id'], rows, { maxHeld: 4999 });
    expect(found).toEqual([]);
    expect(error).toMatchObject({
      kind: 'usage',
      message: '--sort holds at most 4,999 recordings, and there are more',
    });
    expect((await sorted(['id'], rows, { limit: { maxRows: 4999 }, maxHeld: 4998 })).error).toMatchObject({
      kind: 'usage',
    });
    expect((await sorted(['id'], rows, { maxHeld: 5000 })).rows).toHaveLength(5000);
  });
});

test('the failure of an incomplete list comes after the sorted rows, also with a limit', async () => {
  const failure = new Failure('unavailable', 'a page failed');
  const rows = rowsWith('durationSeconds', [1, 3, 2]);
  const all = await sorted(['-duration_seconds'], rows, {}, failure);
  expect({ ids: idsOf(all), error: all.error }).toEqual({ ids: '1 2 0', error: failure });
  const one = await sorted(['-duration_seconds'], rows, { limit: { maxRows: 1 } }, failure);
  expect({ ids: idsOf(one), error: one.error }).toEqual({ ids: '1', error: failure });
});

test("rows are held without the provider's object, unless it is needed", async () => {
  expect((await sorted(['id'], [row('a')])).rows).toMatchObject([{ id: 'a', raw: undefined }]);
  expect((await sorted(['id'], [row('a')], { needsRaw: true })).rows).toMatchObject([{ raw: { big: 'a' } }]);
});

describe('keys', () => {
  test.each([
    ['Duration-Seconds', 'duration_seconds'],
    ['-CREATED-AT', '-created_at'],
    ['caller', 'from'],
    ['-callee', '-to'],
    ['-length', '-duration_seconds'],
    ['Duration', 'duration_seconds'],
    [' id ', 'id'],
  ])('%j is %j', async (typed, key) => {
    const rows = [
      row('a', { from: '2', to: '1', durationSeconds: 2 }),
      row('b', { from: '1', to: '2', durationSeconds: 1 }),
    ];
    expect(idsOf(await sorted([typed], rows))).toBe(idsOf(await sorted([key], rows)));
  });

  test.each([
    ['', '--sort: the value is empty'],
    ['id,', '--sort: a value of "id," is empty'],
    ['-', '--sort: "" is not a field to sort by'],
    ['durations', '--sort: "durations" is not a field to sort by'],
    ['raw', '--sort: "raw" is not a field to sort by'],
    ['--id', '--sort: "-id" is not a field to sort by'],
    ['__proto__', '--sort: "__proto__" is not a field to sort by'],
    ['from,-caller', '--sort: "from" is given twice'],
  ])('%j is a usage failure', (text, message) => {
    expect(() => parseSort([text])).toThrow(expect.objectContaining({ kind: 'usage', message }));
  });
});
