import { dirname, join } from 'node:path';
import { foldPath, NameTable } from '../../../core/hash/name-table.ts';
import type { Pieces } from '../../../core/view.ts';
import { withFreeDescriptors } from '../disk-errors.ts';
import { ensureDir, statRegularFile } from '../file-system.ts';
import type { LockGuard } from '../lock/lock.ts';
import { openPart, type PartFile } from '../part-file.ts';
import { assertOwnName, assertOwnPart } from './folded-names.ts';
import { type MergedFile, type MergeSettings, openMergedFile } from './merged-file.ts';
import { openRowWriter, type RowWriter, type RowWriterSettings } from './row-writer.ts';

/** Files that are committed together once all are complete. */
export interface StagedFiles<Row> {
  add(path: string, rows: readonly Row[]): Promise<void>;
  /** Adds a file even if it gets no rows. */
  touch(path: string): Promise<void>;
  /** Renames all files into place, merged with existing ones if rules are given; returns the paths of those that changed. */
  commit(merging?: MergeSettings): Promise<readonly string[]>;
  /** The uncommitted part file of a path, with all rows flushed. */
  finished(path: string): Promise<PartFile>;
  /** Same, including the closing text. */
  closed(path: string): Promise<PartFile>;
  discard(): Promise<void>;
}

export interface StagedFilesSettings extends RowWriterSettings {
  readonly lock: LockGuard;
}

/** Opens files below a folder. Existing files stay unchanged until commit. */
export const openStagedFiles = <Row>(
  folder: string,
  pieces: Pieces<Row>,
  settings: StagedFilesSettings,
): StagedFiles<Row> => {
  const files = new Map<string, StagedFile>();
  const merged: MergedFile[] = [];
  const { limitOpen, withFree, closeAll } = openFileLimit();
  const known = new Set<string>();
  const names = new NameTable();

  /** Throws `unsafe` if a path leads to a file that another path has already. */
  const assertApart = async (path: string): Promise<void> => {
    for (const [other, file] of files) {
      if (foldPath(other) !== foldPath(path)) continue;
      // Creates it.
      await withFree(() => file.part.identity());
      await file.part.closeHandle();
      await assertOwnPart(folder, path, other);
    }
  };
  const fileOf = async (path: string): Promise<StagedFile> => {
    const existing = files.get(path);
    if (existing !== undefined) return existing;
    await ensureDir(folder, dirname(path), known);
    if (names.claim(path, path) === 'taken') await assertApart(path);
    const part = await openPart(folder, path, { lock: settings.lock });
    const target = {
      get size() {
        return part.size;
      },
      append: (chunks: readonly Buffer[]) => withFree(() => part.append(chunks, undefined)),
    };
    const file = { part, writer: openRowWriter(target, pieces, settings) };
    // Before it exists, so that a failure to create it removes it as well.
    files.set(path, file);
    await part.restart();
    return file;
  };
  const discard = async (): Promise<void> => {
    // All first: to remove one file, descriptors may be needed that the others hold.
    await closeAll();
    for (const file of merged) await file.discard();
    for (const { part } of files.values()) await part.discard();
    merged.length = 0;
    files.clear();
  };
  return {
    add: async (path, rows) => {
      if (rows.length === 0) return;
      const file = await fileOf(path);
      file.writer.add(pieces.rows(rows));
      await limitOpen(file);
      if (file.writer.isFull) await file.writer.flush();
    },
    touch: async (path) => {
      await fileOf(path);
    },
    commit: async (merging) => {
      const assertName = assertOwnName(folder);
      const existing = new Set<string>();
      for (const path of files.keys()) {
        if ((await statRegularFile(join(folder, path))) === undefined) continue;
        await assertName(path);
        existing.add(path);
      }
      for (const file of files.values()) {
        await file.writer.close();
        // Some mounts refuse to open a file again, so a few stay open.
        await limitOpen(file);
      }
      if (merging !== undefined) {
        for (const path of existing) {
          const { part } = await fileOf(path);
          merged.push(await openMergedFile(folder, path, part, { ...merging, pieces, settings }));
        }
      }
      await merging?.beforeRename();
      const changed: string[] = [];
      for (const file of merged) if (await file.commit()) changed.push(file.path);
      for (const [path, { part }] of files) {
        if (merging !== undefined && existing.has(path)) await part.discard();
        else {
          await part.commit(path, { overwrite: true, keepMode: true });
          changed.push(path);
        }
      }
      merged.length = 0;
      files.clear();
      return changed;
    },
    finished: async (path) => {
      const file = await fileOf(path);
      await file.writer.flush();
      return file.part;
    },
    closed: async (path) => {
      const file = await fileOf(path);
      await file.writer.close();
      return file.part;
    },
    discard,
  };
};

/** One of the files. */
interface StagedFile {
  readonly part: PartFile;
  readonly writer: RowWriter;
}

/** Maximum open files; others are reopened when needed. */
const MAX_OPEN_FILES = 32;

interface OpenFileLimit {
  /** Marks a file as used; writes and closes the least recently used ones. */
  limitOpen(file: StagedFile): Promise<void>;
  /** Runs a step that opens a file; if no descriptor is left for it, again with all others closed. */
  withFree<T>(step: () => Promise<T>): Promise<T>;
  closeAll(): Promise<void>;
}

const openFileLimit = (): OpenFileLimit => {
  const open = new Set<StagedFile>();
  let maximum = MAX_OPEN_FILES;
  const closeAll = async (): Promise<void> => {
    for (const { part } of open) await part.closeHandle();
  };
  return {
    limitOpen: async (file) => {
      open.delete(file);
      open.add(file);
      for (const oldest of open) {
        if (open.size <= maximum) break;
        open.delete(oldest);
        await oldest.writer.flush();
        await oldest.part.closeHandle();
      }
    },
    withFree: (step) =>
      withFreeDescriptors(step, () => {
        maximum = Math.max(1, maximum >> 1);
        return closeAll();
      }),
    closeAll,
  };
};
