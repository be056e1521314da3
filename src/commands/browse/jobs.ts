import { Failure } from '../../core/failure.ts';
import { sanitize } from '../../core/text/sanitize.ts';
import { openStop } from '../../system/abort.ts';
import type { Scratch } from '../../system/files/temp-folder.ts';
import { fetchInto, fileIn, type OnProgress, reasonOf } from './download.ts';
import type { AudioPlayer } from './playback.ts';
import type { BrowseContext } from './session.ts';
import type { Row, State } from './state.ts';
import type { Store } from './store.ts';

/** Downloads and plays, one thing at a time. */
export interface Work {
  download(rows: readonly Row[]): Promise<void>;
  play(row: Row): Promise<void>;
  /** Stops what is under way, and returns when the player has ended. */
  stop(): Promise<void>;
}

type What = NonNullable<State['job']>['what'];
type Task = (own: AbortController, onProgress: OnProgress) => Promise<void>;

export const openWork = (all: BrowseContext, store: Store, stage: AudioPlayer, scratch: Scratch): Work => {
  const { dir, context } = all;
  const { log } = context;
  let job: AbortController | undefined;

  /** A job that can be stopped by itself. */
  const under = async (what: What, text: string, task: Task): Promise<void> => {
    const own = openStop();
    job = own;
    store.happen({ type: 'job', job: { what, text } });
    try {
      await task(own, (progress) => store.happen({ type: 'job', job: { what, text: progress } }));
    } catch (error) {
      const reason = reasonOf(error, own);
      store.tell(reason === undefined ? 'stopped' : log.clean(reason), reason !== undefined);
    } finally {
      job = undefined;
      store.happen({ type: 'job', job: undefined });
    }
  };

  const download = (rows: readonly Row[]): Promise<void> =>
    under('download', 'downloading…', async (own, onProgress) => {
      const recordings = rows.map(({ recording }) => recording);
      const { text, well } = await fetchInto({ dir, recordings, manifest: true }, all, own, onProgress);
      if (well) store.happen({ type: 'downloaded' });
      store.tell(`${text} into ${sanitize(dir)}`, !well);
    });

  const play = ({ recording }: Row): Promise<void> =>
    under('fetch', 'fetching what to play…', async (own, onProgress) => {
      const folder = await scratch.folder();
      const there = async (): Promise<string | undefined> =>
        (await fileIn(dir, recording)) ?? (await fileIn(folder, recording));
      let file = await there();
      if (file === undefined) {
        const wanted = { dir: folder, recordings: [recording], manifest: false };
        const { text } = await fetchInto(wanted, all, own, onProgress);
        file = await there();
        if (file === undefined && recording.encrypted === true)
          throw new Failure('partial', 'it is encrypted and cannot be played');
        if (file === undefined) throw new Failure('partial', `nothing to play: ${text}`);
      }
      own.signal.throwIfAborted();
      store.happen({ type: 'playing', playing: recording.id });
      await stage.start(file, (problem) => {
        store.happen({ type: 'playing', playing: undefined });
        if (problem !== undefined) store.tell(sanitize(problem), true);
      });
    });

  return {
    download,
    play,
    stop: () => {
      job?.abort(new Failure('interrupt', 'stopped'));
      return stage.stop();
    },
  };
};
