import { createHash } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  formatEntry,
  MANIFEST,
  type ManifestEntry,
  ManifestIndex,
  TORN_LINE_SUFFIX,
} from '../../core/download/manifest.ts';
import type { Shard } from '../../core/download/shard.ts';
import { hasErrorCode } from '../errors.ts';
import { withDiskErrors, withFileErrors } from './disk-errors.ts';
import { ensureDir, lstatIfExists, makeFolder } from './file-system.ts';
import { type Lock, takeLock } from './lock/lock.ts';
import { entriesOf, openManifestWriter } from './manifest-file.ts';
import { openPart, type PartFile } from './part-file.ts';
import { openFileStream } from './read-file.ts';
import { writeFileAtomically } from './write-file.ts';

/** A download folder locked by this run. Paths are relative, separated by `/`. */
export interface Folder {
  readonly finished: ManifestIndex;
  /** Bytes of the file at a path; `other` if it is not a regular file, undefined if nothing exists. */
  sizeOf(path: string): Promise<number | 'other' | undefined>;
  /** The part file of a path; creates its parent folders. */
  part(path: string): Promise<PartFile>;
  /** Writes a complete file; replaces an existing one only with `overwrite`. Creates its parent folders. */
  write(path: string, text: string, overwrite: boolean): Promise<void>;
  sha256Of(path: string): Promise<string>;
  /** Appends a manifest line; files without one are not finished. */
  record(entry: ManifestEntry): Promise<void>;
  /** Creates a manifest without lines if there is none: a run has been here, and nothing was ready. */
  markVisited(): Promise<void>;
  /** Flushes the manifest and releases the lock. */
  close(): Promise<void>;
}

export interface FolderSettings {
  readonly manifest: boolean;
  readonly shard: Shard | undefined;
  /** Milliseconds to wait for another run in the same folder. */
  readonly waitMilliseconds: number;
  /** Creates no folder and takes no lock. */
  readonly readOnly: boolean;
  /** Called if files cannot be made private. */
  readonly warn: (text: string) => void;
}

/** Opens or creates a folder. Throws `local` if it cannot be written, `locked` if another run uses it. */
export const openFolder = async (folder: string, settings: FolderSettings): Promise<Folder> => {
  if (settings.readOnly) return openLocked(folder, settings, { assertHeld: async () => {}, release: async () => {} });
  await withDiskErrors(folder, () => makeFolder(folder));
  const lock = await withDiskErrors(folder, () => lockFolder(folder, settings));
  try {
    return await openLocked(folder, settings, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
};

const openLocked = async (folder: string, settings: FolderSettings, lock: Lock): Promise<Folder> => {
  const manifest = join(folder, MANIFEST);
  const { finished, ending } = settings.manifest
    ? await readManifest(manifest)
    : { finished: new ManifestIndex(), ending: '' };
  const writer = openManifestWriter(manifest, settings.readOnly ? '' : ending, lock);
  const known = new Set<string>();
  const absolute = (path: string): string => join(folder, path);

  return {
    finished,
    sizeOf: (path) => sizeOf(absolute(path)),
    part: async (path) => {
      await ensureDir(folder, dirname(path), known);
      return openPart(folder, path, lock);
    },
    write: async (path, text, overwrite) => {
      await ensureDir(folder, dirname(path), known);
      await writeFileAtomically(absolute(path), text, { overwrite, lock });
    },
    sha256Of: (path) => sha256Of(absolute(path)),
    record: async (entry) => {
      if (!settings.manifest) return;
      await writer.append(formatEntry(entry));
      finished.add(entry);
    },
    markVisited: async () => {
      if (settings.manifest && (await sizeOf(manifest)) === undefined) await writer.append('');
    },
    close: () => writer.close().finally(() => lock.release()),
  };
};

/** The finished files of a manifest, and the text missing from its last line. */
const readManifest = async (path: string): Promise<{ readonly finished: ManifestIndex; readonly ending: string }> => {
  const finished = new ManifestIndex();
  let ending = '';
  for await (const { entry, ended } of entriesOf(path)) {
    if (entry !== undefined) finished.add(entry);
    ending = ended ? '' : entry === undefined ? TORN_LINE_SUFFIX : '\n';
  }
  return { finished, ending };
};

/** `.recx.lock`, or one for each shard: shards of one count may run concurrently; nothing else may. */
const lockFolder = (folder: string, { shard, waitMilliseconds, warn }: FolderSettings): Promise<Lock> => {
  const name = shard === undefined ? '.recx.lock' : `.recx-${shard.number}-of-${shard.count}.lock`;
  const sibling = shard === undefined ? /^$/ : new RegExp(`^\\.recx-\\d+-of-${shard.count}\\.lock$`);
  return takeLock(join(folder, name), {
    waitMilliseconds,
    warn,
    hint: 'Wait for it with --wait 10m, or use another --dir',
    conflictsWith: (other) => /^\.recx.*\.lock$/.test(other) && !sibling.test(other),
  });
};

const sizeOf = (path: string): Promise<number | 'other' | undefined> =>
  withFileErrors(path, async () => {
    try {
      const status = await lstatIfExists(path);
      return status === undefined ? undefined : status.isFile() ? status.size : 'other';
    } catch (error) {
      // A parent is not a folder, so no file exists; creating the folders reports it.
      if (hasErrorCode(error, 'ENOTDIR')) return undefined;
      throw error;
    }
  });

/** The SHA-256 of a regular file, in hexadecimal. Throws `local`. */
export const sha256Of = (path: string): Promise<string> =>
  withDiskErrors(path, async () => {
    const hash = createHash('sha256');
    for await (const chunk of await openFileStream(path)) hash.update(chunk);
    return hash.digest('hex');
  });

/** Free bytes on the file system of a folder, which may not exist yet; undefined if the system does not report them. */
export const freeBytes = async (folder: string): Promise<number | undefined> => {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT') || dirname(folder) === folder) return undefined;
    return freeBytes(dirname(folder));
  }
};
