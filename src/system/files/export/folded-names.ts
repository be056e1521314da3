import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../../../core/failure.ts';
import { withDiskErrors } from '../disk-errors.ts';
import { identityOf, lstatIfExists } from '../file-system.ts';

// Some file systems ignore case or compose letters: there, two different names can be one file.

/** Throws `unsafe` if the part file of a path is that of another path of this run. */
export const assertOwnPart = async (
  folder: string,
  path: string,
  others: () => AsyncIterable<string>,
): Promise<void> => {
  const part = join(folder, dirname(path), `.${basename(path)}.part`);
  const existing = await withDiskErrors(part, () => lstatIfExists(part));
  if (existing === undefined) return;
  for await (const identity of others()) if (identity === identityOf(existing)) throw sameFile(join(folder, path));
};

/** Throws `unsafe` for an existing file that has another name than the path: replacing it would lose its rows. */
export const assertOwnName = (folder: string): ((path: string) => Promise<void>) => {
  const namesIn = new Map<string, ReadonlySet<string>>();
  return async (path) => {
    let parent = folder;
    for (const part of path.split('/')) {
      const names = namesIn.get(parent) ?? (await namesOf(parent));
      namesIn.set(parent, names);
      if (!names.has(part.normalize())) throw sameFile(join(folder, path));
      parent = join(parent, part);
    }
  };
};

/** The names in a folder, composed: some file systems store them decomposed. */
const namesOf = async (folder: string): Promise<ReadonlySet<string>> =>
  new Set((await withDiskErrors(folder, () => readdir(folder))).map((name) => name.normalize()));

const sameFile = (path: string): Failure =>
  new Failure('unsafe', `${path} would replace a file whose name differs only in case`, {
    hint: 'Use a field that differs more in --out, such as {conference_id}',
  });
