import { constants, createReadStream, fstatSync, statSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { Failure } from '../../core/failure.ts';
import { decodeText } from '../../core/text/decode-text.ts';
import { fstatAsync, openAsync } from '../files/descriptors.ts';
import { diskFailure } from '../files/disk-errors.ts';
import { limits } from '../limits.ts';
import type { Runtime } from '../runtime.ts';

/**
 * The text of a file, or of standard input for `-`, as chunks. The signal ends the reading: a pipe may have no end. Throws
 * `local` if it cannot be read.
 */
export const readText = (path: string, runtime: Runtime, signal?: AbortSignal): AsyncGenerator<string> =>
  decodeText(readBytes(path, runtime, signal));

async function* readBytes(path: string, runtime: Runtime, signal?: AbortSignal): AsyncGenerator<Buffer> {
  try {
    if (path === '-') checkReadable(runtime.in);
    const input = path === '-' ? runtime.in : await openInput(path);
    yield* signal === undefined ? input : addAbortSignal(signal, input);
  } catch (error) {
    throw diskFailure(error, path === '-' ? 'standard input' : path);
  }
}

/**
 * Whether standard input is a pipe or a file, which may hold what a run needs. A socket, as of ssh or a service, may stay
 * open without ever holding anything.
 */
export const isPipedIn = ({ in: input }: Runtime): boolean => {
  if (!('fd' in input) || input.fd !== 0) return true;
  try {
    const status = fstatSync(0);
    return status.isFIFO() || status.isFile();
  } catch {
    return false;
  }
};

/** All of standard input, for a secret that is piped in as one line. Throws `usage` if it is too long for a secret. */
export const readSecretLine = async (runtime: Runtime): Promise<string> => {
  let text = '';
  for await (const chunk of readBytes('-', runtime)) {
    text += String(chunk);
    if (text.length > limits.maxSecretBytes)
      throw new Failure('usage', `the secret on standard input is longer than ${limits.maxSecretBytes} bytes`);
  }
  return text;
};

/**
 * A stream of a file, pipe or terminal. Opening a pipe without a writer, and reading any pipe as a file, would block a thread
 * that Node waits for before it exits.
 */
const openInput = async (path: string): Promise<Readable> => {
  // O_NONBLOCK does not exist on Windows.
  const fd = await openAsync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  if (isatty(fd)) return new ReadStream(fd);
  const isPipe = (await fstatAsync(fd)).isFIFO();
  return isPipe ? new Socket({ fd, readable: true, writable: false }) : createReadStream(path, { fd });
};

/** Node reads a folder as empty, and puts /dev/null, to read and write, in the place of a closed descriptor. */
const checkReadable = (input: Runtime['in']): void => {
  if (!('fd' in input) || input.fd !== 0) return;
  const status = fstatSync(0);
  if (status.isDirectory()) throw new Failure('local', 'standard input is a folder');
  const isNull = status.isCharacterDevice() && status.rdev === statSync('/dev/null').rdev;
  if (isNull && isWritable(0)) throw new Failure('local', 'standard input is closed');
};

const isWritable = (descriptor: number): boolean => {
  try {
    writeSync(descriptor, '');
    return true;
  } catch {
    return false;
  }
};
