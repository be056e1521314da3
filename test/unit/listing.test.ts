import { describe, expect, test } from 'vitest';
import { type Batches, chunk, take, uniqueBy } from '../../src/core/listing.ts';
import { merge } from '../../src/core/paging/merge.ts';
import { type Recording, recording } from '../../src/core/recording.ts';

/** Batches that count how many were requested, and record whether the reader closed them. */
const source = <Row>(batches: readonly (readonly Row[])[], failure?: Error) => {
  const state = { asked: 0, closed: false };
  async function* run(): AsyncGenerator<readonly Row[]> {
    try {
      for (const batch of batches) {
        state.asked++;
        yield batch;
      }
      if (failure !== undefined) throw failure;
    } finally {
      state.closed = true;
    }
  }
  return { batches: run(), state };
};

const readAll = async <Row>(batches: Batches<Row>): Promise<(readonly Row[])[]> => {
  const read: (readonly Row[])[] = [];
  for await (const batch of batches) read.push(batch);
  return read;
};

/** A recording created n minutes past noon, or without a time. */
const recordingAt = (id: string, minute?: number): Recording => ({
  ...recording({ id, provider: 'p', api: 'a', profile: 'x', kind: 'call', status: 'unknown', raw: {} }),
  createdAt: minute === undefined ? null : new Date(Date.UTC(2026, 10, 20, 12, minute)).toISOString(),
});
const idsOf = (batches: readonly (readonly Recording[])[]): string => batches.map(joinIds).join(' | ');
const joinIds = (batch: readonly Recording[]): string => batch.map(({ id }) => id).join(' ');
const mergeAll = async (...sources: readonly (readonly (readonly Recording[])[])[]) =>
  (await readAll(merge(sources.map((batches) => source(batches).batches)))).flat();

describe('splitting batches into chunks of at most n rows', () => {
  test.each([
    ['yields nothing for no batches', [], 3, []],
    ['passes on an empty batch', [[]], 3, [[]]],
    ['passes on batches that are small enough', [[1], [2, 3], [4, 5, 6]], 3, [[1], [2, 3], [4, 5, 6]]],
    ['splits a batch that is too large by one', [[1, 2, 3, 4]], 3, [[1, 2, 3], [4]]],
    ['splits a batch of twice the size in two', [[1, 2, 3, 4], [5]], 2, [[1, 2], [3, 4], [5]]],
    ['splits batches into single rows', [[1, 2], []], 1, [[1], [2], []]],
  ])('%s', async (_, batches, most, expected) => {
    expect(await readAll(chunk(source(batches).batches, most))).toEqual(expected);
  });
});

test('only the first row with a key is kept, across batches', async () => {
  const { batches } = source([[1, 2, 1], [], [12, 3], [2]]);
  expect(await readAll(uniqueBy(batches, (row) => String(row % 10)))).toEqual([[1, 2], [], [3], []]);
});

