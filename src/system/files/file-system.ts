import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import { lstat, mkdir, opendir, readdir, unlink } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { isHostFile } from '../../core/download/host-files.ts';
import { Failure } from '../../core/failure.ts';
import { hasErrorCode, systemReason } from '../errors.ts';
import { limits } from '../limits.ts';
import { quickCall } from '../quick-calls.ts';
import { isModeRefused, withFileErrors } from './disk-errors.ts';

/** lstat of a path; undefined if it does not exist. */
export const lstatIfExists = quickCall<[path: string], Stats | undefined>(
  (path) => lstatSync(path, { throwIfNoEntry: false }),
  (path) => ifExists(lstat(path)),
);

export const unlinkAsync = quickCall(unlinkSync, unlink);

/** The result of a step on a file; undefined if the file does not exist. */
export const ifExists = async <T>(step: Promise<T>): Promise<T | undefined> => {
  try {
    return await step;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
};

/** The status of a regular file; undefined if missing. Throws `unsafe` for anything else: writing could reach another file. */
export const statRegularFile = async (path: string, hint = REPLACE_HINT): Promise<Stats | undefined> => {
  const status = await lstatIfExists(path);
  if (status === undefined || status.isFile()) return status;
  throw notRegularFile(path, hint);
};

export const notRegularFile = (path: string, hint = REPLACE_HINT): Failure =>
  new Failure('unsafe', `${path} is a link or not a regular file`, { hint });

const REPLACE_HINT = 'Put a regular file in its place, or remove it';

/** Device and inode, unchanged by rename. */
export const identityOf = ({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string => `${dev}:${ino}`;

/** Whether two names of regular files lead to one file. Some file systems number a file by its name, so times count as well. */
export const isSameFile = (one: Stats, other: Stats): boolean =>
  one.dev === other.dev &&
  (one.ino === other.ino ||
    (one.size === other.size && one.mtimeMs === other.mtimeMs && one.ctimeMs === other.ctimeMs));

/** Whether the file system of an existing file takes names that differ in case for one. */
export const foldsNames = async (path: string): Promise<boolean> =>
  (await lstatIfExists(join(dirname(path), basename(path).toUpperCase())).catch(() => undefined)) !== undefined;

/** Whether the folder of a file lists exactly its name; composed, since some file systems decompose it. */
export const isInListing = (path: string): Promise<boolean> =>
  withFileErrors(path, async () => {
    const name = basename(path).normalize();
    return (await readdir(dirname(path))).some((other) => other.normalize() === name);
  });

export const removeIfExists = async (path: string): Promise<void> => {
  await ifExists(unlinkAsync(path));
};

/** Creates a folder with mode 0700, or with the mode that the file system gives it. */
const makePrivateFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!isModeRefused(error)) throw error;
    await mkdir(path);
  }
};

/** Removes a name of a regular file, if it exists. Throws `unsafe` for anything else. */
export const removeRegularFile = async (path: string): Promise<void> => {
  const status = await lstatIfExists(path);
  if (status === undefined) return;
  if (!status.isFile()) throw notRegularFile(path);
  await removeIfExists(path);
};

/** Creates a folder and its parents with mode 0700. mkdir's recursive form hangs below /proc. */
export const makeFolder = async (folder: string): Promise<void> => {
  try {
    await makePrivateFolder(folder);
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return;
    if (
      !hasErrorCode(error, 'ENOENT') ||
      dirname(folder) === folder ||
      (await lstatIfExists(dirname(folder))) !== undefined
    )
      throw error;
    await makeFolder(dirname(folder));
    await makeFolder(folder);
  }
};

/** Creates the folders of a relative path. Throws `unsafe` if one is a link, which could lead elsewhere. */
export const ensureDir = async (folder: string, below: string, known: Set<string>): Promise<void> => {
  if (below === '.' || known.has(below)) return;
  await ensureDir(folder, dirname(below), known);
  const path = join(folder, below);
  await withFileErrors(path, async () => {
    await makePrivateFolder(path).catch((error: unknown) => {
      if (!hasErrorCode(error, 'EEXIST')) throw error;
    });
    if ((await lstatIfExists(path))?.isDirectory() !== true) {
      throw new Failure('unsafe', `${path} is a link or not a directory`);
    }
  });
  if (known.size > MAX_KNOWN_FOLDERS) known.clear();
  known.add(below);
};

/** Throws `unsafe` if a folder on the way to a relative path is no longer one, but a link, which could lead elsewhere. */
export const assertFolders = async (folder: string, below: string): Promise<void> => {
  for (let path = below; path !== '.'; path = dirname(path)) {
    if ((await lstatIfExists(join(folder, path)))?.isDirectory() === true) continue;
    throw new Failure('unsafe', `${join(folder, path)} was replaced by a link during the run, or removed`);
  }
};

/** Folders to remember as checked, to bound memory. */
export const MAX_KNOWN_FOLDERS = 1000;

/** An entry below a folder, by its relative path. */
export interface FoundEntry {
  readonly path: string;
  /** Why a folder could not be read. */
  readonly problem?: string;
}

/** All files and links below a folder, and the folders that cannot be read, except those of the host. */
export async function* filesBelow(folder: string, from = folder): AsyncGenerator<FoundEntry> {
  const relativePath = (path: string): string => relative(folder, path).split(sep).join('/') || '.';
  try {
    for await (const entry of await opendir(from, { bufferSize: limits.directoryBatch })) {
      if (isHostFile(entry.name)) continue;
      const path = join(from, entry.name);
      if (entry.isDirectory()) yield* filesBelow(folder, path);
      else yield { path: relativePath(path) };
    }
  } catch (error) {
    // A folder that was removed meanwhile has nothing to find.
    if (!hasErrorCode(error, 'ENOENT')) yield { path: relativePath(from), problem: systemReason(error) };
  }
}
