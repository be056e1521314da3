import { readdir } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { Failure } from '../../../core/failure.ts';
import { withDiskErrors } from '../disk-errors.ts';
import { lstatIfExists } from '../file-system.ts';

// Some file systems ignore case or compose letters: there, two different names can be one file.

/** Throws `unsafe` if the part file of a path is that of another path of this run, which exists. */
export const assertOwnPart = async (folder: string, path: string, other: string): Promise<void> => {
  const [part, otherPart] = [partOf(path), partOf(other)];
  const existing = await withDiskErrors(join(folder, part), () => lstatIfExists(join(folder, part)));
  if (existing === undefined) return;
  // Not compared by inode, which some of these file systems number by name. A killed run may have left a part of its own.
  const isListed = openListing(folder);
  if ((await isListed(part)) && (await isListed(otherPart))) return;
  throw sameFile(join(folder, path), join(folder, other));
};

const partOf = (path: string): string => posix.join(dirname(path), `.${basename(path)}.part`);

/** Throws `unsafe` for an existing file that has another name than the path: replacing it would lose its rows. */
export const assertOwnName = (folder: string): ((path: string) => Promise<void>) => {
  const isListed = openListing(folder);
  return async (path) => {
    if (!(await isListed(path))) throw sameFile(join(folder, path), 'a file');
  };
};

/** Tells whether the folders list exactly the names of an existing path. Each folder is read once. */
const openListing = (folder: string): ((path: string) => Promise<boolean>) => {
  const namesIn = new Map<string, ReadonlySet<string>>();
  return async (path) => {
    let parent = folder;
    for (const part of path.split('/')) {
      const names = namesIn.get(parent) ?? (await namesOf(parent));
      namesIn.set(parent, names);
      if (!names.has(part.normalize())) return false;
      parent = join(parent, part);
    }
    return true;
  };
};

/** The names in a folder, composed: some file systems store them decomposed. */
const namesOf = async (folder: string): Promise<ReadonlySet<string>> =>
  new Set((await withDiskErrors(folder, () => readdir(folder))).map((name) => name.normalize()));

const sameFile = (path: string, other: string): Failure =>
  new Failure('unsafe', `${path} would replace ${other}: their names differ only in case`, {
    hint: 'Use a field that differs more in --out, such as {conference_id}',
  });
