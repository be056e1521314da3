import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { Failure } from '../core/failure.ts';
import type { Written } from '../core/watermark.ts';
import { onDisk, statusOf } from './folders.ts';
import type { Part } from './part.ts';

/** Bytes before the end of what is safely written by which a file is known again. */
const TAIL = 4096;

/**
 * Puts a file right that is added to: drops what a killed run left behind the safely written bytes, and closes it. False
 * when the file is gone, as after a rotation. Fails with `local` when it is not the file of the state.
 */
export const mend = (path: string, { size, tail, pending }: Written, closing: Buffer): Promise<boolean> =>
  onDisk(path, async () => {
    const status = await statusOf(path);
    if (status === undefined) return false;
    const handle = await openOwn(path);
    try {
      const length = (await handle.stat()).size;
      const known =
        length >= size && (pending || length === size + closing.length) && (await tailAt(handle, size)) === tail;
      if (!known) throw changed(path);
      if (!pending) return true;
      await handle.truncate(size);
      await writeAt(handle, closing, size);
      await handle.sync();
      return true;
    } finally {
      await handle.close();
    }
  });

/** Adds a part's bytes behind the safely written ones, and closes the file; what is safely written then. */
export const append = (path: string, { size }: Written, part: Part, closing: Buffer): Promise<Written> =>
  onDisk(path, async () => {
    const handle = await openOwn(path);
    try {
      await handle.truncate(size);
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
export const writtenOf = (path: string, closing: Buffer, any: boolean): Promise<Written> =>
  onDisk(path, async () => {
    const handle = await open(path, 'r');
    try {
      const size = (await handle.stat()).size - closing.length;
      return { size, tail: await tailAt(handle, size), pending: false, any };
    } finally {
      await handle.close();
    }
  });

/** What closes a file, as it is in the file. */
export const closingOf = (tail: string, zipped: boolean): Buffer =>
  zipped && tail !== '' ? gzipSync(tail) : Buffer.from(tail);

const openOwn = async (path: string): Promise<FileHandle> => {
  const status = await statusOf(path);
  if (status?.isFile() !== true || status.nlink !== 1) {
    throw new Failure('unsafe', `${path} is a link or no plain file`, { hint: 'Name the file itself' });
  }
  return open(path, 'r+');
};

const tailAt = async (handle: FileHandle, size: number): Promise<string> => {
  const start = Math.max(0, size - TAIL);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
  return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex');
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
