import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { kill } from 'node:process';
import type { Runtime } from '../runtime.ts';

/** A program that plays the file named by its last argument. */
export interface Player {
  readonly command: string;
  readonly words: readonly string[];
}

/** Players that need no terminal, best first. */
const knownPlayers: readonly Player[] = [
  { command: 'mpv', words: ['--no-terminal'] },
  { command: 'ffplay', words: ['-nodisp', '-autoexit', '-loglevel', 'quiet'] },
  { command: 'afplay', words: [] },
];

/** `RECX_PLAYER`, split at spaces, else the first known player on the PATH; undefined where there is none. */
export const findPlayer = async ({ env, platform }: Runtime): Promise<Player | undefined> => {
  const [command, ...words] = (env.RECX_PLAYER ?? '').split(' ').filter(Boolean);
  if (command !== undefined) return { command, words };
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const player of knownPlayers) {
    const file = platform === 'win32' ? `${player.command}.exe` : player.command;
    for (const folder of folders) if (await isExecutable(join(folder, file))) return player;
  }
  return undefined;
};

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** A player that was started. */
export interface Playback {
  /** Comes with undefined when the file was played to its end or stopped, else with the problem. */
  readonly ended: Promise<string | undefined>;
  stop(): void;
}

/** Plays a file, given by its absolute path. The player gets no terminal, the environment given, and no shell between. */
export const play = ({ command, words }: Player, file: string, env: Runtime['env']): Playback => {
  // In a session of its own it cannot reach the terminal, and its child processes are stopped with it.
  const child = spawn(command, [...words, file], {
    stdio: 'ignore',
    env: { ...env },
    detached: true,
    windowsHide: true,
  });
  let isStopped = false;
  let hasEnded = false;
  const end = (signal: NodeJS.Signals): void => {
    if (hasEnded || child.pid === undefined) return;
    try {
      kill(-child.pid, signal);
    } catch {
      child.kill(signal);
    }
  };
  const ended = new Promise<string | undefined>((resolve) => {
    const settle = (problem: string | undefined): void => {
      hasEnded = true;
      resolve(isStopped ? undefined : problem);
    };
    child.once('error', () => settle('failed to start'));
    child.once('close', (code, signal) => {
      const problem = code === null ? `was killed by ${signal}` : `exited with code ${code}`;
      settle(code === 0 ? undefined : problem);
    });
  });
  return {
    ended,
    stop: () => {
      isStopped = true;
      end('SIGTERM');
      setTimeout(end, KILL_TIMEOUT, 'SIGKILL').unref();
    },
  };
};

/** Milliseconds from SIGTERM to SIGKILL. */
const KILL_TIMEOUT = 500;
