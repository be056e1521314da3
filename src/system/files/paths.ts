import type { Stats } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { isCode } from '../errors.ts';

/** What is at a path, a link itself rather than what it leads to; undefined when there is nothing. */
export const statusOf = async (path: string): Promise<Stats | undefined> => {
  try {
    return await lstat(path);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
};

/** A file of the user's own, or nothing; fails with `unsafe` for what would lead writing elsewhere. */
export const statRegularFile = async (path: string, hint = 'Put the file itself there'): Promise<Stats | undefined> => {
  const status = await statusOf(path);
  if (status === undefined || (status.isFile() && status.nlink === 1)) return status;
  throw new Failure('unsafe', `${path} is a link or no plain file`, { hint });
};

/** Makes a folder and those above it, for the user alone. The recursive form of mkdir never ends below /proc. */
export const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (isCode(error, 'EEXIST')) return;
    if (!isCode(error, 'ENOENT') || dirname(folder) === folder || (await statusOf(dirname(folder))) !== undefined)
      throw error;
    await makeFolder(dirname(folder));
    await makeFolder(folder);
  }
};

/** What the system said against a path, as a failure that names both; failures stay what they are. */
export const diskFailure = (error: unknown, path: string): Failure => {
  if (error instanceof Failure) return error;
  const code = codeOf(error);
  const known = reasons[code];
  const half = MAX_SHOWN_PATH / 2;
  const shown = path.length > MAX_SHOWN_PATH ? `${path.slice(0, half)}…${path.slice(-half)}` : path;
  return new Failure('local', `${shown}: ${known === undefined ? code : `${known} (${code})`}`, { cause: error });
};

/** Characters of a path in a message, so that the reason stays in sight. */
const MAX_SHOWN_PATH = 180;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than allowed',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'the system does not permit it',
  EIO: 'the disk failed',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long for the file system',
  EMFILE: 'too many open files',
};

/** What a file system has against one name, where others may go well. */
const ofOneName = new Set(['ENAMETOOLONG', 'EISDIR', 'ENOTDIR', 'EINVAL', 'ELOOP', 'EILSEQ', 'EEXIST']);

/** Runs a step on a path; what the system says against it becomes a failure that names the path. */
export const withDiskErrors = async <T>(path: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step();
  } catch (error) {
    throw diskFailure(error, path);
  }
};

/** A file system takes a name not; others may go well. */
export class NameRefused extends Failure {
  constructor(message: string, cause: unknown) {
    super('local', message, { cause });
  }
}

/** The same for the file of one recording: a name that the file system refuses concerns it alone, all else the whole run. */
export const onOneFile = async <T>(path: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step();
  } catch (error) {
    const failure = diskFailure(error, path);
    if (error instanceof Failure || !ofOneName.has(codeOf(error))) throw failure;
    throw new NameRefused(failure.message, error);
  }
};
