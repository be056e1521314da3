import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Pieces } from '../../core/view.ts';
import { ensureDir } from './download-folder.ts';
import { type HeldLock, openPart, type PartFile } from './part-file.ts';
import { statRegularFile } from './paths.ts';

/** Files that are written side by side and appear together once all are whole. */
export interface StagedFiles<Row> {
  add(path: string, rows: readonly Row[]): Promise<void>;
  /** A file that is to be there even without rows. */
  touch(path: string): Promise<void>;
  /** Gives the files their names; their paths. */
  commit(): Promise<readonly string[]>;
  /** The part of a path, with all that was added, and no name yet. */
  finished(path: string): Promise<PartFile>;
  /** The same, closed as a whole file is. */
  closed(path: string): Promise<PartFile>;
  discard(): Promise<void>;
}

interface StagedFile {
  readonly part: PartFile;
  text: string;
  any: boolean;
  closed: boolean;
}

/** Characters that are gathered before they are compressed and written. */
const BUFFER_CHARACTERS = 256 * 1024;
/** Files that are held open; more are opened again when they are added to. */
const MAX_OPEN_FILES = 32;

/** Opens files below a folder, one that `grows` as the beginning of one that is added to later; those under their final names stay as they are until the end. */
export const openStagedFiles = <Row>(
  folder: string,
  pieces: Pieces<Row>,
  { zipped, grows, lock }: { readonly zipped: boolean; readonly grows: boolean; readonly lock: HeldLock },
): StagedFiles<Row> => {
  const files = new Map<string, StagedFile>();
  const awake = new Set<StagedFile>();
  const made = new Set<string>();

  const underway = async (path: string): Promise<StagedFile> => {
    const known = files.get(path);
    if (known !== undefined) return known;
    await ensureDir(folder, dirname(path), made);
    const part = await openPart(folder, path, lock);
    await part.restart();
    const file = { part, text: '', any: false, closed: false };
    files.set(path, file);
    return file;
  };
  const write = async (file: StagedFile): Promise<void> => {
    if (file.text === '') return;
    const bytes = Buffer.from(file.text);
    file.text = '';
    await file.part.append([zipped ? await gzipped(bytes) : bytes], undefined);
  };
  /** Makes a file the last to be put to rest. */
  const wake = async (file: StagedFile): Promise<void> => {
    awake.delete(file);
    awake.add(file);
    for (const oldest of awake) {
      if (awake.size <= MAX_OPEN_FILES) break;
      awake.delete(oldest);
      await write(oldest);
      await oldest.part.closeHandle();
    }
  };
  const close = async (file: StagedFile): Promise<void> => {
    if (file.closed) return;
    // What closes a file is written by itself, so that a file which is added to can be cut off before it.
    if (!file.any && grows) file.text = pieces.head;
    await write(file);
    file.text = file.any || grows ? pieces.tail : pieces.empty;
    await write(file);
    // No bytes at all are no compressed file.
    if (zipped && file.part.size === 0) await file.part.append([await gzipped(Buffer.alloc(0))], undefined);
    file.closed = true;
  };
  const discard = async (): Promise<void> => {
    for (const { part } of files.values()) await part.discard();
    files.clear();
  };

  return {
    add: async (path, rows) => {
      if (rows.length === 0) return;
      const file = await underway(path);
      file.text += (file.any ? pieces.between : pieces.head) + pieces.rows(rows);
      file.any = true;
      await wake(file);
      if (file.text.length >= BUFFER_CHARACTERS) await write(file);
    },
    touch: async (path) => {
      await underway(path);
    },
    commit: async () => {
      const paths = [...files.keys()];
      for (const path of paths) await statRegularFile(join(folder, path));
      for (const file of files.values()) await close(file);
      for (const [path, { part }] of files) await part.commit(path, { overwrite: true, keepMode: true });
      files.clear();
      return paths;
    },
    finished: async (path) => {
      const file = await underway(path);
      await write(file);
      return file.part;
    },
    closed: async (path) => {
      const file = await underway(path);
      await close(file);
      return file.part;
    },
    discard,
  };
};

const gzipped = promisify(gzip) as (bytes: Buffer) => Promise<Buffer>;
