import { Failure } from '../../core/failure.ts';
import type { Sink } from '../../core/sink.ts';
import type { OutputStream } from '../runtime.ts';

/** The screen as a sink: waits until a chunk is taken, so that nothing is lost at the end and memory stays flat. */
export const streamSink = (screen: OutputStream): Sink & { write(bytes: string | Uint8Array): Promise<void> } => {
  const stream = streamOf(screen);
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => (error ? reject(writeFailure(error)) : resolve()));
      }),
  };
};

/** The stream of a screen, whose failed writes do not also come back as events that would end the process. */
export const streamOf = ({ stream }: OutputStream): NodeJS.WritableStream => {
  if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  return stream;
};

/** Whether colour is wanted: only on a terminal, and neither `NO_COLOR` nor `--no-color` nor a dumb one speaks against it. */
export const wantsColour = (
  screen: OutputStream,
  env: Readonly<Record<string, string | undefined>>,
  wanted: boolean,
): boolean => screen.isTTY && wanted && !env.NO_COLOR && env.TERM !== 'dumb';

const writeFailure = (error: NodeJS.ErrnoException): Failure => {
  const code = error.code ?? 'unknown error';
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED')
    return new Failure('pipe', 'the reader of the output went away');
  const reason = code === 'ENOSPC' ? 'no space left on device' : 'the write failed';
  return new Failure('local', `the output could not be written: ${reason} (${code})`, { cause: error });
};
