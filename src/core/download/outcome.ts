import type { MediaFormat, Recording } from '../recording.ts';
import { DAY } from '../time/duration.ts';

/** The outcomes of a recording in a download, in the order of the summary line. */
export const outcomes = ['done', 'skipped', 'pending', 'absent', 'gone', 'missing', 'failed'] as const;
export type Outcome = (typeof outcomes)[number];

/**
 * Whether media can be downloaded: `pending` if it is not available yet, `absent` if nothing was recorded, the recording
 * failed or it was deleted. If the provider reports no status, a media link counts as completed.
 */
export const readiness = ({ status, providerStatus, mediaUrl }: Recording): 'ready' | 'pending' | 'absent' => {
  if (status === 'completed' || (status === 'unknown' && providerStatus === null && mediaUrl !== null)) return 'ready';
  return status === 'absent' || status === 'failed' || status === 'deleted' ? 'absent' : 'pending';
};

/**
 * Whether a recording is so new that a server may not have its media yet: created minutes ago, or at a time that the
 * provider does not report.
 */
export const isRecent = ({ createdAt }: Pick<Recording, 'createdAt'>, now: number): boolean => {
  if (createdAt === null) return true;
  const age = now - Date.parse(createdAt);
  return age < MAX_DELAY && age > -DAY;
};

/** Milliseconds until media is available at the latest. */
const MAX_DELAY = 15 * 60_000;

/** The first of the preferred formats that a recording has; without a preference, the native one. */
export const formatFor = (
  { formats }: Pick<Recording, 'formats'>,
  preferred: readonly MediaFormat[] | undefined,
): MediaFormat | undefined =>
  preferred === undefined ? formats[0] : preferred.find((format) => formats.includes(format));
