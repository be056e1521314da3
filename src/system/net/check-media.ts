import type { MediaHead } from '../../core/download/media/media-head.ts';
import { type Outline, WAV_HEADER } from '../../core/download/media/media-outline.ts';
import { declaredBytes, isInexact, MAX_MEDIA_BYTES, maxBytes } from '../../core/download/media/media-size.ts';
import { textOf } from '../../core/download/media/media-text.ts';
import { describeContent, describeText, detectFormat } from '../../core/download/media/media-type.ts';
import { Failure } from '../../core/failure.ts';
import type { Media } from '../../core/provider.ts';
import type { MediaFormat } from '../../core/recording.ts';
import { RetryableError } from '../errors.ts';

/** Expected format, encryption and duration. */
export interface ExpectedMedia {
  /** The accepted formats; a file of any other is rejected. */
  readonly accepts: readonly MediaFormat[];
  /** The bytes are ciphertext, so their format and size cannot be checked. */
  readonly encrypted: boolean;
  readonly durationSeconds: number | null;
}

/** The bytes received so far. */
interface ReceivedBytes {
  readonly head: MediaHead;
  readonly outline: Outline;
  readonly size: number;
}

export const sizeMismatch = (expected: number, got: number): Failure =>
  new Failure('partial', `size mismatch: expected ${expected} bytes, got ${got}`);

/** A file without content, which is right if nothing was recorded. */
export class EmptyMedia extends Failure {
  constructor(message: string) {
    super('partial', message);
  }
}

/** The format of a file, undefined as long as more bytes are needed. Throws for content that is not expected. */
export const checkFormat = (
  { head, size }: ReceivedBytes,
  { accepts, encrypted }: ExpectedMedia,
  contentType: string | undefined,
  isEnd: boolean,
): MediaFormat | undefined => {
  const [first = 'wav'] = accepts;
  if (isEnd && size === 0) throw new EmptyMedia('the media file is empty');
  const format = encrypted ? formatOfCiphertext(head, first, contentType) : detectFormat(head, isEnd && !head.isFull);
  if (format === undefined) {
    if (!isEnd && !head.isFull) return undefined;
    const kind = accepts.length === 1 ? first : accepts.includes('mp4') ? 'media' : 'audio';
    const expected = encrypted ? `encrypted ${kind}` : kind;
    throw new Failure('partial', `expected ${expected}, got ${describeContent(head.start, contentType)}`);
  }
  if (!accepts.includes(format)) throw new Failure('partial', `expected ${accepts.join(' or ')}, got ${format}`);
  return format;
};

/** Ciphertext has no format, but it is no text either. */
const formatOfCiphertext = (
  { start }: MediaHead,
  format: MediaFormat,
  contentType: string | undefined,
): MediaFormat | undefined => (describeText(start, contentType) === undefined ? format : undefined);

/**
 * Throws as soon as a file has more bytes than it can have: those that the provider reports, else no more than its
 * response announces and its duration allows.
 */
export const checkLimit = (
  { head, size }: ReceivedBytes,
  { accepts, durationSeconds }: ExpectedMedia,
  format: MediaFormat | undefined,
  { announced, sizeBytes }: { readonly announced: number | undefined; readonly sizeBytes: number | null },
): void => {
  const exact = announced ?? sizeBytes ?? undefined;
  if (exact !== undefined && size > exact) throw sizeMismatch(exact, size);
  const limitOf = (one: MediaFormat): number => maxBytes(head.start, one, durationSeconds);
  const formats = format === undefined ? accepts : [format];
  const most = sizeBytes === null ? Math.max(...formats.map(limitOf)) : MAX_MEDIA_BYTES;
  // Only the whole header tells how many bytes the file declares.
  const isAnnounced = announced !== undefined && announced > most && head.start.length >= MIN_HEADER_BYTES;
  if (size <= most && !isAnnounced) return;
  const what = most === MAX_MEDIA_BYTES ? 'any recording' : `a recording of ${durationSeconds} s`;
  const has = isAnnounced ? `has ${announced} bytes` : `did not end after ${Math.floor(most)} bytes`;
  throw new Failure('partial', `the media ${has}, more than ${what} can have`);
};

const MIN_HEADER_BYTES = 32;

/** How a body that has ended was announced, and its format. */
interface CompleteBody {
  readonly expected: number | undefined;
  readonly isFramed: boolean;
  readonly format: MediaFormat;
}

/**
 * Compares the size with every known length; a close-delimited body must match at least one. Returns a remark on a
 * complete file whose own header is inexact.
 */
export const checkSize = (
  { head, outline, size }: ReceivedBytes,
  { sizeBytes }: Media,
  { encrypted }: Pick<ExpectedMedia, 'encrypted'>,
  { expected, isFramed, format }: CompleteBody,
): string | undefined => {
  // Boxes that end within the file tell nothing: they may lack the last one.
  const boxes = format === 'mp4' && outline.end > size ? outline.end : undefined;
  const declared = encrypted ? undefined : (boxes ?? declaredBytes(head.start));
  const known = expected ?? sizeBytes ?? undefined;
  const isShort = declared !== undefined && size < declared;
  const isTolerated = isShort && isFramed && boxes === undefined && isInexact(declared, size);
  const missing = known !== undefined && size < known ? known : isShort && !isTolerated ? declared : undefined;
  // Truncated without an error: retry.
  if (missing !== undefined && !isFramed) throw new RetryableError(sizeMismatch(missing, size).message);
  if (missing !== undefined) throw sizeMismatch(missing, size);
  if (known !== undefined && size !== known) throw sizeMismatch(known, size);
  // Allow one padding byte.
  const isVerified = isFramed || known !== undefined || (declared !== undefined && size - declared <= 1);
  if (!isVerified) {
    throw new Failure('partial', 'cannot verify that the media is complete: neither Content-Length nor size is known');
  }
  return isTolerated
    ? `is complete with ${size} bytes, though its header declares ${declared}, as some encoders write it`
    : undefined;
};

/** Throws for a complete file that has the marks of its format, but no sound or video. */
export const checkContent = (
  { head, outline }: ReceivedBytes,
  { encrypted, durationSeconds }: ExpectedMedia,
  format: MediaFormat,
): void => {
  if (encrypted || format === 'mp3') return;
  const [content, ...parts] = format === 'wav' ? ['sound', 'data'] : ['video', 'moov', 'moof', 'mdat'];
  const isText = format === 'wav' && textOf(head.start.subarray(WAV_HEADER)) !== undefined;
  // Parts that do not follow each other to the end tell nothing: players search for what they need.
  if (!outline.has(...parts) && (outline.isClosed || isText))
    throw new Failure('partial', `the ${format} file has no ${content}`);
  const isEmpty = format === 'wav' && outline.has('data') && outline.soundBytes === 0;
  if (isEmpty && durationSeconds !== null && durationSeconds > 0)
    throw new EmptyMedia('the media file is empty: it has a header, but no sound');
};
