import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { WrittenFile } from '../../core/export/watermark.ts';
import { Failure } from '../../core/failure.ts';
import type { Pieces } from '../../core/view.ts';
import { type HeldLock, identityOf, type PartFile } from './part-file.ts';
import { statRegularFile, statusOf, withDiskErrors } from './paths.ts';

/** Bytes before the end of what is safely written by which a file is known again. */
const TAIL = 4096;

/**
 * Puts a file right that is added to: drops what a killed run left behind the safely written bytes, and closes it. False
 * when the file is gone, as after a rotation. Fails with `local` when it is not the file of the state.
 */
export const repairTail = (
  path: string,
  { size, tail, pending, coming }: WrittenFile,
  { head, closing }: Edges,
): Promise<boolean> =>
  withDiskErrors(path, async () => {
    const status = await statusOf(path);
    if (status === undefined) return false;
    if (coming !== undefined) {
      // A run was killed while it began the file; what it gave that name is made anew, anything else is not touched.
      if (identityOf(status) === coming) return false;
      throw changed(path);
    }
    const handle = await openOwn(path);
    try {
      const length = (await handle.stat()).size;
      const begun = (await readAt(handle, 0, Math.min(head.length, size))).equals(head.subarray(0, size));
      const ended = length >= size && (pending || length === size + closing.length);
      if (!begun || !ended || (await tailAt(handle, size)) !== tail) throw changed(path);
      // Only what is not as it should be is written: on a full disk that is nothing.
      if (!(await readAt(handle, size, closing.length)).equals(closing)) await writeAt(handle, closing, size);
      if (length !== size + closing.length) await handle.truncate(size + closing.length);
      if (pending) await handle.sync();
      return true;
    } finally {
      await handle.close();
    }
  });

/** Adds a part's bytes behind the safely written ones, and closes the file; what is safely written then. */
export const appendRows = (
  path: string,
  { size }: WrittenFile,
  part: PartFile,
  { closing }: Edges,
  lock: HeldLock,
): Promise<WrittenFile> =>
  withDiskErrors(path, async () => {
    await lock.assertHeld();
    const handle = await openOwn(path);
    try {
      let end = size;
      for await (const chunk of part.contents()) end = await writeAt(handle, chunk, end);
      await writeAt(handle, closing, end);
      await handle.sync();
      return { size: end, tail: await tailAt(handle, end), pending: false, any: true };
    } finally {
      await handle.close();
    }
  });

/** What is safely written of a file that is whole. */
export const writtenOf = (path: string, { closing }: Edges, any: boolean): Promise<WrittenFile> =>
  withDiskErrors(path, async () => {
    const handle = await open(path, 'r');
    try {
      const size = (await handle.stat()).size - closing.length;
      return { size, tail: await tailAt(handle, size), pending: false, any };
    } finally {
      await handle.close();
    }
  });

/** How a file begins, as far as that can be told, and what closes it, byte by byte. */
export interface Edges {
  readonly head: Buffer;
  readonly closing: Buffer;
}

export const edgesOf = ({ head, tail }: Pick<Pieces<never>, 'head' | 'tail'>, zipped: boolean): Edges => ({
  head: Buffer.from(zipped ? '' : head),
  closing: zipped && tail !== '' ? gzipSync(tail) : Buffer.from(tail),
});

const openOwn = async (path: string): Promise<FileHandle> => {
  await statRegularFile(path, 'Name the file itself');
  return open(path, 'r+');
};

const tailAt = async (handle: FileHandle, size: number): Promise<string> => {
  const start = Math.max(0, size - TAIL);
  return createHash('sha256')
    .update(await readAt(handle, start, size - start))
    .digest('hex');
};

const readAt = async (handle: FileHandle, start: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, start);
  return buffer.subarray(0, bytesRead);
};

const writeAt = async (handle: FileHandle, bytes: Buffer, position: number): Promise<number> => {
  let done = 0;
  while (done < bytes.length) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
  return position + done;
};

const changed = (path: string): Failure =>
  new Failure('local', `${path} is not as the last run left it`, {
    hint: 'Put it back, move it away to begin another file, or write it anew with --reset-state',
  });
