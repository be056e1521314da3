import { nameReadiness } from '../../core/calls/settled.ts';
import { readiness } from '../../core/download/outcome.ts';
import { mediaOf } from '../../core/download/sidecar.ts';
import { Failure } from '../../core/failure.ts';
import { type Recording, recordingKey } from '../../core/recording.ts';
import { LostFileError } from '../../system/files/disk-errors.ts';
import type { PartFile } from '../../system/files/part-file.ts';
import {
  type FetchContext,
  type FetchedMedia,
  fetchMedia,
  isResumable,
  type MediaRequest,
} from '../../system/net/fetch-media.ts';
import { fileOwner } from '../shared/profile-accounts.ts';
import type { Source } from '../shared/source.ts';
import { differentFile, earlierFile, isDownloaded, ownEntryAt } from './existing-file.ts';
import { outcomeOfMissing } from './failures.ts';
import { acceptedFormats, chooseMedia, mediaRequest } from './media-choice.ts';
import { addSidecar, recordCall, recordFile } from './metadata.ts';
import { fileStem, hasUniqueNames, mediaPath, uniqueNameFields } from './names.ts';
import type { DownloadItem, DownloadJob, RecordingResult } from './types.ts';

const skipped: RecordingResult = { outcome: 'skipped', bytes: null };

/** Downloads one recording, with its sidecar; `isRepeated` after an attempt that failed. Throws failures of this recording or of the run. */
export const downloadRecording = async (
  source: Source,
  recording: Recording,
  job: DownloadJob,
  isRepeated = false,
): Promise<RecordingResult> => {
  const ready = readiness(recording);
  if (ready !== 'ready') return { outcome: ready, bytes: null };
  const named = nameReadiness(recording, job.template.keys, job.fetchContext.now());
  if (named === 'failed')
    throw new Failure('partial', 'its call could not be read, and the name of its file depends on it');
  if (named === 'pending') {
    job.warnOnce(
      'recordings whose name depends on a call that goes on, or is not listed yet, are left for a later run',
    );
    return { outcome: 'pending', bytes: null };
  }
  const item = { recording, source, owner: fileOwner(recording, source, job) };
  const result = await downloadMedia(item, job, isRepeated);
  if (job.dryRun || result.path === undefined) return result;
  if (result.outcome === 'skipped') await recordCall(result.path, item, job);
  if (job.sidecar) await addSidecar(result.path, item, job);
  return result;
};

/** Downloads the media of a recording, unless its file exists. */
const downloadMedia = async (item: DownloadItem, job: DownloadJob, isRepeated: boolean): Promise<RecordingResult> => {
  const { recording, source, owner } = item;
  const choice = chooseMedia(source, recording, job);
  const { media } = choice;
  const stem = fileStem(recording, job);
  const claim = job.folder.names.claim(stem, recordingKey(owner));
  // The same recording, named twice.
  if (claim === 'own' && !isRepeated) return skipped;
  if (claim === 'taken') {
    throw new Failure('partial', `the name ${stem} belongs to another recording`, {
      hint: `Put ${uniqueNameFields(job)} into --name, or use another --dir`,
    });
  }
  const formats = acceptedFormats(media, job.preferredFormats);
  const paths = [...new Set(formats.map((format) => mediaPath(recording, format, job)))];
  const [path = stem] = media.format === undefined ? [stem] : paths;
  const openPart = (): Promise<PartFile> => {
    const partOwner = JSON.stringify([owner.provider, owner.accountId, owner.id, recording.api, ...formats]);
    return job.folder.part(path, { owner: partOwner, expectedBytes: media.sizeBytes });
  };
  let isCompared = false;
  if (!job.overwrite) {
    const earlier = await earlierFile(item, formats, job);
    if (earlier !== undefined) return { ...skipped, path: earlier };
    for (const one of paths) {
      const found = await isDownloaded(one, media, item, job, openPart);
      // A run killed right after it gave the file its name may have left the part.
      if (found === 'unlisted' && !job.dryRun) await (await openPart()).discard();
      if (found === 'listed' || found === 'unlisted') return { ...skipped, path: one };
      isCompared ||= found === 'unknown';
    }
  }
  const isRenamed = job.folder.finished.hasOnlyOther(paths, owner);
  if (job.dryRun) return { outcome: 'done', bytes: media.sizeBytes, path, isRenamed };

  const fetchOnce = async (): Promise<RecordingResult> => {
    const request = await mediaRequest(source, recording, choice, job);
    const part = await openPart();
    const fetched = await fetchIntoPart(part, request, job.fetchContext).catch((error: unknown) => {
      const outcome = outcomeOfMissing(error, recording, job.fetchContext.now());
      if (outcome === undefined) throw error;
      return outcome;
    });
    if (typeof fetched === 'string') return { outcome: fetched, bytes: null };
    return { ...(await commitPart(part, fetched, item, job, isCompared)), isRenamed };
  };
  try {
    return await fetchOnce();
  } catch (error) {
    if (!(error instanceof LostFileError)) throw error;
    await job.folder.recheck();
    return fetchOnce();
  }
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
  fetched: FetchedMedia,
  item: DownloadItem,
  job: DownloadJob,
  /** The file existed, and only its contents could tell whether it is this recording's. */
  isCompared: boolean,
): Promise<RecordingResult> => {
  const { folder, overwrite, fetchContext } = job;
  const { recording } = item;
  const path = mediaPath(recording, fetched.format, job);
  const { bytes, sha256 } = fetched;
  try {
    const receipt = hasUniqueNames(job.template) || !folder.hasManifest ? undefined : sha256;
    if (!(await part.commit(path, { overwrite, receipt }))) {
      // It was created meanwhile, perhaps by another shard, or its size could not be compared before.
      if (!isCompared) await ownEntryAt(path, item.owner, job);
      const same = (await folder.sizeOf(path)) === bytes && (await folder.digestsOf(path)).sha256 === sha256;
      if (!same) throw differentFile(path, 'content');
      await part.discard();
      await recordFile(path, fetched, item, job);
      return { ...skipped, path };
    }
  } catch (error) {
    await part.discard().catch(() => {});
    throw error;
  }
  if (/\.[a-z]\w*$/i.test(path) && mediaOf(path.toLowerCase()) === undefined)
    fetchContext.log.warn(`the format of ${path} is ${fetched.format}`);
  else if (!/\.[^/\\]*$/.test(path))
    fetchContext.log.warn(
      `${path} is a file without an extension; its format is ${fetched.format}`,
      'For a folder use --dir',
    );
  if (fetched.remark !== undefined) fetchContext.log.warn(`${path} ${fetched.remark}`);
  if (recording.encrypted === true)
    fetchContext.log.warn(`${path} is encrypted; decrypt it with the account's private key to play it`);
  await recordFile(path, fetched, item, job);
  await part.removeReceipt();
  return { outcome: 'done', bytes, path };
};
