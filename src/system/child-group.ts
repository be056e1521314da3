import type { ChildProcess } from 'node:child_process';
import { kill } from 'node:process';

/**
 * Ends a child and, if it was started detached and so leads a process group, the processes that it started: SIGTERM, then
 * SIGKILL for those that ignore it. Resolves when all have been sent it.
 */
export const endGroup = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.pid === undefined) return resolve();
    const killRest = (): void => {
      clearTimeout(timer);
      signalGroup(child, 'SIGKILL');
      resolve();
    };
    const timer = setTimeout(killRest, KILL_TIMEOUT);
    if (child.exitCode !== null || child.signalCode !== null) killRest();
    else {
      child.once('exit', killRest);
      signalGroup(child, 'SIGTERM');
    }
  });

/** Milliseconds from SIGTERM to SIGKILL. */
export const KILL_TIMEOUT = 500;

const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  try {
    kill(-Number(child.pid), signal);
  } catch {
    child.kill(signal);
  }
};
