import { exitCode, Failure } from '../../core/failure.ts';
import { limits } from '../../system/limits.ts';
import type { ApiClients } from '../../system/net/api-client.ts';
import { openMediaClient } from '../../system/net/media-client.ts';
import { openRateLimiter } from '../../system/net/retry.ts';
import { openProgress } from '../../system/terminal/progress.ts';
import type { Context } from '../shared/context.ts';
import { withDeadline } from '../shared/deadline.ts';
import { checkSummary, writeSummary } from '../shared/options.ts';
import type { Source } from '../shared/source-types.ts';
import { withSources } from '../shared/sources.ts';
import { downloadQueue } from './queue.ts';
import { type DownloadSummary, openSummary } from './summary.ts';
import type { DownloadContext, DownloadOptions, DownloadRun } from './types.ts';

/** Downloads, says how it went, and fails unless everything that was asked for is there. */
export const runDownload = async (run: DownloadRun, options: DownloadOptions, context: Context): Promise<void> => {
  const { runtime, log } = context;
  const { shard } = run;
  if (shard !== undefined && options.shard === 'auto')
    log.info(`shard ${shard.number} of ${shard.count} (${shard.source})`);
  await checkSummary(options.summary);
  const summary = openSummary(() => performance.now());
  let failure: Failure | undefined;
  try {
    await withDeadline(run.maxTime, context, (stop) => downloadAllSources(run, options, context, summary, stop));
    failure = incompleteFailure(summary);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    failure = error;
  }
  const ending = failure?.kind ?? 'done';
  const said = summary.began && options.dryRun !== true;
  if (said && (runtime.err.isTTY || ending !== 'done' || summary.hasFailures)) log.info(summary.finalLine());
  if (options.summary !== undefined) await writeSummary(options.summary, summary.summary(exitCode(ending)), context);
  if (failure !== undefined) throw failure;
};

const downloadAllSources = async (
  run: DownloadRun,
  options: DownloadOptions,
  context: Context,
  summary: DownloadSummary,
  stop: AbortController,
): Promise<void> => {
  const { runtime, log, settings } = context;
  const rateLimiter = openRateLimiter(run.rps === undefined ? undefined : { requests: run.rps, milliseconds: 1000 });
  const limited = { ...context, settings: { ...settings, rateLimiter } };
  const progress = openProgress(runtime, settings.quiet || log.format === 'json');
  progress.track(summary.progressLine);
  try {
    await withSources(
      options,
      limited,
      (sources, clients) => downloadFrom(sources, clients, { run, options, context: limited, stop, summary }),
      stop.signal,
    );
  } finally {
    progress.stop();
  }
};

/** Downloads from sources that are open. */
export const downloadFrom = async (
  sources: readonly Source[],
  clients: ApiClients,
  all: Pick<DownloadContext, 'run' | 'options' | 'context' | 'stop' | 'summary'>,
): Promise<void> => {
  const { runtime, log, settings } = all.context;
  const { rateLimiter = openRateLimiter(undefined), attempts } = settings;
  const timeout = Math.min(settings.timeout, limits.mediaIdle);
  const { proxies } = clients;
  const media = openMediaClient(runtime, log, rateLimiter, { timeout, connections: all.run.concurrency, proxies });
  const { signal } = all.stop;
  const { onBytes } = all.summary;
  const fetchContext = {
    attempts,
    budget: clients.budget,
    rateLimiter,
    signal,
    log,
    now: runtime.now,
    timeout,
    onBytes,
  };
  try {
    await downloadQueue({ ...all, sources, media, fetchContext });
  } finally {
    media.close();
  }
};

/** The failure of a run that came to its end without all that it was asked for. */
const incompleteFailure = ({ counts }: DownloadSummary): Failure | undefined => {
  const failed = counts.failed + counts.gone;
  const kind = failed > 0 ? 'partial' : counts.missing > 0 ? 'missing' : undefined;
  return kind && new Failure(kind, 'not everything could be had', { told: true });
};
