import type { MediaFormat } from '../recording.ts';

/** Bytes at the start of a file that tell what it is. */
export const HEAD_BYTES = 32;

/** What a file is by its first bytes: RIFF or RF64 with WAVE, an ID3 tag or an MPEG audio frame, an MP4 file type. */
export const detectFormat = (head: Uint8Array): MediaFormat | undefined => {
  const mark = ascii(head, 0, 4);
  if ((mark === 'RIFF' || mark === 'RF64') && ascii(head, 8, 4) === 'WAVE') return 'wav';
  if (ascii(head, 4, 4) === 'ftyp') return 'mp4';
  if (ascii(head, 0, 3) === 'ID3' || isFrame(head)) return 'mp3';
  return undefined;
};

/** Eleven set bits, a layer, and neither of the reserved bit and sampling rates (ISO 11172-3). */
const isFrame = ([first = 0, second = 0, third = 0]: Uint8Array): boolean =>
  first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 && third >> 4 !== 0x0f && (third & 0x0c) !== 0x0c;

/**
 * Bytes of the whole file as a WAV header announces them; undefined for other files, and for the placeholders of programs
 * that wrote the header before they knew (ffmpeg 0xffffffff, sox 0x7ffff024, others 0).
 */
export const declaredBytes = (head: Uint8Array): number | undefined => {
  if (detectFormat(head) !== 'wav') return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (ascii(head, 0, 4) === 'RF64') {
    // The size is in a chunk of its own, in 64 bits.
    return ascii(head, 12, 4) === 'ds64' && head.length >= 28 ? Number(view.getBigUint64(20, true)) + 8 : undefined;
  }
  const size = view.getUint32(4, true);
  return size === 0 || size >= PLACEHOLDERS ? undefined : size + 8;
};

const PLACEHOLDERS = 0x7ffff000;

/** What came instead of media, for a message: by its first bytes, else by the type the server gave it. */
export const describeContent = (head: Uint8Array, contentType: string | undefined): string => {
  const text = ascii(head, 0, head.length).replace(/^[^!-~]+/, '');
  if (/^<(?:!doctype html|html|head|body)/i.test(text)) return 'HTML';
  if (text.startsWith('<')) return 'XML';
  if (/^[[{]/.test(text)) return 'JSON';
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const type = contentType?.split(';')[0]?.trim().slice(0, 60);
  return type === undefined || type === '' ? 'something else' : `something else under the type ${type}`;
};

const ascii = (bytes: Uint8Array, start: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(start, start + length));
