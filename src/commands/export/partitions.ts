import { type ExportState, latest } from '../../core/export/watermark.ts';
import type { Query } from '../../core/query.ts';
import type { Instant } from '../../core/recording.ts';
import { writeState } from '../../system/files/export-state.ts';
import { listSources } from '../shared/list-sources.ts';
import { collectRows, withStagedFiles } from './collect.ts';
import { type ExportProgress, loadProgress, recordListed, statesOf } from './progress.ts';
import type { ExportContext, Incremental } from './types.ts';

/** Rewrites every file from the bound onwards, in full. */
export const exportPartitions = async (exportContext: ExportContext, incremental: Incremental): Promise<void> => {
  if (await rewriteFiles(exportContext, incremental, false)) return;
  exportContext.exported.rows = 0;
  await rewriteFiles(exportContext, incremental, true);
};

/** Returns false if nothing was written, because every file must be rewritten from the start. */
const rewriteFiles = async (
  exportContext: ExportContext,
  incremental: Incremental,
  fromStart: boolean,
): Promise<boolean> => {
  const { run, query, sources, context, exported, lock } = exportContext;
  const { destination, pieces } = run;
  const progress = await loadProgress(exportContext, incremental, false);
  const { state, increments, start } = progress;
  const earliest = start === null ? undefined : destination.floor(start);
  const bound = sharedBound([...increments.values()].map((increment) => increment.since));
  const since = fromStart ? earliest : latest(bound && destination.floor(bound), earliest);
  exported.since = since ?? null;
  const files = new Map<string, Instant>(Object.entries(state?.files ?? {}));
  return withStagedFiles(exportContext, pieces, async (staged) => {
    // A file whose last recording was deleted would not be rewritten otherwise.
    for (const [path, first] of files) if (since === undefined || first >= since) await staged.touch(path);
    const bounded: Query = since === undefined ? query : { ...query, since, isIncremental: true };
    const rows = listSources(sources, bounded, undefined, context, { onListed: recordListed(increments) });
    let undated = 0;
    await collectRows(rows, staged, exportContext, (row, path) => {
      if (row.createdAt !== null) files.set(path, destination.floor(row.createdAt));
      else undated++;
      return true;
    });
    // Files of undated recordings also have older ones, which an API with time filters returns only in a complete listing.
    if (undated > 0 && since !== earliest) {
      await staged.discard();
      return false;
    }
    exported.files = (await staged.commit()).length;
    await writeState(incremental.statePath, destination.folder, nextState(progress, files, exportContext), lock);
    return true;
  });
};

/** One bound for all accounts, the earliest, so that a file that several accounts share gets the rows of each. */
const sharedBound = (bounds: readonly (Instant | undefined)[]): Instant | undefined =>
  bounds.every((bound) => bound !== undefined) ? [...bounds].sort()[0] : undefined;

/** The state after a complete run, with the files that the next one may have to rewrite. */
const nextState = (
  { identity, increments, start }: ExportProgress,
  files: ReadonlyMap<string, Instant>,
  { run: { destination } }: ExportContext,
): ExportState => {
  const bound = sharedBound([...increments.values()].map((increment) => increment.next().bound));
  const oldest = bound === undefined ? '' : destination.floor(bound);
  return {
    version: 1,
    of: identity,
    sources: statesOf(increments),
    start,
    files: Object.fromEntries([...files].filter(([, first]) => first >= oldest)),
  };
};
