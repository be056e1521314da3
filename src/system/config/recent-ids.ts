import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRow } from '../../core/decode.ts';
import { Failure } from '../../core/failure.ts';
import { makeFolder } from '../files/file-system.ts';
import { writeFileAtomically } from '../files/write-file.ts';
import type { Runtime } from '../runtime.ts';
import { checkOwner, readSmallJson } from './folder.ts';
import { configFolder, configNames } from './location.ts';

/** A recently shown recording, for shell completion. */
export interface RecentRecording {
  readonly id: string;
  readonly profile: string;
  readonly kind: string;
  readonly created_at: string | null;
}

/** Maximum remembered recordings. */
export const MAX_RECENT = 200;
const FILE = configNames.recentIds;

/** The recently shown recordings, latest first; none if the file does not exist or cannot be read. */
export const readRecentRecordings = async (runtime: Runtime): Promise<readonly RecentRecording[]> => {
  const folder = configFolder(runtime);
  const stored = folder === undefined ? undefined : await readSmallJson(join(folder, FILE));
  return isRow(stored) && Array.isArray(stored.recent) ? stored.recent.filter(isRecent).slice(0, MAX_RECENT) : [];
};

const isRecent = (value: unknown): value is RecentRecording =>
  isRow(value) &&
  [value.id, value.profile, value.kind].every((text) => typeof text === 'string' && text.length <= MAX_ID_LENGTH) &&
  (value.created_at === null || typeof value.created_at === 'string');

/** Characters; a longer id is not worth completing. */
const MAX_ID_LENGTH = 200;

/**
 * Prepends rows to the stored ones and replaces the file (mode 0600) atomically. The folder is created (0700) only with
 * `create`; without a folder nothing is stored. Throws `unsafe` if another user owns or can write to it, or a disk error.
 */
export const saveRecent = async (
  rows: readonly RecentRecording[],
  create: boolean,
  runtime: Runtime,
): Promise<void> => {
  const folder = configFolder(runtime);
  if (folder === undefined) return;
  if (create) await makeFolder(folder);
  // Follows a link: see `restrictMode`.
  const status = await stat(folder).catch(() => undefined);
  if (status === undefined) return;
  checkOwner(folder, status.uid, runtime);
  // Its mode is not changed: without profiles the folder may serve another purpose.
  if (runtime.platform !== 'win32' && (status.mode & 0o022) !== 0) {
    throw new Failure('unsafe', `others can write to ${folder}`);
  }
  await writeRecent([...rows, ...(await readRecentRecordings(runtime))], folder);
};

/** Moves the remembered recordings of a profile to its new name. Throws a disk error. */
export const renameRecent = async (old: string, name: string, runtime: Runtime): Promise<void> => {
  const folder = configFolder(runtime);
  const recent = await readRecentRecordings(runtime);
  if (folder === undefined || !recent.some(({ profile }) => profile === old)) return;
  await writeRecent(
    recent.map((row) => (row.profile === old ? { ...row, profile: name } : row)),
    folder,
  );
};

/** Replaces the file by the first rows, each once. */
const writeRecent = async (rows: readonly RecentRecording[], folder: string): Promise<void> => {
  const latest = new Map<string, RecentRecording>();
  for (const row of rows.filter(isRecent)) {
    const key = JSON.stringify([row.profile, row.id]);
    if (latest.size < MAX_RECENT && !latest.has(key)) latest.set(key, row);
  }
  const text = `${JSON.stringify({ version: 1, recent: [...latest.values()] })}\n`;
  // Written after every list, so it does not wait for the disk or a lock.
  await writeFileAtomically(join(folder, FILE), text, { durable: false, shared: true });
};
