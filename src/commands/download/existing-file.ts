import { Failure } from '../../core/failure.ts';
import type { Media } from '../../core/provider.ts';
import type { Recording } from '../../core/recording.ts';
import { discardResponse } from '../../system/net/media-transport.ts';
import type { Source } from '../shared/source-types.ts';
import { recordFile } from './metadata.ts';
import type { DownloadJob } from './types.ts';

/**
 * Whether the file at a path is already this recording's media, by the manifest's, provider's or server's size. False if
 * missing; if only the contents could tell, false too, but true in a dry run. Throws if it differs.
 */
export const isDownloaded = async (
  path: string,
  media: Media,
  recording: Recording,
  source: Source,
  job: DownloadJob,
): Promise<boolean> => {
  const { folder, dryRun } = job;
  const size = await folder.sizeOf(path);
  if (size === undefined) return false;
  if (size === 'other') throw new Failure('partial', `${path} exists and is not a regular file; it was left unchanged`);
  if (folder.finished.hasSize(path, size)) return true;
  const expected = media.sizeBytes ?? (dryRun || media.signed ? undefined : await serverSize(media, source, job));
  if (expected === undefined) return dryRun;
  if (size !== expected) throw differentFile(path, `size (${size} bytes, expected ${expected})`);
  if (!dryRun) {
    const file = { bytes: size, sha256: await folder.sha256Of(path), contentType: null };
    await recordFile(path, file, recording, job);
  }
  return true;
};

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
