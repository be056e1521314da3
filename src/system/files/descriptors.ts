import {
  close,
  constants,
  fchmod,
  fdatasync,
  fstat,
  ftruncate,
  open,
  read,
  rename,
  unlink,
  write,
  writev,
} from 'node:fs';
import { promisify } from 'node:util';
import { Failure } from '../../core/failure.ts';

// Plain descriptors: for many small files a FileHandle for each costs more than the calls.
export const openAsync = promisify(open);
export const closeAsync = promisify(close);
export const fstatAsync = promisify(fstat);
export const fchmodAsync = promisify(fchmod);
export const fdatasyncAsync = promisify(fdatasync);
export const ftruncateAsync = promisify(ftruncate);
export const readAsync = promisify(read);
export const writeAsync = promisify(write) as (file: number, text: string, position: number) => Promise<unknown>; // one of its forms
const writevAsync = promisify(writev);
export const renameAsync = promisify(rename);
export const unlinkAsync = promisify(unlink);

/** Opens or creates a file of the user's own, never through a link: what was planted there is refused. */
export const openPlain = async (path: string): Promise<number> => {
  const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const descriptor = await openAsync(path, flags, 0o600);
  try {
    const status = await fstatAsync(descriptor);
    if (!status.isFile() || status.nlink !== 1) {
      throw new Failure('unsafe', `${path}: it is a link or no plain file, and was left alone`);
    }
    if ((status.mode & 0o777) !== 0o600) await fchmodAsync(descriptor, 0o600);
    return descriptor;
  } catch (error) {
    await closeAsync(descriptor);
    throw error;
  }
};

/** Writes all of it, since a system may take a part at a time; gives the place after it. */
export const writeAll = async (descriptor: number, chunks: readonly Buffer[], start: number): Promise<number> => {
  let position = start;
  let rest = chunks;
  while (rest.length > 0) {
    const { bytesWritten } = await writevAsync(descriptor, rest.slice(0, MAX_BUFFERS), position);
    position += bytesWritten;
    rest = after(rest, bytesWritten);
  }
  return position;
};

/** The most buffers that one call takes on Linux. */
const MAX_BUFFERS = 1024;

/** What is left of the chunks after so many bytes. */
const after = (chunks: readonly Buffer[], bytes: number): readonly Buffer[] => {
  let skipped = 0;
  for (const [index, chunk] of chunks.entries()) {
    if (skipped + chunk.length > bytes) return [chunk.subarray(bytes - skipped), ...chunks.slice(index + 1)];
    skipped += chunk.length;
  }
  return [];
};
