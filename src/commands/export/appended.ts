import { pathBelow } from '../../core/export/destination.ts';
import { type ExportState, latest, type WrittenFile } from '../../core/export/watermark.ts';
import { Failure } from '../../core/failure.ts';
import type { Query } from '../../core/query.ts';
import type { Recording } from '../../core/recording.ts';
import { appendRows, describeWritten, type Framing, framingOf, repairTail } from '../../system/files/append.ts';
import { regularFileExists, writeState } from '../../system/files/export-state.ts';
import type { StagedFiles } from '../../system/files/staged-files.ts';
import { listSources } from '../shared/list-sources.ts';
import type { Source } from '../shared/source-types.ts';
import { collectRows, withStagedFiles } from './collect.ts';
import { accountKey, type ExportProgress, loadProgress, recordListed, statesOf } from './progress.ts';
import type { ExportContext, Incremental } from './types.ts';

/** Adds new recordings to one file, each once. */
export const exportAppended = async (exportContext: ExportContext, incremental: Incremental): Promise<void> => {
  const { run, lock } = exportContext;
  const { pieces, destination } = run;
  const { folder, name, gzip } = destination;
  const { statePath, reset } = incremental;
  const path = pathBelow(folder, name);
  const progress = await loadProgress(exportContext, incremental, true);
  if (progress.state === undefined && !reset && (await regularFileExists(path))) {
    throw new Failure('local', `${path} exists, but ${statePath}, which records what was exported to it, does not`, {
      hint: `Move ${path} away to start a new file, or replace it with --reset-state`,
    });
  }
  const file = { path, name, framing: framingOf(pieces, gzip) };
  const written = progress.state?.written;
  const appends = written !== undefined && (await repairTail(path, written, file.framing, lock));
  const writer = openStateWriter(progress, (state) => writeState(statePath, folder, state, lock));
  const added = appends ? { ...pieces, head: written.any ? pieces.between : '' } : pieces;
  const task = async (staged: StagedFiles<Recording>): Promise<void> => {
    // Even without new rows: this replaces rows staged by a killed run.
    await staged.touch(name);
    await collectNewRows(staged, progress, exportContext);
    if (appends) await appendToFile(file, written, writer, staged, exportContext);
    else await createFile(file, writer, staged, exportContext);
  };
  await withStagedFiles(exportContext, added, task, true);
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

const openStateWriter = (
  { state, identity, increments, start }: ExportProgress,
  write: (state: ExportState) => Promise<void>,
): StateWriter => ({
  save: (written) => write({ version: 1, of: identity, sources: state?.sources ?? {}, start, written }),
  saveProgress: (written) => write({ version: 1, of: identity, sources: statesOf(increments), start, written }),
});

/** Stages the rows that earlier runs have not exported. */
const collectNewRows = async (
  staged: StagedFiles<Recording>,
  { increments, start }: ExportProgress,
  exportContext: ExportContext,
): Promise<void> => {
  const { query, sources, context, exported } = exportContext;
  const queryOf = (source: Source): Query => {
    const since = latest(increments.get(accountKey(source))?.since, start ?? undefined);
    return since === undefined ? query : { ...query, since, isIncremental: true };
  };
  exported.since = [...increments.values()].map(({ since }) => since ?? '').sort()[0] || null;
  const rows = listSources(sources, query, undefined, context, { queryOf, onListed: recordListed(increments) });
  const known = [...increments];
  const isNew = (row: Recording): boolean =>
    !known.some(([key, { has }]) => key.startsWith(`${row.provider} `) && has(row.id));
  await collectRows(rows, staged, exportContext, isNew);
};

const createFile = async (
  { path, name, framing }: ExportFile,
  writer: StateWriter,
  staged: StagedFiles<Recording>,
  { exported }: ExportContext,
): Promise<void> => {
  const coming = await (await staged.closed(name)).identity();
  await writer.save({ size: 0, tail: '', pending: true, any: false, coming });
  exported.files = (await staged.commit()).length;
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
    exported.files = 1;
  }
  await staged.discard();
};
