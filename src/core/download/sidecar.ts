import { instant, isRow, type Row, seconds } from '../decode.ts';
import { type MediaFormat, mediaFormats, type Recording } from '../recording.ts';
import type { ManifestEntry } from './manifest.ts';

/** The extensions of media files; `.enc` marks encrypted media. */
export const mediaExtensions = mediaFormats.flatMap((format) => [`.${format}`, `.${format}.enc`]);

/** The format of a path by its extension, and whether the media is encrypted; undefined if the path is not media. */
export const mediaOf = (path: string): { readonly format: MediaFormat; readonly encrypted: boolean } | undefined => {
  const extension = mediaExtensions.find((candidate) => path.endsWith(candidate));
  const format = mediaFormats.find((candidate) => extension?.startsWith(`.${candidate}`));
  return format && { format, encrypted: extension?.endsWith('.enc') === true };
};

/** The path of a media file's sidecar: `name.json` for `name.mp3` or `name.mp3.enc`; undefined if the path is not media. */
export const sidecarPath = (path: string): string | undefined => {
  const extension = mediaExtensions.find((candidate) => path.endsWith(candidate));
  return extension && `${path.slice(0, -extension.length)}.json`;
};

/** The details of a recording that a sidecar has, and in part its manifest entry. */
export type RecordingDetails = Pick<Recording, 'from' | 'to' | 'durationSeconds' | 'startedAt'> & {
  readonly kind: string | null;
  readonly status: string | null;
};

/** What a sidecar says, and when it was written, in milliseconds since 1970. */
export interface Sidecar {
  readonly details: RecordingDetails;
  readonly writtenAt: number;
}

/** The recording that a sidecar names. */
interface SidecarOwner extends Pick<ManifestEntry, 'id' | 'provider' | 'profile' | 'account_id'> {
  /** It has the fields that calls say. */
  readonly hasCalls: boolean;
}

/** The recording that a sidecar names; undefined if the text is no sidecar. */
export const parseSidecarOwner = (content: string): SidecarOwner | undefined => {
  try {
    const value: unknown = JSON.parse(content);
    if (!isRow(value)) return undefined;
    const { id, provider, profile, account_id: account } = value;
    const isNamed = typeof id === 'string' && typeof provider === 'string' && typeof profile === 'string';
    if (!isNamed) return undefined;
    const hasCalls = Object.hasOwn(value, 'direction');
    return { id, provider, profile, account_id: typeof account === 'string' ? account : null, hasCalls };
  } catch {
    return undefined;
  }
};

/** The details in an object with the keys of a recording; those that cannot be read are null. */
export const readDetails = (value: Row): RecordingDetails => {
  const text = (given: unknown): string | null => (typeof given === 'string' && given !== '' ? given : null);
  const word = (given: unknown): string | null => (given === 'unknown' ? null : text(given));
  return {
    kind: word(value.kind),
    status: word(value.status),
    // In tables, too, a conference or room is named where a call has its caller.
    from: text(value.from) ?? text(value.conference_name),
    to: text(value.to),
    durationSeconds: typeof value.duration_seconds === 'number' ? (seconds(value.duration_seconds) ?? null) : null,
    startedAt: instant(value.started_at) ?? null,
  };
};

/** The details in a sidecar; undefined if it cannot be read or belongs to another recording. */
export const parseSidecar = (
  content: string,
  entry: Pick<ManifestEntry, 'id' | 'provider' | 'account_id'>,
): RecordingDetails | undefined => {
  try {
    const value: unknown = JSON.parse(content);
    if (!isRow(value) || value.id !== entry.id || value.provider !== entry.provider) return undefined;
    const { account_id: account } = value;
    if (typeof account === 'string' && typeof entry.account_id === 'string' && account !== entry.account_id)
      return undefined;
    return readDetails(value);
  } catch {
    return undefined;
  }
};
