import { Failure } from '../../core/failure.ts';
import { sanitize } from '../../core/text/sanitize.ts';
import { openAbortController } from '../../system/abort.ts';
import type { TempFolder } from '../../system/files/temp-folder.ts';
import { downloadRecordings, findDownloadedFile, type OnProgress, stopReason } from './download.ts';
import type { AudioPlayer } from './playback.ts';
import type { BrowseRow } from './row.ts';
import type { State } from './state.ts';
import type { Store } from './store.ts';
import type { BrowseContext } from './types.ts';

/** Downloads and plays, one thing at a time. */
export interface Jobs {
  download(rows: readonly BrowseRow[]): Promise<void>;
  play(row: BrowseRow): Promise<void>;
  /** Stops what is under way, and returns when the player has ended. */
  stop(): Promise<void>;
}

type JobKind = NonNullable<State['job']>['what'];
type Task = (own: AbortController, onProgress: OnProgress) => Promise<void>;

export const openJobs = (all: BrowseContext, store: Store, player: AudioPlayer, tempFolder: TempFolder): Jobs => {
  const { dir, context } = all;
  const { log } = context;
  let job: AbortController | undefined;

  /** A job that can be stopped by itself. */
  const runJob = async (what: JobKind, text: string, task: Task): Promise<void> => {
    const own = openAbortController();
    job = own;
    store.dispatch({ type: 'job', job: { what, text } });
    try {
      await task(own, (progress) => store.dispatch({ type: 'job', job: { what, text: progress } }));
    } catch (error) {
      const reason = stopReason(error, own);
      store.notify(reason === undefined ? 'stopped' : log.clean(reason), reason !== undefined);
    } finally {
      job = undefined;
      store.dispatch({ type: 'job', job: undefined });
    }
  };

  const download = (rows: readonly BrowseRow[]): Promise<void> =>
    runJob('download', 'downloading…', async (own, onProgress) => {
      const recordings = rows.map(({ recording }) => recording);
      const { text, succeeded } = await downloadRecordings({ dir, recordings, manifest: true }, all, own, onProgress);
      if (succeeded) store.dispatch({ type: 'downloaded' });
      store.notify(`${text} into ${sanitize(dir)}`, !succeeded);
    });

  const play = ({ recording }: BrowseRow): Promise<void> =>
    runJob('fetch', 'fetching what to play…', async (own, onProgress) => {
      const folder = await tempFolder.folder();
      const there = async (): Promise<string | undefined> =>
        (await findDownloadedFile(dir, recording)) ?? (await findDownloadedFile(folder, recording));
      let file = await there();
      if (file === undefined) {
        const wanted = { dir: folder, recordings: [recording], manifest: false };
        const { text } = await downloadRecordings(wanted, all, own, onProgress);
        file = await there();
        if (file === undefined && recording.encrypted === true)
          throw new Failure('partial', 'it is encrypted and cannot be played');
        if (file === undefined) throw new Failure('partial', `nothing to play: ${text}`);
      }
      own.signal.throwIfAborted();
      store.dispatch({ type: 'playing', playing: recording.id });
      await player.start(file, (problem) => {
        store.dispatch({ type: 'playing', playing: undefined });
        if (problem !== undefined) store.notify(sanitize(problem), true);
      });
    });

  return {
    download,
    play,
    stop: () => {
      job?.abort(new Failure('interrupt', 'stopped'));
      return player.stop();
    },
  };
};
