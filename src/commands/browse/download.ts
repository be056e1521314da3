import { Failure } from '../../core/failure.ts';
import { mediaFormats, type Recording } from '../../core/recording.ts';
import { parseTemplate } from '../../core/template.ts';
import { firstFile } from '../../system/files/temp-folder.ts';
import { limits } from '../../system/limits.ts';
import { fileStem } from '../download/recording.ts';
import { downloadFrom } from '../download/run.ts';
import { openSummary } from '../download/summary.ts';
import { failureText, redirectedLog } from './log.ts';
import type { DownloadDependencies } from './types.ts';

export interface DownloadTarget {
  readonly dir: string;
  readonly recordings: readonly Recording[];
  readonly manifest: boolean;
}

export type OnProgress = (text: string) => void;

/** How a download went, in words. */
export interface DownloadResult {
  readonly text: string;
  /** Everything that was asked for is there. */
  readonly succeeded: boolean;
}

/** Milliseconds between two looks at how far it is. */
const PAUSE = 150;
const template = parseTemplate('--name', '{id}');

/** Downloads as `recx download <id...> --dir <dir>` does. Throws what ends all of it. */
export const downloadRecordings = async (
  { dir, recordings, manifest }: DownloadTarget,
  { sources, clients, options, context }: DownloadDependencies,
  stop: AbortController,
  onProgress: OnProgress,
): Promise<DownloadResult> => {
  const summary = openSummary(() => performance.now());
  const told: string[] = [];
  // The reasons are said at the end, the last one for all.
  const log = redirectedLog(context.log, !context.runtime.err.isTTY, (text) => told.splice(0, 1, text));
  const run = {
    ids: recordings.map(({ id, provider, api, profile }) => ({ id, provider, api, profile })),
    query: {},
    template,
    limit: undefined,
    wanted: undefined,
    concurrency: limits.downloadConcurrency,
    shard: undefined,
    rps: undefined,
    maxTime: undefined,
    waitMilliseconds: 0,
  };
  const settings = { ...options, dir, manifest, name: '{id}', concurrency: String(limits.downloadConcurrency) };
  const following = setInterval(() => onProgress(summary.progressLine()), PAUSE);
  try {
    await downloadFrom(sources, clients, { run, options: settings, context: { ...context, log }, summary, stop });
  } finally {
    clearInterval(following);
  }
  const reason = told.length === 0 ? '' : ` (${told.join()})`;
  return { text: `${summary.finalLine()}${reason}`, succeeded: !summary.hasFailures };
};

/** The file of a recording in a folder, where it is there; under its final name it is whole. */
export const findDownloadedFile = (dir: string, recording: Recording): Promise<string | undefined> => {
  const stem = fileStem(recording, { template });
  const formats = [...new Set([...recording.formats, ...mediaFormats])];
  return firstFile(
    dir,
    formats.map((format) => `${stem}.${format}`),
  );
};

/** What stopped a job, in words; undefined when the user did. */
export const stopReason = (error: unknown, stop: AbortController): string | undefined => {
  if (stop.signal.aborted) return undefined;
  if (error instanceof Failure) return failureText(error);
  throw error;
};
