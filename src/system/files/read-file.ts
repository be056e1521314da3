import { createReadStream, type ReadStream } from 'node:fs';
import { Failure } from '../../core/failure.ts';
import { openRegularFile, READ_BYTES, readFully, withRegularFile } from './descriptors.ts';

interface ReadSettings {
  /** Bytes; throws for a larger file. */
  readonly maxBytes?: number;
  /** Accepts a file with several hard links. */
  readonly hardLinks?: boolean;
}

/** The text of a regular file. Throws `local` if it is larger than the limit, else as `openRegularFile` does. */
export const readTextFile = (path: string, settings: ReadSettings = {}): Promise<string> => {
  const { maxBytes = Number.POSITIVE_INFINITY, hardLinks = false } = settings;
  return withRegularFile(path, { access: 'read', hardLinks }, async (descriptor, size) => {
    if (size > maxBytes) throw new Failure('local', `${path} is larger than ${maxBytes} bytes`);
    return (await readFully(descriptor, 0, size)).toString();
  });
};

/** The first bytes of a regular file; all of a shorter one. */
export const readHead = (path: string, bytes: number): Promise<Buffer> =>
  withRegularFile(path, { access: 'read', hardLinks: true }, (descriptor, size) =>
    readFully(descriptor, 0, Math.min(bytes, size)),
  );

/** The bytes of a regular file as a stream. */
export const openFileStream = async (
  path: string,
  { hardLinks = false }: Pick<ReadSettings, 'hardLinks'> = {},
): Promise<ReadStream> => {
  const descriptor = await openRegularFile(path, { access: 'read', hardLinks });
  return createReadStream(path, { fd: descriptor, highWaterMark: READ_BYTES });
};
