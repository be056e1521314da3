import { link, lstat, open, readFile, readlink, rename, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { kill, pid } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../core/failure.ts';
import { isRow } from '../core/fields.ts';
import { isCode } from './trouble.ts';

export interface Lock {
  release(): Promise<void>;
}

export interface LockSettings {
  /** Milliseconds to wait for another run before giving up. */
  readonly patience: number;
  /** What the user can do about a run that holds it. */
  readonly hint: string;
}

/** Milliseconds between two looks at a lock that another run holds. */
const PAUSE = 20;
/** How often a holder shows that it lives, and after what silence it counts as dead when it is out of sight. */
const HEARTBEAT = 10_000;
const SILENCE = 60_000;
/** A lock is written right after it is made: one that is empty for longer was left by a killed run. Until then it is waited for. */
const WRITING = 2000;

/**
 * Takes a lock: a file that only one run can create, and that says who did. Fails with `locked` when another run keeps it.
 * A holder that was killed loses it at once when it was on this machine, in the same container; from elsewhere (another
 * host of a shared folder, whose processes cannot be seen) it counts as dead a minute after its last sign of life, which
 * takes clocks that agree to within that minute.
 */
export const takeLock = async (path: string, { patience, hint }: LockSettings): Promise<Lock> => {
  const giveUp = performance.now() + patience;
  const own = JSON.stringify(await holderOf(pid));
  for (;;) {
    if (await create(path, own)) return held(path, own);
    const other = await readLock(path);
    if (other?.dead === true) await takeAway(path, other.text);
    else if (other !== undefined && other.text !== '' && performance.now() >= giveUp) {
      throw new Failure('locked', `another run${other.name} holds ${path}`, { hint });
    } else await sleep(PAUSE + Math.random() * PAUSE);
  }
};

/** Whether a living run holds the lock. */
export const isHeld = async (path: string): Promise<boolean> => (await readLock(path))?.dead === false;

const held = (path: string, own: string): Lock => {
  const beating = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, HEARTBEAT);
  beating.unref();
  return {
    release: async () => {
      clearInterval(beating);
      const text = await readFile(path, 'utf8').catch(() => undefined);
      if (text === own) await unlink(path).catch(() => {});
      // Another run may have been killed while it took a lock away.
      await unlink(asideOf(path)).catch(() => {});
    },
  };
};

const create = async (path: string, text: string): Promise<boolean> => {
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
  try {
    await writeFile(path, text);
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  }
  return true;
};

interface Found {
  readonly text: string;
  readonly dead: boolean;
  /** ` (process 123 on host)`. */
  readonly name: string;
}

/** Undefined when there is no lock. */
const readLock = async (path: string): Promise<Found | undefined> => {
  try {
    const status = await lstat(path);
    if (!status.isFile()) throw new Failure('unsafe', `${path} is a link or no plain file`, { hint: 'Remove it' });
    const text = await readFile(path, 'utf8');
    const silent = Date.now() - status.mtimeMs;
    const holder = parsed(text);
    // A time in the future is no time of writing either.
    if (holder === undefined) return { text, dead: Math.abs(silent) > WRITING, name: '' };
    const name = ` (process ${holder.pid} on ${holder.host})`;
    const now = await holderOf(holder.pid);
    if (holder.space !== now.space) return { text, dead: silent > SILENCE, name };
    return { text, dead: !isAlive(holder.pid) || holder.began !== now.began, name };
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
};

const asideOf = (path: string): string => `${path}.old`;

/** Removes a dead holder's lock, unless another run was quicker and has it already. */
const takeAway = async (path: string, text: string): Promise<void> => {
  const aside = asideOf(path);
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== text) await link(aside, path);
  } catch (error) {
    if (!isCode(error, 'ENOENT') && !isCode(error, 'EEXIST')) throw error;
  } finally {
    await unlink(aside).catch(() => {});
  }
};

/** A process, told apart from one that has its number later or elsewhere. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Where the number means something: this run of the kernel and this container, or at least this host. */
  readonly space: string;
  /** When the process began, in the kernel's ticks; empty where the system does not tell. */
  readonly began: string;
}

const holderOf = async (process: number): Promise<Holder> => {
  const told = (reading: Promise<string>): Promise<string> => reading.catch(() => '');
  const [boot, container, status] = await Promise.all([
    told(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    told(readlink('/proc/self/ns/pid')),
    told(readFile(`/proc/${process}/stat`, 'utf8')),
  ]);
  // The 22nd value; the second is a name that may hold spaces and brackets.
  const began = status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  const host = hostname();
  return { pid: process, host, space: [host, boot.trim(), container].join(' '), began };
};

const parsed = (text: string): Holder | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRow(value)) return undefined;
    const { pid: number, host, space, began } = value;
    const whole = typeof host === 'string' && typeof space === 'string' && typeof began === 'string';
    return whole && Number.isSafeInteger(number) ? { pid: Number(number), host, space, began } : undefined;
  } catch {
    return undefined;
  }
};

const isAlive = (process: number): boolean => {
  try {
    kill(process, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
};
