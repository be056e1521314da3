import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { WrittenFile } from '../../../core/export/state.ts';
import { Failure } from '../../../core/failure.ts';
import type { Pieces } from '../../../core/view.ts';
import { readFully, withRegularFile } from '../descriptors.ts';
import { withDiskErrors } from '../disk-errors.ts';
import { identityOf, lstatIfExists } from '../file-system.ts';
import type { LockGuard } from '../lock/lock.ts';
import type { PartFile } from '../part-file.ts';
import { extendFile } from '../write-file.ts';

/** Known leading bytes of a file, and its closing bytes. */
export interface Framing {
  readonly head: Buffer;
  readonly closing: Buffer;
  /** The closing bytes that earlier versions wrote. */
  readonly formerClosing: Buffer;
}

export const framingOf = (
  { head, tail, formerTail = tail }: Pick<Pieces<never>, 'head' | 'tail' | 'formerTail'>,
  zipped: boolean,
): Framing => {
  const closing = (text: string): Buffer => (zipped && text !== '' ? gzipSync(text) : Buffer.from(text));
  return { head: Buffer.from(zipped ? '' : head), closing: closing(tail), formerClosing: closing(formerTail) };
};

const toRead = { access: 'read', hint: 'Use a regular file' } as const;

/**
 * Truncates bytes that a killed run left after the durable ones and appends the closing bytes. False if the file does not
 * exist, for example after log rotation, or was only being created. Throws `local` if it is not the file of the state.
 */
export const repairTail = (
  path: string,
  { size, tail, pending, coming }: WrittenFile,
  { head, closing, formerClosing }: Framing,
  lock: LockGuard,
): Promise<boolean> =>
  withDiskErrors(path, async () => {
    const status = await lstatIfExists(path);
    if (status === undefined) return false;
    if (coming !== undefined) {
      // A run was killed while creating the file: rewrite the file it recorded, leave any other.
      if (identityOf(status) === coming) return false;
      throw changed(path);
    }
    const { end, hasClosing, isWhole } = await withRegularFile(path, toRead, async (file, length) => {
      const hasHead = (await readFully(file, 0, Math.min(head.length, size))).equals(head.subarray(0, size));
      const former = (await readFully(file, size, formerClosing.length)).equals(formerClosing);
      const end = size + (former ? formerClosing : closing).length;
      const hasEnd = length >= size && (pending || length === end);
      if (!hasHead || !hasEnd || (await tailHash(file, size)) !== tail) throw changed(path);
      const ends = former || (await readFully(file, size, closing.length)).equals(closing);
      return { end, hasClosing: ends, isWhole: ends && length === end };
    });
    // Writes only differences, so that a full disk needs no write.
    if (!hasClosing) await extendFile(path, size, () => [closing], lock);
    else if (!isWhole || pending) await extendFile(path, end, () => [], lock);
    return true;
  });

/** Appends a part file after the durable bytes, then the closing bytes; returns the new durable part. */
export const appendRows = (
  path: string,
  { size }: WrittenFile,
  part: PartFile,
  { closing }: Framing,
  lock: LockGuard,
): Promise<WrittenFile> =>
  withDiskErrors(path, async () => {
    const end = size + part.size;
    await extendFile(path, size, () => rowsAndClosing(part, closing), lock);
    const tail = await withRegularFile(path, toRead, (file) => tailHash(file, end));
    return { size: end, tail, pending: false, any: true };
  });

async function* rowsAndClosing(part: PartFile, closing: Buffer): AsyncGenerator<Buffer> {
  yield* part.contents();
  yield closing;
}

/** The durable part of a file that this run has written. */
export const describeWritten = (path: string, { closing }: Framing, any: boolean): Promise<WrittenFile> =>
  withDiskErrors(path, () =>
    withRegularFile(path, toRead, async (file, length) => writtenBefore(file, length - closing.length, any)),
  );

/** The durable part of a file with rows; undefined if it does not end with the closing bytes, so that nothing can be appended. */
export const findWritten = (path: string, { closing, formerClosing }: Framing): Promise<WrittenFile | undefined> =>
  withDiskErrors(path, () =>
    withRegularFile(path, toRead, async (file, length) => {
      // The former ones first: they may end with the present ones.
      for (const bytes of [formerClosing, closing]) {
        const size = length - bytes.length;
        if (size >= 0 && (await readFully(file, size, bytes.length)).equals(bytes))
          return writtenBefore(file, size, true);
      }
      return undefined;
    }),
  );

const writtenBefore = async (file: number, size: number, any: boolean): Promise<WrittenFile> => ({
  size,
  tail: await tailHash(file, size),
  pending: false,
  any,
});

/** The SHA-256 of the last bytes before a position, to identify the file. */
const tailHash = async (file: number, size: number): Promise<string> => {
  const start = Math.max(0, size - TAIL_BYTES);
  return createHash('sha256')
    .update(await readFully(file, start, size - start))
    .digest('hex');
};

/** Stored states depend on this number. */
const TAIL_BYTES = 4096;

const changed = (path: string): Failure =>
  new Failure('local', `${path} changed since the last run`, {
    hint: 'Restore it, move it away to start a new file, or export everything again with --reset-state',
  });
