import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { kill } from 'node:process';
import type { Runtime } from '../runtime.ts';

/** A program that plays a file named last. */
export interface Player {
  readonly command: string;
  readonly words: readonly string[];
}

/** Players that are known to need no terminal, best first. */
const known: readonly Player[] = [
  { command: 'mpv', words: ['--no-terminal'] },
  { command: 'ffplay', words: ['-nodisp', '-autoexit', '-loglevel', 'quiet'] },
  { command: 'afplay', words: [] },
];

/** `RECX_PLAYER`, split at spaces, else the first known one on the PATH; undefined where there is none. */
export const findPlayer = async ({ env, platform }: Runtime): Promise<Player | undefined> => {
  const [command, ...words] = (env.RECX_PLAYER ?? '').split(' ').filter(Boolean);
  if (command !== undefined) return { command, words };
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const player of known) {
    const file = platform === 'win32' ? `${player.command}.exe` : player.command;
    for (const folder of folders) if (await isProgram(join(folder, file))) return player;
  }
  return undefined;
};

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Something that plays. */
export interface Playing {
  /** Undefined when it came to its end or was stopped, else what went wrong. */
  readonly ended: Promise<string | undefined>;
  stop(): void;
}

/** Plays a file, named by its whole path. The player has no terminal and gets the environment given, no shell between. */
export const play = ({ command, words }: Player, file: string, env: Runtime['env']): Playing => {
  // In a session of its own it cannot reach the terminal, and what it starts is stopped with it.
  const child = spawn(command, [...words, file], {
    stdio: 'ignore',
    env: { ...env },
    detached: true,
    windowsHide: true,
  });
  let stopped = false;
  let over = false;
  const end = (signal: NodeJS.Signals): void => {
    if (over || child.pid === undefined) return;
    try {
      kill(-child.pid, signal);
    } catch {
      child.kill(signal);
    }
  };
  const ended = new Promise<string | undefined>((resolve) => {
    const settle = (how: string | undefined): void => {
      over = true;
      resolve(stopped ? undefined : how);
    };
    child.once('error', () => settle('could not be started'));
    child.once('close', (code, signal) => settle(code === 0 ? undefined : `ended with ${code ?? signal}`));
  });
  return {
    ended,
    stop: () => {
      stopped = true;
      end('SIGTERM');
      setTimeout(end, PATIENCE, 'SIGKILL').unref();
    },
  };
};

/** Milliseconds that a player has for its end. */
const PATIENCE = 500;
