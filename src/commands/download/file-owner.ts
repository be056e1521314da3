import type { FileOwner } from '../../core/download/manifest.ts';
import type { Recording } from '../../core/recording.ts';
import { recordingIdentity } from '../shared/source-lookup.ts';
import type { Source } from '../shared/source-types.ts';
import type { DownloadJob } from './types.ts';

/** How files in the folder may name a recording: by its account, or by a profile of that account. */
export const fileOwner = (
  recording: Recording,
  source: Source,
  { accounts }: Pick<DownloadJob, 'accounts'>,
): FileOwner => {
  const { provider, profile } = recording;
  const profiles = accounts.profilesOf(provider, source.account?.id);
  return { ...recordingIdentity(recording, source), profiles: [...new Set([profile, ...profiles])] };
};

/** Whether a profile is known, so that its account is. */
export const isProfile =
  ({ accounts }: Pick<DownloadJob, 'accounts'>) =>
  (provider: string, profile: string): boolean =>
    accounts.accountOf(provider, profile) !== undefined;
