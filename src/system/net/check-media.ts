import { declaredBytes, describeContent, detectFormat } from '../../core/download/media-type.ts';
import { Failure } from '../../core/failure.ts';
import type { Media } from '../../core/provider.ts';
import type { MediaFormat } from '../../core/recording.ts';
import { RetryableError } from '../errors.ts';
import type { MediaResponse } from './media-client.ts';
import type { BodyReceiver } from './receive.ts';

/** What the media is to be. */
export interface Expected {
  /** The formats that will do; a file of another is refused. */
  readonly accepts: readonly MediaFormat[];
  /** The bytes are ciphertext, so that nothing can be told from them. */
  readonly encrypted: boolean;
}

/** Whether a partial answer is what was asked for: from the last byte to the end, of the same version. */
export const continuesFrom = (
  answer: MediaResponse,
  { sizeBytes }: Media,
  { size, resumption }: BodyReceiver,
): boolean => {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(answer.header('content-range') ?? '') ?? [];
  const now = resumeInfoOf(answer)?.validator;
  const end = Number(last) + 1;
  const whole = total === '*' ? (sizeBytes ?? end) : Number(total);
  const same = now === undefined || now === resumption?.validator;
  return first !== undefined && Number(first) === size && end === whole && whole === (sizeBytes ?? whole) && same;
};

/** A strong ETag, else the date of the last change: what `If-Range` takes. */
export const resumeInfoOf = (answer: MediaResponse): BodyReceiver['resumption'] => {
  const tag = answer.header('etag');
  if (tag?.startsWith('"') === true) return { validator: tag };
  const changed = answer.header('last-modified');
  return changed === undefined ? undefined : { validator: changed };
};

/** Bytes of the whole file by the answer's headers; they must agree with each other and with the provider. */
export const expectedBytes = (answer: MediaResponse, { sizeBytes }: Media, start: number): number | undefined => {
  const length = answer.header('content-length');
  const [, total] = /\/(\d+)$/.exec(answer.header('content-range') ?? '') ?? [];
  const whole = length === undefined || !/^\d{1,15}$/.test(length) ? undefined : start + Number(length);
  if (whole !== undefined && total !== undefined && answer.status === 206 && Number(total) !== whole) {
    throw mismatch(Number(total), whole);
  }
  if (whole !== undefined && sizeBytes !== null && whole !== sizeBytes) throw mismatch(sizeBytes, whole);
  return whole ?? (answer.status === 206 && total !== undefined ? Number(total) : undefined);
};

export const mismatch = (expected: number, got: number): Failure =>
  new Failure('partial', `size mismatch: expected ${expected} bytes, got ${got}`);

export const checkFormat = (
  { head, size }: BodyReceiver,
  { accepts, encrypted }: Expected,
  contentType: string | undefined,
): MediaFormat => {
  const [first = 'wav'] = accepts;
  if (size === 0) throw new Failure('partial', 'the media is an empty file');
  if (encrypted) return first;
  const format = detectFormat(head);
  if (format === undefined) {
    const expected = accepts.length === 1 ? first : accepts.includes('mp4') ? 'media' : 'audio';
    throw new Failure('partial', `expected ${expected}, got ${describeContent(head, contentType)}`);
  }
  if (!accepts.includes(format)) throw new Failure('partial', `expected ${accepts.join(' or ')}, got ${format}`);
  return format;
};

/** Every measure of the size there is; a body whose end only the end of the connection tells needs one of them. */
export const checkSize = (
  { head, size }: BodyReceiver,
  { sizeBytes }: Media,
  { encrypted }: Pick<Expected, 'encrypted'>,
  { expected, framed }: { readonly expected: number | undefined; readonly framed: boolean },
): void => {
  const announced = encrypted ? undefined : declaredBytes(head);
  const known = expected ?? sizeBytes ?? undefined;
  const short =
    known !== undefined && size < known ? known : announced !== undefined && size < announced ? announced : undefined;
  // Cut off without a word, so worth another attempt.
  if (short !== undefined && !framed) throw new RetryableError(mismatch(short, size).message);
  if (short !== undefined) throw mismatch(short, size);
  if (known !== undefined && size !== known) throw mismatch(known, size);
  // One byte of padding may follow.
  const vouched = framed || known !== undefined || (announced !== undefined && size - announced <= 1);
  if (!vouched) throw new Failure('partial', 'nothing tells whether the media is whole: no length, no size');
};
