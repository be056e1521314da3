import { join } from 'node:path';
import type { ManifestEntry } from '../../core/download/manifest.ts';
import { parseSidecar, type SidecarDetails, sidecarPath } from '../../core/download/sidecar.ts';
import { headOf } from './read-head.ts';

/** Bytes of a sidecar that are read; recx writes about 1 kB. */
const MAX_SIDECAR_BYTES = 65_536;

/** What the sidecar of a file says; `odd` for one that is broken, huge, a link or of another recording. */
export const readSidecar = async (
  folder: string,
  entry: ManifestEntry,
): Promise<SidecarDetails | 'odd' | undefined> => {
  const path = sidecarPath(entry.path);
  if (path === undefined) return undefined;
  try {
    const content = await headOf(join(folder, path), MAX_SIDECAR_BYTES + 1);
    if (content === undefined) return undefined;
    return (content.length <= MAX_SIDECAR_BYTES ? parseSidecar(content.toString(), entry) : undefined) ?? 'odd';
  } catch {
    return 'odd';
  }
};
