import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withDiskErrors } from './disk-errors.ts';

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
