import { createHash, type Hash } from 'node:crypto';
import { withDiskErrors } from './disk-errors.ts';
import { openFileStream } from './read-file.ts';

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
