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
import { NameTable } from '../../core/hash/name-table.ts';
import { hasErrorCode } from '../errors.ts';
import { observeFileSystem } from '../quick-calls.ts';
import { type Digests, digestsOf } from './digest.ts';
import { withDiskErrors, withFileErrors } from './disk-errors.ts';
import { ensureDir, foldsNames, isInListing, lstatIfExists, makeFolder } from './file-system.ts';
import { type Lock, takeLock } from './lock/lock.ts';
import { entriesOf, latestEntryAt, openManifestWriter } from './manifest-file.ts';
import { type ManifestPlaces, readManifestPlaces } from './manifest-places.ts';
import { openPart, type PartFile, type PartSettings } from './part-file.ts';
import { sidecarOwnerAt } from './read-sidecar.ts';
import { writeFileAtomically } from './write-file.ts';

/** A download folder locked by this run. Paths are relative, separated by `/`. */
export interface Folder {
  readonly finished: ManifestIndex;
  /** The names of this run, without extension: each also covers the sidecar and the part file. */
  readonly names: NameTable;
  /** Bytes of the file at a path; `other` if it is not a regular file, undefined if nothing exists. */
  sizeOf(path: string): Promise<number | 'other' | undefined>;
  /** Whether an existing file has exactly this name, not one that differs in case. */
  hasExactName(path: string): Promise<boolean>;
  /** The latest manifest line about an existing file. Reads the manifest. */
  entryAt(path: string): Promise<ManifestEntry | undefined>;
  /** The manifest line of a recording in a format, wherever its file is, of those before this run. */
  entryOf: ManifestPlaces['entryOf'];
  /** The part file of a path; creates its parent folders. */
  part(path: string, settings: Omit<PartSettings, 'lock'>): Promise<PartFile>;
  /** Writes a complete file and creates its parent folders; false if it exists and must not be replaced. */
  write(path: string, text: string, overwrite: boolean): Promise<boolean>;
  digestsOf(path: string): Promise<Digests>;
  /** The recording that a sidecar names; undefined for anything else. */
  sidecarAt(path: string): ReturnType<typeof sidecarOwnerAt>;
  /** After a file was lost: throws `locked` if the folder is lost as well, and looks at every folder below it again. */
  recheck(): Promise<void>;
  /** Files are recorded in a manifest. */
  readonly hasManifest: boolean;
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
  if (settings.readOnly) {
    await observeFileSystem(folder);
    return openLocked(folder, settings, openAnyway);
  }
  await withDiskErrors(folder, () => makeFolder(folder));
  const lock = await withDiskErrors(folder, () => lockFolder(folder, settings));
  try {
    return await openLocked(folder, settings, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
};

const openAnyway: Lock = { assertHeld: async () => {}, release: async () => {} };

const openLocked = async (folder: string, settings: FolderSettings, lock: Lock): Promise<Folder> => {
  const manifest = join(folder, MANIFEST);
  const folds = await foldsNames(join(folder, settings.readOnly ? MANIFEST : lockName(settings)));
  const { finished, ending } = settings.manifest
    ? await readManifest(manifest, folds)
    : { finished: new ManifestIndex(folds), ending: '' };
  const writer = openManifestWriter(manifest, settings.readOnly ? '' : ending, lock);
  const known = new Set<string>();
  let places: Promise<ManifestPlaces> | undefined;
  const absolute = (path: string): string => join(folder, path);

  return {
    finished,
    names: new NameTable(folds),
    hasManifest: settings.manifest,
    sizeOf: (path) => sizeOf(absolute(path)),
    hasExactName: async (path) => !folds || isInListing(absolute(path)),
    entryAt: (path) => latestEntryAt(folder, path),
    entryOf: async (recording, format) => {
      if (!settings.manifest) return undefined;
      places ??= readManifestPlaces(manifest);
      return (await places).entryOf(recording, format);
    },
    part: async (path, partSettings) => {
      await ensureDir(folder, dirname(path), known);
      return openPart(folder, path, { ...partSettings, lock });
    },
    write: async (path, text, overwrite) => {
      await ensureDir(folder, dirname(path), known);
      return writeFileAtomically(absolute(path), text, { overwrite, lock });
    },
    digestsOf: (path) => digestsOf(absolute(path)),
    sidecarAt: (path) => sidecarOwnerAt(absolute(path)),
    recheck: async () => {
      await lock.assertHeld();
      known.clear();
    },
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
const readManifest = async (
  path: string,
  folds: boolean,
): Promise<{ readonly finished: ManifestIndex; readonly ending: string }> => {
  const finished = new ManifestIndex(folds);
  let ending = '';
  for await (const { entry, ended } of entriesOf(path)) {
    if (entry !== undefined) finished.add(entry);
    ending = ended ? '' : entry === undefined ? TORN_LINE_SUFFIX : '\n';
  }
  return { finished, ending };
};

/** `.recx.lock`, or one for each shard: shards of one count may run concurrently; nothing else may. */
const lockFolder = (folder: string, settings: FolderSettings): Promise<Lock> => {
  const { shard, waitMilliseconds, warn } = settings;
  const name = lockName(settings);
  const sibling = shard === undefined ? /^$/ : new RegExp(`^\\.recx-\\d+-of-${shard.count}\\.lock$`);
  return takeLock(join(folder, name), {
    waitMilliseconds,
    warn,
    hint: 'Wait for it with --wait 10m, or use another --dir',
    conflictsWith: (other) => /^\.recx.*\.lock$/.test(other) && !sibling.test(other),
  });
};

const lockName = ({ shard }: FolderSettings): string =>
  shard === undefined ? '.recx.lock' : `.recx-${shard.number}-of-${shard.count}.lock`;

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
