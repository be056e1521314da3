import { pathBelow } from '../../core/export/destination.ts';
import { openRowReader, rowForm } from '../../core/export/row-texts.ts';
import type { ExportState, WrittenFile } from '../../core/export/state.ts';
import type { Increment } from '../../core/export/watermark.ts';
import { isFinal, type Recording } from '../../core/recording.ts';
import { plural } from '../../core/text/sanitize.ts';
import { appendRows, describeWritten, type Framing, framingOf, repairTail } from '../../system/files/export/append.ts';
import { regularFileExists, writeState } from '../../system/files/export/export-state.ts';
import { renameAside } from '../../system/files/export/merged-file.ts';
import type { StagedFiles } from '../../system/files/export/staged-files.ts';
import { listSources } from '../shared/list-sources.ts';
import { collectRows, withStagedFiles } from './collect.ts';
import { openExistingRows, openUnknownRows, readAppendable, type UnknownRows } from './existing-rows.ts';
import { type ExportProgress, type LoadedState, leavingSources, openExportProgress } from './progress.ts';
import type { ExportContext, Incremental } from './types.ts';

/** Adds recordings to one file, each once, as soon as it is final or leaves the lookback. */
export const exportAppended = async (
  exportContext: ExportContext,
  incremental: Incremental,
  loaded: LoadedState,
): Promise<void> => {
  const { run, view, pieces, exported, context, lock } = exportContext;
  const { folder, name, gzip, format } = run.destination;
  const { statePath, reset } = incremental;
  const progress = openExportProgress(exportContext, incremental, loaded);
  exported.since = progress.since;
  const path = pathBelow(folder, name);
  const file = { path, name, framing: framingOf(pieces, gzip) };
  const reader = openRowReader(rowForm(format, pieces, view.columns));
  const exists = await regularFileExists(path);
  const given = { path, reader, zipped: gzip, framing: file.framing };
  const isUnknown = progress.state === undefined && !reset && exists;
  const unknown = isUnknown ? await openUnknownRows(given, pieces) : undefined;
  const adopted = reset && exists && !progress.isOtherExport ? await readAppendable(given) : undefined;
  const written = progress.state?.written ?? adopted;
  const appends = written !== undefined && (await repairTail(path, written, file.framing, lock));
  const existing = await openExistingRows(given, progress, { appends, reset, pieces });
  const writer = openStateWriter(progress, (state) => writeState(statePath, folder, state, lock));
  const added = appends ? { ...pieces, head: written.any ? pieces.between : '' } : pieces;
  const task = async (staged: StagedFiles<Recording>): Promise<void> => {
    // Even without new rows: this replaces rows staged by a killed run.
    await staged.touch(name);
    await collectNewRows(staged, progress, existing, exportContext, unknown);
    unknown?.assertAllListed();
    if (appends) await appendToFile(file, written, writer, staged, exportContext);
    else await createFile(file, writer, staged, exportContext, { reset, replaces: isUnknown });
  };
  await withStagedFiles(exportContext, added, task, true);
  if (unknown === undefined || exported.pending === 0) return;
  context.log.warn(`${path} is without ${plural(exported.pending, 'recording')} not final yet; a later run adds them`);
};

/** The file that rows are appended to. */
interface ExportFile {
  readonly path: string;
  /** Below the folder of the export. */
  readonly name: string;
  readonly framing: Framing;
}

/** Writes the state before and after the file changes. */
interface StateWriter {
  /** Stores the earlier progress. */
  save(written: WrittenFile): Promise<void>;
  /** Stores this run's progress. */
  saveProgress(written: WrittenFile): Promise<void>;
}

const openStateWriter = (progress: ExportProgress, write: (state: ExportState) => Promise<void>): StateWriter => ({
  save: (written) => write({ ...progress.earlier(), written }),
  saveProgress: (written) => write({ ...progress.next(), written }),
});

/** Stages the rows that earlier runs have not exported. */
const collectNewRows = async (
  staged: StagedFiles<Recording>,
  progress: ExportProgress,
  isInFile: (row: Recording, increment: Increment) => boolean,
  exportContext: ExportContext,
  unknown: UnknownRows | undefined,
): Promise<void> => {
  const { sources, query, context, exported } = exportContext;
  const rows = listSources(sources, query, undefined, context, {
    queryOf: progress.queryOf,
    onOrder: progress.noteOrder,
    ...leavingSources(progress, exportContext),
    // Also rows that another API lists as well: each remembers its own list.
    onListed: (source, listed) => {
      const increment = progress.incrementOf(source);
      for (const row of listed) {
        const { id, createdAt } = row;
        increment.see(row);
        if (isDue(row, increment) || progress.known(id, source) !== undefined) increment.remember(id, [createdAt]);
      }
    },
  });
  await collectRows(rows, staged, exportContext, (row) => {
    unknown?.note(row);
    const source = progress.sourceOf(row);
    const increment = progress.incrementOf(source);
    if (progress.known(row.id, source) !== undefined) return false;
    if (isDue(row, increment)) return !isInFile(row, increment);
    if (row.createdAt !== null) increment.defer(row.createdAt);
    exported.pending++;
    return false;
  });
  if (exported.pending > 0) {
    const text = `${exported.pending} recordings are not final yet; a later run adds them`;
    context.log.debug('export.deferred', text, { rows: exported.pending });
  }
};

/** Whether a row can be added: it changes no more, or no later run would list it. */
const isDue = ({ status, createdAt, call }: Recording, { lookbackFrom }: Increment): boolean =>
  (isFinal(status) && call?.isFinal !== false) || createdAt === null || createdAt < lookbackFrom;

const createFile = async (
  { path, name, framing }: ExportFile,
  writer: StateWriter,
  staged: StagedFiles<Recording>,
  { exported, lock }: ExportContext,
  { reset, replaces }: { readonly reset: boolean; readonly replaces: boolean },
): Promise<void> => {
  // A run that is killed while it replaces a file without a state is repeated: either file has listed rows only.
  if (!replaces) {
    const coming = await (await staged.closed(name)).identity();
    await writer.save({ size: 0, tail: '', pending: true, any: false, coming });
  }
  if (reset && (await regularFileExists(path))) await renameAside(path, lock);
  exported.written = await staged.commit();
  await writer.saveProgress(await describeWritten(path, framing, exported.rows > 0));
};

const appendToFile = async (
  { path, name, framing }: ExportFile,
  before: WrittenFile,
  writer: StateWriter,
  staged: StagedFiles<Recording>,
  { exported, lock }: ExportContext,
): Promise<void> => {
  if (exported.rows === 0) await writer.saveProgress({ ...before, pending: false });
  else {
    await writer.save({ ...before, pending: true });
    try {
      await writer.saveProgress(await appendRows(path, before, await staged.finished(name), framing, lock));
    } catch (error) {
      // Restores the file immediately; if that fails as well, the next run does it.
      await repairTail(path, { ...before, pending: true }, framing, lock)
        .then(() => writer.save({ ...before, pending: false }))
        .catch(() => {});
      throw error;
    }
    exported.written = [name];
  }
  await staged.discard();
};
