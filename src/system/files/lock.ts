import { link, lstat, open, opendir, readFile, readlink, rename, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { kill, pid } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRow } from '../../core/decode.ts';
import { Failure } from '../../core/failure.ts';
import { shortHash } from '../../core/text/fnv1a.ts';
import { isCode } from '../errors.ts';

export interface Lock {
  /** Fails with `locked` when another run has taken the lock over, as it does from a holder that was silent for long. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

export interface LockSettings {
  /** Milliseconds to wait for another run before giving up. */
  readonly waitMilliseconds: number;
  /** What the user can do about a run that holds it. */
  readonly hint: string;
  /** Whether another lock of the same folder, told by its name, keeps this one away while a living run holds it. */
  readonly isRival?: (name: string) => boolean;
}

/** Milliseconds between two looks at a lock that another run holds. */
const PAUSE = 20;
/** How often a holder shows that it lives, and after what silence it counts as dead when it is out of sight. */
const HEARTBEAT = 10_000;
const SILENCE = 60_000;
/** Where a lock cannot be made together with its text, an empty one that is older was left by a killed run. */
const WRITING = 2000;
/** Entries of a folder that are read at a time. */
const DIRECTORY = 1024;

/**
 * Takes a lock: a file that only one run can make, and that says who did. It comes into being with its text, as a second
 * name of a file that is written before. Fails with `locked` when another run keeps it. A holder that was killed loses it
 * at once when it was on this machine, in the same container; from elsewhere (another host of a shared folder, whose
 * processes cannot be seen) it counts as dead a minute after its last sign of life, which takes clocks that agree to
 * within that minute.
 */
export const takeLock = async (path: string, settings: LockSettings): Promise<Lock> => {
  const { waitMilliseconds, hint, isRival } = settings;
  const giveUp = performance.now() + waitMilliseconds;
  const here = await holderOf(pid);
  // Not for secrecy: no two claims may have the same text.
  const token = `${Date.now()}-${performance.now()}-${Math.random()}`;
  const claim: Claim = { path, text: JSON.stringify({ ...here, token }), here };
  for (;;) {
    const other = await readLock(path);
    const taken = await (other === undefined ? make(claim, path) : other.dead && takeOver(claim, path, other.text));
    if (taken) {
      const rival = await lookAround(claim, isRival).catch(async (error: unknown) => {
        await giveBack(claim).catch(() => {});
        throw error;
      });
      if (rival === undefined) return heldLock(claim);
      await giveBack(claim);
      if (performance.now() >= giveUp)
        throw new Failure('locked', `another run holds ${join(dirname(path), rival)}`, { hint });
    } else if (other !== undefined && (other.text !== '' || other.dead) && performance.now() >= giveUp) {
      // Of a dead holder another run is the heir at this moment.
      throw new Failure('locked', `another run${other.dead ? '' : other.name} holds ${path}`, { hint });
    }
    await sleep(PAUSE + Math.random() * PAUSE);
  }
};

/** Whether a living run holds the lock. */
const isHeld = async (path: string): Promise<boolean> => (await readLock(path))?.dead === false;

/** One attempt to hold a lock. No two have the same text. */
interface Claim {
  readonly path: string;
  readonly text: string;
  readonly here: Holder;
}

const heldLock = (claim: Claim): Lock => {
  const { path } = claim;
  let silent = silence();
  const beating = setInterval(() => {
    const now = new Date();
    holds(claim)
      .then((held) => (held ? utimes(path, now, now) : undefined))
      .catch(() => {});
    silent = silence();
  }, HEARTBEAT);
  beating.unref();
  return {
    assertHeld: async () => {
      if (await holds(claim)) return;
      throw new Failure('locked', `another run has taken over ${path}`, { hint: 'Run the same command again' });
    },
    release: async () => {
      clearInterval(beating);
      // After a long sleep another run may be taking it over at this moment. It is dead soon, and then anyone's.
      if (silent() < SILENCE / 2) await giveBack(claim).catch(() => {});
    },
  };
};

const holds = async ({ path, text }: Claim): Promise<boolean> => {
  try {
    return (await readFile(path, 'utf8')) === text;
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'EISDIR')) return false;
    throw error;
  }
};

