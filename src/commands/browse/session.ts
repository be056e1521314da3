import { Failure } from '../../core/failure.ts';
import { sanitize } from '../../core/text/sanitize.ts';
import { openTempFolder } from '../../system/files/temp-folder.ts';
import { type Fullscreen, openFullscreen, terminalSize } from '../../system/terminal/fullscreen.ts';
import type { Effect } from './events.ts';
import { openJobs } from './jobs.ts';
import { loadList } from './load.ts';
import { openAudioPlayer } from './playback.ts';
import type { BrowseRow } from './row.ts';
import { initialState } from './state.ts';
import { openStore } from './store.ts';
import type { BrowseContext } from './types.ts';
import { render } from './view.ts';

/** Lists, draws, and does what the keys say until the user leaves. Throws what ended it otherwise, the terminal as it was. */
export const runSession = async (all: BrowseContext): Promise<void> => {
  const { context, view, title, stop } = all;
  const { runtime } = context;
  let screen: Fullscreen | undefined;
  let fatal: unknown;
  let readings = 0;
  const running = new Set<Promise<void>>();

  const onDefect = (error: unknown): void => {
    fatal ??= error;
    screen?.close();
  };
  const perform = (effect: Effect): void => actions(effect);
  const onChange = (): void => screen?.draw();
  const store = openStore(initialState(view, title, ...terminalSize(runtime)), { onChange, perform, onDefect });
  const tempFolder = openTempFolder('browse');
  const work = openJobs(all, store, openAudioPlayer(runtime, all.sources), tempFolder);

  /** Begins what nobody waits for; an error of it ends the session. */
  const begin = (task: Promise<void>): void => {
    const one = task.catch(onDefect);
    running.add(one);
    void one.then(() => running.delete(one));
  };
  const read = (): void => {
    const mine = ++readings;
    store.wake(); // the reading before it, which is over
    begin(loadList(all, store, () => mine !== readings || stop.signal.aborted));
  };
  const copy = ({ recording }: BrowseRow): void => {
    const id = sanitize(recording.id);
    screen?.copy(id);
    store.notify(`copied ${id}`, false);
  };
  const actions = (effect: Effect): void => {
    if (effect.do === 'leave') screen?.close();
    if (effect.do === 'redraw') screen?.redraw();
    if (effect.do === 'reload') read();
    if (effect.do === 'copy') copy(effect.row);
    if (effect.do === 'stop') begin(work.stop());
    if (effect.do === 'play') begin(work.play(effect.row));
    if (effect.do === 'download') begin(work.download(effect.rows));
  };

  screen = await openFullscreen(runtime, {
    lines: () => render(store.state),
    onKey: (key) => store.dispatch({ type: 'key', key }),
    onResize: (width, height) => store.dispatch({ type: 'size', width, height }),
    onHangup: () => {
      fatal ??= new Failure('hangup', 'the terminal is gone', { told: true });
    },
    onDefect,
  });
  all.onOpen(store.notify);
  const close = screen.close;
  stop.signal.addEventListener('abort', close, { once: true });
  if (stop.signal.aborted) close();
  else read();
  const interrupted = await screen.closed;
  screen = undefined;
  if (stop.signal.aborted) fatal ??= stop.signal.reason;
  if (interrupted) fatal ??= new Failure('interrupt', 'stopped by SIGINT', { told: true });
  stop.abort(fatal);
  store.wake();
  await work.stop();
  await Promise.all(running);
  await tempFolder.remove();
  if (fatal !== undefined) throw fatal;
};
