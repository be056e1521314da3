import { everyCallField } from '../../core/calls/fields.ts';
import { compareOwner, type FileOwner, type ManifestEntry } from '../../core/download/manifest.ts';
import { Failure } from '../../core/failure.ts';
import { foldPath } from '../../core/hash/name-table.ts';
import type { Media } from '../../core/provider.ts';
import type { MediaFormat, Recording } from '../../core/recording.ts';
import { sanitizeLine } from '../../core/text/sanitize.ts';
import type { PartFile } from '../../system/files/part-file.ts';
import { cleanName } from '../../system/files/safe-name.ts';
import { discardResponse } from '../../system/net/media-transport.ts';
import { isProfile } from '../shared/profile-accounts.ts';
import type { Source } from '../shared/source.ts';
import { recordFile } from './metadata.ts';
import { hasUniqueNames, otherNameHint } from './names.ts';
import { shortId } from './summary-lines.ts';
import type { DownloadItem, DownloadJob } from './types.ts';

/**
 * Whether the file at a path is already this recording's media: by its line in the manifest (`listed`), or without one by
 * its name and the size that the provider or its server reports (`unlisted`). False if missing; `unknown` if only the
 * contents could tell, but `unlisted` in a dry run. Throws if the file differs or is not known to be this recording's.
 */
export const isDownloaded = async (
  path: string,
  media: Media,
  item: DownloadItem,
  job: DownloadJob,
  openPart: () => Promise<PartFile>,
): Promise<'listed' | 'unlisted' | 'unknown' | false> => {
  const { folder } = job;
  const size = await folder.sizeOf(path);
  if (size === 'other') throw new Failure('partial', `${path} exists and is not a regular file; it was left unchanged`);
  if (size === undefined) return false;
  if (folder.finished.has(path, size, item.owner)) return 'listed';
  const line = await lineAbout(path, item.owner, job);
  if (line === undefined) {
    const isOwn = await (hasUniqueNames(job.template)
      ? hasProvidersSize(path, size, media, item, job)
      : hasReceipt(path, size, item, job, openPart));
    return isOwn ? 'unlisted' : 'unknown';
  }
  if (size === line.bytes) return 'listed';
  throw differentFile(path, `size (${size} bytes, expected ${line.bytes})`);
};

/** The manifest's line of this recording about a path. Throws if the path is another recording's. */
const lineAbout = async (path: string, owner: FileOwner, job: DownloadJob): Promise<ManifestEntry | undefined> => {
  return job.folder.finished.hasEntry(path) ? ownEntryAt(path, owner, job) : undefined;
};

/** The line of this recording about an existing file, also if another run wrote it. Throws if it is another recording's. */
export const ownEntryAt = async (
  path: string,
  owner: FileOwner,
  job: DownloadJob,
): Promise<ManifestEntry | undefined> => {
  const entry = await job.folder.entryAt(path);
  if (entry === undefined) return undefined;
  const relation = compareOwner(entry, owner, isProfile(job));
  if (relation === 'same') return entry;
  if (relation === 'unknown') return undefined;
  if (entry.id !== owner.id && foldPath(entry.id) === foldPath(owner.id)) throw takenByCase(path);
  const of = entry.id === owner.id ? ` of ${sanitizeLine(`${entry.provider} profile ${entry.profile}`, 100)}` : '';
  throw new Failure(
    'partial',
    `${sanitizeLine(entry.path, 200)} is the recording ${shortId(entry.id)}${of}; ${otherNameHint(job)}`,
  );
};

/** Whether a killed run left a receipt for a file without a line. Without the id in its name, nothing else shows whose it is. */
const hasReceipt = async (
  path: string,
  size: number,
  item: DownloadItem,
  job: DownloadJob,
  openPart: () => Promise<PartFile>,
): Promise<boolean> => {
  const part = job.dryRun ? undefined : await openPart();
  const receipt = await part?.receipt();
  const digests = receipt === undefined ? undefined : await job.folder.digestsOf(path);
  if (digests !== undefined && digests.sha256 === receipt) {
    await recordFile(path, { bytes: size, ...digests, contentType: null }, item, job);
    await part?.removeReceipt();
    return true;
  }
  await part?.close();
  throw new Failure('partial', `${path} already exists, and nothing shows that it is this recording`, {
    hint: job.template.isExact
      ? 'Use another file, or --overwrite to replace it'
      : 'Put {id} into --name, or move the file away',
  });
};

/** Whether a file without a line, whose name has the id, is this recording's: by the size that the provider reports. */
const hasProvidersSize = async (
  path: string,
  size: number,
  media: Media,
  { recording, source }: DownloadItem,
  job: DownloadJob,
): Promise<boolean> => {
  if (!(await job.folder.hasExactName(path))) throw takenByCase(path);
  if (media.sizeBytes !== null && size !== media.sizeBytes)
    throw differentFile(path, `size (${size} bytes, expected ${media.sizeBytes})`);
  if (job.dryRun) return true;
  // HEAD may confirm a file but not condemn it: its length is sometimes wrong, so the contents are compared.
  const expected = media.sizeBytes ?? (media.signed ? undefined : await serverSize(media, source, job));
  if (size !== expected) return false;
  const file = { bytes: size, ...(await job.folder.digestsOf(path)), contentType: null };
  await recordFile(path, file, { recording, source }, job);
  return true;
};

/** The ids of two recordings differ only in case. */
const takenByCase = (path: string): Failure =>
  new Failure(
    'partial',
    `${path} is the name of another recording: this file system takes names that differ in case for one`,
    {
      hint: 'Use another --dir for this recording',
    },
  );

export const differentFile = (path: string, difference: string): Failure =>
  new Failure('partial', `${path} already exists with a different ${difference}`, {
    hint: 'Use --overwrite to replace it',
  });

/** The size that a server reports without sending the bytes; undefined if it does not. */
const serverSize = async (
  media: Media,
  source: Source,
  { mediaOf, fetchContext }: DownloadJob,
): Promise<number | undefined> => {
  try {
    const response = await mediaOf(source).get(media, {
      method: 'HEAD',
      headers: {},
      signal: fetchContext.signal,
      attempt: 1,
    });
    discardResponse(response);
    const length = response.header('content-length') ?? '';
    return response.status === 200 && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  } catch (error) {
    fetchContext.signal.throwIfAborted();
    if (error instanceof Failure) throw error;
    return undefined;
  }
};

/**
 * The file that an earlier run has given another name, since its call said something else then: it was not listed yet, may not be
 * read any more or is so old that the provider no longer has it.
 */
export const earlierFile = async (
  { recording, owner }: DownloadItem,
  formats: readonly MediaFormat[],
  { folder, template }: DownloadJob,
): Promise<string | undefined> => {
  if (!template.keys.some((key) => everyCallField.includes(key))) return undefined;
  for (const format of formats) {
    const entry = await folder.entryOf(owner, format);
    if (entry === undefined || !namePattern(recording, template).test(entry.path)) continue;
    if ((await folder.sizeOf(entry.path)) === entry.bytes) return entry.path;
  }
  return undefined;
};

/** Matches every name that a template has for a recording, whatever its call says. */
const namePattern = (recording: Recording, { expand }: DownloadJob['template']): RegExp => {
  const stem = expand(recording, cleanName, (key) => (everyCallField.includes(key) ? ANYTHING : undefined)).join('/');
  const escaped = stem.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(ANYTHING, '[^/]*');
  return new RegExp(`^${escaped}(?:\\.\\w+)*$`, 's');
};

/** A character for private use, which is allowed in file names. */
const ANYTHING = '\ue000';