/** Milliseconds since now, also those in which the machine slept, which one of its clocks does not count. */
const silence = (): (() => number) => {
  const [wall, steady] = [Date.now(), performance.now()];
  return () => Math.max(Date.now() - wall, performance.now() - steady);
};

/** Removes the lock, unless another run has it by now. */
const giveBack = async (claim: Claim): Promise<void> => {
  if (await holds(claim)) await unlink(claim.path);
};

/**
 * Puts the claim in the place of a dead holder's text. One atomic step decides who may: the making of a guard that is named
 * after that text, and without which nobody replaces or removes it. False when another run was quicker.
 */
const takeOver = async (claim: Claim, target: string, dead: string): Promise<boolean> => {
  const guard = `${claim.path}.${shortHash(dead)}${shortHash(`guard ${dead}`)}`;
  if (!(await make(claim, guard))) {
    const other = await readLock(guard);
    if (other?.dead !== true) return false;
    // The run that had it was killed: its place is taken as that of any other dead holder.
    if (!(await takeOver(claim, guard, other.text))) return false;
  }
  try {
    if ((await textOf(target)) !== dead) return false;
    await withWritten(claim, (written) => rename(written, target));
    return true;
  } finally {
    await unlink(guard).catch(() => {});
  }
};

/** Makes a file with the text of the claim, at once; false when there is something of that name. */
const make = (claim: Claim, target: string): Promise<boolean> =>
  withWritten(claim, async (written) => {
    try {
      await link(written, target);
      return true;
    } catch (error) {
      if (isCode(error, 'EEXIST')) return false;
      if (!unlinkable.some((code) => isCode(error, code))) throw error;
      return makeUnlinked(claim, target);
    }
  });

/** What file systems say that know no second name of a file, such as exFAT and some mounts. */
const unlinkable = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK'];

/** The same in two steps: the file is empty for a moment, and its maker looks whether it is still its own. */
const makeUnlinked = async ({ text }: Claim, target: string): Promise<boolean> => {
  try {
    await writeNew(target, text);
    return (await textOf(target)) === text;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
};

/** Writes a file that is not there yet. */
const writeNew = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
};

let written = 0;

/** Runs a step with a file of the claim's text under a name of its own, which is gone afterwards. */
const withWritten = async <T>({ path, text, here }: Claim, step: (written: string) => Promise<T>): Promise<T> => {
  const name = `${path}.${here.pid}-${here.began || 0}-${shortHash(here.space)}-${++written}`;
  try {
    await writeNew(name, text);
    return await step(name);
  } finally {
    await unlink(name).catch(() => {});
  }
};

/**
 * Looks through the folder of a lock that is held: removes what killed runs have left beside it, and gives the name of a
 * rival that a living run holds.
 */
const lookAround = async (claim: Claim, isRival: LockSettings['isRival']): Promise<string | undefined> => {
  const [folder, own] = [dirname(claim.path), basename(claim.path)];
  for await (const { name } of await opendir(folder, { bufferSize: DIRECTORY })) {
    const path = join(folder, name);
    if (name !== own && isRival?.(name) === true && (await isHeld(path))) return name;
    if (!name.startsWith(`${own}.`)) continue;
    const end = name.slice(own.length + 1);
    const isLeft = WRITTEN.test(end)
      ? await isLeftOf(end, claim)
      : GUARD.test(end) && (await readLock(path))?.dead === true;
    if (isLeft) await unlink(path).catch(() => {});
  }
  return undefined;
};

/** The ends of names beside a lock. */
const GUARD = /^[\da-f]{16}$/;
const WRITTEN = /^\d+-\d+-[\da-f]{8}-\d+$/;

/** Whether a written file is of a process of this machine that is gone. */
const isLeftOf = async (end: string, { here }: Claim): Promise<boolean> => {
  const [number = '', began = '', space] = end.split('-');
  if (space !== shortHash(here.space)) return false;
  const now = await holderOf(Number(number));
  return !isAlive(Number(number)) || (now.began || '0') !== began;
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

const textOf = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  });

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
