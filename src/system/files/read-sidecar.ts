import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestEntry } from '../../core/download/manifest.ts';
import { parseSidecar, parseSidecarOwner, type Sidecar, sidecarPath } from '../../core/download/sidecar.ts';
import { hasErrorCode } from '../errors.ts';
import { readTextFile } from './read-file.ts';

/** The largest sidecar that is read; recx writes about 1 kB. */
const MAX_SIDECAR_BYTES = 65_536;

/** The sidecar of a file; undefined if none, `invalid` if broken, huge, a link or of another recording. */
export const readSidecar = async (folder: string, entry: ManifestEntry): Promise<Sidecar | 'invalid' | undefined> => {
  const path = sidecarPath(entry.path);
  if (path === undefined) return undefined;
  try {
    const details = parseSidecar(await readSidecarText(join(folder, path)), entry);
    if (details === undefined) return 'invalid';
    return { details, writtenAt: (await lstat(join(folder, path))).mtimeMs };
  } catch (error) {
    return hasErrorCode(error, 'ENOENT') || hasErrorCode(error, 'ENOTDIR') ? undefined : 'invalid';
  }
};

/** The recording that the sidecar at a path names; undefined for anything else. */
export const sidecarOwnerAt = async (path: string): Promise<ReturnType<typeof parseSidecarOwner>> => {
  try {
    return parseSidecarOwner(await readSidecarText(path));
  } catch {
    return undefined;
  }
};

const readSidecarText = (path: string): Promise<string> => readTextFile(path, MAX_SIDECAR_BYTES);
