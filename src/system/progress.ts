import type { Ora } from 'ora';
import type { World } from './world.ts';

/** One line on the terminal that says what is going on; nothing anywhere else. */
export interface Progress {
  update(text: string): void;
  /** Removes the line, for good. */
  stop(): void;
}

/** Shows progress when stderr is a terminal of a known width: ora runs for ever on one of width 0. */
export const openProgress = (world: World, quiet: boolean): Progress => {
  const { err, env } = world;
  if (quiet || !err.isTTY || !err.columns || env.TERM === 'dumb') return { update: () => {}, stop: () => {} };
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
  return {
    update: (text) => {
      latest = text;
      if (!started) void start();
      started = true;
      if (spinner !== undefined) spinner.text = text;
    },
    stop: () => {
      stopped = true;
      spinner?.stop();
    },
  };
};
