import { basename, dirname, join } from 'node:path';
import { OtherForm } from '../../../core/export/row-texts.ts';
import type { Pieces } from '../../../core/view.ts';
import { renameAsync } from '../descriptors.ts';
import { withFileErrors } from '../disk-errors.ts';
import { lstatIfExists } from '../file-system.ts';
import type { LockGuard } from '../lock/lock.ts';
import type { PartFile } from '../part-file.ts';
import { commitTempFile, discardTempFile, openTempFile } from '../temp-file.ts';
import { rowsOfBytes, rowsOfFile, unlistedRows, withRowsOf } from './export-rows.ts';
import { type MergeRules, mergeRows } from './merge-rows.ts';
import { openRowWriter, type RowWriterSettings } from './row-writer.ts';

/** How the files of a run are merged with existing ones. */
export interface MergeSettings extends Omit<MergeRules, 'removed'> {
  /** Marks of rows of a file that are replaced or gone, with how many rows have each. */
  removed(path: string): ReadonlyMap<string, number>;
  /** Renames an existing file of another form out of the way, instead of failing. */
  readonly setsAside: boolean;
  /** All existing files are of another form. */
  readonly isOtherForm: boolean;
  /** Files with rows that are not listed are a failure. */
  readonly refusesUnlisted: boolean;
  /** Called once all files are complete, before the first one is renamed. */
  beforeRename(): Promise<void>;
}

interface OpenSettings extends MergeSettings {
  readonly pieces: Omit<Pieces<never>, 'rows'>;
  readonly settings: RowWriterSettings & { readonly lock: LockGuard };
}

/** A file that replaces an existing one, with the listed rows and those that stay. */
export interface MergedFile {
  readonly path: string;
  /** Renames the file into place; false if it would not change anything. */
  commit(): Promise<boolean>;
  discard(): Promise<void>;
}

/** Merges the rows of a closed part file with those of the existing file of that path. */
export const openMergedFile = async (
  folder: string,
  path: string,
  part: PartFile,
  merging: OpenSettings,
): Promise<MergedFile> => {
  const { reader, pieces, settings, setsAside, isOtherForm, refusesUnlisted } = merging;
  const { zipped, lock } = settings;
  const target = join(folder, path);
  const file = openTempFile(join(dirname(target), `.${basename(target)}.merged.part`));
  const discard = (): Promise<void> => discardTempFile(file, { lock });
  const replace = async (): Promise<boolean> => {
    await renameAside(target, lock);
    return part.commit(path, { overwrite: false });
  };
  const merge = async (): Promise<boolean> => {
    await file.clear();
    const writer = openRowWriter(file, pieces, settings);
    const { isChanged, unlisted } = await mergeRows(
      () => rowsOfFile(target, reader, zipped),
      () => rowsOfBytes(part.contents(), reader, zipped),
      { ...merging, removed: merging.removed(path) },
      async (rows) => {
        writer.add(rows.join(pieces.between));
        if (writer.isFull) await writer.flush();
      },
    );
    await writer.close();
    await file.close();
    await part.closeHandle();
    if (refusesUnlisted && unlisted > 0) throw unlistedRows(target, unlisted);
    return isChanged;
  };
  try {
    if (isOtherForm) throw new OtherForm();
    const isChanged = await withFileErrors(target, merge);
    const commit = async (): Promise<boolean> => {
      if (isChanged) return commitTempFile(file, target, { overwrite: true, keepMode: true, lock });
      await discard();
      return false;
    };
    return { path, commit, discard };
  } catch (error) {
    await discard().catch(() => {});
    if (setsAside && error instanceof OtherForm) return { path, commit: replace, discard };
    return withRowsOf(target, () => Promise.reject(error));
  }
};

/** Renames a file to a free name that ends in `.old`. */
export const renameAside = (path: string, lock: LockGuard): Promise<void> =>
  withFileErrors(path, async () => {
    let free = `${path}.old`;
    for (let number = 2; (await lstatIfExists(free)) !== undefined; number++) free = `${path}.old-${number}`;
    await lock.assertHeld();
    await renameAsync(path, free);
  });
