import { callColumns, recordingColumns } from '../../core/call-columns.ts';
import { everyCallField } from '../../core/calls/fields.ts';
import { mayChange } from '../../core/calls/settled.ts';
import { columns } from '../../core/columns.ts';
import { compareOwner, type ManifestEntry } from '../../core/download/manifest.ts';
import { mediaOf, sidecarPath } from '../../core/download/sidecar.ts';
import { Failure } from '../../core/failure.ts';
import type { Recording } from '../../core/recording.ts';
import { jsonObject } from '../../formats/json.ts';
import type { FetchedMedia } from '../../system/net/fetch-media.ts';
import { isProfile } from '../shared/profile-accounts.ts';
import { recordingIdentity } from '../shared/source.ts';
import type { DownloadItem, DownloadJob } from './types.ts';

/** Records a file in the manifest. */
export const recordFile = async (
  path: string,
  {
    bytes,
    sha256,
    md5,
    contentType,
    format,
  }: Pick<FetchedMedia, 'bytes' | 'sha256' | 'md5' | 'contentType'> & Partial<Pick<FetchedMedia, 'format'>>,
  { recording, source }: Pick<DownloadItem, 'recording' | 'source'>,
  { folder, fetchContext, withCalls }: DownloadJob,
): Promise<void> => {
  const { id, provider, api, profile, createdAt, kind, callId, from, to, durationSeconds } = recording;
  await folder.record({
    id,
    provider,
    api,
    profile,
    path,
    bytes,
    sha256,
    content_type: contentType,
    created_at: createdAt,
    downloaded_at: new Date(fetchContext.now()).toISOString(),
    account_id: recordingIdentity(recording, source).accountId,
    format: mediaOf(path)?.format ?? format ?? null,
    md5,
    kind,
    call_id: callId,
    from,
    to,
    duration_seconds: durationSeconds,
    ...callFields(recording, withCalls),
  });
};

/**
 * Writes `name.json` beside a file, unless it exists with all fields that are wanted; not yet, if calls may still say more. Throws if
 * something else has its name.
 */
export const addSidecar = async (file: string, { recording, owner }: DownloadItem, job: DownloadJob): Promise<void> => {
  const { folder, overwrite, withCalls } = job;
  const path = sidecarPath(file) ?? `${file}.json`;
  const fields = withCalls ? recordingColumns : columns;
  if (withCalls && isUnsettled(recording, job)) {
    job.warnOnce('sidecars of recordings whose calls go on, or are not listed yet, are written by a later run');
    return;
  }
  const text = `${jsonObject(recording, fields, 2)}\n`;
  const isThere = !overwrite && (await folder.sizeOf(path)) !== undefined;
  if (!isThere && (await folder.write(path, text, overwrite))) return;
  const named = await folder.sidecarAt(path);
  if (named !== undefined && compareOwner(named, owner, isProfile(job)) !== 'other') {
    if (withCalls && !named.hasCalls && recording.call !== null) await folder.write(path, text, true);
    return;
  }
  throw new Failure(
    'partial',
    `no sidecar was written: ${path} already exists and is not the sidecar of this recording`,
    {
      hint: 'Move it away, or use --overwrite to replace it',
    },
  );
};

/** A later run may read more of a call. */
const isUnsettled = (recording: Recording, { fetchContext }: DownloadJob): boolean =>
  recording.call?.answer === 'failed' || mayChange(recording, everyCallField, fetchContext.now());

/** What a line of the manifest has of the call of a recording, or of its conference or room. */
const callFields = (recording: Recording, isComplete: boolean): Readonly<Record<string, unknown>> =>
  isComplete
    ? {
        conference_name: recording.conferenceName,
        ...Object.fromEntries(callColumns.map(({ key, value }) => [key, value(recording)])),
      }
    : {};

/** Adds a line for a file that is there already, if its call has said more since. */
export const recordCall = async (
  path: string,
  { recording, owner }: DownloadItem,
  { folder, withCalls }: DownloadJob,
): Promise<void> => {
  const format = mediaOf(path)?.format;
  const isTold = recording.call?.answer === 'found' || recording.conferenceName !== null;
  if (!isTold || format === undefined) return;
  const entry = await folder.entryOf(owner, format);
  if (entry === undefined || entry.path !== path) return;
  const known: Readonly<Record<string, unknown>> = { ...entry };
  const found = { from: recording.from, to: recording.to, ...callFields(recording, withCalls) };
  const isNews = ([key, value]: readonly [string, unknown]): boolean =>
    value !== null && JSON.stringify(value) !== JSON.stringify(known[key]);
  const news = Object.entries(found).filter(isNews);
  if (news.length === 0) return;
  const line: ManifestEntry = { ...entry, ...(withCalls ? found : Object.fromEntries(news)) };
  await folder.record(line);
};
