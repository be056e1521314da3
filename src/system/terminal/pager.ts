import { Failure } from '../../core/failure.ts';
import type { Sink } from '../../core/sink.ts';
import type { Runtime } from '../runtime.ts';
import { streamSink } from './streams.ts';

/**
 * Gives a task the terminal as its sink, through the user's pager from the moment on that more has come than fits on the
 * screen. Returns when the user has left the pager, which also ends the task; `env` is what the pager gets.
 */
export const withPager = async (
  runtime: Runtime,
  env: () => Runtime['env'],
  task: (sink: Sink) => Promise<void>,
): Promise<void> => {
  const words = pagerIn(runtime);
  const screen = streamSink(runtime.out);
  if (words === undefined) return task(screen);
  const { rows } = runtime.out.stream as NodeJS.WriteStream; // a terminal, see pagerIn
  let waiting = '';
  let place: Sink | undefined;
  let pager: Pager | undefined;
  const sink: Sink = {
    write: async (text) => {
      if (place !== undefined) return place.write(text);
      waiting += text;
      if (waiting.split('\n').length <= rows) return;
      pager = await openPager(words, env(), runtime);
      place = pager ?? screen;
      await place.write(waiting);
    },
  };
  try {
    await task(sink);
  } catch (error) {
    if (pager?.isLeft() !== true || !(error instanceof Failure) || error.kind !== 'pipe') throw error;
  } finally {
    if (place === undefined && waiting !== '') await screen.write(waiting);
    await pager?.close();
  }
  const failure = pager?.failure();
  if (failure !== undefined) throw failure;
};

/** The words of `RECX_PAGER`, else `PAGER`, split at spaces; undefined for none, and where there is no screen to fill. */
const pagerIn = ({ out, env }: Runtime): readonly string[] | undefined => {
  const words = (env.RECX_PAGER ?? env.PAGER ?? '').split(' ').filter(Boolean);
  const isScreen = out.isTTY && (out.stream as NodeJS.WriteStream).rows > 0 && env.TERM !== 'dumb';
  return isScreen && words.length > 0 && words[0] !== 'cat' ? words : undefined;
};

interface Pager extends Sink {
  isLeft(): boolean;
  /** Why it ended, unless the user left it. */
  failure(): Failure | undefined;
  /** Waits until the user has left. */
  close(): Promise<void>;
}

/** Undefined when it cannot be started. */
const openPager = async (
  [command = '', ...words]: readonly string[],
  env: Runtime['env'],
  runtime: Runtime,
): Promise<Pager | undefined> => {
  const { spawn } = await import('node:child_process');
  // As git has it: less ends where all fits, keeps colours, and leaves what it showed on the screen.
  const child = spawn(command, words, { stdio: ['pipe', 'inherit', 'inherit'], env: { LESS: 'FRX', ...env } });
  const started = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
  if (!started) return undefined;
  // Ctrl-C is for the pager, which would be left alone with the terminal.
  const release = runtime.holdInterrupts(() => child.kill());
  let left = false;
  let failure: Failure | undefined;
  const closed = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      left = true;
      release();
      if (signal === 'SIGINT') failure = new Failure('interrupt', 'stopped by SIGINT', { told: true });
      else if (code !== 0) failure = badEnd(command, code ?? signal);
      resolve();
    });
  });
  child.stdin.on('error', () => {});
  return {
    isLeft: () => left,
    failure: () => failure,
    write: (text) =>
      new Promise((resolve, reject) => {
        const gone = (): void => reject(new Failure('pipe', 'the pager was left'));
        if (left) return gone();
        child.stdin.write(text, (error) => (error ? void closed.then(gone) : resolve()));
      }),
    close: () => {
      child.stdin.end();
      return closed;
    },
  };
};

const badEnd = (command: string, how: string | number | null): Failure =>
  new Failure('local', `the pager ${command.slice(0, 60)} ended with ${how}: not all of the rows may have been seen`, {
    hint: 'Set RECX_PAGER to another program, or to cat for none',
  });
