import type { Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isBlank, MANIFEST, type ManifestEntry, parseEntry, TORN_LINE_SUFFIX } from '../../core/download/manifest.ts';
import { foldPath } from '../../core/hash/name-table.ts';
import { splitLines } from '../../core/text/lines.ts';
import { errorCode } from '../errors.ts';
import { closeAsync, fstatAsync, openRegularFile, syncFile, writeFully } from './descriptors.ts';
import { diskFailure, isInPlaceRefused, withDiskErrors } from './disk-errors.ts';
import { identityOf, ifExists, isSameFile, lstatIfExists } from './file-system.ts';
import { type LockGuard, takeLock } from './lock/lock.ts';
import { openFileStream } from './read-file.ts';
import { rewriteFile } from './write-file.ts';

interface ManifestLine {
  /** Undefined if the line is unreadable. */
  readonly entry: ManifestEntry | undefined;
  /** False if the last line read had no line break. */
  readonly ended: boolean;
  readonly blank: boolean;
}

/** The lines of a manifest, none if the file does not exist; the last one may lack its line break. Throws `local`. */
export async function* entriesOf(path: string): AsyncGenerator<ManifestLine> {
  const input = await withDiskErrors(path, () => ifExists(openFileStream(path)));
  if (input === undefined) return;
  input.setEncoding('utf8');
  try {
    for await (const { text = '#', ended } of splitLines(input, MAX_LINE_LENGTH))
      yield { entry: parseEntry(text), ended, blank: isBlank(text) };
  } catch (error) {
    throw diskFailure(error, path);
  } finally {
    input.destroy();
  }
}

/** Characters; recx writes less than a hundredth of that. A longer line is unreadable. */
const MAX_LINE_LENGTH = 2 ** 20;

/** The latest entry about an existing file: by its path, or another spelling of it that leads to the same file. */
export const latestEntryAt = async (folder: string, path: string): Promise<ManifestEntry | undefined> => {
  const folded = foldPath(path);
  const statusAt = (below: string): Promise<Stats | undefined> =>
    lstatIfExists(join(folder, below)).catch(() => undefined);
  const file = await statusAt(path);
  let latest: ManifestEntry | undefined;
  for await (const { entry } of entriesOf(join(folder, MANIFEST))) {
    if (entry === undefined || foldPath(entry.path) !== folded) continue;
    const other = entry.path === path ? file : await statusAt(entry.path);
    if (file !== undefined && other !== undefined && isSameFile(file, other)) latest = entry;
  }
  return latest;
};

/** Absolute path of a regular file, if the latest line about it fits and has its size. */
export const findListedFile = async (
  folder: string,
  path: string,
  fits: (entry: ManifestEntry) => boolean,
): Promise<string | undefined> => {
  const file = resolve(folder, path);
  const status = await lstatIfExists(file).catch(() => undefined);
  if (status?.isFile() !== true) return undefined;
  const entry = await latestEntryAt(folder, path).catch(() => undefined);
  return entry?.bytes === status.size && fits(entry) ? file : undefined;
};

/** Appends lines to a manifest. */
export interface ManifestWriter {
  /** Resolves when the line is written; concurrent lines are batched. */
  append(line: string): Promise<void>;
  /** Flushes the manifest to disk and closes it. */
  close(): Promise<void>;
}

/** Opens a writer that first completes a torn last line with `ending`; creates the file on first use. */
export const openManifestWriter = (path: string, ending: string, lock: LockGuard): ManifestWriter => {
  const file = openAppendedFile(path, lock);
  let before = ending;
  let hasStarted = false;
  let waiting = '';
  let flushing: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    hasStarted = true;
    const text = Buffer.from(before + waiting);
    waiting = '';
    flushing = undefined;
    // Until this write completes, the next line must terminate a torn one.
    before = TORN_LINE_SUFFIX;
    await file.append(text);
    before = '';
  };
  let last: Promise<void> = Promise.resolve();
  return {
    append: (line) => {
      waiting += line;
      flushing ??= last = last.then(() => withDiskErrors(path, flush));
      return flushing;
    },
    close: async () => {
      await last.catch(() => {});
      // Also if nothing was appended: a torn line left by a killed run would count as damage.
      if (!hasStarted && ending !== '') await withDiskErrors(path, flush);
      // Flushed once at the end: a line lost in a power cut is rewritten by the next run.
      await withDiskErrors(path, file.close);
    },
  };
};

interface AppendedFile {
  append(bytes: Buffer): Promise<void>;
  /** Flushes the file to disk and closes it. */
  close(): Promise<void>;
}

/**
 * Appends to a file that several runs may append to. A file with several hard links, or on a mount that cannot append, is
 * replaced by a new one with the added bytes.
 */
const openAppendedFile = (path: string, lock: LockGuard): AppendedFile => {
  let open: { readonly descriptor: number; readonly identity: string } | undefined;
  let canAppend = true;
  const close = async (): Promise<void> => {
    const descriptor = open?.descriptor;
    open = undefined;
    if (descriptor !== undefined) await syncFile(descriptor, 'all').finally(() => closeAsync(descriptor));
  };
  const descriptor = async (): Promise<number> => {
    if (open !== undefined) {
      // Another run may have replaced it, or a backup may have linked it since.
      const status = await lstatIfExists(path);
      if (status?.nlink === 1 && identityOf(status) === open.identity) return open.descriptor;
      await close();
    }
    const opened = await openRegularFile(path, { access: 'append', onModeRefused: lock.onModeRefused });
    open = { descriptor: opened, identity: identityOf(await fstatAsync(opened)) };
    return opened;
  };
  const appendInPlace = async (bytes: Buffer): Promise<boolean> => {
    try {
      await writeFully(await descriptor(), [bytes]);
      return true;
    } catch (error) {
      if (!isInPlaceRefused(error)) throw error;
      canAppend = errorCode(error) === 'EMLINK';
      await close().catch(() => {});
      return false;
    }
  };
  return {
    append: async (bytes) => {
      if (!canAppend || !(await appendInPlace(bytes))) await replaceWith(path, bytes);
    },
    close,
  };
};

/** Replaces a file by its copy with more bytes, under a lock of its own: shards share a manifest. */
const replaceWith = async (path: string, bytes: Buffer): Promise<void> => {
  const lock = await takeLock(join(dirname(path), `.${basename(path)}.lock`), {
    waitMilliseconds: REPLACE_TIMEOUT,
    hint: 'Try again',
  });
  try {
    await rewriteFile(path, Number.POSITIVE_INFINITY, [bytes], { lock });
  } finally {
    await lock.release();
  }
};

/** Milliseconds to wait for other shards that replace the same manifest. */
const REPLACE_TIMEOUT = 60_000;
