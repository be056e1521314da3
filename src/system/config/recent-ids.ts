import { open, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isRow } from '../../core/decode.ts';
import { Failure } from '../../core/failure.ts';
import { makeFolder, statRegularFile } from '../files/paths.ts';
import type { Runtime } from '../runtime.ts';
import { configFolder, readSmall } from './folder.ts';

/** A recording that was shown lately, for the shell's completion. */
export interface Recent {
  readonly id: string;
  readonly profile: string;
  readonly kind: string;
  readonly created_at: string | null;
}

/** How many are remembered. */
export const MAX_RECENT = 200;
const FILE = 'recent.json';

/** What was shown lately, the last first; none where there is no such file, or one that cannot be read. */
export const readRecent = async (runtime: Runtime): Promise<readonly Recent[]> => {
  const folder = configFolder(runtime);
  const stored = folder === undefined ? undefined : await readSmall(join(folder, FILE));
  return isRow(stored) && Array.isArray(stored.recent) ? stored.recent.filter(isRecent).slice(0, MAX_RECENT) : [];
};

const isRecent = (value: unknown): value is Recent =>
  isRow(value) &&
  [value.id, value.profile, value.kind].every((text) => typeof text === 'string' && text.length <= MAX_ID_LENGTH) &&
  (value.created_at === null || typeof value.created_at === 'string');

/** Characters of an id that is worth completing. */
const MAX_ID_LENGTH = 200;

/**
 * Puts rows before those that are remembered, in one replacement of the file, which is 0600 in a folder of the user's own. The
 * folder is made, as 0700, only when `make` says so. Throws where that cannot be.
 */
export const saveRecent = async (rows: readonly Recent[], make: boolean, runtime: Runtime): Promise<void> => {
  const folder = configFolder(runtime);
  if (folder === undefined) return;
  if (make) await makeFolder(folder);
  const status = await stat(folder).catch(() => undefined);
  if (status === undefined) return;
  if (runtime.user !== undefined && status.uid !== runtime.user) {
    throw new Failure('unsafe', `${folder} belongs to another user`);
  }
  // Its mode is left alone: without profiles it may be a folder of other use.
  if (runtime.platform !== 'win32' && (status.mode & 0o022) !== 0) {
    throw new Failure('unsafe', `others can write to ${folder}`);
  }
  const path = join(folder, FILE);
  await statRegularFile(path);
  const latest = new Map<string, Recent>();
  for (const row of [...rows.filter(isRecent), ...(await readRecent(runtime))]) {
    const key = JSON.stringify([row.profile, row.id]);
    if (latest.size < MAX_RECENT && !latest.has(key)) latest.set(key, row);
  }
  await replace(path, `${JSON.stringify({ version: 1, recent: [...latest.values()] })}\n`);
};

/** Not made sure to be on the disk: it may be lost with the power, and is never half there. */
const replace = async (path: string, text: string): Promise<void> => {
  const place = `${path}.${Math.random().toString(36).slice(2)}.part`;
  const file = await open(place, 'wx', 0o600);
  try {
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(place, path);
  } catch (error) {
    await unlink(place).catch(() => {});
    throw error;
  }
};
