import { pathBelow, STATE_ENDING } from '../../core/export/destination.ts';
import { Failure } from '../../core/failure.ts';
import { piecesOf } from '../../formats/index.ts';
import { lockExport, regularFileExists, syncFolder } from '../../system/files/export/export-state.ts';
import { nameOfApi } from '../access/api-access.ts';
import type { Context } from '../shared/context.ts';
import { listSources } from '../shared/list-sources.ts';
import { showsLinks, showsRaw } from '../shared/output.ts';
import type { Source } from '../shared/source.ts';
import { exportAppended } from './appended.ts';
import { collectRows, widenedQuery, withStagedFiles } from './collect.ts';
import { layoutOf } from './layout.ts';
import { exportPartitions } from './partitions.ts';
import { loadState } from './progress.ts';
import { continuedSources } from './source-keys.ts';
import { type ExportContext, type ExportCounts, type ExportRun, nothingExported } from './types.ts';

/** Writes the files, all of them or none, and stores the progress of an incremental run. Returns the sources that took part. */
export const exportToFiles = async (
  run: ExportRun,
  opened: readonly Source[],
  context: Context,
  exported: ExportCounts,
): Promise<readonly Source[]> => {
  const { destination, incremental, waitMilliseconds } = run;
  const { folder, name, template, format } = destination;
  const lock = await lockExport(folder, name, { waitMilliseconds, warn: context.log.warn });
  // A task that counted from a wrong time runs again.
  Object.assign(exported, nothingExported);
  try {
    if (template === undefined) await regularFileExists(pathBelow(folder, name));
    const loaded = incremental && (await loadState(incremental));
    const sources = continuedSources(opened, loaded?.state);
    const layout = layoutOf(run, loaded?.state);
    const { view, callFields } = layout;
    const query = {
      ...run.freshQuery(),
      needsMediaLinks: showsLinks(view),
      ...(callFields.length === 0 ? {} : { callFields }),
    };
    const pieces = await piecesOf[format](view);
    const withdrawn: Source[] = [];
    const withoutCalls = new Map<Source, string>();
    const exportContext = { run, view, pieces, query, sources, context, exported, lock, withdrawn, withoutCalls };
    if (incremental === undefined || loaded === undefined) {
      await exportEverything(exportContext);
      if (template === undefined) await warnOfState(pathBelow(folder, name), context);
      checkCalls(withoutCalls, context);
      return sources;
    }
    const exportRows = template === undefined ? exportAppended : exportPartitions;
    await exportRows(exportContext, incremental, loaded);
    if (withdrawn.length > 0)
      throw new Failure('partial', `exported without ${withdrawn.map(nameOfApi).join(' and ')}`);
    checkCalls(withoutCalls, context);
    if (layout.newer.length > 0) {
      context.log.warn(
        `${pathBelow(folder, name)} keeps its fields; this version also has: ${layout.newer.join(', ')}`,
        'For these, start another export',
      );
    }
    return sources;
  } finally {
    await lock.release();
  }
};

/** Throws `partial` if recordings may match whose calls the provider no longer has: no later run would find them either. */
const checkCalls = (without: ReadonlyMap<Source, string>, { log }: Context): void => {
  if (without.size === 0) return;
  for (const [source, message] of without) log.error(new Failure('partial', `${nameOfApi(source)}: ${message}`));
  const names = [...without.keys()].map(nameOfApi).join(' and ');
  throw new Failure('partial', `exported without recordings of ${names} that may match: their calls are not there`, {
    hint: 'Leave them out with a later --since',
  });
};

/** The file that was replaced may be one that an incremental export continues. */
const warnOfState = async (path: string, { log }: Context): Promise<void> => {
  const state = path + STATE_ENDING;
  if (!(await regularFileExists(state))) return;
  log.warn(
    `${path} was the file of an incremental export (${state}), which continues it only if its rows are the same`,
    `To start that export again, add --incremental --reset-state; to end it, remove ${state}`,
  );
};

/** Writes every file from scratch. */
const exportEverything = async (exportContext: ExportContext): Promise<void> => {
  const { run, view, pieces, sources, context, exported, withoutCalls } = exportContext;
  const { destination, limit, order } = run;
  await withStagedFiles(exportContext, pieces, async (staged) => {
    if (destination.template === undefined) await staged.touch(destination.name);
    const query = widenedQuery(exportContext);
    exported.since = query.since ?? null;
    const rows = listSources(sources, query, limit, context, {
      order,
      needsRaw: showsRaw(view),
      onCallsMissing: (source, message) => withoutCalls.set(source, message),
    });
    await collectRows(rows, staged, exportContext);
    exported.written = await staged.commit();
    await syncFolder(destination.folder);
  });
};
