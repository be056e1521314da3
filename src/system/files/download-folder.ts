import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, opendir, statfs } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { createInterface } from 'node:readline';
import {
  formatEntry,
  isBlank,
  type ManifestEntry,
  ManifestIndex,
  parseEntry,
  TORN,
} from '../../core/download/manifest.ts';
import type { Shard } from '../../core/download/shard.ts';
import { Failure } from '../../core/failure.ts';
import { isCode } from '../errors.ts';
import { type Lock, takeLock } from './lock/lock.ts';
import { openPart, type PartFile } from './part-file.ts';
import { diskFailure, makeFolder, onOneFile, statRegularFile, statusOf, withDiskErrors } from './paths.ts';

/** A folder of recordings that this run alone works in. Paths are below it, with `/` between their parts. */
export interface Folder {
  readonly finished: ManifestIndex;
  /** Bytes of the file at a path; `other` for anything that is no plain file, undefined for nothing. */
  sizeOf(path: string): Promise<number | 'other' | undefined>;
  /** A file on its way to a path; the folders above it are made. */
  part(path: string): Promise<PartFile>;
  sha256Of(path: string): Promise<string>;
  /** Writes a line of the manifest; a path that is not in it counts as not finished. */
  record(entry: ManifestEntry): Promise<void>;
  /** Puts the manifest on the disk and lets other runs in. */
  close(): Promise<void>;
}

export interface FolderSettings {
  readonly manifest: boolean;
  readonly shard: Shard | undefined;
  /** Milliseconds to wait for another run in the same folder. */
  readonly waitMilliseconds: number;
  /** Only looks: makes no folder, takes no lock. */
  readonly readOnly: boolean;
}

export const MANIFEST = 'manifest.ndjson';

/** Opens or makes a folder. Fails with `local` when it cannot be written, `locked` when another run works in it. */
export const openFolder = async (folder: string, settings: FolderSettings): Promise<Folder> => {
  if (settings.readOnly) return opened(folder, settings, { assertHeld: async () => {}, release: async () => {} });
  await withDiskErrors(folder, () => makeFolder(folder));
  const lock = await withDiskErrors(folder, () => lockFolder(folder, settings));
  try {
    return await opened(folder, settings, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
};

const opened = async (folder: string, settings: FolderSettings, lock: Lock): Promise<Folder> => {
  const finished = new ManifestIndex();
  const manifest = join(folder, MANIFEST);
  let ending = '';
  if (settings.manifest) {
    for await (const { entry, ended } of entriesOf(manifest)) {
      if (entry !== undefined) finished.add(entry);
      ending = ended ? '' : entry === undefined ? TORN : '\n';
    }
  }
  const place = (path: string): string => join(folder, path);
  const made = new Set<string>();
  const lines = appender(manifest, settings.readOnly ? '' : ending);

  return {
    finished,
    sizeOf: (path) => sizeOf(place(path)),
    part: async (path) => {
      await ensureDir(folder, dirname(path), made);
      return openPart(folder, path, lock);
    },
    sha256Of: (path) => sha256Of(place(path)),
    record: async (entry) => {
      if (!settings.manifest) return;
      await lines.append(formatEntry(entry));
      finished.add(entry);
    },
    close: () => lines.close().finally(() => lock.release()),
  };
};

interface Appender {
  append(line: string): Promise<void>;
  close(): Promise<void>;
}

/** Appends lines to a file, those that come together in one write, after the `ending` that its last line needs. */
const appender = (path: string, ending: string): Appender => {
  let handle: FileHandle | undefined;
  let before = ending;
  let waiting = '';
  let flushing: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    handle ??= await openManifest(path);
    const text = Buffer.from(before + waiting);
    waiting = '';
    flushing = undefined;
    before = TORN;
    const { bytesWritten } = await handle.write(text);
    if (bytesWritten !== text.length) throw new Failure('local', `${path}: a line could not be written whole`);
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
      // Also when nothing is added: what a killed run left torn would else be taken for damage.
      if (handle === undefined && ending !== '') await withDiskErrors(path, flush);
      // Once, at the end: a line that a power cut takes away is written again by the next run.
      await withDiskErrors(path, async () => handle?.sync().finally(() => handle?.close()));
    },
  };
};

