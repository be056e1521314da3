import { chmod, stat } from 'node:fs/promises';
import { Failure } from '../../core/failure.ts';
import { hasErrorCode } from '../errors.ts';
import { readTextFile } from '../files/read-file.ts';
import type { Runtime } from '../runtime.ts';

/** Removes the permissions of other users from a path. Throws `unsafe` if that fails. */
export const restrictMode = async (path: string, mode: number): Promise<void> => {
  try {
    // Follows a link: the folder may be one, for example into a repository of settings; files have passed lstat before.
    const status = await stat(path);
    if ((status.mode & 0o1000) !== 0) throw new Error('sticky: shared with other users on purpose');
    if ((status.mode & 0o777 & ~mode) !== 0) await chmod(path, mode);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return;
    throw new Failure('unsafe', `others may read ${path}, and changing its mode failed`, {
      hint: `chmod ${mode.toString(8)} ${path}`,
      cause: error,
    });
  }
};

/** Throws `unsafe` if a path belongs to another user; without a uid, on Windows, every path passes. */
export const checkOwner = (path: string, owner: number, { uid }: Runtime): void => {
  if (uid === undefined || owner === uid) return;
  throw new Failure('unsafe', `${path} belongs to another user`, { hint: `chown ${uid} ${path}` });
};

/** The JSON of a small regular file; undefined for anything else. Read-only; never throws. */
export const readSmallJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readTextFile(path, MAX_FILE_BYTES));
  } catch {
    return undefined;
  }
};

/** Well above the size of either file. */
const MAX_FILE_BYTES = 2 ** 20;
