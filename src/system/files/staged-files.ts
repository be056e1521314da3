import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Pieces } from '../../core/view.ts';
import { ensureDir, statRegularFile } from './file-system.ts';
import type { LockGuard } from './lock/lock.ts';
import { openPart, type PartFile } from './part-file.ts';

/** Files that are committed together once all are complete. */
export interface StagedFiles<Row> {
  add(path: string, rows: readonly Row[]): Promise<void>;
  /** Adds a file even if it gets no rows. */
  touch(path: string): Promise<void>;
  /** Renames all files into place; returns their paths. */
  commit(): Promise<readonly string[]>;
  /** The uncommitted part file of a path, with all rows flushed. */
  finished(path: string): Promise<PartFile>;
  /** Same, including the closing text. */
  closed(path: string): Promise<PartFile>;
  discard(): Promise<void>;
}

export interface StagedFilesSettings {
  readonly zipped: boolean;
  /** Files are appended to later: even an empty one has head and closing text. */
  readonly grows: boolean;
  readonly lock: LockGuard;
}

/** Opens files below a folder. Existing files stay unchanged until commit. */
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
    const file = openStagedFile(part, pieces, settings);
    // Before it exists, so that a failure to create it removes it as well.
    files.set(path, file);
    await part.restart();
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
  /** The buffer is full. */
  readonly isFull: boolean;
  /** Buffers rows. */
  add(rows: readonly Row[]): void;
  /** Writes the buffered rows. */
  flush(): Promise<void>;
  /** Writes everything, including the closing text. */
  close(): Promise<void>;
}

/** Characters to buffer before they are compressed and written. */
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
      // The closing text is written separately, so that a file can be truncated before it to append rows.
      if (!hasRows && grows) text = pieces.head;
      await flush();
      text = hasRows || grows ? pieces.tail : pieces.empty;
      await flush();
      // An empty gzip file still needs a header.
      if (zipped && part.size === 0) await part.append([await gzipped(Buffer.alloc(0))], undefined);
      isClosed = true;
    },
  };
};

/** Maximum open files; others are reopened when needed. */
const MAX_OPEN_FILES = 32;

type OpenFile = Pick<StagedFile<never>, 'flush'> & { readonly part: Pick<PartFile, 'closeHandle'> };

/** Marks a file as used and closes the least recently used ones. */
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
