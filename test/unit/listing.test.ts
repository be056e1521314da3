import { describe, expect, test } from 'vitest';
import { type Batches, chunk, merge, take } from '../../src/core/listing.ts';
import { type Recording, recording } from '../../src/core/recording.ts';

/** Batches that count how many were asked for, and know whether somebody said that no more are wanted. */
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

const all = async <Row>(batches: Batches<Row>): Promise<(readonly Row[])[]> => {
  const read: (readonly Row[])[] = [];
  for await (const batch of batches) read.push(batch);
  return read;
};

/** A recording of so many minutes past noon, or of no known time. */
const at = (id: string, minute?: number): Recording => ({
  ...recording({ id, provider: 'p', api: 'a', profile: 'x', kind: 'call', status: 'unknown', raw: {} }),
  createdAt: minute === undefined ? null : new Date(Date.UTC(2026, 10, 20, 12, minute)).toISOString(),
});
const idsOf = (batches: readonly (readonly Recording[])[]): string => batches.map(joined).join(' | ');
const joined = (batch: readonly Recording[]): string => batch.map(({ id }) => id).join(' ');
const mergeAll = async (...sources: readonly (readonly (readonly Recording[])[])[]) =>
  (await all(merge(sources.map((batches) => source(batches).batches)))).flat();

describe('slices', () => {
  test.each([
    ['of nothing', [], 3, []],
    ['of an empty batch', [[]], 3, [[]]],
    ['of small batches', [[1], [2, 3], [4, 5, 6]], 3, [[1], [2, 3], [4, 5, 6]]],
    ['of a batch that is too large by one', [[1, 2, 3, 4]], 3, [[1, 2, 3], [4]]],
    ['of a batch of twice the size', [[1, 2, 3, 4], [5]], 2, [[1, 2], [3, 4], [5]]],
    ['of one', [[1, 2], []], 1, [[1], [2], []]],
  ])('%s', async (_, batches, most, expected) => {
    expect(await all(chunk(source(batches).batches, most))).toEqual(expected);
  });
});

describe('several listings as one', () => {
  test.each<[string, (readonly (readonly Recording[])[])[], string]>([
    ['none', [], ''],
    ['empty ones', [[], [[]], [[], []]], ''],
    ['one', [[[at('a', 9), at('b', 7)], [at('c', 5)]]], 'a b c'],
    ['two that take turns', [[[at('a', 9), at('c', 5)]], [[at('b', 7), at('d', 3)]]], 'a b c d'],
    [
      'two across batches',
      [
        [[at('a', 9)], [], [at('c', 5)]],
        [[at('b', 7)], [at('d', 3)]],
      ],
      'a b c d',
    ],
    ['three', [[[at('e', 1)]], [[at('a', 9), at('d', 3)]], [[at('b', 7)], [at('c', 5)]]], 'a b c d e'],
    ['one that is older than all of the other', [[[at('c', 2), at('d', 1)]], [[at('a', 9)], [at('b', 8)]]], 'a b c d'],
    ['the same time', [[[at('a', 5), at('c', 4)]], [[at('b', 5)]]], 'a b c'],
    ['a row without a time', [[[at('b', 5), at('?'), at('d', 1)]], [[at('a', 9), at('c', 3)]]], 'a b ? c d'],
    ['only rows without a time', [[[at('a'), at('b')]], [[at('c')], [at('d')]]], 'a b c d'],
  ])('of %s come newest first', async (_, sources, expected) => {
    expect(joined(await mergeAll(...sources))).toBe(expected);
  });

  test('hold nothing back that is here', async () => {
    const long = source([[at('a', 9), at('c', 5)], [at('e', 1)]]);
    const short = source([[at('b', 7), at('d', 3)]]);
    expect(idsOf(await all(merge([long.batches, short.batches])))).toBe('a b c | d | e');
  });

  test('ask no source further than needed, and close all when the reader stops', async () => {
    const sources = [9, 8, 7].map((start) =>
      source([[at(`${start}`, start)], [at(`${start - 3}`, start - 3)], [at('late', 0)]]),
    );
    for await (const batch of merge(sources.map(({ batches }) => batches))) {
      expect(joined(batch)).toBe('9');
      break;
    }
    expect(sources.map(({ state }) => state)).toEqual(sources.map(() => ({ asked: 1, closed: true })));
  });

  test('close the others when one fails', async () => {
    const good = source([[at('a', 9)], [at('c', 1)]]);
    const bad = source([[at('b', 8)]], new Error('gone'));
    await expect(all(merge([good.batches, bad.batches]))).rejects.toThrow('gone');
    expect([good.state.closed, bad.state.closed]).toEqual([true, true]);
  });
});

describe('the first rows', () => {
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

  test.each(cases)('of %j up to %i are %j; more: %j', async (batches, limit, expected, more, asked) => {
    let cuts = 0;
    const { batches: given, state } = source(batches);
    expect((await all(take(given, limit, () => cuts++))).flat()).toEqual(expected);
    expect({ cuts, asked: state.asked, closed: state.closed }).toEqual({ cuts: more ? 1 : 0, asked, closed: true });
  });

  test.each(cases)('of %j up to %i are %j without asking for more', async (batches, limit, expected) => {
    const { batches: given, state } = source(batches);
    expect((await all(take(given, limit))).flat()).toEqual(expected);
    const enough = batches.findIndex((_, index) => batches.slice(0, index + 1).flat().length >= limit);
    expect(state).toEqual({ asked: enough === -1 ? batches.length : enough + 1, closed: true });
  });

  test('close their source when the reader stops before', async () => {
    const { batches, state } = source([[1], [2], [3]]);
    for await (const batch of take(batches, 3)) {
      expect(batch).toEqual([1]);
      break;
    }
    expect(state).toEqual({ asked: 1, closed: true });
  });
});
