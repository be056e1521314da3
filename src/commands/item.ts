import { columns } from '../core/columns.ts';
import { formatFor, type Outcome, readiness } from '../core/download.ts';
import { Failure } from '../core/failure.ts';
import { Outage } from '../core/outage.ts';
import type { Media } from '../core/provider.ts';
import { type MediaFormat, mediaFormats, type Recording } from '../core/recording.ts';
import type { Seen } from '../core/seen.ts';
import type { Template } from '../core/template.ts';
import { jsonObject } from '../formats/json.ts';
import type { Folder } from '../system/files.ts';
import type { Target } from '../system/intake.ts';
import { discard, type MediaSource } from '../system/media.ts';
import { cleanName } from '../system/names.ts';
import { type Part, putWhole } from '../system/part.ts';
import { isWorthKeeping, type Order, type Received, type TransferTools, transfer } from '../system/transfer.ts';
import type { Source } from './accounts.ts';

/** What holds for every recording of a run. */
export interface Job {
  readonly folder: Folder;
  readonly template: Template;
  /** Formats in order of preference; undefined for the native one. */
  readonly wanted: readonly MediaFormat[] | undefined;
  readonly overwrite: boolean;
  /** Only looks what there would be to do. */
  readonly dryRun: boolean;
  /** The names given out so far. */
  readonly taken: Seen;
  mediaOf(source: Source): MediaSource;
  readonly tools: TransferTools;
}

export interface Result {
  readonly outcome: Outcome;
  /** Of a file that was fetched, or in a dry run would be; null when not known. */
  readonly bytes: number | null;
}

/** Fetches the media of one recording, unless it is there. Throws a failure that concerns it alone, or the whole run. */
export const download = async (source: Source, listed: Recording, job: Job): Promise<Result> => {
  const ready = readiness(listed);
  if (ready !== 'ready') return { outcome: ready, bytes: null };
  const { format, media } = mediaOf(source, listed, job);
  if (media === undefined) throw new Failure('partial', noFormat(listed, job.wanted));
  const stem = nameOf(listed, job);
  const paths = acceptable(media, job.wanted).map((one) => stem + extension(one, listed));
  if (!job.taken.add(stem))
    throw new Failure('partial', `the name ${stem} is that of another recording; put {id} into --name`);

  for (const path of paths) {
    const there = job.overwrite ? undefined : await job.folder.sizeOf(path);
    if (there === undefined) continue;
    const kept = await keep(path, there, media, listed, source, job);
    if (kept) return { outcome: 'skipped', bytes: null };
  }
  if (job.dryRun) return { outcome: 'done', bytes: media.sizeBytes };

  const [path = stem] = media.format === undefined ? [stem] : paths;
  const order = await orderOf(source, listed, media, format, job);
  const part = await job.folder.part(path);
  const received = await fetchInto(part, order, job.tools);
  return store(part, stem, received, listed, job);
};

/** Writes the media of one recording as it comes, where nothing can be taken back. */
export const toScreen = async (
  source: Source,
  listed: Recording,
  { write, ...job }: Pick<Job, 'wanted' | 'mediaOf' | 'tools'> & { write(bytes: Uint8Array): Promise<void> },
): Promise<Received> => {
  const ready = readiness(listed);
  if (ready !== 'ready') throw new Failure('partial', `${listed.id} is ${ready}: its status is ${listed.status}`);
  const { format, media } = mediaOf(source, listed, job);
  if (media === undefined) throw new Failure('partial', noFormat(listed, job.wanted));
  let size = 0;
  const target: Target = {
    get size() {
      return size;
    },
    left: undefined,
    contents: async function* () {},
    append: async (chunks) => {
      for (const chunk of chunks) await write(chunk);
      size += chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    },
    restart: async () => {
      throw new Failure('partial', `the transfer broke off after ${size} bytes and cannot be gone on with`);
    },
  };
  return transfer(await orderOf(source, listed, media, format, job), target, job.tools);
};

const orderOf = async (
  source: Source,
  listed: Recording,
  media: Media,
  format: MediaFormat | undefined,
  { wanted, mediaOf: client }: Pick<Job, 'wanted' | 'mediaOf'>,
): Promise<Order> => {
  const refresh = (): Promise<Media | undefined> => freshMedia(source, listed, format);
  return {
    source: client(source),
    media: media.signed ? await needed(refresh()) : media,
    accepts: acceptable(media, wanted),
    encrypted: listed.encrypted === true,
    refresh,
  };
};

/** The declared format; where none is, any that is wanted. */
const acceptable = ({ format }: Media, wanted: Job['wanted']): readonly MediaFormat[] =>
  format === undefined ? (wanted ?? mediaFormats) : [format];

const fetchInto = async (part: Part, order: Order, tools: TransferTools): Promise<Received> => {
  try {
    return await transfer(order, part, tools);
  } catch (error) {
    await (isWorthKeeping(error, tools.signal) ? part.close() : part.discard()).catch(() => {});
    throw error;
  }
};

