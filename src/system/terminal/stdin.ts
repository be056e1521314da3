import { createReadStream, fstatSync, statSync, writeSync } from 'node:fs';
import { Failure } from '../../core/failure.ts';
import { decodeText } from '../../core/text/decode-text.ts';
import { diskFailure } from '../files/disk-errors.ts';
import type { Runtime } from '../runtime.ts';

/** The text of a file, or of standard input for `-`, as chunks. Throws `local` if it cannot be read. */
export async function* readText(path: string, runtime: Runtime): AsyncGenerator<string> {
  try {
    if (path === '-') checkReadable(runtime.in);
    yield* decodeText(path === '-' ? runtime.in : createReadStream(path));
  } catch (error) {
    throw diskFailure(error, path === '-' ? 'standard input' : path);
  }
}

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
