import { closeSync, constants, openSync, readSync } from 'node:fs';
import { lstat, open, readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { kill } from 'node:process';
import { isRow } from '../../../core/decode.ts';
import { Failure } from '../../../core/failure.ts';
import { hasErrorCode } from '../../errors.ts';
import { quickCall } from '../../quick-calls.ts';

/** The process holding a lock, distinguished from later or remote processes with the same pid. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** The namespace of the pid: boot, container and host; only the host if the system reports no more. */
  readonly space: string;
  /** Start time in kernel ticks; empty if unavailable. */
  readonly began: string;
}

/** An existing lock. */
export interface FoundLock {
  readonly text: string;
  /** The holder is gone, or its heartbeat has expired. */
  readonly dead: boolean;
  /** ` (process 123 on host)`; empty if the lock names no process. */
  readonly label: string;
}

/** Milliseconds after the last heartbeat until a holder on another machine counts as dead. */
export const HEARTBEAT_TIMEOUT = 60_000;
/** An empty lock older than these milliseconds was left by a killed run (file systems without hard links). */
const WRITE_TIMEOUT = 2000;

/** Reads a lock; undefined if none. Throws `unsafe` for anything but a regular file. */
export const readLock = async (path: string): Promise<FoundLock | undefined> => {
  try {
    const status = await lstat(path);
    if (!status.isFile()) {
      throw new Failure('unsafe', `${path} is a link or not a regular file`, { hint: 'Remove it' });
    }
    const text = await lockText(path);
    const silence = Date.now() - status.mtimeMs;
    const holder = parseHolder(text);
    // Timestamps in the future are not trusted either.
    if (holder === undefined) return { text, dead: Math.abs(silence) > WRITE_TIMEOUT, label: '' };
    const label = ` (process ${holder.pid} on ${holder.host})`;
    const current = await describeProcess(holder.pid);
    const dead =
      holder.space === current.space
        ? !isAlive(holder.pid) || holder.began !== current.began
        : Math.abs(silence) > HEARTBEAT_TIMEOUT;
    return { text, dead, label };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
};

/** The text of a lock; of a file that another program put in its place only the start. */
export const lockText = quickCall(
  (path: string): string => {
    // Without blocking on a pipe.
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const buffer = Buffer.alloc(MAX_LOCK_BYTES);
      return buffer.toString('utf8', 0, readSync(file, buffer, 0, MAX_LOCK_BYTES, 0));
    } finally {
      closeSync(file);
    }
  },
  async (path) => {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_LOCK_BYTES), 0, MAX_LOCK_BYTES, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  },
);

/** More than the text of any lock. */
const MAX_LOCK_BYTES = 4096;

/** The holder fields for a pid on this machine, whether or not it exists. */
export const describeProcess = async (pid: number): Promise<Holder> => {
  const orEmpty = (reading: Promise<string>): Promise<string> => reading.catch(() => '');
  const [boot, container, status] = await Promise.all([
    orEmpty(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    orEmpty(readlink('/proc/self/ns/pid')),
    orEmpty(readFile(`/proc/${pid}/stat`, 'utf8')),
  ]);
  // The 22nd field; the second is a name that may contain spaces and brackets.
  const began = status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  const host = hostname();
  return { pid, host, space: [host, boot.trim(), container].join(' '), began };
};

export const isAlive = (pid: number): boolean => {
  try {
    kill(pid, 0);
    return true;
  } catch (error) {
    return hasErrorCode(error, 'EPERM');
  }
};

const parseHolder = (text: string): Holder | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRow(value)) return undefined;
    const { pid, host, space, began } = value;
    const isComplete = typeof host === 'string' && typeof space === 'string' && typeof began === 'string';
    return isComplete && Number.isSafeInteger(pid) ? { pid: Number(pid), host, space, began } : undefined;
  } catch {
    return undefined;
  }
};