/** Gives a whole file its name and its line in the manifest. */
const store = async (part: Part, stem: string, received: Received, listed: Recording, job: Job): Promise<Result> => {
  const { folder, overwrite, tools } = job;
  const path = stem + extension(received.format, listed);
  const { bytes, sha256, contentType } = received;
  try {
    if (!(await part.commit(path, { overwrite }))) {
      // It appeared meanwhile, or its size could not be compared before.
      if ((await folder.sizeOf(path)) !== bytes || (await folder.sha256Of(path)) !== sha256) throw occupied(path);
      await part.discard();
      await record(path, received, listed, job);
      return { outcome: 'skipped', bytes: null };
    }
  } catch (error) {
    await part.discard().catch(() => {});
    throw error;
  }
  if (listed.encrypted === true) tools.log.warn(`${path} is ciphertext: it takes the account's private key to play it`);
  await record(path, { bytes, sha256, contentType }, listed, job);
  return { outcome: 'done', bytes };
};

const record = async (
  path: string,
  { bytes, sha256, contentType }: Pick<Received, 'bytes' | 'sha256' | 'contentType'>,
  { id, provider, api, profile, createdAt }: Recording,
  job: Job,
): Promise<void> => {
  const downloaded = new Date(job.tools.now()).toISOString();
  await job.folder.record({
    ...{ id, provider, api, profile, path, bytes, sha256 },
    ...{ content_type: contentType, created_at: createdAt, downloaded_at: downloaded },
  });
};

/**
 * Whether a file that is there is the one that would be fetched: by the manifest, the provider's size, or the server's.
 * False when only its bytes could tell; throws when it is another.
 */
const keep = async (
  path: string,
  there: number | 'other',
  media: Media,
  listed: Recording,
  source: Source,
  job: Job,
): Promise<boolean> => {
  if (there === 'other') throw new Failure('partial', `${path} is there and no plain file; it was left alone`);
  if (job.folder.finished.hasSize(path, there)) return true;
  const size = media.sizeBytes ?? (job.dryRun || media.signed ? undefined : await sizeAtServer(media, source, job));
  if (size === undefined) return job.dryRun;
  if (size !== there) throw occupied(path, `: ${there} bytes instead of ${size}`);
  if (!job.dryRun)
    await record(path, { bytes: there, sha256: await job.folder.sha256Of(path), contentType: null }, listed, job);
  return true;
};

const occupied = (path: string, how = ''): Failure =>
  new Failure('partial', `a different file is there as ${path}${how}; --overwrite replaces it`);

/** What a server says of the size without sending the bytes; undefined when it does not. */
const sizeAtServer = async (
  media: Media,
  source: Source,
  { mediaOf: client, tools }: Job,
): Promise<number | undefined> => {
  try {
    const answer = await client(source).get(media, { method: 'HEAD', headers: {}, signal: tools.signal, attempt: 1 });
    discard(answer);
    const length = answer.header('content-length') ?? '';
    return answer.status === 200 && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  } catch (error) {
    tools.signal.throwIfAborted();
    if (error instanceof Failure) throw error;
    return undefined;
  }
};

/** The path without extension. */
export const nameOf = (recording: Recording, { template }: Pick<Job, 'template'>): string =>
  template.expand(recording, cleanName).join('/');

const extension = (format: MediaFormat, { encrypted }: Recording): string =>
  `.${format}${encrypted === true ? '.enc' : ''}`;

const mediaOf = (
  { provider }: Source,
  listed: Recording,
  { wanted }: Pick<Job, 'wanted'>,
): { readonly format: MediaFormat | undefined; readonly media: Media | undefined } => {
  const format = formatFor(listed, wanted);
  // Where the provider does not say what it has, only the bytes can tell.
  const known = listed.formats.length > 0;
  return { format, media: known && format === undefined ? undefined : provider.media(listed, format) };
};

const noFormat = ({ formats }: Recording, wanted: readonly MediaFormat[] | undefined): string => {
  if (formats.length === 0 || wanted === undefined) return 'the provider names no media';
  return `there is no ${wanted.join(', no ')}, only ${formats.join(' and ')}`;
};

/** Where the media of a recording is now; undefined when the recording is gone. */
const freshMedia = async (
  { provider }: Source,
  { id }: Recording,
  format: MediaFormat | undefined,
): Promise<Media | undefined> => {
  const recording = await asked(provider.find(id, true));
  return recording && provider.media(recording, format);
};

const needed = async (media: Promise<Media | undefined>): Promise<Media> => {
  const found = await media;
  if (found === undefined) throw new Failure('missing', 'the recording is gone');
  return found;
};

/** An API that fails after its retries, so that only the next recordings can tell whether it is down. */
export const asked = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'unavailable') throw error;
    throw new Outage(error.message, false, error);
  }
};

/** Writes `name.json` beside a file, unless it is there. */
export const addSidecar = async (listed: Recording, { folder, overwrite, template }: Job): Promise<void> => {
  const path = `${nameOf(listed, { template })}.json`;
  if (!overwrite && (await folder.sizeOf(path)) !== undefined) return;
  await putWhole(await folder.part(path), path, `${jsonObject(listed, columns, 2)}\n`, overwrite);
};
