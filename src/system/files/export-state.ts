import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathBelow } from '../../core/export/destination.ts';
import { type ExportState, parseState } from '../../core/export/watermark.ts';
import { Failure } from '../../core/failure.ts';
import { withDiskErrors } from './disk-errors.ts';
import { ifExists, makeFolder, statRegularFile } from './file-system.ts';
import { type Lock, type LockGuard, takeLock } from './lock/lock.ts';
import { readTextFile } from './read-file.ts';
import { writeFileAtomically } from './write-file.ts';

/** The state that an earlier run saved; undefined when there was none. Fails with `local`, or `unsafe` for a link. */
export const readState = (path: string): Promise<ExportState | undefined> =>
  withDiskErrors(path, async () => {
    const text = await ifExists(readTextFile(path));
    if (text === undefined) return undefined;
    const state = parseState(text);
    if (state !== undefined) return state;
    throw new Failure('local', `${path} is not an export state file`, {
      hint: 'Restore it, or export everything again with --reset-state',
    });
  });

/** Replaces the state. It is on the disk afterwards, as are the names that files in the folder got before. */
export const writeState = async (path: string, folder: string, state: ExportState, lock: LockGuard): Promise<void> => {
  await syncFolder(folder);
  await writeFileAtomically(path, `${JSON.stringify(state)}\n`, { lock });
};

/** A path from the root of the file system. */
export const absolutePath = (path: string): string => resolve(path);

/** Makes names that were given in a folder survive a power cut. Not every system lets folders be opened. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
};

/** Creates the folder of an export and takes the lock that keeps other runs of it away. */
export const lockExport = async (folder: string, name: string, waitMilliseconds: number): Promise<Lock> => {
  await withDiskErrors(folder, () => makeFolder(folder));
  const hint = 'Wait for it with --wait 10m';
  const path = pathBelow(folder, `.${name}.lock`);
  return withDiskErrors(path, () => takeLock(path, { waitMilliseconds, hint }));
};

/** Whether a file exists; fails with `unsafe` for a link, a device or a folder of that name. */
export const regularFileExists = (path: string): Promise<boolean> =>
  withDiskErrors(path, async () => (await statRegularFile(path, NAME_A_FILE_HINT)) !== undefined);

const NAME_A_FILE_HINT = 'Name a regular file; without --out the rows go to standard output';
