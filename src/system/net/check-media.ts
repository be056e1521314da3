import { declaredBytes, describeContent, detectFormat } from '../../core/download/media-type.ts';
import { Failure } from '../../core/failure.ts';
import type { Media } from '../../core/provider.ts';
import type { MediaFormat } from '../../core/recording.ts';
import { RetryableError } from '../errors.ts';
import type { MediaResponse } from './media-client.ts';
import type { BodyReceiver } from './receive.ts';
import { statusRule } from './status.ts';

/** Expected format and encryption. */
export interface ExpectedMedia {
  /** The accepted formats; a file of any other is rejected. */
  readonly accepts: readonly MediaFormat[];
  /** The bytes are ciphertext, so their format and size cannot be checked. */
  readonly encrypted: boolean;
}

/** Whether a partial response matches the request: from the next byte to the end, of the same version. */
export const isMatchingRange = (
  response: MediaResponse,
  { sizeBytes }: Media,
  { size, resumeInfo }: BodyReceiver,
): boolean => {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.header('content-range') ?? '') ?? [];
  const version = resumeInfoOf(response)?.validator;
  const end = Number(last) + 1;
  const complete = total === '*' ? (sizeBytes ?? end) : Number(total);
  const isSameVersion = version === undefined || version === resumeInfo?.validator;
  return (
    first !== undefined &&
    Number(first) === size &&
    end === complete &&
    complete === (sizeBytes ?? complete) &&
    isSameVersion
  );
};

/** Strong ETag, else Last-Modified, for `If-Range`. */
export const resumeInfoOf = (response: MediaResponse): BodyReceiver['resumeInfo'] => {
  const tag = response.header('etag');
  if (tag?.startsWith('"') === true) return { validator: tag };
  const changed = response.header('last-modified');
  return changed === undefined ? undefined : { validator: changed };
};

/** Bytes of the complete file by the response's headers, which must agree with each other and with the provider. */
export const expectedBytes = (response: MediaResponse, { sizeBytes }: Media, start: number): number | undefined => {
  const length = response.header('content-length');
  const [, total] = /\/(\d+)$/.exec(response.header('content-range') ?? '') ?? [];
  const isPartial = statusRule(response.status).kind === 'partial';
  const complete = length === undefined || !/^\d{1,15}$/.test(length) ? undefined : start + Number(length);
  if (complete !== undefined && total !== undefined && isPartial && Number(total) !== complete) {
    throw sizeMismatch(Number(total), complete);
  }
  if (complete !== undefined && sizeBytes !== null && complete !== sizeBytes) throw sizeMismatch(sizeBytes, complete);
  return complete ?? (isPartial && total !== undefined ? Number(total) : undefined);
};

export const sizeMismatch = (expected: number, got: number): Failure =>
  new Failure('partial', `size mismatch: expected ${expected} bytes, got ${got}`);

export const checkFormat = (
  { head, size }: BodyReceiver,
  { accepts, encrypted }: ExpectedMedia,
  contentType: string | undefined,
): MediaFormat => {
  const [first = 'wav'] = accepts;
  if (size === 0) throw new Failure('partial', 'the media file is empty');
  if (encrypted) return first;
  const format = detectFormat(head);
  if (format === undefined) {
    const expected = accepts.length === 1 ? first : accepts.includes('mp4') ? 'media' : 'audio';
    throw new Failure('partial', `expected ${expected}, got ${describeContent(head, contentType)}`);
  }
  if (!accepts.includes(format)) throw new Failure('partial', `expected ${accepts.join(' or ')}, got ${format}`);
  return format;
};

/** Compares the size with every known length; a close-delimited body must match at least one. */
export const checkSize = (
  { head, size }: BodyReceiver,
  { sizeBytes }: Media,
  { encrypted }: Pick<ExpectedMedia, 'encrypted'>,
  { expected, isFramed }: { readonly expected: number | undefined; readonly isFramed: boolean },
): void => {
  const declared = encrypted ? undefined : declaredBytes(head);
  const known = expected ?? sizeBytes ?? undefined;
  const short =
    known !== undefined && size < known ? known : declared !== undefined && size < declared ? declared : undefined;
  // Truncated without an error: retry.
  if (short !== undefined && !isFramed) throw new RetryableError(sizeMismatch(short, size).message);
  if (short !== undefined) throw sizeMismatch(short, size);
  if (known !== undefined && size !== known) throw sizeMismatch(known, size);
  // Allow one padding byte.
  const isVerified = isFramed || known !== undefined || (declared !== undefined && size - declared <= 1);
  if (!isVerified) {
    throw new Failure('partial', 'cannot verify that the media is complete: neither Content-Length nor size is known');
  }
};
