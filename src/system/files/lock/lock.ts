import { opendir, unlink, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pid } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../../core/failure.ts';
import { limits } from '../../limits.ts';
import { observeFileSystem } from '../../quick-calls.ts';
import { type Claim, createLock, isHeldBy, isLeftover, removeClaimed, takeOver } from './claim.ts';
import { describeProcess, HEARTBEAT_TIMEOUT, readLock } from './holder.ts';

export interface Lock {
  /** Throws `locked` if another run took the lock over after a missed heartbeat. */
  assertHeld(): Promise<void>;
  /** Logs that a file could not be made private, once a run. */
  onModeRefused?(warning: string): void;
  release(): Promise<void>;
}

/** The part of a lock that writers check. */
export type LockGuard = Pick<Lock, 'assertHeld' | 'onModeRefused'>;

export interface LockSettings {
  /** Milliseconds to wait for another run before giving up. */
  readonly waitMilliseconds: number;
  /** What the user can do while another run holds it. */
  readonly hint: string;
  /** Whether a differently named lock in the same folder excludes this one while a live run holds it. */
  readonly conflictsWith?: (name: string) => boolean;
  /** Called if files written under the lock cannot be made private. */
  readonly warn?: ((text: string) => void) | undefined;
}

/** Milliseconds between attempts to take a lock that another run holds. */
const POLL_INTERVAL = 20;
/** Milliseconds between heartbeats. */
const HEARTBEAT_INTERVAL = 10_000;

/**
 * Takes a lock: a file only one run can create, which names its holder, created with its text through a hard link. Throws
 * `locked` while another run holds it. A killed holder on this machine and in this container loses it immediately. A
 * remote holder (another host of a shared folder, whose processes are not visible) counts as dead one minute after its
 * last heartbeat; clocks must agree to within that minute.
 */
export const takeLock = async (path: string, settings: LockSettings): Promise<Lock> => {
  const { waitMilliseconds, hint, conflictsWith } = settings;
  const deadline = performance.now() + waitMilliseconds;
  await observeFileSystem(dirname(path));
  const self = await describeProcess(pid);
  // Not security-relevant: makes the text of each claim unique.
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
      if (rival === undefined) return heldLock(claim, settings);
      await removeClaimed(claim);
      if (performance.now() >= deadline)
        throw new Failure('locked', `another run holds the lock ${join(dirname(path), rival)}`, { hint });
    } else if (other !== undefined && (other.text !== '' || other.dead) && performance.now() >= deadline) {
      // If the holder is dead, another run is taking over its lock.
      throw new Failure('locked', `another run${other.dead ? '' : other.label} holds the lock ${path}`, { hint });
    }
    await sleep(POLL_INTERVAL + Math.random() * POLL_INTERVAL);
  }
};

const heldLock = (claim: Claim, { warn }: LockSettings): Lock => {
  const { path } = claim;
  let hasWarned = false;
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
    onModeRefused: (warning) => {
      if (!hasWarned) warn?.(warning);
      hasWarned = true;
    },
    release: async () => {
      clearInterval(heartbeat);
      // After a long sleep another run may be taking over; leave the lock, which soon expires.
      if (sinceHeartbeat() < HEARTBEAT_TIMEOUT / 2) await removeClaimed(claim).catch(() => {});
    },
  };
};

/** Elapsed milliseconds, including system sleep, which one of the clocks does not count. */
const stopwatch = (): (() => number) => {
  const [wall, steady] = [Date.now(), performance.now()];
  return () => Math.max(Date.now() - wall, performance.now() - steady);
};

/** Removes leftovers of killed runs beside a held lock; returns the name of a live rival lock. */
const sweepFolder = async (claim: Claim, isRival: LockSettings['conflictsWith']): Promise<string | undefined> => {
  const [folder, own] = [dirname(claim.path), basename(claim.path)];
  for await (const { name } of await opendir(folder, { bufferSize: limits.directoryBatch })) {
    const path = join(folder, name);
    if (name !== own && isRival?.(name) === true && (await isHeldByLiving(path))) return name;
    if (!name.startsWith(`${own}.`)) continue;
    if (await isLeftover(claim, name.slice(own.length + 1))) await unlink(path).catch(() => {});
  }
  return undefined;
};

const isHeldByLiving = async (path: string): Promise<boolean> => (await readLock(path))?.dead === false;
