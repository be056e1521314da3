import { spawn } from 'node:child_process';
import { endGroup } from '../child-group.ts';
import { describeExit } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { findProgram } from './find-program.ts';

/** A player command; the file is its last argument. */
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

/** `RECX_PLAYER`, split at spaces, else the first installed known player; undefined if none. */
export const findPlayer = async (runtime: Runtime): Promise<Player | undefined> => {
  const [command, ...words] = (runtime.env.RECX_PLAYER ?? '').split(' ').filter(Boolean);
  if (command !== undefined) return { command, words };
  return findProgram(knownPlayers, runtime);
};

/** A running player. */
export interface Playback {
  /** Resolves to undefined after normal end or `stop`, else to the error. */
  readonly ended: Promise<string | undefined>;
  stop(): void;
}

/** Plays an absolute path, without a terminal or shell, with `env`. */
export const play = ({ command, words }: Player, file: string, env: Runtime['env']): Playback => {
  // A new session, so that the player cannot reach the terminal and its children are stopped too.
  const child = spawn(command, [...words, file], {
    stdio: 'ignore',
    env: { ...env },
    detached: true,
    windowsHide: true,
  });
  let isStopped = false;
  const ended = new Promise<string | undefined>((resolve) => {
    const settle = (problem: string | undefined): void => {
      resolve(isStopped ? undefined : problem);
    };
    child.once('error', () => settle('failed to start'));
    child.once('close', (code, signal) => settle(code === 0 ? undefined : describeExit(code, signal)));
  });
  return {
    ended,
    stop: () => {
      isStopped = true;
      void endGroup(child);
    },
  };
};
