import { Failure } from '../../core/failure.ts';
import type { Sink } from '../../core/sink.ts';
import { describeExit } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { outputBegins, streamSink } from './streams.ts';

/**
 * Runs a task with a sink that switches to the pager once output exceeds the screen. Resolves when the pager has exited;
 * quitting it ends the task. `env` is the pager's environment.
 */
export const withPager = async (
  runtime: Runtime,
  env: () => Runtime['env'],
  task: (sink: Sink) => Promise<void>,
): Promise<void> => {
  const words = pagerCommand(runtime);
  const screen = streamSink(runtime.out);
  if (words === undefined) return task(screen);
  const { rows } = runtime.out.stream as NodeJS.WriteStream; // a terminal, see pagerCommand
  let buffered = '';
  let target: Sink | undefined;
  let pager: Pager | undefined;
  const sink: Sink = {
    write: async (text) => {
      if (target !== undefined) return target.write(text);
      buffered += text;
      if (buffered.split('\n').length <= rows) return;
      outputBegins(runtime.out, false);
      pager = await openPager(words, env(), runtime);
      target = pager ?? screen;
      await target.write(buffered);
    },
  };
  try {
    await task(sink);
  } catch (error) {
    if (pager?.hasEnded() !== true || !(error instanceof Failure) || error.kind !== 'pipe') throw error;
  } finally {
    if (target === undefined && buffered !== '') await screen.write(buffered);
    await pager?.close();
  }
  const failure = pager?.failure();
  if (failure !== undefined) throw failure;
};

/** The words of `RECX_PAGER`, else `PAGER`, split at spaces; undefined if unset, `cat` or stdout is not a terminal. */
const pagerCommand = ({ out, env }: Runtime): readonly string[] | undefined => {
  const words = (env.RECX_PAGER ?? env.PAGER ?? '').split(' ').filter(Boolean);
  const isScreen = out.isTTY && (out.stream as NodeJS.WriteStream).rows > 0 && env.TERM !== 'dumb';
  return isScreen && words.length > 0 && words[0] !== 'cat' ? words : undefined;
};

interface Pager extends Sink {
  hasEnded(): boolean;
  /** Failure of the pager, if it did not exit normally. */
  failure(): Failure | undefined;
  /** Waits until the user has quit it. */
  close(): Promise<void>;
}

/** Undefined if it cannot be started. */
const openPager = async (
  [command = '', ...words]: readonly string[],
  env: Runtime['env'],
  runtime: Runtime,
): Promise<Pager | undefined> => {
  const { spawn } = await import('node:child_process');
  // As git does: less exits when everything fits, keeps colours, and leaves its output on the screen.
  const child = spawn(command, words, { stdio: ['pipe', 'inherit', 'inherit'], env: { LESS: 'FRX', ...env } });
  const started = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
  if (!started) return undefined;
  // Ignore Ctrl-C while the pager runs; otherwise it would outlive us.
  const release = runtime.ignoreInterrupts(() => child.kill());
  let ended = false;
  let failure: Failure | undefined;
  const closed = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      ended = true;
      release();
      if (signal === 'SIGINT') failure = new Failure('interrupt', 'stopped by SIGINT', { reported: true });
      else if (code !== 0) failure = pagerFailure(command, code, signal);
      resolve();
    });
  });
  child.stdin.on('error', () => {});
  return {
    hasEnded: () => ended,
    failure: () => failure,
    write: (text) =>
      new Promise((resolve, reject) => {
        const fail = (): void => reject(new Failure('pipe', 'the pager was closed'));
        if (ended) return fail();
        child.stdin.write(text, (error) => (error ? void closed.then(fail) : resolve()));
      }),
    close: () => {
      child.stdin.end();
      return closed;
    },
  };
};

const pagerFailure = (command: string, code: number | null, signal: NodeJS.Signals | null): Failure => {
  return new Failure(
    'local',
    `the pager ${command.slice(0, 60)} ${describeExit(code, signal)}: some rows may not have been shown`,
    {
      hint: 'Set RECX_PAGER to another program, or to cat for no pager',
    },
  );
};
