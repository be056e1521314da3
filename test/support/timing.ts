import { expect } from 'vitest';
import { limits } from '../../src/system/limits.ts';
import { emptyFolder } from './cleanup.ts';
import { runPacked } from './packed.ts';

/*
 * Time in tests. Durations depend more on the machine than on the program, so tests compare only promised durations with a
 * clock, and relative to what the same machine takes at the same moment.
 */

/** Milliseconds of work that `slowdown` measures. */
const SAMPLE_MILLISECONDS = 20;

/** The ratio of elapsed time to CPU time in this process at the moment: 1 when nothing else runs. */
const slowdown = (): number => {
  const [began, spent] = [performance.now(), process.cpuUsage()];
  const used = (): number => {
    const { user, system } = process.cpuUsage(spent);
    return (user + system) / 1000;
  };
  while (used() < SAMPLE_MILLISECONDS);
  return Math.max(1, (performance.now() - began) / used());
};

/**
 * A duration for `--timeout` when some requests get a response and others never do: the given seconds on an idle machine,
 * and longer on a busy one, where responses take longer.
 */
export const timeoutFor = (seconds: number): string => {
  const slow = slowdown();
  return `${slow < 2 ? seconds : Math.min(MAX_TIMEOUT, Math.ceil(seconds * slow * 2))}s`;
};

/** The longest time in seconds that the program waits for media, whatever `--timeout` is. */
const MAX_TIMEOUT = limits.mediaIdle / 1000;

/** The milliseconds that the packed program takes to start, list the sample data and end. */
const measureRun = async (): Promise<number> => {
  const words = ['list', '--profile', 'demo', '--limit', '3', '-o', 'json'];
  const { code, took } = await runPacked(words, { env: { HOME: emptyFolder() } });
  expect(code).toBe(0);
  return took;
};

/** Waits as long as this number of program runs takes on this machine. */
export const sleepForRuns = async (count: number): Promise<void> => {
  const milliseconds = count * (await measureRun());
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
};

/** The tolerance of `expectPromptly`, in program runs. */
const ALLOWED_RUNS = 5;

/** Expects that something took no longer than promised, in milliseconds, plus the time of some program runs on this machine. */
export const expectPromptly = async (took: number, promised: number): Promise<void> => {
  if (took >= promised) expect(took).toBeLessThan(promised + ALLOWED_RUNS * (await measureRun()));
};

/** Waits until a condition holds; if it never does, the test ends by its timeout. */
export const waitUntil = async (is: () => boolean): Promise<void> => {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 10));
};

/** The retry delays in milliseconds that a run with `LOG_DELAYS` logged, for reasons that contain a text. */
export const loggedDelays = (err: string, words = ''): readonly number[] =>
  err
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ event, reason }) => event === 'retry' && String(reason).includes(words))
    .map(({ milliseconds }) => milliseconds);

/** The arguments that make a run log its retry delays. */
export const LOG_DELAYS = ['--verbose', '--log-format', 'json'];