describe('merging several listings', () => {
  test.each<[string, (readonly (readonly Recording[])[])[], string]>([
    ['no listings', [], ''],
    ['empty listings', [[], [[]], [[], []]], ''],
    ['one listing', [[[recordingAt('a', 9), recordingAt('b', 7)], [recordingAt('c', 5)]]], 'a b c'],
    [
      'two listings that alternate',
      [[[recordingAt('a', 9), recordingAt('c', 5)]], [[recordingAt('b', 7), recordingAt('d', 3)]]],
      'a b c d',
    ],
    [
      'two listings across batches',
      [
        [[recordingAt('a', 9)], [], [recordingAt('c', 5)]],
        [[recordingAt('b', 7)], [recordingAt('d', 3)]],
      ],
      'a b c d',
    ],
    [
      'three listings',
      [
        [[recordingAt('e', 1)]],
        [[recordingAt('a', 9), recordingAt('d', 3)]],
        [[recordingAt('b', 7)], [recordingAt('c', 5)]],
      ],
      'a b c d e',
    ],
    [
      'a listing that is entirely older than the other',
      [[[recordingAt('c', 2), recordingAt('d', 1)]], [[recordingAt('a', 9)], [recordingAt('b', 8)]]],
      'a b c d',
    ],
    ['rows of the same time', [[[recordingAt('a', 5), recordingAt('c', 4)]], [[recordingAt('b', 5)]]], 'a b c'],
    [
      'a listing with a row without a time',
      [[[recordingAt('b', 5), recordingAt('?'), recordingAt('d', 1)]], [[recordingAt('a', 9), recordingAt('c', 3)]]],
      'a b ? c d',
    ],
    [
      'only rows without a time',
      [[[recordingAt('a'), recordingAt('b')]], [[recordingAt('c')], [recordingAt('d')]]],
      'a b c d',
    ],
  ])('of %s yields rows newest first', async (_, sources, expected) => {
    expect(joinIds(await mergeAll(...sources))).toBe(expected);
  });

  test('yields rows as soon as they can be ordered', async () => {
    const long = source([[recordingAt('a', 9), recordingAt('c', 5)], [recordingAt('e', 1)]]);
    const short = source([[recordingAt('b', 7), recordingAt('d', 3)]]);
    expect(idsOf(await readAll(merge([long.batches, short.batches])))).toBe('a b c | d | e');
  });

  test('requests no more of a source than needed, and closes every source when the reader stops', async () => {
    const sources = [9, 8, 7].map((start) =>
      source([[recordingAt(`${start}`, start)], [recordingAt(`${start - 3}`, start - 3)], [recordingAt('late', 0)]]),
    );
    for await (const batch of merge(sources.map(({ batches }) => batches))) {
      expect(joinIds(batch)).toBe('9');
      break;
    }
    expect(sources.map(({ state }) => state)).toEqual(sources.map(() => ({ asked: 1, closed: true })));
  });

  test('does not wait for a source whose further rows are older, by its bound', async () => {
    let bound: string | undefined;
    let asked = 0;
    async function* windows(): AsyncGenerator<readonly Recording[]> {
      for (const minute of [8, 6, 4, 2]) {
        asked++;
        bound = recordingAt('', minute).createdAt ?? undefined;
        yield minute === 4 ? [recordingAt('w', 4)] : [];
      }
    }
    const rows = source([[recordingAt('a', 9), recordingAt('b', 8)], [recordingAt('c', 5)], [recordingAt('d', 1)]]);
    const merged = merge([rows.batches, windows()], [() => undefined, () => bound]);
    expect(joinIds((await merged.next()).value ?? [])).toBe('a b');
    expect(asked).toBe(1);
    const rest: Recording[] = [];
    for await (const batch of merged) rest.push(...batch);
    expect(joinIds(rest)).toBe('c w d');
    expect(asked).toBe(4);
  });

  test('closes the other sources when one fails', async () => {
    const good = source([[recordingAt('a', 9)], [recordingAt('c', 1)]]);
    const bad = source([[recordingAt('b', 8)]], new Error('gone'));
    await expect(readAll(merge([good.batches, bad.batches]))).rejects.toThrow('gone');
    expect([good.state.closed, bad.state.closed]).toEqual([true, true]);
  });
});

describe('taking the first n rows of a listing', () => {
  const cases: readonly [batches: number[][], limit: number, expected: number[], more: boolean, asked: number][] = [
    [[], 3, [], false, 0],
    [[[1, 2]], 3, [1, 2], false, 1],
    [[[1, 2], [3]], 3, [1, 2, 3], false, 2],
    [[[1, 2, 3], []], 3, [1, 2, 3], false, 2],
    [[[1, 2, 3], [], [4], [5]], 3, [1, 2, 3], true, 3],
    [[[1, 2, 3, 4], [5]], 3, [1, 2, 3], true, 1],
    [[[1, 2], [3, 4], [5]], 3, [1, 2, 3], true, 2],
    [[[1], [2]], 1, [1], true, 2],
  ];

  test.each(cases)(
    'of %j with limit %i yields %j, and reports that there are more: %j',
    async (batches, limit, expected, more, asked) => {
      let cuts = 0;
      const { batches: given, state } = source(batches);
      expect((await readAll(take(given, limit, () => cuts++))).flat()).toEqual(expected);
      expect({ cuts, asked: state.asked, closed: state.closed }).toEqual({ cuts: more ? 1 : 0, asked, closed: true });
    },
  );

  test.each(cases)(
    'of %j with limit %i yields %j without requesting a further batch',
    async (batches, limit, expected) => {
      const { batches: given, state } = source(batches);
      expect((await readAll(take(given, limit))).flat()).toEqual(expected);
      const enough = batches.findIndex((_, index) => batches.slice(0, index + 1).flat().length >= limit);
      expect(state).toEqual({ asked: enough === -1 ? batches.length : enough + 1, closed: true });
    },
  );

  test('closes its source when the reader stops before the limit', async () => {
    const { batches, state } = source([[1], [2], [3]]);
    for await (const batch of take(batches, 3)) {
      expect(batch).toEqual([1]);
      break;
    }
    expect(state).toEqual({ asked: 1, closed: true });
  });
});

test('a merge of thousands of listings awaits only a few first batches at a time', async () => {
  let waiting = 0;
  let most = 0;
  const listings = Array.from({ length: 3000 }, async function* (): AsyncGenerator<readonly Recording[]> {
    waiting++;
    most = Math.max(most, waiting);
    await new Promise((resolve) => setImmediate(resolve));
    waiting--;
    yield [];
  });
  expect(await readAll(merge(listings))).toEqual([]);
  expect(most).toBe(8);
});
