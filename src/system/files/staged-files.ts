import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Pieces } from '../../core/view.ts';
import { ensureDir, statRegularFile } from './file-system.ts';
import type { LockGuard } from './lock/lock.ts';
import { openPart, type PartFile } from './part-file.ts';

/** Files that are written side by side and appear together once all are complete. */
export interface StagedFiles<Row> {
  add(path: string, rows: readonly Row[]): Promise<void>;
  /** Adds a file that is to exist even without rows. */
  touch(path: string): Promise<void>;
  /** Gives the files their names; returns their paths. */
  commit(): Promise<readonly string[]>;
  /** The part file of a path, with everything that was added, and no name yet. */
  finished(path: string): Promise<PartFile>;
  /** The same, closed as a complete file is. */
  closed(path: string): Promise<PartFile>;
  discard(): Promise<void>;
}

export interface StagedFilesSettings {
  readonly zipped: boolean;
  /** The files are appended to later: even one without rows has a head and what closes it. */
  readonly grows: boolean;
  readonly lock: LockGuard;
}

/** Opens files below a folder. Those that exist under the final names stay as they are until the end. */
export const openStagedFiles = <Row>(
  folder: string,
  pieces: Pieces<Row>,
  settings: StagedFilesSettings,
): StagedFiles<Row> => {
  const files = new Map<string, StagedFile<Row>>();
  const limitOpen = openFileLimit();
  const known = new Set<string>();

  const fileOf = async (path: string): Promise<StagedFile<Row>> => {
    const existing = files.get(path);
    if (existing !== undefined) return existing;
    await ensureDir(folder, dirname(path), known);
    const part = await openPart(folder, path, settings.lock);
    await part.restart();
    const file = openStagedFile(part, pieces, settings);
    files.set(path, file);
    return file;
  };
  return {
    add: async (path, rows) => {
      if (rows.length === 0) return;
      const file = await fileOf(path);
      file.add(rows);
      await limitOpen(file);
      if (file.isFull) await file.flush();
    },
    touch: async (path) => {
      await fileOf(path);
    },
    commit: async () => {
      const paths = [...files.keys()];
      for (const path of paths) await statRegularFile(join(folder, path));
      for (const file of files.values()) await file.close();
      for (const [path, { part }] of files) await part.commit(path, { overwrite: true, keepMode: true });
      files.clear();
      return paths;
    },
    finished: async (path) => {
      const file = await fileOf(path);
      await file.flush();
      return file.part;
    },
    closed: async (path) => {
      const file = await fileOf(path);
      await file.close();
      return file.part;
    },
    discard: async () => {
      for (const { part } of files.values()) await part.discard();
      files.clear();
    },
  };
};

/** One of the files. */
interface StagedFile<Row> {
  readonly part: PartFile;
  /** So much is buffered that it should be written. */
  readonly isFull: boolean;
  /** Buffers rows. */
  add(rows: readonly Row[]): void;
  /** Writes what is buffered. */
  flush(): Promise<void>;
  /** Writes everything, including what closes the file. */
  close(): Promise<void>;
}

/** Characters that are buffered before they are compressed and written. */
const BUFFER_CHARACTERS = 256 * 1024;

const openStagedFile = <Row>(
  part: PartFile,
  pieces: Pieces<Row>,
  { zipped, grows }: Pick<StagedFilesSettings, 'zipped' | 'grows'>,
): StagedFile<Row> => {
  let text = '';
  let hasRows = false;
  let isClosed = false;
  const flush = async (): Promise<void> => {
    if (text === '') return;
    const bytes = Buffer.from(text);
    text = '';
    await part.append([zipped ? await gzipped(bytes) : bytes], undefined);
  };
  return {
    part,
    get isFull() {
      return text.length >= BUFFER_CHARACTERS;
    },
    add: (rows) => {
      text += (hasRows ? pieces.between : pieces.head) + pieces.rows(rows);
      hasRows = true;
    },
    flush,
    close: async () => {
      if (isClosed) return;
      // What closes a file is written separately, so that a file which is appended to can be cut off before it.
      if (!hasRows && grows) text = pieces.head;
      await flush();
      text = hasRows || grows ? pieces.tail : pieces.empty;
      await flush();
      // No bytes at all are not a compressed file.
      if (zipped && part.size === 0) await part.append([await gzipped(Buffer.alloc(0))], undefined);
      isClosed = true;
    },
  };
};

/** Files that are held open; others are opened again when they are added to. */
const MAX_OPEN_FILES = 32;

type OpenFile = Pick<StagedFile<never>, 'flush'> & { readonly part: Pick<PartFile, 'closeHandle'> };

/** Notes that a file is in use, and closes those that were not used for the longest time. */
const openFileLimit = (): ((file: OpenFile) => Promise<void>) => {
  const open = new Set<OpenFile>();
  return async (file) => {
    open.delete(file);
    open.add(file);
    for (const oldest of open) {
      if (open.size <= MAX_OPEN_FILES) break;
      open.delete(oldest);
      await oldest.flush();
      await oldest.part.closeHandle();
    }
  };
};

const gzipped = promisify(gzip) as (bytes: Buffer) => Promise<Buffer>;
