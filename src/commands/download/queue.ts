import { formatBytes } from '../../core/columns.ts';
import { runQueue } from '../../core/download/work-queue.ts';
import { pathBelow } from '../../core/export/destination.ts';
import type { Batches } from '../../core/listing.ts';
import { sanitize } from '../../core/text/sanitize.ts';
import { withThousands } from '../../core/text/thousands.ts';
import { type Folder, freeBytes, openFolder } from '../../system/files/download-folder.ts';
import { openDescriptorPace } from '../../system/net/pacing/descriptors.ts';
import { openCircuitBreaker } from '../../system/net/pacing/retry.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import { warnOnce } from '../shared/context.ts';
import { openProfileAccounts } from '../shared/profile-accounts.ts';
import { reportFailure, reportNotFound } from './failures.ts';
import { checkUniqueNames, hasUniqueNames } from './names.ts';
import { downloadRecording } from './recording.ts';
import { requestedRows } from './requested-rows.ts';
import { openMediaSources, resolveRecording } from './resolve.ts';
import { streamToStdout } from './stdout.ts';
import type { DownloadContext, DownloadJob, QueuedRow, RecordingResult } from './types.ts';

/** Downloads the requested recordings into the folder or to standard output. */
export const runDownloadQueue = async (downloadContext: DownloadContext): Promise<void> => {
  const { run, options, context, summary } = downloadContext;
  const rows = await requestedRows(downloadContext);
  if (options.stdout === true) return streamToStdout(rows, downloadContext);
  if (!hasUniqueNames(run.template) && !run.template.isExact) await checkUniqueNames(rows, downloadContext);
  const { manifest, dir } = options;
  const settings = {
    manifest,
    shard: run.shard,
    waitMilliseconds: run.waitMilliseconds,
    readOnly: options.dryRun === true,
    warn: context.log.warn,
  };
  const folder = await openFolder(dir, settings);
  try {
    await downloadIntoFolder(rows, folder, downloadContext);
    const { failed, gone, missing } = summary.counts;
    if (!settings.readOnly && failed + gone + missing === 0) await folder.markVisited();
  } finally {
    await folder.close();
  }
  if (options.dryRun === true) await printPlan(downloadContext);
};

/** Files that are there already, until other events get their turn. */
const SKIPS_PER_TURN = 20;

const downloadIntoFolder = async (
  rows: () => Batches<QueuedRow>,
  folder: Folder,
  downloadContext: DownloadContext,
): Promise<void> => {
  const { run, options, context, sources, fetchContext, sourceOf, stop, summary } = downloadContext;
  const job: DownloadJob = {
    folder,
    template: run.template,
    preferredFormats: run.preferredFormats,
    overwrite: options.overwrite === true,
    dryRun: options.dryRun === true,
    sidecar: options.sidecar === true,
    withCalls: options.withCalls === true,
    warnOnce: (text) => warnOnce(context, text),
    accounts: await openProfileAccounts(sources, folder.finished.namesProfiles ? context.runtime : undefined),
    mediaOf: openMediaSources(downloadContext),
    fetchContext,
  };
  const breaker = openCircuitBreaker();
  let filesPresent = 0;
  const withDescriptors = openDescriptorPace(downloadContext.media.closeIdle);
  const download = async (row: QueuedRow): Promise<RecordingResult | undefined> => {
    const recording = await resolveRecording(row, downloadContext);
    if (recording === undefined) return undefined;
    const attempt = (isRepeated: boolean): Promise<RecordingResult> =>
      downloadRecording(sourceOf(recording), recording, job, isRepeated);
    return withDescriptors(attempt, stop.signal);
  };
  const work = async (row: QueuedRow): Promise<void> => {
    try {
      const result = await download(row);
      if (result === undefined) {
        await reportNotFound(row, downloadContext);
        return breaker.success(); // the API responded
      }
      summary.add(result.outcome, result.bytes, { ...result, id: row.id });
      if (result.outcome === 'done') breaker.success();
      if (result.outcome !== 'skipped') return;
      breaker.skip();
      // Nothing was waited for: signals and the progress line get their turn.
      if (++filesPresent % SKIPS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    } catch (error) {
      if (stop.signal.aborted) throw error;
      try {
        reportFailure(row, error, downloadContext);
        breaker.failure(error);
      } catch (fatal) {
        stop.abort(fatal);
        throw fatal;
      }
    }
  };
  const { onListed } = summary;
  await runQueue(rows(), work, { width: run.concurrency, signal: stop.signal, onListed });
};

/** Prints the result of a dry run; to a person also which files it would write. */
const printPlan = async ({ context, options, summary }: DownloadContext): Promise<void> => {
  const { runtime, log } = context;
  const { files, counts, remarks } = summary;
  const free = await freeBytes(options.dir);
  const space = free === undefined ? '' : `; ${formatBytes(free)} free`;
  const more = counts.done - files.length;
  const lines = runtime.out.isTTY
    ? [
        ...files.map((path) => sanitize(options.output ?? pathBelow(options.dir, path))),
        ...(more > 0 ? [`and ${withThousands(more)} more`] : []),
      ]
    : [];
  const text = [...lines, `${summary.planLine(options)}${space}`].join('\n');
  await streamSink(runtime.out).write(`${text}\n`);
  if (runtime.err.isTTY) for (const text of remarks) log.info(text);
  if (counts.done > 0 && runtime.err.isTTY && !runtime.out.isTTY) log.info('on a terminal the first files are named');
};
