import type { Ora } from 'ora';
import { sanitize } from '../../core/text/sanitize.ts';
import type { Runtime } from '../runtime.ts';
import { beforeOutput } from './streams.ts';

/**
 * A one-line progress indicator on a terminal; otherwise a no-op. It is gone before the first byte of standard output. Below
 * complete lines of the same terminal it returns when nothing has been written for a while.
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
  let returnsAt = 0;
  const start = async (): Promise<void> => {
    const { default: ora } = await import('ora');
    if (isStopped) return;
    const stream = err.stream as NodeJS.WriteStream; // a terminal, as checked above
    // With discardStdin ora swallows Ctrl-C.
    spinner = ora({ text: latest, stream, discardStdin: false, ...(env.NO_COLOR ? { color: false } : {}) });
    if (performance.now() >= returnsAt) spinner.start();
  };
  let isStarted = false;
  let timer: NodeJS.Timeout | undefined;
  const update = (text: string): void => {
    latest = sanitize(text);
    if (!isStarted) void start();
    isStarted = true;
    if (spinner === undefined) return;
    spinner.text = latest;
    if (!spinner.isSpinning && performance.now() >= returnsAt) spinner.start();
  };
  const stop = (): void => {
    // A second time, ora would move the cursor, which may be in the output.
    if (isStopped) return;
    clearInterval(timer);
    isStopped = true;
    if (spinner?.isSpinning === true) spinner.stop();
  };
  const hide = (): void => {
    returnsAt = performance.now() + QUIET_TIME;
    if (spinner?.isSpinning === true) spinner.stop();
  };
  // The terminal may also show standard output, by way of a pipe.
  beforeOutput(runtime.out, (mayReturn) => (mayReturn ? hide() : stop()));
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

/** Milliseconds without output after which the line returns. */
const QUIET_TIME = 1000;

/** Milliseconds between updates of a tracked line. */
const UPDATE_INTERVAL = 150;
