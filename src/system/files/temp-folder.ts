import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { statusOf, withDiskErrors } from './paths.ts';

/** A folder for the user alone that lasts as long as the run, made when it is first needed. */
export interface TempFolder {
  folder(): Promise<string>;
  remove(): Promise<void>;
}

export const openTempFolder = (name: string): TempFolder => {
  let made: Promise<string> | undefined;
  return {
    folder: () => {
      // mkdtemp makes it 0700.
      made ??= withDiskErrors(tmpdir(), () => mkdtemp(join(tmpdir(), `recx-${name}-`)));
      return made;
    },
    remove: async () => {
      const folder = await made?.catch(() => undefined);
      if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => {});
    },
  };
};

/** The first of some names that is a plain file in a folder, as a whole path. */
export const firstFile = async (folder: string, names: readonly string[]): Promise<string | undefined> => {
  for (const name of names) {
    const path = resolve(folder, name);
    if ((await statusOf(path).catch(() => undefined))?.isFile()) return path;
  }
  return undefined;
};
