import { createReadStream, type ReadStream } from 'node:fs';
import { Failure } from '../../core/failure.ts';
import { openRegularFile, READ_BYTES, readFully, withRegularFile } from './descriptors.ts';

/** Larger than any text that recx writes, and small enough for one string. */
const MAX_TEXT_BYTES = 2 ** 28;

/** The text of a regular file. Throws `local` if it is larger than the limit, else as `openRegularFile` does. */
export const readTextFile = (path: string, maxBytes = MAX_TEXT_BYTES): Promise<string> =>
  withRegularFile(path, { access: 'read' }, async (descriptor, size) => {
    if (size > maxBytes) throw new Failure('local', `${path} is larger than ${maxBytes} bytes`);
    return (await readFully(descriptor, 0, size)).toString();
  });

/** The first bytes of a regular file; all of a shorter one. */
export const readHead = (path: string, bytes: number): Promise<Buffer> =>
  withRegularFile(path, { access: 'read' }, (descriptor, size) => readFully(descriptor, 0, Math.min(bytes, size)));

/** The bytes of a regular file as a stream. */
export const openFileStream = async (path: string): Promise<ReadStream> => {
  const descriptor = await openRegularFile(path, { access: 'read' });
  return createReadStream(path, { fd: descriptor, highWaterMark: READ_BYTES });
};
