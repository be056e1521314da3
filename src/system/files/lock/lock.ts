import { opendir, unlink, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pid } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../../core/failure.ts';
import { type Claim, createLock, isHeldBy, isLeftover, removeClaimed, takeOver } from './claim.ts';
import { describeProcess, HEARTBEAT_TIMEOUT, readLock } from './holder.ts';

export interface Lock {
  /** Fails with `locked` when another run has taken the lock over, which happens to a holder without a heartbeat. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

/** A lock as seen by what it protects. */
export type LockGuard = Pick<Lock, 'assertHeld'>;

export interface LockSettings {
  /** Milliseconds to wait for another run before giving up. */
  readonly waitMilliseconds: number;
  /** What the user can do about a run that holds it. */
  readonly hint: string;
  /** Whether another lock of the same folder, by its name, excludes this one while a living run holds it. */
  readonly conflictsWith?: (name: string) => boolean;
}

/** Milliseconds between two attempts at a lock that another run holds. */
const POLL_INTERVAL = 20;
/** Milliseconds between two signs of life of a holder. */
const HEARTBEAT_INTERVAL = 10_000;
/** Entries of a folder to read at a time. */
const DIRECTORY_BATCH = 1024;

/**
 * Takes a lock: a file that only one run can create and that names its holder. It is created together with its text, as a
 * hard link to a file that was written before. Fails with `locked` while another run holds it. A holder that was killed
 * loses it at once when it ran on this machine, in the same container; one elsewhere (another host of a shared folder,
 * whose processes cannot be seen) counts as dead a minute after its last sign of life, which requires clocks that agree
 * to within that minute.
 */
export const takeLock = async (path: string, settings: LockSettings): Promise<Lock> => {
  const { waitMilliseconds, hint, conflictsWith } = settings;
  const deadline = performance.now() + waitMilliseconds;
  const self = await describeProcess(pid);
  // Not for secrecy: no two claims may have the same text.
  const token = `${Date.now()}-${performance.now()}-${Math.random()}`;
  const claim: Claim = { path, text: JSON.stringify({ ...self, token }), self };
  for (;;) {
    const other = await readLock(path);
    const taken = await (other === undefined
      ? createLock(claim, path)
      : other.dead && takeOver(claim, path, other.text));
    if (taken) {
      const rival = await sweepFolder(claim, conflictsWith).catch(async (error: unknown) => {
        await removeClaimed(claim).catch(() => {});
        throw error;
      });
      if (rival === undefined) return heldLock(claim);
      await removeClaimed(claim);
      if (performance.now() >= deadline)
        throw new Failure('locked', `another run holds the lock ${join(dirname(path), rival)}`, { hint });
    } else if (other !== undefined && (other.text !== '' || other.dead) && performance.now() >= deadline) {
      // A dead holder's lock is being taken over by another run at this moment.
      throw new Failure('locked', `another run${other.dead ? '' : other.label} holds the lock ${path}`, { hint });
    }
    await sleep(POLL_INTERVAL + Math.random() * POLL_INTERVAL);
  }
};

const heldLock = (claim: Claim): Lock => {
  const { path } = claim;
  let sinceHeartbeat = stopwatch();
  const heartbeat = setInterval(() => {
    const now = new Date();
    isHeldBy(claim)
      .then((held) => (held ? utimes(path, now, now) : undefined))
      .catch(() => {});
    sinceHeartbeat = stopwatch();
  }, HEARTBEAT_INTERVAL);
  heartbeat.unref();
  return {
    assertHeld: async () => {
      if (await isHeldBy(claim)) return;
      throw new Failure('locked', `another run took over the lock ${path}`, { hint: 'Run the same command again' });
    },
    release: async () => {
      clearInterval(heartbeat);
      // After a long sleep another run may be taking it over at this moment. It is dead soon, and then anyone's.
      if (sinceHeartbeat() < HEARTBEAT_TIMEOUT / 2) await removeClaimed(claim).catch(() => {});
    },
  };
};

/** Milliseconds since now, including those in which the machine slept, which one of its clocks does not count. */
const stopwatch = (): (() => number) => {
  const [wall, steady] = [Date.now(), performance.now()];
  return () => Math.max(Date.now() - wall, performance.now() - steady);
};

/**
 * Goes through the folder of a lock that is held: removes what killed runs left beside it, and returns the name of a rival
 * that a living run holds.
 */
const sweepFolder = async (claim: Claim, isRival: LockSettings['conflictsWith']): Promise<string | undefined> => {
  const [folder, own] = [dirname(claim.path), basename(claim.path)];
  for await (const { name } of await opendir(folder, { bufferSize: DIRECTORY_BATCH })) {
    const path = join(folder, name);
    if (name !== own && isRival?.(name) === true && (await isHeldByLiving(path))) return name;
    if (!name.startsWith(`${own}.`)) continue;
    if (await isLeftover(claim, name.slice(own.length + 1))) await unlink(path).catch(() => {});
  }
  return undefined;
};

const isHeldByLiving = async (path: string): Promise<boolean> => (await readLock(path))?.dead === false;
