import { describe, expect, test } from 'vitest';
import { openSummary } from '../../src/commands/download/summary.ts';
import type { Outcome } from '../../src/core/download/outcome.ts';
import { runQueue } from '../../src/core/download/work-queue.ts';

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

describe('the last line of a download', () => {
  /** A summary after two seconds, with these outcomes and their bytes. */
  const summaryOf = (listed: number, all: boolean, outcomes: readonly (readonly [Outcome, number | null])[]) => {
    let now = 0;
    const summary = openSummary(() => now);
    summary.onListed(listed, all);
    for (const [outcome, bytes] of outcomes) summary.add(outcome, bytes);
    now = 2000;
    return summary;
  };
  const skipped = ['skipped', null] as const;

  test.each<[string, string, number, boolean, readonly (readonly [Outcome, number | null])[]]>([
    [
      'the number of downloaded files',
      '2 downloaded to a\\u001bb/ (3.0 kB in 0:02)',
      2,
      true,
      [
        ['done', 1000],
        ['done', 2000],
      ],
    ],
    [
      'the other outcomes by their names',
      '1 downloaded to a\\u001bb/; skipped 1, gone 1 (1.0 kB in 0:02)',
      3,
      true,
      [['done', 1000], skipped, ['gone', null]],
    ],
    [
      'the number of files remaining when the run was stopped',
      'stopped: 1 downloaded to a\\u001bb/, 4 remaining; failed 1 (1.0 kB in 0:02)',
      6,
      false,
      [
        ['done', 1000],
        ['failed', null],
      ],
    ],
    [
      'that every file exists already',
      'nothing to download: 2 files already in a\\u001bb/',
      2,
      true,
      [skipped, skipped],
    ],
    [
      'the number of recordings without media',
      'nothing to download: 1 file already in a\\u001bb/; absent 1',
      2,
      true,
      [skipped, ['absent', null]],
    ],
    [
      'only the counts when the list was not read to its end',
      '0 downloaded to a\\u001bb/; skipped 1 (0 B in 0:02)',
      1,
      false,
      [skipped],
    ],
    ['the number of recordings that are not ready', 'nothing to download; pending 1', 1, true, [['pending', null]]],
  ])('shows %s: %s', (_, line, listed, all, outcomes) => {
    expect(summaryOf(listed, all, outcomes).finalLine({ dir: 'a\u001bb' })).toBe(line);
  });

  test.each<[string, readonly (readonly [Outcome, number | null])[]]>([
    [
      'would download 2 files (3.0 kB) to out/',
      [
        ['done', 1000],
        ['done', 2000],
      ],
    ],
    [
      'would download 2 files (1.0 kB and 1 of unknown size) to out/',
      [
        ['done', 1000],
        ['done', null],
      ],
    ],
    ['would download 1 file (1 of unknown size) to out/; skipped 1', [['done', null], skipped]],
    ['would download 0 files to out/; skipped 1', [skipped]],
  ])('of a dry run is: %s', (line, outcomes) => {
    expect(summaryOf(outcomes.length, true, outcomes).planLine({ dir: 'out' })).toBe(line);
  });

  test('names some of the recordings that are not ready', () => {
    const summary = summaryOf(9, true, []);
    expect(summary.pendingHint).toBeUndefined();
    const add = (...ids: readonly string[]) => {
      for (const id of ids) summary.add('pending', null, { id });
    };
    add('one\u001b');
    expect(summary.pendingHint).toBe('Not ready yet: one\\u001b; a later run downloads them');
    add('two', 'three');
    summary.add('done', 1, { id: 'four' });
    expect(summary.pendingHint).toBe('Not ready yet: one\\u001b, two, three; a later run downloads them');
    add('five', 'six');
    expect(summary.pendingHint).toBe('Not ready yet: one\\u001b, two, three and 2 more; a later run downloads them');
  });

  test('names the one file of --output', () => {
    const target = { dir: '.', output: 'a\u001bb.wav' };
    expect(summaryOf(1, true, [['done', 1000]]).finalLine(target)).toBe(
      '1 downloaded to a\\u001bb.wav (1.0 kB in 0:02)',
    );
    expect(summaryOf(1, true, [skipped]).finalLine(target)).toBe('nothing to download: a\\u001bb.wav already exists');
  });

  test('has the same numbers as the summary for scripts', () => {
    const summary = summaryOf(3, true, [['done', 1000], skipped, ['failed', null]]);
    expect(summary.summary(3)).toEqual({
      done: 1,
      skipped: 1,
      pending: 0,
      absent: 0,
      gone: 0,
      missing: 0,
      failed: 1,
      listed: 3,
      bytes: 1000,
      seconds: 2,
      exit_code: 3,
    });
    expect(summary.remaining).toBe(0);
  });
});
