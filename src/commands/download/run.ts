import { exitCode, Failure, failureOf } from '../../core/failure.ts';
import { plural } from '../../core/text/sanitize.ts';
import { limits } from '../../system/limits.ts';
import type { ApiClients } from '../../system/net/api-client.ts';
import { openMediaClient } from '../../system/net/media-client.ts';
import { openRateLimiter } from '../../system/net/pacing/rate-limiter.ts';
import { noteCallers, tellCallers } from '../access/caller-note.ts';
import { searchedText, tellPeriod } from '../access/queried.ts';
import { openRowCalls } from '../ids/row-calls.ts';
import type { Context } from '../shared/context.ts';
import { withDeadline } from '../shared/deadline.ts';
import { checkSummary, tellZoneOfNames, writeSummary } from '../shared/output-files.ts';
import { progressFor } from '../shared/progress.ts';
import { openSourceLookup, type Source } from '../shared/source.ts';
import { withSources } from '../shared/sources.ts';
import { queriedSources } from '../shared/unsupported-filters.ts';
import { hasUniqueNames } from './names.ts';
import { checkDownloadOutputs } from './outputs.ts';
import { runDownloadQueue } from './queue.ts';
import { type DownloadSummary, openSummary } from './summary.ts';
import type { DownloadContext, DownloadOptions, DownloadRun } from './types.ts';

/** Downloads, reports the counts, and fails if a download failed or an id was not found. */
export const runDownload = async (run: DownloadRun, options: DownloadOptions, context: Context): Promise<void> => {
  const { runtime, log } = context;
  const { shard } = run;
  if (shard !== undefined && options.shard === 'auto')
    log.info(`shard ${shard.number} of ${shard.count} (${shard.source})`);
  await checkDownloadOutputs(options, runtime);
  await checkSummary(options.summary);
  noteCallers(context, options);
  const summary = openSummary(() => performance.now());
  const stopped = await failureOf(() =>
    withDeadline(run.maxTime, context, (stop) => downloadAllSources(run, options, context, summary, stop)),
  );
  const failure = stopped ?? incompleteFailure(summary);
  const kind = failure?.kind ?? 'done';
  const reports = summary.listed > 0 && options.dryRun !== true;
  if (reports && (runtime.err.isTTY || kind !== 'done' || summary.hasUnfinished)) {
    const resumable = summary.remaining > 0 && failure?.hint === undefined;
    // In cron one line is enough.
    const pending = runtime.err.isTTY ? summary.pendingHint : undefined;
    log.info(
      summary.finalLine(options, { namesFile: runtime.err.isTTY }),
      resumable ? 'Run the same command again to resume' : pending,
    );
    if (runtime.err.isTTY) for (const text of summary.remarks) log.info(text);
  }
  if (summary.listed > 0) {
    if (run.ids === undefined) tellPeriod(run.freshQuery(), context);
    tellCallers(context);
    tellZoneOfNames(run.template, context);
    if (runtime.err.isTTY && run.template.keys.some((key) => key === 'conference_id' || key === 'room_session_id'))
      log.info('Names of conferences and rooms, instead of their ids: {conference_name}');
  }
  if (options.summary !== undefined) await writeSummary(options.summary, summary.summary(exitCode(kind)), context);
  if (failure !== undefined) throw failure;
};

const downloadAllSources = async (
  run: DownloadRun,
  options: DownloadOptions,
  context: Context,
  summary: DownloadSummary,
  stop: AbortController,
): Promise<void> => {
  const rateLimiter = openRateLimiter(run.rps === undefined ? undefined : { requests: run.rps, milliseconds: 1000 });
  const limited = { ...context, settings: { ...context.settings, rateLimiter } };
  const progress = progressFor(context);
  progress.track(() => summary.progressLine(context.listing.status?.text()));
  try {
    await withSources(
      options,
      limited,
      async (sources, clients) => {
        await downloadFromSources(sources, clients, { run, options, context: limited, stop, summary });
        if (summary.listed > 0 || options.stdout === true || !context.runtime.err.isTTY) return;
        progress.stop();
        if (run.ids !== undefined) return context.log.info('nothing to download: the list of ids is empty');
        const query = run.freshQuery();
        const searched = searchedText(queriedSources(sources, query), query, context.settings.zone);
        context.log.info('nothing to download', searched);
      },
      {
        stop: stop.signal,
        onNoneChosen: async (failure) =>
          run.ids === undefined || !('typed' in run.ids)
            ? failure
            : (await import('../ids/missing-hint.ts')).withShownProfiles(
                failure,
                run.ids.typed,
                'download',
                context.runtime,
              ),
      },
    );
  } finally {
    progress.stop();
  }
};

/** Downloads from opened sources. */
export const downloadFromSources = async (
  sources: readonly Source[],
  clients: ApiClients,
  download: Pick<DownloadContext, 'run' | 'options' | 'context' | 'stop' | 'summary'>,
): Promise<void> => {
  const { run, context, stop, summary } = download;
  const { runtime, log, clock, settings } = context;
  const { rateLimiter = openRateLimiter(undefined), attempts } = settings;
  const timeout = Math.min(settings.timeout, limits.mediaIdle);
  const { proxies, paces } = clients;
  const media = openMediaClient(runtime, log, rateLimiter, {
    timeout,
    connections: run.concurrency,
    proxies,
    paces,
    onResponse: clock.learn,
  });
  const { signal } = stop;
  const { onBytes } = summary;
  const fetchContext = {
    attempts,
    budget: clients.budget,
    signal,
    log,
    now: clock.timeOfReceipt,
    timeout,
    onBytes,
  };
  const sourceOf = openSourceLookup(sources);
  // Those of a list are completed with it.
  const callFields = run.ids === undefined ? [] : run.callFields;
  const calls = openRowCalls({ callFields, keeps: !hasUniqueNames(run.template) }, sourceOf, context);
  try {
    await runDownloadQueue({ ...download, sources, sourceOf, media, fetchContext, calls });
    await calls.end();
  } finally {
    await calls.close();
    media.close();
  }
};

/** The failure of a complete run in which downloads failed or ids were not found. */
const incompleteFailure = ({ counts, listed }: DownloadSummary): Failure | undefined => {
  const failed = counts.failed + counts.gone;
  const kind = failed > 0 ? 'partial' : counts.missing > 0 ? 'missing' : undefined;
  const message = `failed to download ${failed + counts.missing} of ${plural(listed, 'recording')}`;
  return kind && new Failure(kind, message, { reported: true });
};
