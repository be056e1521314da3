import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { withDiskErrors } from './disk-errors.ts';
import { lstatIfExists } from './file-system.ts';

/** A folder for the user alone that lasts as long as the run, created when it is first needed. */
export interface TempFolder {
  folder(): Promise<string>;
  remove(): Promise<void>;
}

export const openTempFolder = (name: string): TempFolder => {
  let created: Promise<string> | undefined;
  return {
    folder: () => {
      // mkdtemp makes it 0700.
      created ??= withDiskErrors(tmpdir(), () => mkdtemp(join(tmpdir(), `recx-${name}-`)));
      return created;
    },
    remove: async () => {
      const folder = await created?.catch(() => undefined);
      if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => {});
    },
  };
};

/** The absolute path of the first of several names that is a regular file in a folder. */
export const firstFile = async (folder: string, names: readonly string[]): Promise<string | undefined> => {
  for (const name of names) {
    const path = resolve(folder, name);
    if ((await lstatIfExists(path).catch(() => undefined))?.isFile()) return path;
  }
  return undefined;
};
