import { formatFor } from '../../core/download/outcome.ts';
import { Failure } from '../../core/failure.ts';
import type { Media } from '../../core/provider.ts';
import { type MediaFormat, mediaFormats, type Recording } from '../../core/recording.ts';
import { ServerError } from '../../core/server-error.ts';
import type { MediaRequest } from '../../system/net/fetch-media.ts';
import type { MediaSource } from '../../system/net/media-client.ts';
import type { Source } from '../shared/source-types.ts';

/** What is wanted of every recording, and who fetches it. */
export interface FormatPreference {
  /** Formats in order of preference; undefined for the native one. */
  readonly wanted: readonly MediaFormat[] | undefined;
  mediaOf(source: Source): MediaSource;
}

/** The media that is fetched of a recording, and the format that was asked for. */
interface MediaChoice {
  readonly format: MediaFormat | undefined;
  readonly media: Media;
}

/** The first of the wanted formats. Fails when there is none; where a provider does not say, only the bytes can tell. */
export const chooseMedia = (
  { provider }: Source,
  listed: Recording,
  { wanted }: Pick<FormatPreference, 'wanted'>,
): MediaChoice => {
  const format = formatFor(listed, wanted);
  const said = listed.formats.length > 0;
  const media = said && format === undefined ? undefined : provider.media(listed, format);
  if (media !== undefined) return { format, media };
  throw new Failure('partial', noFormat(listed, wanted));
};

const noFormat = ({ formats }: Recording, wanted: readonly MediaFormat[] | undefined): string => {
  if (formats.length === 0 || wanted === undefined) return 'the provider names no media';
  return `there is no ${wanted.join(', no ')}, only ${formats.join(' and ')}`;
};

/** The declared format; where none is, any that is wanted. */
export const acceptedFormats = ({ format }: Media, wanted: FormatPreference['wanted']): readonly MediaFormat[] =>
  format === undefined ? (wanted ?? mediaFormats) : [format];

/** What is fetched of a recording, by a link that works now. */
export const mediaRequest = async (
  source: Source,
  listed: Recording,
  { format, media }: MediaChoice,
  { wanted, mediaOf }: FormatPreference,
): Promise<MediaRequest> => {
  const refresh = (): Promise<Media | undefined> => freshMedia(source, listed, format);
  return {
    source: mediaOf(source),
    media: media.signed ? await required(refresh()) : media,
    accepts: acceptedFormats(media, wanted),
    encrypted: listed.encrypted === true,
    refresh,
  };
};

/** Where the media of a recording is now; undefined when the recording is gone. */
const freshMedia = async (
  { provider }: Source,
  { id }: Recording,
  format: MediaFormat | undefined,
): Promise<Media | undefined> => {
  const recording = await asServerError(provider.find(id, true));
  return recording && provider.media(recording, format);
};

const required = async (media: Promise<Media | undefined>): Promise<Media> => {
  const found = await media;
  if (found === undefined) throw new Failure('missing', 'the recording is gone');
  return found;
};

/** An API that fails after its retries, so that only the next recordings can tell whether it is down. */
export const asServerError = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'unavailable') throw error;
    throw new ServerError(error.message, false, error);
  }
};
