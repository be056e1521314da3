import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathBelow } from '../../../core/export/destination.ts';
import { type ExportState, parseState } from '../../../core/export/state.ts';
import { Failure } from '../../../core/failure.ts';
import { syncFile } from '../descriptors.ts';
import { withDiskErrors } from '../disk-errors.ts';
import { ifExists, makeFolder, statRegularFile } from '../file-system.ts';
import { type Lock, type LockGuard, type LockSettings, takeLock } from '../lock/lock.ts';
import { readTextFile } from '../read-file.ts';
import { writeFileAtomically } from '../write-file.ts';

/** The stored state; undefined if none. Throws `local`, or `unsafe` for a link. */
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

/** Replaces the state durably, after earlier renames in the folder. */
export const writeState = async (path: string, folder: string, state: ExportState, lock: LockGuard): Promise<void> => {
  await syncFolder(folder);
  await writeFileAtomically(path, `${JSON.stringify(state)}\n`, { lock });
};

/** Absolute path. */
export const absolutePath = (path: string): string => resolve(path);

/** Makes renames in a folder durable, where the system allows folders to be opened. */
export const syncFolder = (folder: string): Promise<void> =>
  withDiskErrors(folder, async () => {
    const handle = await open(folder, 'r').catch(() => undefined);
    if (handle === undefined) return;
    try {
      await syncFile(handle.fd, 'all');
    } finally {
      await handle.close();
    }
  });

/** Creates the folder of an export and takes its lock. */
export const lockExport = async (
  folder: string,
  name: string,
  settings: Pick<LockSettings, 'waitMilliseconds' | 'warn'>,
): Promise<Lock> => {
  await withDiskErrors(folder, () => makeFolder(folder));
  const hint = 'Wait for it with --wait 10m';
  const path = pathBelow(folder, `.${name}.lock`);
  return withDiskErrors(path, () => takeLock(path, { ...settings, hint }));
};

/** Whether a file exists; throws `unsafe` for a link, a device or a folder. */
export const regularFileExists = (path: string): Promise<boolean> =>
  withDiskErrors(path, async () => (await statRegularFile(path, NAME_A_FILE_HINT)) !== undefined);

const NAME_A_FILE_HINT = 'Use a regular file; without --out the rows go to standard output';
