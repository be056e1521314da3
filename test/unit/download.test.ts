import { expect, test } from 'vitest';
import { runQueue } from '../../src/core/download/outcome.ts';

const neverAborted = new AbortController().signal;

const batches = async function* (...given: readonly (readonly number[])[]): AsyncGenerator<readonly number[]> {
  yield* given;
};

test('the queue processes each row once, at most n at a time, and reports the total', async () => {
  const done: number[] = [];
  let atOnce = 0;
  let most = 0;
  const listed: (readonly [number, boolean])[] = [];
  const work = async (row: number): Promise<void> => {
    most = Math.max(most, ++atOnce);
    await new Promise((resolve) => setTimeout(resolve, 1));
    atOnce--;
    done.push(row);
  };
  const onListed = (count: number, all: boolean): void => void listed.push([count, all]);
  await runQueue(batches([1, 2, 3], [], [4, 5]), work, { width: 2, signal: neverAborted, onListed });
  expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
  expect(listed.at(-1)).toEqual([5, true]);
});

test('the queue accepts a list that arrives as one batch of 400,000 rows', async () => {
  const rows = Array.from({ length: 400_000 }, (_, index) => index);
  let sum = 0;
  const work = async (row: number): Promise<void> => {
    sum += row;
  };
  await runQueue(batches(rows), work, { width: 8, signal: neverAborted, onListed: () => {} });
  expect(sum).toBe((rows.length * (rows.length - 1)) / 2);
});

test('an error of a task stops the queue, and an error of the list is thrown after the rows before it are processed', async () => {
  const done: number[] = [];
  const work = async (row: number): Promise<void> => {
    if (row === 3) throw new Error('the work');
    done.push(row);
  };
  const settings = { width: 1, signal: neverAborted, onListed: () => {} };
  await expect(runQueue(batches([1, 2, 3, 4]), work, settings)).rejects.toThrow('the work');
  expect(done).toEqual([1, 2]);
  const broken = async function* (): AsyncGenerator<readonly number[]> {
    yield [5, 6];
    throw new Error('the list');
  };
  await expect(runQueue(broken(), work, settings)).rejects.toThrow('the list');
  expect(done).toEqual([1, 2, 5, 6]);
});
