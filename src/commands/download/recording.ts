import { columns } from '../../core/columns.ts';
import { type Outcome, readiness } from '../../core/download/outcome.ts';
import { Failure } from '../../core/failure.ts';
import type { IdSet } from '../../core/id-set.ts';
import type { Media } from '../../core/provider.ts';
import type { MediaFormat, Recording } from '../../core/recording.ts';
import type { Template } from '../../core/template.ts';
import { jsonObject } from '../../formats/json.ts';
import type { Folder } from '../../system/files/download-folder.ts';
import type { PartFile } from '../../system/files/part-file.ts';
import { cleanName } from '../../system/files/safe-name.ts';
import {
  type FetchContext,
  type FetchedMedia,
  fetchMedia,
  isWorthKeeping,
  type MediaRequest,
} from '../../system/net/fetch-media.ts';
import { discard } from '../../system/net/media-transport.ts';
import type { Target } from '../../system/net/receive.ts';
import type { Source } from '../shared/source-types.ts';
import { acceptedFormats, chooseMedia, type FormatPreference, mediaRequest } from './media-choice.ts';

/** What holds for every recording of a run. */
export interface DownloadJob extends FormatPreference {
  readonly folder: Folder;
  readonly template: Template;
  readonly overwrite: boolean;
  /** Only looks what there would be to do. */
  readonly dryRun: boolean;
  /** The names given out so far. */
  readonly taken: IdSet;
  readonly fetchContext: FetchContext;
}

export interface RecordingResult {
  readonly outcome: Outcome;
  /** Of a file that was fetched, or in a dry run would be; null when not known. */
  readonly bytes: number | null;
}

const skipped: RecordingResult = { outcome: 'skipped', bytes: null };

/** Fetches the media of one recording, unless it is there. Throws a failure that concerns it alone, or the whole run. */
export const downloadRecording = async (
  source: Source,
  listed: Recording,
  job: DownloadJob,
): Promise<RecordingResult> => {
  const ready = readiness(listed);
  if (ready !== 'ready') return { outcome: ready, bytes: null };
  const choice = chooseMedia(source, listed, job);
  const { media } = choice;
  const stem = fileStem(listed, job);
  const paths = acceptedFormats(media, job.wanted).map((one) => stem + extension(one, listed));
  if (!job.taken.add(stem))
    throw new Failure('partial', `the name ${stem} is that of another recording; put {id} into --name`);

  for (const path of paths) {
    const there = job.overwrite ? undefined : await job.folder.sizeOf(path);
    if (there === undefined) continue;
    const kept = await isAlreadyThere(path, there, media, listed, source, job);
    if (kept) return skipped;
  }
  if (job.dryRun) return { outcome: 'done', bytes: media.sizeBytes };

  const [path = stem] = media.format === undefined ? [stem] : paths;
  const request = await mediaRequest(source, listed, choice, job);
  const part = await job.folder.part(path);
  const received = await fetchPart(part, request, job.fetchContext);
  return store(part, stem, received, listed, job);
};

/** Writes the media of one recording as it comes, where nothing can be taken back. */
export const streamRecording = async (
  source: Source,
  listed: Recording,
  { write, ...job }: FormatPreference & Pick<DownloadJob, 'fetchContext'> & { write(bytes: Uint8Array): Promise<void> },
): Promise<FetchedMedia> => {
  const ready = readiness(listed);
  if (ready !== 'ready') throw new Failure('partial', `${listed.id} is ${ready}: its status is ${listed.status}`);
  let size = 0;
  const target: Target = {
    get size() {
      return size;
    },
    resumable: undefined,
    contents: async function* () {},
    append: async (chunks) => {
      for (const chunk of chunks) await write(chunk);
      size += chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    },
    restart: async () => {
      throw new Failure('partial', `the transfer broke off after ${size} bytes and cannot be gone on with`);
    },
  };
  return fetchMedia(
    await mediaRequest(source, listed, chooseMedia(source, listed, job), job),
    target,
    job.fetchContext,
  );
};