/** `.recx.lock`, or one for each shard: shards of one count may work beside each other, anything else may not. */
const lockFolder = (folder: string, { shard, waitMilliseconds }: FolderSettings): Promise<Lock> => {
  const name = shard === undefined ? '.recx.lock' : `.recx-${shard.number}-of-${shard.count}.lock`;
  const beside = shard === undefined ? /^$/ : new RegExp(`^\\.recx-\\d+-of-${shard.count}\\.lock$`);
  return takeLock(join(folder, name), {
    waitMilliseconds,
    hint: 'Wait for it with --wait 10m, or use another --dir',
    isRival: (other) => /^\.recx.*\.lock$/.test(other) && !beside.test(other),
  });
};

/** Entries of a folder that are read at a time. */
const DIRECTORY = 1024;

/** The lines of a manifest, none when there is no such file; the last one may lack its end. */
export async function* entriesOf(
  path: string,
): AsyncGenerator<{ readonly entry: ManifestEntry | undefined; readonly ended: boolean; readonly blank: boolean }> {
  if ((await withDiskErrors(path, () => statRegularFile(path))) === undefined) return;
  const input = createReadStream(path, { highWaterMark: 1 << 20 });
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let last = 0;
  let failed: unknown;
  input.on('data', (chunk) => {
    last = Number(chunk.at(-1));
  });
  // Also of an error after the last line, which nobody else would hear.
  input.on('error', (error) => {
    failed = error;
    lines.close();
  });
  try {
    for await (const line of lines) yield { entry: parseEntry(line), ended: last === NEWLINE, blank: isBlank(line) };
    if (failed !== undefined) throw failed;
  } catch (error) {
    throw diskFailure(error, path);
  }
}

const NEWLINE = 10;

const openManifest = async (path: string): Promise<FileHandle> => {
  const status = await statRegularFile(path);
  const handle = await open(path, 'a', 0o600);
  if (status !== undefined && (status.mode & 0o077) !== 0) await handle.chmod(0o600);
  return handle;
};

const sizeOf = async (path: string): Promise<number | 'other' | undefined> => {
  try {
    const status = await statusOf(path);
    return status === undefined ? undefined : status.isFile() ? status.size : 'other';
  } catch (error) {
    // Below something that is no folder there is no file either; making the way to it will say so.
    if (isCode(error, 'ENOTDIR')) return undefined;
    throw diskFailure(error, path);
  }
};

/** Hexadecimal. */
export const sha256Of = (path: string): Promise<string> =>
  withDiskErrors(path, async () => {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
    return hash.digest('hex');
  });

/** Makes the folders between, and sees that none is a link that leads elsewhere. */
export const ensureDir = async (folder: string, below: string, made: Set<string>): Promise<void> => {
  if (below === '.' || made.has(below)) return;
  await ensureDir(folder, dirname(below), made);
  const path = join(folder, below);
  await onOneFile(path, async () => {
    await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
      if (!isCode(error, 'EEXIST')) throw error;
    });
    if ((await statusOf(path))?.isDirectory() !== true) {
      throw new Failure('unsafe', `${path} is a link or no folder, and was left alone`);
    }
  });
  if (made.size > MAX_KNOWN_FOLDERS) made.clear();
  made.add(below);
};

const MAX_KNOWN_FOLDERS = 1000;

/** Bytes that are free where a folder is or would be; undefined where the system does not tell. */
export const freeBytes = async (folder: string): Promise<number | undefined> => {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (!isCode(error, 'ENOENT') || dirname(folder) === folder) return undefined;
    return freeBytes(dirname(folder));
  }
};

/** Every file below a folder that recx could have put there, by its path. Its own hidden files are left out. */
export async function* filesBelow(folder: string, from = folder): AsyncGenerator<string> {
  for await (const entry of await withDiskErrors(from, () => opendir(from, { bufferSize: DIRECTORY }))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(from, entry.name);
    if (entry.isDirectory()) yield* filesBelow(folder, path);
    else yield relative(folder, path).split(sep).join('/');
  }
}
