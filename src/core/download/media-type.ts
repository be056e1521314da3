import type { MediaFormat } from '../recording.ts';

/** Bytes at the start of a file that are needed to detect its format. */
export const HEAD_BYTES = 32;

/** The format of a file by its first bytes: RIFF or RF64 with WAVE, an ID3 tag or MPEG audio frame, an MP4 file type box. */
export const detectFormat = (head: Uint8Array): MediaFormat | undefined => {
  const mark = ascii(head, 0, 4);
  if ((mark === 'RIFF' || mark === 'RF64') && ascii(head, 8, 4) === 'WAVE') return 'wav';
  if (ascii(head, 4, 4) === 'ftyp') return 'mp4';
  if (ascii(head, 0, 3) === 'ID3' || isMpegFrame(head)) return 'mp3';
  return undefined;
};

/** The header of an MPEG audio frame (ISO 11172-3): eleven set bits, a valid layer, no reserved bit rate or sampling rate. */
const isMpegFrame = ([first = 0, second = 0, third = 0]: Uint8Array): boolean =>
  first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 && third >> 4 !== 0x0f && (third & 0x0c) !== 0x0c;

/**
 * The size of the complete file that a WAV header declares, in bytes; undefined for other files, and for the placeholders of
 * programs that write the header before they know the size (ffmpeg 0xffffffff, sox 0x7ffff024, others 0).
 */
export const declaredBytes = (head: Uint8Array): number | undefined => {
  if (detectFormat(head) !== 'wav') return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (ascii(head, 0, 4) === 'RF64') {
    // The size is a 64-bit number in the ds64 chunk.
    return ascii(head, 12, 4) === 'ds64' && head.length >= 28 ? Number(view.getBigUint64(20, true)) + 8 : undefined;
  }
  const size = view.getUint32(4, true);
  return size === 0 || size >= MIN_PLACEHOLDER_SIZE ? undefined : size + 8;
};

const MIN_PLACEHOLDER_SIZE = 0x7ffff000;

/** Describes a body that is not media, for a message: by its first bytes, else by its Content-Type. */
export const describeContent = (head: Uint8Array, contentType: string | undefined): string => {
  const text = ascii(head, 0, head.length).replace(/^[^!-~]+/, '');
  if (/^<(?:!doctype html|html|head|body)/i.test(text)) return 'HTML';
  if (text.startsWith('<')) return 'XML';
  if (/^[[{]/.test(text)) return 'JSON';
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const type = contentType?.split(';')[0]?.trim().slice(0, 60);
  return type === undefined || type === '' ? 'unrecognised content' : `unrecognised content of type ${type}`;
};

const ascii = (bytes: Uint8Array, start: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(start, start + length));
