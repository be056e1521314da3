import type { Named } from '../../core/download/id-list.ts';
import type { Shard } from '../../core/download/shard.ts';
import { exitCode, Failure } from '../../core/failure.ts';
import type { Query } from '../../core/query.ts';
import type { MediaFormat } from '../../core/recording.ts';
import type { Template } from '../../core/template.ts';
import { limits } from '../../system/limits.ts';
import type { Http } from '../../system/net/api-client.ts';
import { openMedia } from '../../system/net/media-client.ts';
import { openRateLimiter } from '../../system/net/retry.ts';
import { openProgress } from '../../system/terminal/progress.ts';
import type { Context } from '../shared/context.ts';
import { withDeadline } from '../shared/deadline.ts';
import { checkSummary, writeSummary } from '../shared/options.ts';
import { type Source, withSources } from '../shared/sources.ts';
import type { DownloadOptions } from './download.ts';
import { type DownloadContext, workThrough } from './queue.ts';
import { openReport, type Report } from './summary.ts';

/** What a download was asked to do. */
export interface DownloadRun {
  /** Named recordings, the file that names them, or undefined for everything that the query keeps. */
  readonly ids: readonly Named[] | { readonly from: string } | undefined;
  readonly query: Query;
  readonly template: Template;
  readonly limit: number | undefined;
  readonly wanted: readonly MediaFormat[] | undefined;
  readonly concurrency: number;
  readonly shard: Shard | undefined;
  /** Requests a second. */
  readonly rps: number | undefined;
  /** Milliseconds. */
  readonly maxTime: number | undefined;
  /** Milliseconds to wait for another run in the same folder. */
  readonly patience: number;
}

/** Downloads, says how it went, and fails unless everything that was asked for is there. */
export const runDownload = async (run: DownloadRun, options: DownloadOptions, context: Context): Promise<void> => {
  const { world, log } = context;
  const { shard } = run;
  if (shard !== undefined && options.shard === 'auto')
    log.say(`shard ${shard.number} of ${shard.count} (${shard.source})`);
  await checkSummary(options.summary);
  const report = openReport(() => performance.now());
  let failure: Failure | undefined;
  try {
    await withDeadline(run.maxTime, context, (stop) => fetchAll(run, options, context, report, stop));
    failure = lacking(report);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    failure = error;
  }
  const ending = failure?.kind ?? 'done';
  const said = report.began && options.dryRun !== true;
  if (said && (world.err.isTTY || ending !== 'done' || report.lacks)) log.say(report.line());
  if (options.summary !== undefined) await writeSummary(options.summary, report.summary(exitCode(ending)), context);
  if (failure !== undefined) throw failure;
};

const fetchAll = async (
  run: DownloadRun,
  options: DownloadOptions,
  context: Context,
  report: Report,
  stop: AbortController,
): Promise<void> => {
  const { world, log, settings } = context;
  const gate = openRateLimiter(run.rps === undefined ? undefined : { requests: run.rps, milliseconds: 1000 });
  const limited = { ...context, settings: { ...settings, gate } };
  const progress = openProgress(world, settings.quiet || log.format === 'json');
  progress.follow(report.progress);
  try {
    await withSources(
      options,
      limited,
      (sources, http) => fetchFrom(sources, http, { run, options, context: limited, stop, report }),
      stop.signal,
    );
  } finally {
    progress.stop();
  }
};

/** Downloads from sources that are open. */
export const fetchFrom = async (
  sources: readonly Source[],
  http: Http,
  all: Pick<DownloadContext, 'run' | 'options' | 'context' | 'stop' | 'report'>,
): Promise<void> => {
  const { world, log, settings } = all.context;
  const { gate = openRateLimiter(undefined), attempts } = settings;
  const timeout = Math.min(settings.timeout, limits.mediaIdle);
  const { proxies } = http;
  const media = openMedia(world, log, gate, { timeout, connections: all.run.concurrency, proxies });
  const { signal } = all.stop;
  const { onBytes } = all.report;
  const tools = { attempts, budget: http.budget, gate, signal, log, now: world.now, timeout, onBytes };
  try {
    await workThrough({ ...all, sources, media, tools });
  } finally {
    media.close();
  }
};

/** The failure of a run that came to its end without all that it was asked for. */
const lacking = ({ counts }: Report): Failure | undefined => {
  const failed = counts.failed + counts.gone;
  const kind = failed > 0 ? 'partial' : counts.missing > 0 ? 'missing' : undefined;
  return kind && new Failure(kind, 'not everything could be had', { told: true });
};
