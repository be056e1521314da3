import { join } from 'node:path';
import type { Entry } from '../../core/download/manifest.ts';
import { type Details, detailsIn, sidecarOf } from '../../core/download/sidecar.ts';
import { headOf } from './read-head.ts';

/** Bytes of a sidecar that are read; recx writes about 1 kB. */
const MOST = 65_536;

/** What the sidecar of a file says; `odd` for one that is broken, huge, a link or of another recording. */
export const readSidecar = async (folder: string, entry: Entry): Promise<Details | 'odd' | undefined> => {
  const path = sidecarOf(entry.path);
  if (path === undefined) return undefined;
  try {
    const content = await headOf(join(folder, path), MOST + 1);
    if (content === undefined) return undefined;
    return (content.length <= MOST ? detailsIn(content.toString(), entry) : undefined) ?? 'odd';
  } catch {
    return 'odd';
  }
};
