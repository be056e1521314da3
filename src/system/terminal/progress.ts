import type { Ora } from 'ora';
import { sanitize } from '../../core/text/sanitize.ts';
import type { Runtime } from '../runtime.ts';

/** A one-line progress indicator on a terminal; otherwise a no-op. */
export interface Progress {
  update(text: string): void;
  /** Updates the line repeatedly until `stop`. */
  track(text: () => string): void;
  /** Removes the line permanently. */
  stop(): void;
}

/** Shows progress when stderr is a terminal of a known width: ora runs forever on one of width 0. */
export const openProgress = (runtime: Runtime, quiet: boolean): Progress => {
  const { err, env } = runtime;
  if (quiet || !err.isTTY || !err.columns || env.TERM === 'dumb') return noProgress;
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
  const progress: Progress = {
    update: (given) => {
      const text = sanitize(given);
      latest = text;
      if (!isStarted) void start();
      isStarted = true;
      if (spinner !== undefined) spinner.text = text;
    },
    track: (text) => {
      timer = setInterval(() => progress.update(text()), UPDATE_INTERVAL);
    },
    stop: () => {
      clearInterval(timer);
      isStopped = true;
      spinner?.stop();
    },
  };
  return progress;
};

const noProgress: Progress = { update: () => {}, track: () => {}, stop: () => {} };

/** Milliseconds between updates of a tracked line. */
const UPDATE_INTERVAL = 150;
