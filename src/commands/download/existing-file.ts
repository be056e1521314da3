import { Failure } from '../../core/failure.ts';
import type { Media } from '../../core/provider.ts';
import type { Recording } from '../../core/recording.ts';
import { discardResponse } from '../../system/net/media-transport.ts';
import type { Source } from '../shared/source-types.ts';
import { recordFile } from './metadata.ts';
import type { DownloadJob } from './types.ts';

/**
 * Whether the file at a path is the one that would be downloaded: by the manifest, the provider's size, or the server's.
 * False where there is none, and where only its bytes could tell. Throws when it is a different one.
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

/** The size that a server reports without sending the bytes; undefined when it does not. */
const serverSize = async (
  media: Media,
  source: Source,
  { mediaOf, fetchContext }: DownloadJob,
): Promise<number | undefined> => {
  try {
    const answer = await mediaOf(source).get(media, {
      method: 'HEAD',
      headers: {},
      signal: fetchContext.signal,
      attempt: 1,
    });
    discardResponse(answer);
    const length = answer.header('content-length') ?? '';
    return answer.status === 200 && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  } catch (error) {
    fetchContext.signal.throwIfAborted();
    if (error instanceof Failure) throw error;
    return undefined;
  }
};
