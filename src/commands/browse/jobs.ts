import { Failure } from '../../core/failure.ts';
import type { Recording } from '../../core/recording.ts';
import { sanitize } from '../../core/text/sanitize.ts';
import { openAbortController } from '../../system/abort.ts';
import type { TempFolder } from '../../system/files/temp-folder.ts';
import { downloadRecordings, findDownloadedFile, type OnProgress, stopReason } from './download.ts';
import type { AudioPlayer } from './playback.ts';
import type { BrowseRow } from './searchable-row.ts';
import type { State } from './state.ts';
import type { Store } from './store.ts';
import type { BrowseContext } from './types.ts';

/** Downloads and playback. The keymap starts at most one download at a time, also for playback. */
export interface Jobs {
  download(rows: readonly BrowseRow[]): Promise<void>;
  play(row: BrowseRow): Promise<void>;
  /** Stops the job and the player; resolves when the player has ended. */
  stop(): Promise<void>;
}

export const openJobs = (
  browseContext: BrowseContext,
  store: Store,
  player: AudioPlayer,
  tempFolder: TempFolder,
): Jobs => {
  const { dir } = browseContext;
  const runner = openJobRunner(browseContext, store);
  return {
    download: (rows) =>
      runner.run('download', 'downloading…', async (stop, onProgress) => {
        const target = { dir, recordings: rows.map(({ recording }) => recording) };
        const { text, succeeded } = await downloadRecordings(target, browseContext, stop, onProgress);
        if (succeeded) store.dispatch({ type: 'downloaded' });
        store.notify(text, !succeeded);
      }),
    play: ({ recording }) =>
      runner.run('fetch', 'loading audio…', async (stop, onProgress) => {
        const file = await playableFile(recording, tempFolder, browseContext, stop, onProgress);
        stop.signal.throwIfAborted();
        store.dispatch({ type: 'playing', playing: recording.id });
        await player.start(file, (problem) => {
          store.dispatch({ type: 'playing', playing: undefined });
          if (problem !== undefined) store.notify(sanitize(problem), true);
        });
      }),
    stop: () => {
      runner.stop();
      return player.stop();
    },
  };
};

type Job = NonNullable<State['job']>;
type Task = (stop: AbortController, onProgress: OnProgress) => Promise<void>;

/** Runs one job, which can be stopped while the session continues. */
interface JobRunner {
  run(what: Job['what'], text: string, task: Task): Promise<void>;
  stop(): void;
}

const openJobRunner = ({ context: { log } }: BrowseContext, store: Store): JobRunner => {
  let current: AbortController | undefined;
  return {
    run: async (what, text, task) => {
      const stop = openAbortController();
      current = stop;
      store.dispatch({ type: 'job', job: { what, text } });
      try {
        await task(stop, (progress) => store.dispatch({ type: 'job', job: { what, text: progress } }));
      } catch (error) {
        const reason = stopReason(error, stop);
        store.notify(reason === undefined ? 'stopped' : log.clean(reason), reason !== undefined);
      } finally {
        current = undefined;
        store.dispatch({ type: 'job', job: undefined });
      }
    },
    stop: () => current?.abort(new Failure('interrupt', 'stopped')),
  };
};

/** The file of a recording, downloaded into a temporary folder unless it exists. Throws a failure if no playable file exists. */
const playableFile = async (
  recording: Recording,
  tempFolder: TempFolder,
  browseContext: BrowseContext,
  stop: AbortController,
  onProgress: OnProgress,
): Promise<string> => {
  // A folder for each account: an id is unique only within its account.
  const { profile, provider, api } = recording;
  const dir = await tempFolder.folder([profile, provider, api, recording.accountId].join('\0'));
  const find = (folder: string): Promise<string | undefined> => findDownloadedFile(folder, recording, browseContext);
  const existing = (await find(browseContext.dir)) ?? (await find(dir));
  if (existing !== undefined) return existing;
  const target = { dir, recordings: [recording] };
  const { text } = await downloadRecordings(target, browseContext, stop, onProgress);
  const file = await find(dir);
  if (file !== undefined) return file;
  throw new Failure(
    'partial',
    recording.encrypted === true ? 'the recording is encrypted and cannot be played' : `cannot play: ${text}`,
  );
};
