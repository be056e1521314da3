import type { Ora } from 'ora';
import { sanitize } from '../../core/text/sanitize.ts';
import type { Runtime } from '../runtime.ts';
import { beforeOutput } from './streams.ts';

/**
 * A one-line progress indicator on a terminal; otherwise a no-op. It ends before the first byte of standard output, but stays
 * below complete lines of the same terminal.
 */
export interface Progress {
  /** Updates the line now and repeatedly until `stop`. */
  track(text: () => string): void;
  /** Removes the line permanently. */
  stop(): void;
}

/** Shows progress when stderr is a terminal of a known width: ora runs forever on one of width 0, and prints a line in CI. */
export const openProgress = (runtime: Runtime, quiet: boolean): Progress => {
  const { err, env } = runtime;
  if (quiet || !err.isTTY || !err.columns || env.TERM === 'dumb' || env.CI !== undefined) return noProgress;
  let spinner: Ora | undefined;
  let latest = '';
  let isStopped = false;
  const start = async (): Promise<void> => {
    const { default: ora } = await import('ora');
    if (isStopped) return;
    const stream = err.stream as NodeJS.WriteStream; // a terminal, as checked above
    // With discardStdin ora swallows Ctrl-C.
    spinner = ora({ text: latest, stream, discardStdin: false, ...(env.NO_COLOR ? { color: false } : {}) }).start();
  };
  let isStarted = false;
  let timer: NodeJS.Timeout | undefined;
  const update = (text: string): void => {
    latest = sanitize(text);
    if (!isStarted) void start();
    isStarted = true;
    if (spinner !== undefined) spinner.text = latest;
  };
  const stop = (): void => {
    // A second time, ora would move the cursor, which may be in the output.
    if (isStopped) return;
    clearInterval(timer);
    isStopped = true;
    spinner?.stop();
  };
  // The terminal may also show standard output, by way of a pipe.
  beforeOutput(runtime.out, stop);
  return {
    track: (text) => {
      if (isStopped) return;
      update(text());
      timer = setInterval(() => update(text()), UPDATE_INTERVAL);
    },
    stop,
  };
};

const noProgress: Progress = { track: () => {}, stop: () => {} };

/** Milliseconds between updates of a tracked line. */
const UPDATE_INTERVAL = 150;
