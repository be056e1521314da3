import { open, stat, unlink } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { Failure } from '../core/failure.ts';

export interface Lock {
  release(): Promise<void>;
}

/** Milliseconds between two looks, until giving up, and until a lock counts as left behind by a killed run. */
const PAUSE = 20;
const PATIENCE = 10_000;
const LEFT_BEHIND = 5000;

/**
 * Takes a lock for the moment of one small change: a file that only one run can create. Fails with `locked` when another
 * run never lets go.
 */
export const takeLock = async (path: string): Promise<Lock> => {
  const giveUp = performance.now() + PATIENCE;
  for (;;) {
    try {
      await (await open(path, 'wx', 0o600)).close();
      return { release: () => unlink(path).catch(() => {}) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const status = await stat(path).catch(() => undefined);
    if (status !== undefined && Date.now() - status.mtimeMs > LEFT_BEHIND) await unlink(path).catch(() => {});
    else if (performance.now() > giveUp)
      throw new Failure('locked', `another run holds ${path}`, { hint: 'Try again' });
    else await setTimeout(PAUSE + Math.random() * PAUSE);
  }
};
