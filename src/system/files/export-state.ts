import { open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { below } from '../../core/export/destination.ts';
import { type ExportState, stateIn } from '../../core/export/watermark.ts';
import { Failure } from '../../core/failure.ts';
import { type Lock, takeLock } from './lock/lock.ts';
import { type HeldLock, writeWhole } from './part-file.ts';
import { makeFolder, statRegularFile, withDiskErrors } from './paths.ts';

/** What an earlier run remembered; undefined when there was none. Fails with `local`. */
export const readState = (path: string): Promise<ExportState | undefined> =>
  withDiskErrors(path, async () => {
    if ((await statRegularFile(path)) === undefined) return undefined;
    const state = stateIn(await readFile(path, 'utf8'));
    if (state !== undefined) return state;
    throw new Failure('local', `${path} is not the state of an export`, {
      hint: 'Put it back, or write everything anew with --reset-state',
    });
  });

/** Replaces the state, which is on the disk afterwards, as is everything in the folder that was named before. */
export const writeState = async (path: string, folder: string, state: ExportState, lock: HeldLock): Promise<void> => {
  await syncFolder(folder);
  await writeWhole(path, `${JSON.stringify(state)}\n`, lock);
};

/** A path from the root of the file system. */
export const absolute = (path: string): string => resolve(path);

/** Names that were given in a folder last over a power cut. Not every system lets folders be opened. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
};

/** Makes the folder of an export and keeps other runs of it away. */
export const lockExport = async (folder: string, name: string, waitMilliseconds: number): Promise<Lock> => {
  await withDiskErrors(folder, () => makeFolder(folder));
  const hint = 'Wait for it with --wait 10m';
  const path = below(folder, `.${name}.lock`);
  return withDiskErrors(path, () => takeLock(path, { waitMilliseconds, hint }));
};

/** Whether a file is there; fails with `unsafe` for a link, a device or a folder of that name. */
export const isThere = (path: string): Promise<boolean> =>
  withDiskErrors(path, async () => (await statRegularFile(path, NAMED)) !== undefined);

const NAMED = 'Name the file itself; without --out the rows go to standard output';
