import { Failure } from '../../core/failure.ts';
import { sanitize } from '../../core/text/sanitize.ts';
import { openTempFolder } from '../../system/files/temp-folder.ts';
import { type Fullscreen, openFullscreen, terminalSize } from '../../system/terminal/fullscreen.ts';
import type { Effect } from './events.ts';
import { openJobs } from './jobs.ts';
import { openLoader } from './load.ts';
import { openAudioPlayer } from './playback.ts';
import { initialState } from './state.ts';
import { openStore } from './store.ts';
import type { BrowseContext } from './types.ts';
import { render } from './view.ts';

/** Runs the session until the user quits. Any other end is thrown after the terminal is restored. */
export const runSession = async (browseContext: BrowseContext): Promise<void> => {
  const { context, view, title, stop } = browseContext;
  const { runtime } = context;
  let screen: Fullscreen | undefined;
  let fatal: unknown;
  const onBug = (error: unknown): void => {
    fatal ??= error;
    screen?.close();
  };
  const tasks = openTasks(onBug);
  const store = openStore(initialState(view, title, ...terminalSize(runtime)), {
    onChange: () => screen?.draw(),
    perform: (effect) => perform(effect),
    onBug,
  });
  const tempFolder = openTempFolder('browse');
  const jobs = openJobs(browseContext, store, openAudioPlayer(runtime, browseContext.sources), tempFolder);
  const load = openLoader(browseContext, store);
  const copy = (id: string): void => {
    screen?.copy(id);
    store.notify(`copied ${id}`, false);
  };
  const perform = (effect: Effect): void => {
    if (effect.type === 'leave') screen?.close();
    if (effect.type === 'redraw') screen?.redraw();
    if (effect.type === 'copy') copy(sanitize(effect.row.recording.id));
    if (effect.type === 'reload') tasks.start(load());
    if (effect.type === 'stop') tasks.start(jobs.stop());
    if (effect.type === 'play') tasks.start(jobs.play(effect.row));
    if (effect.type === 'download') tasks.start(jobs.download(effect.rows));
  };

  screen = await openFullscreen(runtime, {
    lines: () => render(store.state),
    onKey: (key) => store.dispatch({ type: 'key', key }),
    onResize: (width, height) => store.dispatch({ type: 'size', width, height }),
    onHangup: () => {
      fatal ??= new Failure('hangup', 'the terminal was closed', { reported: true });
    },
    onBug,
  });
  browseContext.onOpen(store.notify);
  const { close } = screen;
  stop.signal.addEventListener('abort', close, { once: true });
  if (stop.signal.aborted) close();
  else tasks.start(load());
  const interrupted = await screen.closed;
  screen = undefined;
  if (stop.signal.aborted) fatal ??= stop.signal.reason;
  if (interrupted) fatal ??= new Failure('interrupt', 'stopped by SIGINT', { reported: true });
  stop.abort(fatal);
  store.resumeLoading();
  await jobs.stop();
  await tasks.finished();
  await tempFolder.remove();
  if (fatal !== undefined) throw fatal;
};

/** Background tasks of a session. */
interface Tasks {
  /** Errors are passed to `onError`. */
  start(task: Promise<void>): void;
  /** Resolves when every task has ended. */
  finished(): Promise<void>;
}

const openTasks = (onError: (error: unknown) => void): Tasks => {
  const running = new Set<Promise<void>>();
  return {
    start: (task) => {
      const handled = task.catch(onError);
      running.add(handled);
      void handled.then(() => running.delete(handled));
    },
    finished: async () => {
      await Promise.all(running);
    },
  };
};
