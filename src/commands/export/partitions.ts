import { openRowReader, rowForm } from '../../core/export/row-texts.ts';
import type { ExportState, KnownRow } from '../../core/export/state.ts';
import { IdSet } from '../../core/hash/id-set.ts';
import type { Recording } from '../../core/recording.ts';
import { rowMark } from '../../system/files/export/export-rows.ts';
import { writeState } from '../../system/files/export/export-state.ts';
import { listSources } from '../shared/list-sources.ts';
import { collectRows, withStagedFiles } from './collect.ts';
import { type ExportProgress, type LoadedState, leavingSources, openExportProgress } from './progress.ts';
import type { ExportContext, Incremental } from './types.ts';

/**
 * Brings files by time up to date: within the lookback of an account the provider's list is the truth, so rows are added,
 * replaced and removed; all other rows stay as they are.
 */
export const exportPartitions = async (
  exportContext: ExportContext,
  incremental: Incremental,
  loaded: LoadedState,
): Promise<void> => {
  const { run, view, pieces, query, sources, context, exported, lock } = exportContext;
  const { folder, format } = run.destination;
  const progress = openExportProgress(exportContext, incremental, loaded);
  exported.since = progress.since;
  const reader = openRowReader(rowForm(format, pieces, view.columns));
  const changes = openChanges(progress, {
    replacesAll: incremental.reset,
    markOf: (row) => rowMark(reader.keyOf(pieces.rows([row]))),
    hasIds: reader.hasIds,
  });
  const write = (state: ExportState): Promise<void> => writeState(incremental.statePath, folder, state, lock);
  await withStagedFiles(exportContext, pieces, async (staged) => {
    const rows = listSources(sources, query, undefined, context, {
      queryOf: progress.queryOf,
      onOrder: progress.noteOrder,
      ...leavingSources(progress, exportContext),
      onListed: (source, listed) => {
        const increment = progress.incrementOf(source);
        for (const row of listed) increment.see(row);
      },
    });
    await collectRows(rows, staged, exportContext, changes.accepts);
    exported.dropped = changes.dropUnlisted();
    if (exported.dropped > 0) {
      const text = `${exported.dropped} rows are removed: the provider no longer has these recordings`;
      context.log.debug('export.dropped', text, { rows: exported.dropped });
    }
    for (const path of changes.removed.keys()) await staged.touch(path);
    const isFirst = progress.state === undefined && !incremental.reset;
    exported.written = await staged.commit({
      reader,
      removed: (path) => changes.removed.get(path) ?? new Map(),
      isOptional: changes.isOptional,
      replacesEqual: hasUnknownRows(progress),
      setsAside: incremental.reset,
      isOtherForm: progress.isOtherExport,
      refusesUnlisted: isFirst,
      // Rows that a killed run has written are recognised without ids only by their text, and after a first run not at all.
      beforeRename: async () => {
        if (isFirst || !reader.hasIds) await write({ ...progress.earlier(), pending: true });
      },
    });
    await write(progress.next());
  });
};

/** Files may have rows that the state does not know. */
const hasUnknownRows = ({ state, increments }: ExportProgress): boolean =>
  state?.version !== 2 ||
  state.pending === true ||
  [...increments.values()].some(({ isNew, knowsAll }) => !isNew && !knowsAll);

/** What a run changes in the files. */
interface Changes {
  /** Whether a listed recording is written to a path; else its row stays as it is. */
  accepts(row: Recording, path: string): boolean;
  /** Removes the rows that are no longer listed; returns their number. Called after the last listed one. */
  dropUnlisted(): number;
  /** By path, the marks of the rows to remove, with their number. */
  readonly removed: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Whether the row of a mark is written only if the file does not have it. */
  isOptional(mark: string): boolean;
}

interface ChangeSettings {
  /** Rows outside the lookback are replaced as well. */
  readonly replacesAll: boolean;
  readonly hasIds: boolean;
  markOf(row: Recording): string;
}

const openChanges = (progress: ExportProgress, { replacesAll, hasIds, markOf }: ChangeSettings): Changes => {
  const removed = new Map<string, Map<string, number>>();
  const replacing = new IdSet();
  const listed = new Set<KnownRow>();
  const remove = ([, path, mark]: KnownRow): void => {
    if (path === undefined || mark === undefined) return;
    const marks = removed.get(path) ?? new Map<string, number>();
    removed.set(path, marks.set(mark, (marks.get(mark) ?? 0) + 1));
  };
  return {
    removed,
    isOptional: (mark) => hasIds && !replacesAll && !replacing.has(mark),
    accepts: (row, path) => {
      const { id, createdAt } = row;
      const source = progress.sourceOf(row);
      const increment = progress.incrementOf(source);
      const found = progress.known(id, source);
      const mayHaveChanged = replacesAll || createdAt === null || createdAt >= increment.changesFrom;
      if (found !== undefined) {
        listed.add(found.row);
        if (!mayHaveChanged) return false;
        remove(found.row);
        found.increment?.forget(id);
      }
      const replaces = mayHaveChanged && hasIds && !replacesAll;
      if (!replaces && !increment.remembers(createdAt)) return true;
      const mark = markOf(row);
      if (replaces) replacing.add(mark);
      increment.remember(id, [createdAt, path, mark]);
      return true;
    },
    dropUnlisted: () => {
      let dropped = 0;
      for (const increment of progress.increments.values()) {
        for (const [id, row] of Object.entries(increment.allKnown)) {
          const [createdAt] = row;
          if (listed.has(row) || createdAt === null || createdAt < increment.lookbackFrom) continue;
          remove(row);
          increment.forget(id);
          dropped++;
        }
      }
      return dropped;
    },
  };
};
