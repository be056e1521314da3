import { Failure } from '../../core/failure.ts';
import type { Sink } from '../../core/sink.ts';
import { hasErrorCode, systemReason } from '../errors.ts';
import type { OutputStream } from '../runtime.ts';

/** A stream as a sink: waits until each chunk is written, for backpressure and complete output. */
export const streamSink = (screen: OutputStream): Sink & { write(bytes: string | Uint8Array): Promise<void> } => {
  const stream = streamOf(screen);
  const isLost = screen.wasClosed === true;
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        if (isLost) return reject(closedFailure());
        outputBegins(screen, screen.isTTY && endsLine(text));
        stream.write(text, (error) => (error ? reject(writeFailure(error)) : resolve()));
      }),
  };
};

const endsLine = (text: string | Uint8Array): boolean => typeof text === 'string' && text.endsWith('\n');

/** What makes way for the output of a stream; undefined once there can be nothing beside it. */
const steps = new WeakMap<NodeJS.WritableStream, readonly Step[] | undefined>();

/** Makes way for output; `mayReturn` if that ends a line on a terminal, below which there may be something again. */
type Step = (mayReturn: boolean) => void;

/** Runs a step before each output of a stream until there can be nothing beside it, or now if that is so already. */
export const beforeOutput = ({ stream }: OutputStream, step: Step): void => {
  const known = steps.has(stream) ? steps.get(stream) : [];
  if (known === undefined) step(false);
  else steps.set(stream, [...known, step]);
};

/** Something is about to be written to a stream, here or by another program. */
export const outputBegins = ({ stream }: OutputStream, mayReturn: boolean): void => {
  const known = steps.get(stream) ?? [];
  if (!mayReturn) steps.set(stream, undefined);
  for (const step of known) step(mayReturn);
};

/** The stream. Write errors are reported only by the callback, not as an unhandled event, which would end the process. */
export const streamOf = ({ stream }: OutputStream): NodeJS.WritableStream => {
  if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  return stream;
};

/** Whether to use colour: only on a terminal that is not dumb, and without `NO_COLOR` and `--no-color`. */
export const wantsColour = (
  screen: OutputStream,
  env: Readonly<Record<string, string | undefined>>,
  wanted: boolean,
): boolean => screen.isTTY && wanted && !env.NO_COLOR && env.TERM !== 'dumb';

const closedFailure = (): Failure =>
  new Failure('local', 'standard output is closed', { hint: 'Write it to a file, or discard it with > /dev/null' });

const writeFailure = (error: Error): Failure =>
  hasErrorCode(error, 'EPIPE') || hasErrorCode(error, 'ERR_STREAM_DESTROYED')
    ? new Failure('pipe', 'the reader of the output closed it')
    : new Failure('local', `writing the output failed: ${systemReason(error)}`, { cause: error });
