import { basename, dirname, join } from 'node:path';
import type { LockGuard } from './lock/lock.ts';
import { commitTempFile, discardTempFile, openTempFile } from './temp-file.ts';

export interface WriteSettings {
  /** False to leave a file alone that exists. */
  readonly overwrite?: boolean;
  /** What keeps other runs away from the file; it must still be held when the file gets its name. */
  readonly lock?: LockGuard | undefined;
  /** False for a file that may be lost in a power cut: saves waiting for the disk. */
  readonly durable?: boolean;
  /** For a file that several runs write at once, without a lock: the temporary file gets a name that no other run uses. */
  readonly shared?: boolean;
}

/**
 * Writes a complete file in one step: into a temporary file beside it, which is renamed when everything is on the disk. The
 * file is 0600, and replaces nothing but a regular file. False when it exists and is not to be overwritten. Fails with
 * `unsafe` for a link or anything else of that name, `locked` when the lock is lost, `local` otherwise, or as the content
 * does; then the old file is as it was.
 */
export const writeFileAtomically = async (
  path: string,
  content: string | AsyncIterable<string>,
  { overwrite = true, lock, durable = true, shared = false }: WriteSettings = {},
): Promise<boolean> => {
  const file = openTempFile(join(dirname(path), `.${basename(path)}${shared ? randomSuffix() : ''}.part`));
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

/** Not for secrecy. */
const randomSuffix = (): string => `.${Math.floor(Math.random() * 2 ** 48).toString(16)}`;
