import { expect } from 'vitest';
import { limits } from '../../src/system/limits.ts';
import { emptyFolder } from './cleanup.ts';
import { runPacked } from './packed.ts';

/*
 * Time in tests. How long anything takes says more of the machine than of the program, so nothing is held against a clock but
 * what the program promises; and that is held against what the same machine takes at the same moment.
 */

/** Milliseconds of work by which `slowdown` is measured. */
const STRETCH = 20;

/** How many times longer than the processor's own time something takes in this process now: 1 where nothing else runs. */
const slowdown = (): number => {
  const [began, spent] = [performance.now(), process.cpuUsage()];
  const used = (): number => {
    const { user, system } = process.cpuUsage(spent);
    return (user + system) / 1000;
  };
  while (used() < STRETCH);
  return Math.max(1, (performance.now() - began) / used());
};

/**
 * A duration for `--timeout` where some requests are answered and others never: so many seconds on a machine that has nothing
 * else to do, and longer where an answer takes longer.
 */
export const timeout = (seconds: number): string => {
  const slow = slowdown();
  return `${slow < 2 ? seconds : Math.min(MOST, Math.ceil(seconds * slow * 2))}s`;
};

/** The longest that the program waits for media, whatever `--timeout` says, in seconds. */
const MOST = limits.mediaIdle / 1000;

/** Milliseconds that the packed program takes to start, list the sample data and end. */
const aRun = async (): Promise<number> => {
  const words = ['list', '--profile', 'demo', '--limit', '3', '-o', 'json'];
  const { code, took } = await runPacked(words, { env: { HOME: emptyFolder() } });
  expect(code).toBe(0);
  return took;
};

/** Waits as long as some runs of the program take here. */
export const sleepRuns = async (count: number): Promise<void> => {
  const milliseconds = count * (await aRun());
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
};

/** How many runs something may take beyond what is promised: none where a run takes no time. */
const RUNS = 5;

/** Expects that something took no longer than promised, in milliseconds, and than some runs of the program take here. */
export const expectPromptly = async (took: number, promised: number): Promise<void> => {
  if (took >= promised) expect(took).toBeLessThan(promised + RUNS * (await aRun()));
};

/** Waits until something is so; a test that waits in vain ends by its own limit. */
export const until = async (is: () => boolean): Promise<void> => {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 10));
};

/** The waits that a run of `--verbose --log-format json` announced, in milliseconds, for a reason that has these words. */
export const waitsIn = (err: string, words = ''): readonly number[] =>
  err
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ event, reason }) => event === 'retry' && String(reason).includes(words))
    .map(({ milliseconds }) => milliseconds);

/** The words that make a run announce its waits. */
export const ANNOUNCING = ['--verbose', '--log-format', 'json'];
