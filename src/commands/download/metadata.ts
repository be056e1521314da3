import { columns } from '../../core/columns.ts';
import { compareOwner } from '../../core/download/manifest.ts';
import { mediaOf, sidecarPath } from '../../core/download/sidecar.ts';
import { Failure } from '../../core/failure.ts';
import { jsonObject } from '../../formats/json.ts';
import type { FetchedMedia } from '../../system/net/fetch-media.ts';
import { isProfile } from '../shared/profile-accounts.ts';
import { recordingIdentity } from '../shared/source-lookup.ts';
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
  { folder, fetchContext }: DownloadJob,
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
  });
};

/** Writes `name.json` beside a file, unless it exists. Throws if something else has its name. */
export const addSidecar = async (file: string, { recording, owner }: DownloadItem, job: DownloadJob): Promise<void> => {
  const { folder, overwrite } = job;
  const path = sidecarPath(file) ?? `${file}.json`;
  const text = `${jsonObject(recording, columns, 2)}\n`;
  const isThere = !overwrite && (await folder.sizeOf(path)) !== undefined;
  if (!isThere && (await folder.write(path, text, overwrite))) return;
  const named = await folder.sidecarAt(path);
  if (named !== undefined && compareOwner(named, owner, isProfile(job)) !== 'other') return;
  throw new Failure(
    'partial',
    `no sidecar was written: ${path} already exists and is not the sidecar of this recording`,
    {
      hint: 'Move it away, or use --overwrite to replace it',
    },
  );
};
