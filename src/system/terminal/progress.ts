import type { Ora } from 'ora';
import type { Runtime } from '../runtime.ts';

/** One line on the terminal that says what is going on; nothing anywhere else. */
export interface Progress {
  update(text: string): void;
  /** Says again and again how far it is. */
  follow(say: () => string): void;
  /** Removes the line, for good. */
  stop(): void;
}

/** Shows progress when stderr is a terminal of a known width: ora runs for ever on one of width 0. */
export const openProgress = (runtime: Runtime, quiet: boolean): Progress => {
  const { err, env } = runtime;
  if (quiet || !err.isTTY || !err.columns || env.TERM === 'dumb') return silent;
  let spinner: Ora | undefined;
  let latest = '';
  let stopped = false;
  const start = async (): Promise<void> => {
    const { default: ora } = await import('ora');
    if (stopped) return;
    const stream = err.stream as NodeJS.WriteStream; // a terminal, as checked above
    // With discardStdin ora swallows Ctrl-C.
    spinner = ora({ text: latest, stream, discardStdin: false, ...(env.NO_COLOR ? { color: false } : {}) }).start();
  };
  let started = false;
  let following: NodeJS.Timeout | undefined;
  const progress: Progress = {
    update: (text) => {
      latest = text;
      if (!started) void start();
      started = true;
      if (spinner !== undefined) spinner.text = text;
    },
    follow: (say) => {
      following = setInterval(() => progress.update(say()), PAUSE);
    },
    stop: () => {
      clearInterval(following);
      stopped = true;
      spinner?.stop();
    },
  };
  return progress;
};

const silent: Progress = { update: () => {}, follow: () => {}, stop: () => {} };

/** Milliseconds between two looks at how far it is. */
const PAUSE = 150;
