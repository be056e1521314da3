import { resolve } from 'node:path';
import { compareOwner } from '../../core/download/manifest.ts';
import { mediaFormats, type Recording } from '../../core/recording.ts';
import { parseTemplate } from '../../core/template.ts';
import { lstatIfExists } from '../../system/files/file-system.ts';
import { latestEntryAt } from '../../system/files/manifest-file.ts';
import { fileExtension, fileStem } from '../download/names.ts';
import { fileOwner, isProfile, openProfileAccounts } from '../shared/profile-accounts.ts';
import { openSourceLookup } from '../shared/source-lookup.ts';
import type { DownloadDependencies } from './types.ts';

/** The names of files that browse downloads. */
export const template = parseTemplate('--name', '{id}');

/**
 * The downloaded file of a recording in a folder, if it exists: by the manifest's latest line about it, since other
 * accounts have recordings with the same id.
 */
export const findDownloadedFile = async (
  dir: string,
  recording: Recording,
  { sources, context: { runtime } }: Pick<DownloadDependencies, 'sources' | 'context'>,
): Promise<string | undefined> => {
  const accounts = await openProfileAccounts(sources, runtime);
  const owner = fileOwner(recording, openSourceLookup(sources)(recording), { accounts });
  const stem = fileStem(recording, { template });
  for (const format of new Set([...recording.formats, ...mediaFormats])) {
    const name = stem + fileExtension(format, { ...recording, encrypted: null }); // an encrypted one cannot be played
    const path = resolve(dir, name);
    const status = await lstatIfExists(path).catch(() => undefined);
    if (status?.isFile() !== true) continue;
    const entry = await latestEntryAt(dir, name).catch(() => undefined);
    const isOwn = entry !== undefined && compareOwner(entry, owner, isProfile({ accounts })) === 'same';
    if (isOwn && entry.bytes === status.size && (entry.format ?? format) === format) return path;
  }
  return undefined;
};