const fetchPart = async (part: PartFile, request: MediaRequest, context: FetchContext): Promise<FetchedMedia> => {
  try {
    return await fetchMedia(request, part, context);
  } catch (error) {
    await (isWorthKeeping(error, context.signal) ? part.close() : part.discard()).catch(() => {});
    throw error;
  }
};

/** Gives a whole file its name and its line in the manifest. */
const store = async (
  part: PartFile,
  stem: string,
  received: FetchedMedia,
  listed: Recording,
  job: DownloadJob,
): Promise<RecordingResult> => {
  const { folder, overwrite, fetchContext } = job;
  const path = stem + extension(received.format, listed);
  const { bytes, sha256 } = received;
  try {
    if (!(await part.commit(path, { overwrite }))) {
      // It appeared meanwhile, or its size could not be compared before.
      if ((await folder.sizeOf(path)) !== bytes || (await folder.sha256Of(path)) !== sha256) throw differentFile(path);
      await part.discard();
      await record(path, received, listed, job);
      return skipped;
    }
  } catch (error) {
    await part.discard().catch(() => {});
    throw error;
  }
  if (listed.encrypted === true)
    fetchContext.log.warn(`${path} is ciphertext: it takes the account's private key to play it`);
  await record(path, received, listed, job);
  return { outcome: 'done', bytes };
};

const record = async (
  path: string,
  { bytes, sha256, contentType }: Pick<FetchedMedia, 'bytes' | 'sha256' | 'contentType'>,
  { id, provider, api, profile, createdAt }: Recording,
  job: DownloadJob,
): Promise<void> => {
  const downloaded = new Date(job.fetchContext.now()).toISOString();
  await job.folder.record({
    id,
    provider,
    api,
    profile,
    path,
    bytes,
    sha256,
    content_type: contentType,
    created_at: createdAt,
    downloaded_at: downloaded,
  });
};

/**
 * Whether a file that is there is the one that would be fetched: by the manifest, the provider's size, or the server's.
 * False when only its bytes could tell; throws when it is another.
 */
const isAlreadyThere = async (
  path: string,
  there: number | 'other',
  media: Media,
  listed: Recording,
  source: Source,
  job: DownloadJob,
): Promise<boolean> => {
  if (there === 'other') throw new Failure('partial', `${path} is there and no plain file; it was left alone`);
  if (job.folder.finished.hasSize(path, there)) return true;
  const size = media.sizeBytes ?? (job.dryRun || media.signed ? undefined : await serverSize(media, source, job));
  if (size === undefined) return job.dryRun;
  if (size !== there) throw differentFile(path, `: ${there} bytes instead of ${size}`);
  if (!job.dryRun)
    await record(path, { bytes: there, sha256: await job.folder.sha256Of(path), contentType: null }, listed, job);
  return true;
};

const differentFile = (path: string, how = ''): Failure =>
  new Failure('partial', `a different file is there as ${path}${how}; --overwrite replaces it`);

/** What a server says of the size without sending the bytes; undefined when it does not. */
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
    discard(answer);
    const length = answer.header('content-length') ?? '';
    return answer.status === 200 && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  } catch (error) {
    fetchContext.signal.throwIfAborted();
    if (error instanceof Failure) throw error;
    return undefined;
  }
};

/** The path without extension. */
export const fileStem = (recording: Recording, { template }: Pick<DownloadJob, 'template'>): string =>
  template.expand(recording, cleanName).join('/');

const extension = (format: MediaFormat, { encrypted }: Recording): string =>
  `.${format}${encrypted === true ? '.enc' : ''}`;

/** Writes `name.json` beside a file, unless it is there. */
export const addSidecar = async (listed: Recording, { folder, overwrite, template }: DownloadJob): Promise<void> => {
  const path = `${fileStem(listed, { template })}.json`;
  if (!overwrite && (await folder.sizeOf(path)) !== undefined) return;
  await folder.write(path, `${jsonObject(listed, columns, 2)}\n`, overwrite);
};
