import { pathBelow } from '../../core/export/destination.ts';
import { take } from '../../core/listing.ts';
import { lockExport, regularFileExists, syncFolder } from '../../system/files/export-state.ts';
import type { Context } from '../shared/context.ts';
import { listSources } from '../shared/list-sources.ts';
import type { Source } from '../shared/source-types.ts';
import { exportAppended } from './appended.ts';
import { collectRows, widenedQuery, withStagedFiles } from './collect.ts';
import { exportPartitions } from './partitions.ts';
import type { ExportContext, ExportCounts, ExportRun } from './types.ts';

/** Writes the files, all of them or none, and stores the progress of an incremental run. */
export const exportToFiles = async (
  run: ExportRun,
  sources: readonly Source[],
  context: Context,
  exported: ExportCounts,
): Promise<void> => {
  const { destination, incremental, waitMilliseconds } = run;
  const { folder, name, template } = destination;
  const lock = await lockExport(folder, name, { waitMilliseconds, warn: context.log.warn });
  try {
    if (template === undefined) await regularFileExists(pathBelow(folder, name));
    const exportContext = { run, query: run.freshQuery(), sources, context, exported, lock };
    if (incremental === undefined) await exportEverything(exportContext);
    else if (template === undefined) await exportAppended(exportContext, incremental);
    else await exportPartitions(exportContext, incremental);
  } finally {
    await lock.release();
  }
};

/** Writes every file from scratch. */
const exportEverything = async (exportContext: ExportContext): Promise<void> => {
  const { run, sources, context, exported } = exportContext;
  const { destination, pieces, limit } = run;
  await withStagedFiles(exportContext, pieces, async (staged) => {
    if (destination.template === undefined) await staged.touch(destination.name);
    const rows = listSources(sources, widenedQuery(exportContext), undefined, context);
    await collectRows(limit === undefined ? rows : take(rows, limit), staged, exportContext);
    exported.files = (await staged.commit()).length;
    await syncFolder(destination.folder);
  });
};
