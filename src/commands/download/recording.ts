import { readiness } from '../../core/download/outcome.ts';
import { Failure } from '../../core/failure.ts';
import { type Recording, recordingKey } from '../../core/recording.ts';
import type { PartFile } from '../../system/files/part-file.ts';
import {
  type FetchContext,
  type FetchedMedia,
  fetchMedia,
  isResumable,
  type MediaRequest,
} from '../../system/net/fetch-media.ts';
import { recordingIdentity } from '../shared/source-lookup.ts';
import type { Source } from '../shared/source-types.ts';
import { differentFile, isDownloaded } from './existing-file.ts';
import { outcomeOfMissing } from './failures.ts';
import { acceptedFormats, chooseMedia, mediaRequest } from './media-choice.ts';
import { addSidecar, recordFile } from './metadata.ts';
import { fileExtension, fileStem, uniqueNameHint } from './names.ts';
import type { DownloadJob, RecordingResult } from './types.ts';

const skipped: RecordingResult = { outcome: 'skipped', bytes: null };

/** Downloads one recording, with its sidecar. Throws failures of this recording or of the run. */
export const downloadRecording = async (
  source: Source,
  recording: Recording,
  job: DownloadJob,
): Promise<RecordingResult> => {
  const ready = readiness(recording);
  if (ready !== 'ready') return { outcome: ready, bytes: null };
  const result = await downloadMedia(source, recording, job);
  const hasFile = result.outcome === 'done' || result.outcome === 'skipped';
  if (job.sidecar && !job.dryRun && hasFile) await addSidecar(recording, job);
  return result;
};

/** Downloads the media of a recording, unless its file exists. */
const downloadMedia = async (source: Source, recording: Recording, job: DownloadJob): Promise<RecordingResult> => {
  const choice = chooseMedia(source, recording, job);
  const { media } = choice;
  const stem = fileStem(recording, job);
  const claim = job.names.claim(stem, recordingKey(recordingIdentity(recording, source)));
  if (claim === 'own') return skipped;
  if (claim === 'taken') {
    throw new Failure('partial', `the name ${stem} belongs to another recording`, { hint: uniqueNameHint(job) });
  }
  const paths = acceptedFormats(media, job.preferredFormats).map((format) => stem + fileExtension(format, recording));
  if (!job.overwrite) {
    for (const path of paths) if (await isDownloaded(path, media, recording, source, job)) return skipped;
  }
  if (job.dryRun) return { outcome: 'done', bytes: media.sizeBytes };

  const [path = stem] = media.format === undefined ? [stem] : paths;
  const request = await mediaRequest(source, recording, choice, job);
  const part = await job.folder.part(path);
  const fetched = await fetchIntoPart(part, request, job.fetchContext).catch((error: unknown) => {
    const outcome = outcomeOfMissing(error, recording, job.fetchContext.now());
    if (outcome === undefined) throw error;
    return outcome;
  });
  if (typeof fetched === 'string') return { outcome: fetched, bytes: null };
  return commitPart(part, stem, fetched, recording, job);
};

const fetchIntoPart = async (part: PartFile, request: MediaRequest, context: FetchContext): Promise<FetchedMedia> => {
  try {
    return await fetchMedia(request, part, context);
  } catch (error) {
    await (isResumable(error, context.signal) ? part.close() : part.discard()).catch(() => {});
    throw error;
  }
};

/** Renames a complete file into place and records it in the manifest. */
const commitPart = async (
  part: PartFile,
  stem: string,
  fetched: FetchedMedia,
  recording: Recording,
  job: DownloadJob,
): Promise<RecordingResult> => {
  const { folder, overwrite, fetchContext } = job;
  const path = stem + fileExtension(fetched.format, recording);
  const { bytes, sha256 } = fetched;
  try {
    if (!(await part.commit(path, { overwrite }))) {
      // It was created meanwhile, or its size could not be compared before.
      const same = (await folder.sizeOf(path)) === bytes && (await folder.sha256Of(path)) === sha256;
      if (!same) throw differentFile(path, 'content');
      await part.discard();
      await recordFile(path, fetched, recording, job);
      return skipped;
    }
  } catch (error) {
    await part.discard().catch(() => {});
    throw error;
  }
  if (fetched.remark !== undefined) fetchContext.log.warn(`${path} ${fetched.remark}`);
  if (recording.encrypted === true)
    fetchContext.log.warn(`${path} is encrypted; decrypt it with the account's private key to play it`);
  await recordFile(path, fetched, recording, job);
  return { outcome: 'done', bytes };
};
