import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { WrittenFile } from '../../core/export/watermark.ts';
import { Failure } from '../../core/failure.ts';
import type { Pieces } from '../../core/view.ts';
import { ftruncateAsync, readFully, syncFile, withRegularFile, writeFully } from './descriptors.ts';
import { withDiskErrors } from './disk-errors.ts';
import { identityOf, lstatIfExists } from './file-system.ts';
import type { LockGuard } from './lock/lock.ts';
import type { PartFile } from './part-file.ts';

/** The bytes at the start of a file, as far as they are known in advance, and those that close it. */
export interface Framing {
  readonly head: Buffer;
  readonly closing: Buffer;
}

export const framingOf = ({ head, tail }: Pick<Pieces<never>, 'head' | 'tail'>, zipped: boolean): Framing => ({
  head: Buffer.from(zipped ? '' : head),
  closing: zipped && tail !== '' ? gzipSync(tail) : Buffer.from(tail),
});

const toUpdate = { access: 'update', hint: 'Name a regular file' } as const;

/**
 * Repairs a file that rows are appended to: drops what a killed run left behind the safely written bytes, and closes the
 * file. False when it does not exist, as after a rotation. Fails with `local` when it is not the file of the state.
 */
export const repairTail = (
  path: string,
  { size, tail, pending, coming }: WrittenFile,
  { head, closing }: Framing,
): Promise<boolean> =>
  withDiskErrors(path, async () => {
    const status = await lstatIfExists(path);
    if (status === undefined) return false;
    if (coming !== undefined) {
      // A run was killed while it started the file: a file that this run named is written again, any other is left alone.
      if (identityOf(status) === coming) return false;
      throw changed(path);
    }
    await withRegularFile(path, toUpdate, async (file, length) => {
      const hasHead = (await readFully(file, 0, Math.min(head.length, size))).equals(head.subarray(0, size));
      const hasEnd = length >= size && (pending || length === size + closing.length);
      if (!hasHead || !hasEnd || (await tailHash(file, size)) !== tail) throw changed(path);
      // Only what differs is written: on a full disk that is nothing.
      if (!(await readFully(file, size, closing.length)).equals(closing)) await writeFully(file, [closing], size);
      if (length !== size + closing.length) await ftruncateAsync(file, size + closing.length);
      if (pending) await syncFile(file, 'all');
    });
    return true;
  });

/** Appends a part file's bytes behind the safely written ones, and closes the file. Returns what is safely written then. */
export const appendRows = (
  path: string,
  { size }: WrittenFile,
  part: PartFile,
  { closing }: Framing,
  lock: LockGuard,
): Promise<WrittenFile> =>
  withDiskErrors(path, async () => {
    await lock.assertHeld();
    return withRegularFile(path, toUpdate, async (file) => {
      let end = size;
      for await (const chunk of part.contents()) {
        await writeFully(file, [chunk], end);
        end += chunk.length;
      }
      await writeFully(file, [closing], end);
      await syncFile(file, 'all');
      return { size: end, tail: await tailHash(file, end), pending: false, any: true };
    });
  });

/** What is safely written of a complete file. */
export const describeWritten = (path: string, { closing }: Framing, any: boolean): Promise<WrittenFile> =>
  withDiskErrors(path, () =>
    withRegularFile(path, { access: 'read', hardLinks: true }, async (file, length) => {
      const size = length - closing.length;
      return { size, tail: await tailHash(file, size), pending: false, any };
    }),
  );

/** The SHA-256 of the last bytes before a position, by which a file is recognised. */
const tailHash = async (file: number, size: number): Promise<string> => {
  const start = Math.max(0, size - TAIL_BYTES);
  return createHash('sha256')
    .update(await readFully(file, start, size - start))
    .digest('hex');
};

/** States of earlier runs depend on this number. */
const TAIL_BYTES = 4096;

const changed = (path: string): Failure =>
  new Failure('local', `${path} changed since the last run`, {
    hint: 'Restore it, move it away to start a new file, or export everything again with --reset-state',
  });
