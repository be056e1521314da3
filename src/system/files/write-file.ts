import { basename, dirname, join } from 'node:path';
import { randomDigits } from './lock/claim.ts';
import type { LockGuard } from './lock/lock.ts';
import { commitTempFile, discardTempFile, openTempFile } from './temp-file.ts';

export interface WriteSettings {
  /** False: do not replace an existing file. */
  readonly overwrite?: boolean;
  /** Must be held at rename. */
  readonly lock?: LockGuard | undefined;
  /** False: skip fsync; the file may be lost in a power cut. */
  readonly durable?: boolean;
  /** Several runs may write concurrently: use a unique temporary name. */
  readonly shared?: boolean;
}

/**
 * Writes a file atomically: temporary file beside it, fsync, rename. Mode 0600; replaces only a regular file. False if it
 * exists and must not be replaced. Throws `unsafe` for any other target, `locked` if the lock is lost, else `local` or
 * the content's error; the old file stays unchanged.
 */
export const writeFileAtomically = async (
  path: string,
  content: string | AsyncIterable<string>,
  { overwrite = true, lock, durable = true, shared = false }: WriteSettings = {},
): Promise<boolean> => {
  const file = openTempFile(join(dirname(path), `.${basename(path)}${shared ? `.${randomDigits()}` : ''}.part`));
  try {
    await file.clear();
    for await (const piece of typeof content === 'string' ? [content] : content)
      await file.append([Buffer.from(piece)]);
    const isWritten = await commitTempFile(file, path, { overwrite, durable, lock });
    if (!isWritten) await discardTempFile(file, { lock });
    return isWritten;
  } catch (error) {
    await discardTempFile(file, { lock }).catch(() => {});
    throw error;
  }
};
