import { compareOwner } from '../../core/download/manifest.ts';
import { Failure } from '../../core/failure.ts';
import { parseTemplate } from '../../core/naming/template.ts';
import { mediaFormats, type Recording } from '../../core/recording.ts';
import { findListedFile } from '../../system/files/manifest-file.ts';
import { limits } from '../../system/limits.ts';
import { fileStem } from '../download/names.ts';
import { downloadFromSources } from '../download/run.ts';
import { openSummary } from '../download/summary.ts';
import { fileOwner, isProfile, openProfileAccounts } from '../shared/profile-accounts.ts';
import { openSourceLookup } from '../shared/source.ts';
import { failureText, redirectedLog } from './screen-log.ts';
import type { DownloadDependencies } from './types.ts';

export interface DownloadTarget {
  readonly dir: string;
  readonly recordings: readonly Recording[];
}

export type OnProgress = (text: string) => void;

/** The result of a download, for the screen. */
export interface DownloadResult {
  readonly text: string;
  /** Every recording has its file. */
  readonly succeeded: boolean;
}

/** Milliseconds between two updates of the progress. */
const PROGRESS_INTERVAL = 150;
const template = parseTemplate('--name', '{id}');

/** Downloads as `recx download <id...> --dir <dir>` does. Throws errors that end the run. */
export const downloadRecordings = async (
  { dir, recordings }: DownloadTarget,
  { sources, clients, options, context }: DownloadDependencies,
  stop: AbortController,
  onProgress: OnProgress,
): Promise<DownloadResult> => {
  const summary = openSummary(() => performance.now());
  // The last line has room for one reason.
  let lastReason: string | undefined;
  const log = redirectedLog(context.log, !context.runtime.err.isTTY, (text) => {
    lastReason = text;
  });
  const run = {
    ids: recordings.map(({ id, provider, api, accountId, profile }) => ({
      id,
      provider,
      api,
      ...(accountId === null ? {} : { accountId }),
      profile,
    })),
    freshQuery: () => ({}),
    template,
    callFields: [],
    limit: undefined,
    order: undefined,
    preferredFormats: undefined,
    concurrency: limits.downloadConcurrency,
    shard: undefined,
    rps: undefined,
    maxTime: undefined,
    waitMilliseconds: 0,
  };
  const settings = { ...options, dir, manifest: true, name: '{id}', concurrency: String(limits.downloadConcurrency) };
  const timer = setInterval(() => onProgress(summary.progressLine()), PROGRESS_INTERVAL);
  try {
    await downloadFromSources(sources, clients, {
      run,
      options: settings,
      context: { ...context, log },
      summary,
      stop,
    });
  } finally {
    clearInterval(timer);
  }
  const reason = lastReason === undefined ? '' : `: ${lastReason}`;
  return { text: `${summary.finalLine({ dir })}${reason}`, succeeded: !summary.hasUnfinished };
};

/**
 * The downloaded file of a recording in a folder, if it exists: by the manifest's latest line about it, since other
 * accounts have recordings with the same id.
 */
export const findDownloadedFile = async (
  dir: string,
  recording: Recording,
  { sources, context: { runtime } }: Pick<DownloadDependencies, 'sources' | 'context'>,
): Promise<string | undefined> => {
  const accounts = await openProfileAccounts(sources, runtime);
  const owner = fileOwner(recording, openSourceLookup(sources)(recording), { accounts });
  const stem = fileStem(recording, { template });
  for (const format of new Set([...recording.formats, ...mediaFormats])) {
    const file = await findListedFile(
      dir,
      `${stem}.${format}`,
      (entry) => (entry.format ?? format) === format && compareOwner(entry, owner, isProfile({ accounts })) === 'same',
    );
    if (file !== undefined) return file;
  }
  return undefined;
};

/** Why a job ended early, as text; undefined if the user stopped it. */
export const stopReason = (error: unknown, stop: AbortController): string | undefined => {
  if (stop.signal.aborted) return undefined;
  if (error instanceof Failure) return failureText(error);
  throw error;
};
