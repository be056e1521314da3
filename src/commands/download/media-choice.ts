import { formatFor } from '../../core/download/outcome.ts';
import { Failure, ServerError } from '../../core/failure.ts';
import type { Template } from '../../core/naming/template.ts';
import type { Media } from '../../core/provider.ts';
import { type MediaFormat, mediaFormats, type Recording } from '../../core/recording.ts';
import type { MediaRequest } from '../../system/net/fetch-media.ts';
import type { MediaSource } from '../../system/net/media-client.ts';
import type { Source } from '../shared/source.ts';

/** Preferred formats, and the media client of each source. */
export interface FormatPreference {
  /** Formats in order of preference; undefined for the native one. */
  readonly preferredFormats: readonly MediaFormat[] | undefined;
  readonly template: Template;
  mediaOf(source: Source): MediaSource;
}

/** The media to fetch of a recording, and the format that was requested. */
interface MediaChoice {
  readonly format: MediaFormat | undefined;
  readonly media: Media;
}

/** The media in the first available preferred format. Throws a failure if none. If the provider reports no formats, the bytes decide. */
export const chooseMedia = (
  { provider }: Source,
  recording: Recording,
  { preferredFormats, template }: Pick<FormatPreference, 'preferredFormats' | 'template'>,
): MediaChoice => {
  const format = formatFor(recording, preferredFormats);
  const unavailable = recording.formats.length > 0 && format === undefined;
  const media = unavailable ? undefined : provider.media(recording, format);
  if (media !== undefined) return { format, media };
  const isOther = recording.formats.length > 0 && preferredFormats !== undefined;
  const either = template.isExact
    ? `Use a file name that ends in .${recording.formats[0]}`
    : `Files are not converted; to accept any: --media ${[...new Set([...(preferredFormats ?? []), ...mediaFormats])].join(',')}`;
  throw new Failure('partial', unavailableReason(recording, preferredFormats), { hint: isOther ? either : undefined });
};

const unavailableReason = ({ formats }: Recording, preferred: readonly MediaFormat[] | undefined): string =>
  formats.length === 0 || preferred === undefined
    ? 'the provider reports no media'
    : `not available as ${preferred.join(' or ')}, only as ${formats.join(' or ')}`;

/** The declared format, else any preferred one. */
export const acceptedFormats = (
  { format }: Media,
  preferred: FormatPreference['preferredFormats'],
): readonly MediaFormat[] => (format === undefined ? (preferred ?? mediaFormats) : [format]);

/** The request for a recording's media, with a fresh link if links are signed. */
export const mediaRequest = async (
  source: Source,
  recording: Recording,
  { format, media }: MediaChoice,
  { preferredFormats, mediaOf }: FormatPreference,
): Promise<MediaRequest> => {
  const refresh = (): Promise<Media | undefined> => freshMedia(source, recording, format);
  return {
    source: mediaOf(source),
    media: media.signed ? await throwIfDeleted(refresh()) : media,
    accepts: acceptedFormats(media, preferredFormats),
    encrypted: recording.encrypted === true,
    durationSeconds: recording.durationSeconds,
    refresh,
  };
};

/** The media of a recording with a new link; undefined if the recording was deleted. */
const freshMedia = async (
  { provider }: Source,
  { id }: Recording,
  format: MediaFormat | undefined,
): Promise<Media | undefined> => {
  const recording = await asServerError(provider.find(id, true));
  return recording && provider.media(recording, format);
};

const throwIfDeleted = async (media: Promise<Media | undefined>): Promise<Media> => {
  const found = await media;
  if (found === undefined) throw new Failure('missing', 'the recording no longer exists');
  return found;
};

/** Turns an API failure into a server error, since only the next recordings show whether the API is down. */
export const asServerError = async <T>(request: Promise<T>): Promise<T> => {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'unavailable') throw error;
    throw new ServerError(error.message, false, error);
  }
};
