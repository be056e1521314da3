import type { MediaFormat } from '../../recording.ts';
import { ascii } from './media-text.ts';

/**
 * The size of the complete file that a WAV header declares, in bytes; undefined for other files, and for the
 * placeholders of programs that write the header before they know the size.
 */
export const declaredBytes = (start: Uint8Array): number | undefined => {
  const mark = ascii(start, 0, 4);
  if (!wavMarks.includes(mark) || ascii(start, 8, 4) !== 'WAVE') return undefined;
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (mark === 'RIFF') return start.length < 12 ? undefined : sizeOf(view.getUint32(4, true), MAX_RIFF);
  // The size is a 64-bit number in the ds64 chunk.
  const isKnown = ascii(start, 12, 4) === 'ds64' && start.length >= 28;
  return isKnown ? sizeOf(Number(view.getBigUint64(20, true)), MAX_RF64) : undefined;
};

/** RIFF, and its successors for files above 4 GiB. */
export const wavMarks: readonly string[] = ['RIFF', 'RF64', 'BW64'];

/** From here on sizes are placeholders: ffmpeg 0xffffffff, sox 0x7ffff024, and -1 as a 64-bit number. */
const MAX_RIFF = 0x7ffff000;
const MAX_RF64 = 2 ** 50;

const sizeOf = (size: number, max: number): number | undefined =>
  size === 0 || size >= max || isRound(size) ? undefined : size + HEADER_BYTES;

/** The bytes before the declared size, which it does not count. */
const HEADER_BYTES = 8;

/** A large round number, with or without a header, which no recording has by chance: 2,000,000,000. */
const isRound = (size: number): boolean =>
  size > MIN_PLACEHOLDER &&
  [0, 8, 36, 44].some((header) =>
    [size - header, size + header].some((count) => count % 50_000_000 === 0 || count % 2 ** 26 === 0),
  );

const MIN_PLACEHOLDER = 100_000_000;

/**
 * Whether a header that declares more than a complete file has is only inexact, as some encoders write it: a padding byte
 * or its own length too much. More than 1 percent or 64 kB means that the file was cut.
 */
export const isInexact = (declared: number, size: number): boolean =>
  declared - size <= Math.max(64, Math.min(size / 100, 64_000));

/**
 * More bytes than a recording of this duration can have: twice as many as its format needs and a minute, since providers
 * round, and leave out pauses. A duration of zero says nothing, as some providers report it for unknown.
 */
export const maxBytes = (start: Uint8Array, format: MediaFormat, durationSeconds: number | null): number => {
  if (durationSeconds === null || durationSeconds <= 0) return MAX_MEDIA_BYTES;
  const rate = format === 'wav' ? wavRate(start) : MAX_RATE[format];
  const longest = (2 * durationSeconds + 60) * rate;
  return Math.min(MAX_MEDIA_BYTES, Math.max(longest, declaredBytes(start) ?? 0) + 2 ** 20);
};

/** Of any file. */
export const MAX_MEDIA_BYTES = 16 * 2 ** 30;

/** The most bytes per second: 384 kbit/s of audio, 32 Mbit/s of video, 32-bit stereo at 48 kHz. */
const MAX_RATE: Readonly<Record<MediaFormat, number>> = { mp3: 48_000, mp4: 4_000_000, wav: 384_000 };

/** Bytes per second as the header of a WAV file declares them. */
const wavRate = (start: Uint8Array): number => {
  if (ascii(start, 12, 4) !== 'fmt ' || start.length < 32) return MAX_RATE.wav;
  const rate = new DataView(start.buffer, start.byteOffset).getUint32(28, true);
  return rate > 0 && rate < MAX_RATE.wav ? rate : MAX_RATE.wav;
};
