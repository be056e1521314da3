import { expect, test } from 'vitest';
import { openCallPolicy } from '../../src/system/quick-calls.ts';

/** A policy on a file system whose calls last so many milliseconds; `placeAfter` tells where the next call is made. */
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
  const placeAfter = async (durations: readonly number[]): Promise<string> => {
    for (const lasts of durations) await place(lasts);
    return place(0);
  };
  return { policy, placeAfter };
};

const series = (count: number, durationAt: (index: number) => number): readonly number[] =>
  Array.from({ length: count }, (_, index) => durationAt(index));

test('calls that are answered at once stay on the thread', async () => {
  expect(await openPolicy().placeAfter(series(1000, () => 0.1))).toBe('thread');
});

test('single slow calls of a busy machine change nothing, however long they take', async () => {
  const durations = series(5000, (index) => (index % 10 === 0 ? 40 : 0.01));
  expect(await openPolicy().placeAfter(durations)).toBe('thread');
});

test('after twenty round trips over a network every call is handed over', async () => {
  const { placeAfter } = openPolicy();
  expect(await placeAfter(series(19, () => 0.4))).toBe('thread');
  expect(await placeAfter(series(2, () => 0.4))).toBe('pool');
  expect(await placeAfter(series(500, () => 0.01))).toBe('pool');
});

test('a file system that answers only some calls from memory counts as one on a network', async () => {
  expect(await openPolicy().placeAfter(series(200, (index) => (index % 3 === 0 ? 1 : 0.01)))).toBe('pool');
});

test('calls to another machine are handed over from the start', async () => {
  const { policy, placeAfter } = openPolicy();
  policy.handOver();
  expect(await placeAfter(series(500, () => 0.01))).toBe('pool');
});

test('an error is that of the call, and counts like an answer', async () => {
  const { policy, placeAfter } = openPolicy();
  for (let count = 0; count < 30; count++) {
    const call = policy.run(
      () => {
        throw new Error('no such file');
      },
      async () => 'pool',
    );
    await expect(call).rejects.toThrow('no such file');
  }
  expect(await placeAfter([0.01])).toBe('thread');
});
