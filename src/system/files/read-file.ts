import { createHash, type Hash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { Failure } from '../../core/failure.ts';
import { openRegularFile, READ_BYTES, readFully, withRegularFile } from './descriptors.ts';
import { withDiskErrors } from './disk-errors.ts';

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

/** The hashes of a file, hexadecimal. */
export interface Digests {
  readonly sha256: string;
  /** What object stores compare; null on systems that do not allow MD5 (FIPS). */
  readonly md5: string | null;
}

/** Hashes bytes as they arrive. */
export interface Digest {
  update(chunk: Uint8Array): void;
  digests(): Digests;
}

export const openDigest = (withMd5 = true): Digest => {
  const sha256 = createHash('sha256');
  const md5 = withMd5 ? openMd5() : undefined;
  return {
    update: (chunk) => {
      sha256.update(chunk);
      md5?.update(chunk);
    },
    digests: () => ({ sha256: sha256.digest('hex'), md5: md5?.digest('hex') ?? null }),
  };
};

const openMd5 = (): Hash | undefined => {
  try {
    return createHash('md5');
  } catch {
    return undefined;
  }
};

/** The SHA-256 of a regular file, in hexadecimal. Throws `local`. */
export const sha256Of = async (path: string): Promise<string> => (await digestsOf(path, false)).sha256;

/** The hashes of a regular file. Throws `local`. */
export const digestsOf = (path: string, withMd5 = true): Promise<Digests> =>
  withDiskErrors(path, async () => {
    const digest = openDigest(withMd5);
    for await (const chunk of await openFileStream(path)) digest.update(chunk);
    return digest.digests();
  });
