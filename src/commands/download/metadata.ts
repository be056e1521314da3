import { columns } from '../../core/columns.ts';
import type { Recording } from '../../core/recording.ts';
import { jsonObject } from '../../formats/json.ts';
import type { FetchedMedia } from '../../system/net/fetch-media.ts';
import { fileStem } from './names.ts';
import type { DownloadJob } from './types.ts';

/** Records a file in the manifest. */
export const recordFile = async (
  path: string,
  { bytes, sha256, contentType }: Pick<FetchedMedia, 'bytes' | 'sha256' | 'contentType'>,
  { id, provider, api, profile, createdAt }: Recording,
  { folder, fetchContext }: DownloadJob,
): Promise<void> => {
  const downloaded = new Date(fetchContext.now()).toISOString();
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
    downloaded_at: downloaded,
  });
};

/** Writes `name.json` beside a file, unless it exists. */
export const addSidecar = async (recording: Recording, job: DownloadJob): Promise<void> => {
  const { folder, overwrite } = job;
  const path = `${fileStem(recording, job)}.json`;
  if (!overwrite && (await folder.sizeOf(path)) !== undefined) return;
  await folder.write(path, `${jsonObject(recording, columns, 2)}\n`, overwrite);
};
