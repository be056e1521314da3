import type { MediaFormat } from '../../recording.ts';
import type { MediaHead } from './media-head.ts';
import { wavMarks } from './media-size.ts';
import { ascii, textOf } from './media-text.ts';
import { isMp4 } from './mp4-boxes.ts';
import { isMpegAudio } from './mpeg-audio.ts';

/**
 * The format of a file by its first bytes, which need two marks that agree: RIFF with WAVE, MPEG audio frames one after
 * the other, MP4 boxes likewise. `isEnd` if these bytes are all of the file.
 */
export const detectFormat = (
  { start, audio }: Pick<MediaHead, 'start' | 'audio'>,
  isEnd: boolean,
): MediaFormat | undefined => {
  if (wavMarks.includes(ascii(start, 0, 4)) && ascii(start, 8, 4) === 'WAVE')
    return textOf(start) === undefined ? 'wav' : undefined;
  if (isMp4(start, isEnd)) return 'mp4';
  return isMpegAudio(audio, isEnd) ? 'mp3' : undefined;
};

/** Describes a body that is not media, for a message: by its first bytes, else by its Content-Type. */
export const describeContent = (start: Uint8Array, contentType: string | undefined): string => {
  const name = nameOf(start) ?? (textOf(start) === undefined ? undefined : 'text');
  if (name !== undefined) return name;
  const type = mediaTypeOf(contentType);
  return type === '' ? 'unrecognised content' : `unrecognised content of type ${type}`;
};

/** A page or an error message by its first bytes or its Content-Type, which takes the place of a file; else undefined. */
export const describeText = (start: Uint8Array, contentType: string | undefined): string | undefined => {
  const type = mediaTypeOf(contentType);
  const isText = textOf(start) !== undefined || isGzip(start) || /^text\/|[/+](?:json|xml|html)$/i.test(type);
  return isText ? describeContent(start, contentType) : undefined;
};

/** The whole header of a gzip file, which ciphertext does not have by chance. */
const isGzip = (start: Uint8Array): boolean =>
  ascii(start, 0, 3) === '\x1f\x8b\x08' && (start[3] ?? 0xff) < 0x20 && (start[8] ?? 0xff) <= 4;

const nameOf = (start: Uint8Array): string | undefined => {
  const text = (textOf(start) ?? ascii(start, 0, 64)).replace(/^[^!-~]+/, '');
  if (/^<(?:!doctype html|html|head|body)/i.test(text)) return 'HTML';
  if (text.startsWith('<')) return 'XML';
  if (/^[[{]/.test(text)) return 'JSON';
  return start[0] === 0x1f && start[1] === 0x8b ? 'gzip' : undefined;
};

const mediaTypeOf = (contentType: string | undefined): string => contentType?.split(';')[0]?.trim().slice(0, 60) ?? '';
