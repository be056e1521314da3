import { Failure } from '../../core/failure.ts';
import { mediaFormats, type Recording } from '../../core/recording.ts';
import { parseTemplate } from '../../core/template.ts';
import { firstFile } from '../../system/files/temp-folder.ts';
import type { Http } from '../../system/net/api-client.ts';
import { nameOf } from '../download/recording.ts';
import { fetchFrom } from '../download/run.ts';
import { openReport } from '../download/summary.ts';
import type { Context } from '../shared/context.ts';
import type { AccountOptions } from '../shared/options.ts';
import type { Source } from '../shared/sources.ts';
import { divertedLog, textOf } from './log.ts';

/** What is needed to download while the list is on the screen. */
export interface Fetching {
  readonly sources: readonly Source[];
  readonly http: Http;
  readonly options: AccountOptions;
  readonly context: Context;
}

export interface Wanted {
  readonly dir: string;
  readonly recordings: readonly Recording[];
  readonly manifest: boolean;
}

export type OnProgress = (text: string) => void;

/** How a download went, in words. */
export interface Fetched {
  readonly text: string;
  /** Everything that was asked for is there. */
  readonly well: boolean;
}

const CONCURRENCY = 8;
/** Milliseconds between two looks at how far it is. */
const PAUSE = 150;
const template = parseTemplate('--name', '{id}');

/** Downloads as `recx download <id...> --dir <dir>` does. Throws what ends all of it. */
export const fetchInto = async (
  { dir, recordings, manifest }: Wanted,
  { sources, http, options, context }: Fetching,
  stop: AbortController,
  onProgress: OnProgress,
): Promise<Fetched> => {
  const report = openReport(() => performance.now());
  const told: string[] = [];
  // The reasons are said at the end, the last one for all.
  const log = divertedLog(context.log, !context.world.err.isTTY, (text) => told.splice(0, 1, text));
  const run = {
    ids: recordings.map(({ id, provider, api, profile }) => ({ id, provider, api, profile })),
    ...{ query: {}, template, limit: undefined, wanted: undefined, concurrency: CONCURRENCY },
    ...{ shard: undefined, rps: undefined, maxTime: undefined, patience: 0 },
  };
  const settings = { ...options, dir, manifest, name: '{id}', concurrency: String(CONCURRENCY) };
  const following = setInterval(() => onProgress(report.progress()), PAUSE);
  try {
    await fetchFrom(sources, http, { run, options: settings, context: { ...context, log }, report, stop });
  } finally {
    clearInterval(following);
  }
  const reason = told.length === 0 ? '' : ` (${told.join()})`;
  return { text: `${report.line()}${reason}`, well: !report.lacks };
};

/** The file of a recording in a folder, where it is there; under its final name it is whole. */
export const fileIn = (dir: string, recording: Recording): Promise<string | undefined> => {
  const stem = nameOf(recording, { template });
  const formats = [...new Set([...recording.formats, ...mediaFormats])];
  return firstFile(
    dir,
    formats.map((format) => `${stem}.${format}`),
  );
};

/** What stopped a job, in words; undefined when the user did. */
export const reasonOf = (error: unknown, stop: AbortController): string | undefined => {
  if (stop.signal.aborted) return undefined;
  if (error instanceof Failure) return textOf(error);
  throw error;
};
