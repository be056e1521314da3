import { basename, dirname, join } from 'node:path';
import { ftruncateAsync, READ_BYTES, readFully, syncFile, withRegularFile, writeFully } from './descriptors.ts';
import { isInPlaceRefused } from './disk-errors.ts';
import { randomDigits } from './lock/claim.ts';
import type { LockGuard } from './lock/lock.ts';
import { commitTempFile, discardTempFile, openTempFile } from './temp-file.ts';

export interface WriteSettings {
  /** False: do not replace an existing file. */
  readonly overwrite?: boolean;
  /** Keeps the mode of the replaced file. */
  readonly keepMode?: boolean;
  /** Must be held at rename. */
  readonly lock?: LockGuard | undefined;
  /** False: skip fsync; the file may be lost in a power cut. */
  readonly durable?: boolean;
  /** Several runs may write concurrently: use a unique temporary name. */
  readonly shared?: boolean;
}

type Chunks<Chunk> = Iterable<Chunk> | AsyncIterable<Chunk>;

/**
 * Writes a file atomically: temporary file beside it, fsync, rename. Mode 0600; replaces only a regular file. False if it
 * exists and must not be replaced. Throws `unsafe` for any other target, `locked` if the lock is lost, else `local` or
 * the content's error; the old file stays unchanged.
 */
export const writeFileAtomically = (
  path: string,
  content: string | Chunks<string>,
  settings: WriteSettings = {},
): Promise<boolean> => {
  const label = settings.shared === true ? `.${randomDigits()}` : '';
  return writeThrough(label, path, typeof content === 'string' ? [content] : content, settings);
};

/** `label` distinguishes the temporary file from others of the same path. */
const writeThrough = async (
  label: string,
  path: string,
  chunks: Chunks<string | Buffer>,
  { overwrite = true, keepMode = false, lock, durable = true }: WriteSettings,
): Promise<boolean> => {
  const file = openTempFile(join(dirname(path), `.${basename(path)}${label}.part`), lock);
  try {
    await file.clear();
    for await (const chunk of chunks) await file.append([typeof chunk === 'string' ? Buffer.from(chunk) : chunk]);
    const isWritten = await commitTempFile(file, path, { overwrite, keepMode, durable, lock });
    if (!isWritten) await discardTempFile(file, { lock });
    return isWritten;
  } catch (error) {
    await discardTempFile(file, { lock }).catch(() => {});
    throw error;
  }
};

/**
 * Replaces everything after a position of an existing file, and flushes it. In place, so that only the new bytes are
 * written; a file with several hard links, or on a mount that cannot do that, is rewritten. Throws the system's error.
 */
export const extendFile = async (
  path: string,
  position: number,
  chunks: () => Chunks<Buffer>,
  lock: LockGuard,
): Promise<void> => {
  await lock.assertHeld();
  try {
    await withRegularFile(path, { access: 'update' }, async (file, size) => {
      let end = position;
      for await (const chunk of chunks()) end += await writeFully(file, [chunk], end);
      if (end < size) await ftruncateAsync(file, end);
      await syncFile(file, 'all');
    });
  } catch (error) {
    if (!isInPlaceRefused(error)) throw error;
    await rewriteFile(path, position, chunks(), { lock, keepMode: true });
  }
};

/** Replaces a file by a new one: its first bytes, then more. A backup made of hard links keeps the old one. */
export const rewriteFile = (
  path: string,
  kept: number,
  more: Chunks<Buffer>,
  settings: WriteSettings,
): Promise<boolean> => writeThrough('.copy', path, headAndMore(path, kept, more), settings);

async function* headAndMore(path: string, kept: number, more: Chunks<Buffer>): AsyncGenerator<Buffer> {
  for (let position = 0; position < kept; ) {
    const bytes = Math.min(READ_BYTES, kept - position);
    const start = position;
    const chunk = await withRegularFile(path, { access: 'read' }, (file) => readFully(file, start, bytes));
    if (chunk.length === 0) break;
    position += chunk.length;
    yield chunk;
  }
  yield* more;
}
