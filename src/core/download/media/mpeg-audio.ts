import { ascii, textOf } from './media-text.ts';

/**
 * Whether bytes are MPEG audio of layer II or III: frames whose lengths lead from one header to the next. `isEnd` if
 * they are the end of the file. Decoders skip what precedes the first frame; of that, padding needs less evidence than
 * other bytes, such as the rest of a frame that was cut; text never precedes audio.
 */
export const isMpegAudio = (bytes: Uint8Array, isEnd: boolean): boolean => {
  if (hasFrames(bytes, { at: paddingBytes(bytes), count: 2, isEnd })) return true;
  const last = Math.min(bytes.length, MAX_JUNK);
  for (let at = bytes.indexOf(0xff); at >= 0 && at < last; at = bytes.indexOf(0xff, at + 1))
    if (frameAt(bytes, at)?.length !== undefined && hasFrames(bytes, { at, count: 4, isEnd: false }))
      return !/\s/.test(textOf(bytes.subarray(0, at)) ?? '');
  return false;
};

/** Other bytes that are skipped in search of a frame: the longest frame. */
const MAX_JUNK = 2881;
const MAX_PADDING = 8192;

/** The length of an ID3 or APE tag at the start, with the padding before it; 0 if there is none. */
export const tagBytes = (bytes: Uint8Array): number => {
  const at = paddingBytes(bytes);
  const length = id3Bytes(bytes.subarray(at, at + 10)) ?? apeBytes(bytes.subarray(at, at + 32));
  return length === undefined ? 0 : at + length;
};

/** ID3v2: four bytes of seven bits each hold the size. */
const id3Bytes = (header: Uint8Array): number | undefined => {
  const [major = 0, revision = 0, flags = 0, ...size] = header.subarray(3);
  const isTag = ascii(header, 0, 3) === 'ID3' && major >= 2 && major <= 4 && revision !== 0xff;
  if (!isTag || size.length < 4 || size.some((byte) => byte > 0x7f)) return undefined;
  const footer = (flags & 0x10) === 0 ? 0 : 10;
  return 10 + size.reduce((sum, byte) => sum * 128 + byte, 0) + footer;
};

const apeBytes = (header: Uint8Array): number | undefined =>
  header.length === 32 && ascii(header, 0, 8) === 'APETAGEX'
    ? 32 + new DataView(header.buffer, header.byteOffset).getUint32(12, true)
    : undefined;

/** Zeros, white space and byte order marks at the start. */
const paddingBytes = (bytes: Uint8Array): number => {
  const isPadding = (byte: number): boolean => [0, 0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf, 0xfe].includes(byte);
  const length = bytes.subarray(0, MAX_PADDING).findIndex((byte) => !isPadding(byte));
  return length === -1 ? Math.min(bytes.length, MAX_PADDING) : length;
};

interface Run {
  /** Offset of the first header. */
  readonly at: number;
  /** Number of headers. */
  readonly count: number;
  /** The file ends with the bytes: at the end of a frame, that counts as the next header. */
  readonly isEnd: boolean;
}

/** Whether headers of one stream follow each other. */
const hasFrames = (bytes: Uint8Array, { at, count, isEnd }: Run): boolean => {
  const first = frameAt(bytes, at);
  if (first === undefined) return false;
  const free = first.length === undefined ? freeLength(bytes, at, first.stream) : 0;
  if (free === undefined) return false;
  const lengthOf = ({ length, padding }: Frame): number => length ?? free + padding;
  let next = at + lengthOf(first);
  for (let seen = 1; seen < count; seen++) {
    if (isEnd && (next === bytes.length || isTrailer(bytes, next))) return true;
    const frame = frameAt(bytes, next);
    if (frame?.stream !== first.stream) return false;
    next += lengthOf(frame);
  }
  return true;
};

interface Frame {
  /** Version, layer and sampling rate, which do not change within a file. */
  readonly stream: number;
  /** Undefined for the free format, whose frames have a constant length that no header states. */
  readonly length: number | undefined;
  /** One byte more than usual, in any format. */
  readonly padding: number;
}

/** The header of a frame (ISO 11172-3, 13818-3). */
const frameAt = (bytes: Uint8Array, at: number): Frame | undefined => {
  const [sync = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(at, at + 4);
  const [version, layer] = [(second >> 3) & 3, (second >> 1) & 3];
  const [bitRate, samplingRate] = [third >> 4, (third >> 2) & 3];
  const isHeader = at + 4 <= bytes.length && sync === 0xff && second >> 5 === 7 && version !== 1;
  // Layer III is 1, layer II is 2. Layer I is no format of recordings, and FF FE, its header, starts UTF-16 text.
  if (!isHeader || (layer !== 1 && layer !== 2) || bitRate === 15 || samplingRate === 3 || (fourth & 3) === 2)
    return undefined;
  const isFirstVersion = version === 3;
  const stream = (second & 0x1e) * 4 + samplingRate;
  const kilobits = bitRates[layer === 2 ? (isFirstVersion ? 'two' : 'low') : isFirstVersion ? 'three' : 'low'][bitRate];
  const padding = (third >> 1) & 1;
  if (kilobits === undefined) return { stream, length: undefined, padding };
  const hertz = (samplingRates[samplingRate] ?? 0) / (isFirstVersion ? 1 : version === 2 ? 2 : 4);
  const bytesPerKilobit = (layer === 1 && !isFirstVersion ? 576 : 1152) * 125;
  return { stream, length: Math.floor((bytesPerKilobit * kilobits) / hertz) + padding, padding };
};

const samplingRates = [44_100, 48_000, 32_000];

/** Kilobits per second by index; index 0 is the free format. */
const bitRates: Readonly<Record<'three' | 'two' | 'low', readonly (number | undefined)[]>> = {
  three: [undefined, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  two: [undefined, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  low: [undefined, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};

/** The length of frames in the free format, without padding: three more headers follow at that distance. */
const freeLength = (bytes: Uint8Array, at: number, stream: number): number | undefined => {
  const leadsOn = (length: number): boolean => {
    let next = at;
    for (let seen = 0; seen < 4; seen++) {
      const frame = frameAt(bytes, next);
      if (frame?.stream !== stream || frame.length !== undefined) return false;
      next += length + frame.padding;
    }
    return true;
  };
  for (let length = MIN_FRAME; length < MAX_FREE_FRAME; length++) if (leadsOn(length)) return length;
  return undefined;
};

const MIN_FRAME = 24;
const MAX_FREE_FRAME = 4000;

/** An ID3v1, APE or Lyrics3 tag after the last frame, or zeros. */
const isTrailer = (bytes: Uint8Array, at: number): boolean =>
  at < bytes.length &&
  (/^(?:TAG|APETAGEX|LYRICSBEGIN)/.test(ascii(bytes, at, 11)) || bytes.subarray(at).every((byte) => byte === 0));
