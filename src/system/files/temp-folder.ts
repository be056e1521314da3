import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shortHash } from '../../core/hash/fnv1a.ts';
import { withDiskErrors } from './disk-errors.ts';

/** A private (0700) temporary folder, created on first use. */
export interface TempFolder {
  /** Its path, or the one of a folder in it for some of the files, which need not exist. */
  folder(of?: string): Promise<string>;
  remove(): Promise<void>;
}

export const openTempFolder = (name: string): TempFolder => {
  let created: Promise<string> | undefined;
  return {
    folder: async (of) => {
      // mkdtemp makes it 0700.
      created ??= withDiskErrors(tmpdir(), () => mkdtemp(join(tmpdir(), `recx-${name}-`)));
      return of === undefined ? created : join(await created, shortHash(of));
    },
    remove: async () => {
      const folder = await created?.catch(() => undefined);
      if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => {});
    },
  };
};
