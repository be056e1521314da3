import { Failure } from '../../core/failure.ts';
import {
  closeAsync,
  fchmodAsync,
  fstatAsync,
  ftruncateAsync,
  openRegularFile,
  readFully,
  renameAsync,
  syncFile,
  writeFully,
} from './descriptors.ts';
import { withFileErrors } from './disk-errors.ts';
import { lstatIfExists, notRegularFile, removeIfExists } from './file-system.ts';
import type { LockGuard } from './lock/lock.ts';

/** A file beside its final place, opened when it is first needed and whenever it is needed again after `close`. */
export interface TempFile {
  readonly path: string;
  /** Bytes in the file. */
  readonly size: number;
  /** The open file, which is created unless it exists. */
  descriptor(): Promise<number>;
  /** Counts the bytes that an earlier run left in the file. */
  load(): Promise<void>;
  clear(): Promise<void>;
  append(chunks: readonly Buffer[]): Promise<void>;
  /** The bytes in the file, in pieces. */
  contents(): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

export const openTempFile = (path: string): TempFile => {
  let open: number | undefined;
  let size = 0;
  const descriptor = async (): Promise<number> => {
    open ??= await openRegularFile(path, { access: 'create' });
    return open;
  };
  const onFile = <T>(step: (file: number) => Promise<T>): Promise<T> =>
    withFileErrors(path, async () => step(await descriptor()));
  return {
    path,
    get size() {
      return size;
    },
    descriptor,
    load: () =>
      onFile(async (file) => {
        size = (await fstatAsync(file)).size;
      }),
    clear: () =>
      onFile(async (file) => {
        await ftruncateAsync(file, 0);
        size = 0;
      }),
    append: (chunks) =>
      onFile(async (file) => {
        const written = await writeFully(file, chunks, size);
        size += written;
      }),
    contents: async function* () {
      for (let position = 0; position < size; ) {
        const start = position;
        const piece = await onFile((file) => readFully(file, start, Math.min(READ_BYTES, size - start)));
        if (piece.length === 0) throw new Failure('local', `${path}: the file shrank while it was read`);
        position += piece.length;
        yield piece;
      }
    },
    close: () =>
      withFileErrors(path, async () => {
        const file = open;
        open = undefined;
        if (file !== undefined) await closeAsync(file);
      }),
  };
};

const READ_BYTES = 1 << 20;

export interface CommitSettings {
  readonly overwrite: boolean;
  /** Keeps the mode of the file that is replaced. */
  readonly keepMode?: boolean;
  /** False for a file that may be lost in a power cut; it is never there in part all the same. */
  readonly durable?: boolean;
  /** The file gets its name only while this lock is held. */
  readonly lock?: LockGuard | undefined;
  /** The last step before the file gets its name, with the lock held. */
  readonly beforeRename?: () => Promise<void>;
}

/**
 * Closes a complete file and gives it its final name, in place of nothing or of a regular file. False when the name is
 * taken and may not be overwritten. Fails with `unsafe` for a link or anything else of that name, `locked` when the lock
 * is lost.
 */
export const commitTempFile = (file: TempFile, target: string, settings: CommitSettings): Promise<boolean> =>
  withFileErrors(target, async () => {
    const { overwrite, keepMode = false, durable = true, lock, beforeRename } = settings;
    const descriptor = await file.descriptor();
    // On the disk before it gets its name: after a power cut a file under its final name must be complete.
    if (durable) await syncFile(descriptor, 'data');
    const { size } = await fstatAsync(descriptor);
    if (size !== file.size)
      throw new Failure('local', `${file.path}: ${file.size} bytes were written, but the file has ${size}`);
    const existing = await lstatIfExists(target);
    if (keepMode && existing?.isFile() === true) await fchmodAsync(descriptor, existing.mode & 0o777);
    await file.close();
    if (existing !== undefined && !overwrite) return false;
    if (existing?.isFile() === false) throw notRegularFile(target);
    // By now the file may belong to another run, as everything on its way in that folder.
    await lock?.assertHeld();
    await beforeRename?.();
    await renameAsync(file.path, target);
    return true;
  });

/** Closes and removes a file, unless another run has taken over the lock, and with it everything on its way there. */
export const discardTempFile = async (
  file: TempFile,
  { lock, beforeRemove }: Pick<CommitSettings, 'lock'> & { readonly beforeRemove?: () => Promise<void> } = {},
): Promise<void> => {
  await file.close();
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
