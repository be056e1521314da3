import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { withDiskErrors } from './disk-errors.ts';
import { lstatIfExists } from './file-system.ts';

/** A private (0700) temporary folder, created on first use. */
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

/** Absolute path of the first name that is a regular file in the folder; undefined if none. */
export const firstFile = async (folder: string, names: readonly string[]): Promise<string | undefined> => {
  for (const name of names) {
    const path = resolve(folder, name);
    if ((await lstatIfExists(path).catch(() => undefined))?.isFile()) return path;
  }
  return undefined;
};
