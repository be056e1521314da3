import type { Stats } from 'node:fs';
import { hasErrorCode, systemReason } from '../errors.ts';
import {
  closeAsync,
  fstatAsync,
  ftruncateAsync,
  NO_MODES,
  openRegularFile,
  READ_BYTES,
  readFully,
  renameAsync,
  renameToFree,
  setMode,
  syncFile,
  writeFully,
} from './descriptors.ts';
import { isInPlaceRefused, LostFileError, withFileErrors } from './disk-errors.ts';
import { identityOf, lstatIfExists, notRegularFile, removeIfExists, removeRegularFile } from './file-system.ts';
import type { LockGuard } from './lock/lock.ts';

/** A temporary file beside its target, opened lazily and reopened after `close`. */
export interface TempFile {
  readonly path: string;
  /** Bytes in the file. */
  readonly size: number;
  /** The open descriptor; creates the file, unless it was loaded. Throws if another file has its name. */
  descriptor(): Promise<number>;
  /** Continues an existing file: sets `size` to its bytes. */
  load(): Promise<void>;
  /** Empties the file, or removes the one that a killed run left. */
  clear(): Promise<void>;
  append(chunks: readonly Buffer[]): Promise<void>;
  /** The bytes in the file, as chunks. */
  contents(): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

export const openTempFile = (path: string, lock?: LockGuard): TempFile => {
  let open: number | undefined;
  let isCreated = false;
  let size = 0;
  const descriptor = async (): Promise<number> => {
    open ??= await openRegularFile(path, {
      access: isCreated ? 'update' : 'create',
      onModeRefused: lock?.onModeRefused,
    });
    isCreated = true;
    return open;
  };
  const onFile = <T>(step: (file: number) => Promise<T>): Promise<T> =>
    withFileErrors(path, async () => {
      const mayRefuse = isCreated;
      try {
        return await step(await descriptor());
      } catch (error) {
        // Such as `rclone mount` without a cache: a file is written once, from its start.
        if (!mayRefuse || !isUpdateRefused(error)) throw error;
        throw new LostFileError(`${path}: ${systemReason(error)}`, error);
      }
    });
  const close = async (): Promise<void> => {
    const file = open;
    open = undefined;
    if (file !== undefined) await closeAsync(file);
  };
  /** Empties this run's file; false if the file system cannot. */
  const empty = async (): Promise<boolean> => {
    // Another file is not truncated: it may be a finished file's other name, left by a killed run.
    if (open === undefined) return false;
    try {
      await ftruncateAsync(open, 0);
      return true;
    } catch (error) {
      if (!isUpdateRefused(error)) throw error;
      await close().catch(() => {});
      return false;
    }
  };
  return {
    path,
    get size() {
      return size;
    },
    descriptor,
    load: () => {
      isCreated = true;
      return onFile(async (file) => {
        size = (await fstatAsync(file)).size;
      });
    },
    clear: () =>
      withFileErrors(path, async () => {
        isCreated = await empty();
        if (!isCreated) await removeRegularFile(path);
        size = 0;
      }),
    append: (chunks) => {
      const isNew = !isCreated;
      return onFile(async (file) => {
        if (!isNew) assertLength(path, size, await fstatAsync(file));
        const written = await writeFully(file, chunks, size);
        size += written;
      });
    },
    contents: async function* () {
      for (let position = 0; position < size; ) {
        const start = position;
        const piece = await onFile((file) => readFully(file, start, Math.min(READ_BYTES, size - start)));
        if (piece.length === 0) throw new LostFileError(`${path}: the file shrank while it was read`);
        position += piece.length;
        yield piece;
      }
    },
    close: () => withFileErrors(path, close),
  };
};

/** The file cannot be changed where it is; a new one can still take its place. */
const isUpdateRefused = (error: unknown): boolean => isInPlaceRefused(error) || hasErrorCode(error, 'EACCES');

/** Throws unless an open file has the bytes that were written: another program may have cut or extended it. */
const assertLength = (path: string, written: number, { size }: Stats): void => {
  if (size === written) return;
  throw new LostFileError(`${path} was changed by another program: ${written} bytes were written, and it has ${size}`);
};

export interface CommitSettings {
  readonly overwrite: boolean;
  /** Keeps the mode of the replaced file. */
  readonly keepMode?: boolean;
  /** False if the file may be lost in a power cut; it is never partial. */
  readonly durable?: boolean;
  /** Must be held at rename. */
  readonly lock?: LockGuard | undefined;
  /** Runs right before the rename, with the lock held. */
  readonly beforeRename?: () => Promise<void>;
}

/**
 * Closes a complete file and renames it over nothing or a regular file. False if the name is taken and must not be
 * overwritten, also if it was taken a moment ago. Throws `unsafe` for any other target, `locked` if the lock is lost.
 */
export const commitTempFile = (file: TempFile, target: string, settings: CommitSettings): Promise<boolean> =>
  withFileErrors(target, async () => {
    const { overwrite, keepMode = false, durable = true, lock, beforeRename } = settings;
    const descriptor = await file.descriptor();
    // Flush before rename: after a power cut a file under its final name must be complete.
    if (durable) await syncFile(descriptor, 'data');
    const status = await fstatAsync(descriptor);
    assertLength(file.path, file.size, status);
    await assertStillThere(file.path, status);
    const existing = overwrite ? await lstatIfExists(target) : undefined;
    if (keepMode && existing?.isFile() === true && !(await setMode(descriptor, status, existing.mode & 0o777)))
      lock?.onModeRefused?.(`the mode of ${target} cannot be kept: ${NO_MODES}`);
    await file.close();
    if (existing?.isFile() === false) throw notRegularFile(target);
    // If the lock is lost, the file may belong to another run.
    await lock?.assertHeld();
    await beforeRename?.();
    if (!overwrite) return renameToFree(file.path, target);
    await renameAsync(file.path, target);
    return true;
  });

/** Throws unless a path still leads to the open file: another program may have removed it, or moved its folder away. */
const assertStillThere = async (path: string, open: Stats): Promise<void> => {
  const found = await lstatIfExists(path);
  if (found !== undefined && identityOf(found) === identityOf(open)) return;
  throw new LostFileError(`${path} was ${found === undefined ? 'removed' : 'replaced'} by another program`);
};

/** Closes and removes a file, unless the lock was lost. */
export const discardTempFile = async (
  file: TempFile,
  { lock, beforeRemove }: Pick<CommitSettings, 'lock'> & { readonly beforeRemove?: () => Promise<void> } = {},
): Promise<void> => {
  await file.close().catch(() => {}); // its bytes are not needed
  if (!(await isHeld(lock))) return;
  await beforeRemove?.();
  await withFileErrors(file.path, () => removeIfExists(file.path));
};

const isHeld = async (lock: LockGuard | undefined): Promise<boolean> =>
  lock === undefined ||
  lock.assertHeld().then(
    () => true,
    () => false,
  );
