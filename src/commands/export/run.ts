import { below } from '../../core/export/destination.ts';
import { take } from '../../core/listing.ts';
import { lockExport, regularFileExists, syncFolder } from '../../system/files/export-state.ts';
import type { Context } from '../shared/context.ts';
import { listSources } from '../shared/list-sources.ts';
import type { Source } from '../shared/source-types.ts';
import {
  collectRows,
  type ExportContext,
  type Exported,
  type ExportRun,
  widenedQuery,
  withStagedFiles,
} from './collect.ts';
import { exportAppended, exportParts } from './incremental.ts';

/** Writes the files, all of them or none, and remembers how far it is. */
export const exportToFiles = async (
  run: ExportRun,
  sources: readonly Source[],
  context: Context,
  exported: Exported,
): Promise<void> => {
  const { destination, incremental, waitMilliseconds } = run;
  const { folder, name, template } = destination;
  const lock = await lockExport(folder, name, waitMilliseconds);
  try {
    if (template === undefined) await regularFileExists(below(folder, name));
    const all = { run: { ...run, query: run.freshQuery() }, sources, context, exported, lock };
    if (incremental === undefined) await exportWhole(all);
    else if (template === undefined) await exportAppended(all, incremental);
    else await exportParts(all, incremental);
  } finally {
    await lock.release();
  }
};

/** Every file is made anew. */
const exportWhole = async (all: ExportContext): Promise<void> => {
  const { run, sources, context, exported } = all;
  const { destination, pieces, limit } = run;
  await withStagedFiles(all, pieces, async (staged) => {
    if (destination.template === undefined) await staged.touch(destination.name);
    const rows = listSources(sources, widenedQuery(run), undefined, context);
    await collectRows(limit === undefined ? rows : take(rows, limit), staged, all);
    exported.files = (await staged.commit()).length;
    await syncFolder(destination.folder);
  });
};
