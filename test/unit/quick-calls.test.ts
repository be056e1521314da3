import { expect, test } from 'vitest';
import { openCallPolicy } from '../../src/system/quick-calls.ts';

/** A policy on a file system whose calls last so many milliseconds; `place` makes a call, and tells where. */
const openPolicy = () => {
  let time = 0;
  const policy = openCallPolicy(() => time);
  const place = (lasts: number): Promise<string> =>
    policy.run(
      () => {
        time += lasts;
        return 'thread';
      },
      async () => 'pool',
    );
  const placesOf = async (durations: readonly number[]): Promise<ReadonlySet<string>> => {
    const places = new Set<string>();
    for (const lasts of durations) places.add(await place(lasts));
    return places;
  };
  return { policy, placesOf };
};

const series = (count: number, durationAt: (index: number) => number): readonly number[] =>
  Array.from({ length: count }, (_, index) => durationAt(index));

test('calls that are answered at once stay on the thread', async () => {
  expect(await openPolicy().placesOf(series(1000, () => 0.1))).toEqual(new Set(['thread']));
});

test('single slow calls of a busy machine change nothing, however long they take', async () => {
  const isSlow = (index: number): boolean => index % 10 === 0;
  expect(await openPolicy().placesOf(series(10_000, (index) => (isSlow(index) ? 50 : 0.01)))).toEqual(
    new Set(['thread']),
  );
});

test('after twenty round trips over a network every call is handed over', async () => {
  const { placesOf } = openPolicy();
  expect(await placesOf(series(20, () => 0.4))).toEqual(new Set(['thread']));
  expect(await placesOf(series(100, () => 0.01))).toEqual(new Set(['pool']));
});

test('a file system that answers only some calls from memory counts as one on a network', async () => {
  expect(await openPolicy().placesOf(series(200, (index) => (index % 3 === 0 ? 1 : 0.01)))).toEqual(
    new Set(['thread', 'pool']),
  );
});

test('an error is that of the call, and counts like an answer', async () => {
  const { policy, placesOf } = openPolicy();
  for (let count = 0; count < 30; count++) {
    const call = policy.run(
      () => {
        throw new Error('no such file');
      },
      async () => 'pool',
    );
    await expect(call).rejects.toThrow('no such file');
  }
  expect(await placesOf([0.01])).toEqual(new Set(['thread']));
});
