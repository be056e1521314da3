import { constants } from 'node:fs';
import { isCode } from '../errors.ts';
import { closeAsync, fstatAsync, openAsync, readAsync } from './descriptors.ts';

/** The first bytes of a plain file; undefined where there is none. Never through a link, and waits for no pipe. */
export const headOf = async (path: string, bytes: number): Promise<Buffer | undefined> => {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const descriptor = await openAsync(path, flags).catch((error: unknown) => {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined;
    throw error;
  });
  if (descriptor === undefined) return undefined;
  try {
    const status = await fstatAsync(descriptor);
    if (!status.isFile()) return undefined;
    const length = Math.min(bytes, status.size);
    const { buffer, bytesRead } = await readAsync(descriptor, Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await closeAsync(descriptor);
  }
};
