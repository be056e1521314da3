import {
  close,
  closeSync,
  constants,
  fchmod,
  fdatasync,
  fstat,
  fstatSync,
  fsync,
  ftruncate,
  link,
  linkSync,
  open,
  openSync,
  read,
  rename,
  renameSync,
  type Stats,
  writev,
  writevSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { hasErrorCode, isWithoutHardLinks } from '../errors.ts';
import { quickCall } from '../quick-calls.ts';
import { isModeRefused, isSyncUnsupported } from './disk-errors.ts';
import { lstatIfExists, notRegularFile, unlinkAsync } from './file-system.ts';

// File descriptors, since FileHandles are slower for many small files.
export const openAsync = promisify(open);
const openQuickly = quickCall<[string, number, number], number>(openSync, openAsync);
const fchmodAsync = promisify(fchmod);
const fdatasyncAsync = promisify(fdatasync);
const fsyncAsync = promisify(fsync);
const readAsync = promisify(read);
const writevAsync = promisify(writev);
type WriteWords = [descriptor: number, chunks: readonly Buffer[], position: number | undefined];
const writeInPool = async (...words: WriteWords): Promise<number> => (await writevAsync(...words)).bytesWritten;
const writeQuickly = quickCall<WriteWords, number>(writevSync, writeInPool);
export const closeAsync = quickCall(closeSync, promisify(close));
export const fstatAsync = quickCall<[number], Stats>(fstatSync, promisify(fstat));
export const ftruncateAsync = promisify(ftruncate);
const linkAsync = quickCall(linkSync, promisify(link));
export const renameAsync = quickCall(renameSync, promisify(rename));

/** O_NOFOLLOW and O_NONBLOCK do not exist on Windows. */
const SAFE_OPEN_FLAGS = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const flags = {
  read: constants.O_RDONLY | SAFE_OPEN_FLAGS,
  update: constants.O_RDWR | SAFE_OPEN_FLAGS,
  /** Fails if anything exists under the name. */
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | SAFE_OPEN_FLAGS,
  append: constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | SAFE_OPEN_FLAGS,
} as const;

export interface OpenSettings {
  readonly access: keyof typeof flags;
  readonly hint?: string | undefined;
  /** Called with a warning if the file system refuses to restrict a file that others may read. */
  readonly onModeRefused?: ((warning: string) => void) | undefined;
}

/**
 * Opens a regular file without following links or blocking on pipes. A file with several hard links is only read:
 * `update` and `append` throw EMLINK, since writing would change it under its other names. Sets mode 0600 if the file may be created (`create`, `append`) and the file system has modes. Throws `unsafe` for
 * anything that is not a regular file, else the system's error.
 */
export const openRegularFile = async (path: string, settings: OpenSettings): Promise<number> =>
  (await openWithStatus(path, settings)).descriptor;

/** Runs a step with the descriptor of a regular file and its size in bytes. */
export const withRegularFile = async <T>(
  path: string,
  settings: OpenSettings,
  step: (descriptor: number, size: number) => Promise<T>,
): Promise<T> => {
  const { descriptor, status } = await openWithStatus(path, settings);
  try {
    return await step(descriptor, status.size);
  } finally {
    await closeAsync(descriptor);
  }
};

const openWithStatus = async (path: string, settings: OpenSettings): Promise<OpenFile> => {
  const opened = await openRegular(path, settings);
  if (settings.access === 'read' || opened.status.nlink <= 1) return opened;
  await closeAsync(opened.descriptor);
  throw new SharedFileError(path);
};

interface OpenFile {
  readonly descriptor: number;
  readonly status: Stats;
}

/** The file has several hard links, so that bytes written to it would also be in a backup made of links. */
class SharedFileError extends Error {
  readonly code = 'EMLINK';

  constructor(path: string) {
    super(`${path} has several hard links`);
  }
}

const openRegular = async (path: string, { access, hint, onModeRefused }: OpenSettings): Promise<OpenFile> => {
  // To create a file takes the file system longer than handing over does.
  const opening = access === 'create' ? openAsync : openQuickly;
  const descriptor = await opening(path, flags[access], 0o600).catch(async (error: unknown) => {
    // ELOOP for a link, EISDIR for a folder, ENXIO for a socket (platform-dependent).
    const status = await lstatIfExists(path).catch(() => undefined);
    throw status === undefined || status.isFile() ? error : notRegularFile(path, hint);
  });
  try {
    const status = await fstatAsync(descriptor);
    if (!status.isFile()) throw notRegularFile(path, hint);
    const isOwn = status.nlink <= 1 && (access === 'create' || access === 'append');
    if (isOwn && !(await setMode(descriptor, status, 0o600)) && (status.mode & 0o077) !== 0)
      onModeRefused?.(`others may read the files in ${dirname(path)}: ${NO_MODES}`);
    return { descriptor, status };
  } catch (error) {
    await closeAsync(descriptor);
    throw error;
  }
};

export const NO_MODES = 'this file system keeps no modes';

/** Sets the mode of an open file; false if the file system refuses. */
export const setMode = async (descriptor: number, { mode }: Stats, wanted: number): Promise<boolean> => {
  if ((mode & 0o777) === wanted) return true;
  try {
    await fchmodAsync(descriptor, wanted);
    return true;
  } catch (error) {
    if (isModeRefused(error)) return false;
    throw error;
  }
};

/** Renames a file unless something exists under the new name; false if it does. */
export const renameToFree = async (from: string, to: string): Promise<boolean> => {
  try {
    await linkAsync(from, to);
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return false;
    if (!isWithoutHardLinks(error)) throw error;
    if ((await lstatIfExists(to)) !== undefined) return false;
    await renameAsync(from, to);
    return true;
  }
  await unlinkAsync(from);
  return true;
};

/** Bytes per read of a large file. */
export const READ_BYTES = 1 << 20;

/** Reads bytes starting at a position; fewer than `length` only at the end of the file. */
export const readFully = async (descriptor: number, position: number, length: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(length);
  let size = 0;
  while (size < length) {
    const { bytesRead } = await readAsync(descriptor, buffer, size, length - size, position + size);
    if (bytesRead === 0) break;
    size += bytesRead;
  }
  return buffer.subarray(0, size);
};

/** Writes all chunks, starting at a position or at the end of a file opened to append; returns the number of bytes. */
export const writeFully = async (descriptor: number, chunks: readonly Buffer[], position?: number): Promise<number> => {
  let written = 0;
  let rest = chunks;
  // One call may write only some of the bytes.
  while (rest.length > 0) {
    const at = position === undefined ? undefined : position + written;
    const buffers = rest.slice(0, MAX_BUFFERS);
    const count = await (bytesOf(buffers) < SMALL_WRITE ? writeQuickly : writeInPool)(descriptor, buffers, at);
    written += count;
    rest = withoutFirst(rest, count);
  }
  return written;
};

/** The system copies fewer bytes at once; more may have to wait until others are on the disk. */
const SMALL_WRITE = 256 * 1024;

const bytesOf = (chunks: readonly Buffer[]): number => chunks.reduce((sum, { length }) => sum + length, 0);

/** Maximum buffers per call on Linux. */
const MAX_BUFFERS = 1024;

/** The chunks without their first bytes. */
const withoutFirst = (chunks: readonly Buffer[], bytes: number): readonly Buffer[] => {
  let skipped = 0;
  for (const [index, chunk] of chunks.entries()) {
    if (skipped + chunk.length > bytes) return [chunk.subarray(bytes - skipped), ...chunks.slice(index + 1)];
    skipped += chunk.length;
  }
  return [];
};

/** Flushes the data, or data and metadata, to disk if the file system supports it. */
export const syncFile = async (descriptor: number, what: 'data' | 'all'): Promise<void> => {
  try {
    await (what === 'data' ? fdatasyncAsync(descriptor) : fsyncAsync(descriptor));
  } catch (error) {
    if (!isSyncUnsupported(error)) throw error;
  }
};
