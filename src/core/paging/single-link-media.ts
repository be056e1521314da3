import type { Media } from '../provider.ts';
import type { MediaFormat, Recording } from '../recording.ts';

/** The media of a recording that has one link to one format. */
export const singleLinkMedia = (
  recording: Recording,
  format: MediaFormat | undefined,
  signed: boolean,
): Media | undefined => {
  const { mediaUrl, formats, sizeBytes } = recording;
  const [native] = formats;
  if (mediaUrl === null || (format !== undefined && native !== undefined && format !== native)) return undefined;
  return { url: mediaUrl, format: native, sizeBytes, signed };
};
