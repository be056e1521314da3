import { Failure } from '../../core/failure.ts';
import type { Media } from '../../core/provider.ts';
import { errorDetail, RetryableError } from '../errors.ts';
import { EmptyMedia, sizeMismatch } from './check-media.ts';
import type { MediaResponse } from './media-client.ts';
import type { BodyReceiver } from './receive.ts';
import { statusRule } from './status.ts';

/** A response of 401, 403, 404 or 410. */
export class RejectedLink extends Failure {
  readonly status: number;
  /** The media does not exist (404, 410), rather than needing credentials (401, 403). */
  readonly isMissing: boolean;
  /** The response is not of the link's own server, but of one that it redirected to. */
  readonly isRedirected: boolean;

  constructor({ status, host, urls }: MediaResponse, isMissing: boolean, detail: string) {
    super('partial', `${host} returned HTTP ${status}${detail}`);
    this.status = status;
    this.isMissing = isMissing;
    this.isRedirected = urls.length > 1;
  }
}

/** Throws unless the response has the missing bytes or the complete file. */
export const checkStatus = async (response: MediaResponse, media: Media, receiver: BodyReceiver): Promise<void> => {
  const { status, host } = response;
  const start = receiver.size;
  const { isTransient, retryAfter, refusal } = response;
  if (isTransient) throw new RetryableError(`${host} returned HTTP ${status}`, { retryAfter, refusal });
  const { kind } = statusRule(status);
  if (kind === 'missing' || kind === 'gone') throw new RejectedLink(response, true, '');
  if (kind === 'credentials') throw new RejectedLink(response, false, await rejectionDetail(response, true));
  const isWanted = kind === 'success' || (kind === 'partial' && isMatchingRange(response, media, receiver));
  if (start > 0 && !isWanted && (kind === 'range' || kind === 'partial')) {
    await receiver.restart();
    throw new RetryableError(`${host} cannot resume at byte ${start}`, { isImmediate: true });
  }
  if (status === 204) throw new EmptyMedia(`${host} returned HTTP 204`);
  if (!isWanted) {
    const detail = await rejectionDetail(response, false);
    throw new Failure(kind === 'invalid' ? 'invalid' : 'partial', `${host} returned HTTP ${status}${detail}`);
  }
};

/**
 * `: Not found`: the message in the body of an error, without what makes a link a secret. When a storage server rejects a
 * link, which it explains in XML, its message may repeat the signature.
 */
const rejectionDetail = async ({ errorText, urls }: MediaResponse, isLinkRejected: boolean): Promise<string> => {
  const text = await errorText();
  if (isLinkRejected && text.trimStart().startsWith('<')) return '';
  let detail = errorDetail(text);
  for (const { search, searchParams } of urls) {
    const values = search.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
    for (const secret of [search, ...values, ...searchParams.values()])
      if (secret.length >= MIN_SECRET_LENGTH) detail = detail.replaceAll(secret, '…');
  }
  return detail;
};

const MIN_SECRET_LENGTH = 4;

/**
 * Whether a partial response matches the request: from the next byte to the end, of the same version. A server may
 * answer so with the complete file, though no range was requested.
 */
const isMatchingRange = (
  response: MediaResponse,
  { sizeBytes }: Media,
  { size, resumeInfo }: BodyReceiver,
): boolean => {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.header('content-range') ?? '') ?? [];
  const version = versionOf(response);
  const end = Number(last) + 1;
  const complete = total === '*' ? (sizeBytes ?? (size > 0 ? end : null)) : Number(total);
  const isSameVersion = size === 0 || version === undefined || version === resumeInfo?.validator;
  return (
    first !== undefined &&
    Number(first) === size &&
    end === complete &&
    complete === (sizeBytes ?? resumeInfo?.totalBytes ?? complete) &&
    isSameVersion
  );
};

/** Strong ETag, else Last-Modified. */
const versionOf = (response: MediaResponse): string | undefined => {
  const tag = response.header('etag');
  return tag?.startsWith('"') === true ? tag : response.header('last-modified');
};

/** What `If-Range` may contain: a strong ETag, else a date that is strong too. */
export const resumeInfoOf = (response: MediaResponse): BodyReceiver['resumeInfo'] => {
  const version = versionOf(response);
  const isStrong = version?.startsWith('"') === true || isStrongDate(response);
  return version === undefined || !isStrong ? undefined : { validator: version };
};

/** Whether the file was last changed so long before the response that it cannot have changed twice in that second (RFC 9110, 8.8.2.2). */
const isStrongDate = (response: MediaResponse): boolean => {
  const [changed, sent] = ['last-modified', 'date'].map((name) => {
    const date = response.header(name) ?? '';
    return date.endsWith(' GMT') ? Date.parse(date) : Number.NaN;
  });
  return changed !== undefined && sent !== undefined && sent - changed >= STRONG_AFTER;
};

/** Milliseconds; more than the clocks of servers that share a file differ by. */
const STRONG_AFTER = 60_000;

/** Bytes of the complete file by the response's headers, which must agree with each other and with the provider. */
export const expectedBytes = (response: MediaResponse, { sizeBytes }: Media, start: number): number | undefined => {
  const length = contentLength(response);
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.header('content-range') ?? '') ?? [];
  const isPartial = statusRule(response.status).kind === 'partial';
  const complete = length === undefined ? undefined : start + length;
  const end = Number(last) + 1;
  const whole = total === undefined || total === '*' ? undefined : Number(total);
  // A response of 200 may have a range too, of all bytes.
  if (whole !== undefined && (end !== whole || (!isPartial && first !== '0')))
    throw sizeMismatch(whole, end - Number(first));
  if (complete !== undefined && whole !== undefined && whole !== complete) throw sizeMismatch(whole, complete);
  if (complete !== undefined && sizeBytes !== null && complete !== sizeBytes) throw sizeMismatch(sizeBytes, complete);
  return complete ?? whole;
};

/**
 * Whether the response marks its own end (RFC 9112, 6.3): by its length, or by chunks, if they are the last coding.
 * Otherwise the end of the connection ends the body, which does not differ from a cut.
 */
export const isFramed = (response: MediaResponse): boolean =>
  contentLength(response) !== undefined || codings(response, 'transfer-encoding').at(-1) === 'chunked';

const contentLength = (response: MediaResponse): number | undefined => {
  const length = response.header('content-length');
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
};

/**
 * Throws if the bytes are not those of the file, but coded. Returns other codings, which are labels that change nothing:
 * the checks of the bytes decide.
 */
export const checkCodings = (response: MediaResponse): readonly string[] => {
  const named = [...codings(response, 'content-encoding'), ...codings(response, 'transfer-encoding')];
  const coding = named.find((name) => compressions.includes(name));
  if (coding === undefined) return named.filter((name) => !['identity', 'chunked'].includes(name));
  throw new Failure('partial', `${response.host} sent the media compressed with ${coding}, which is not accepted`);
};

const codings = (response: MediaResponse, header: 'content-encoding' | 'transfer-encoding'): readonly string[] =>
  (response.header(header) ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim().slice(0, 40))
    .filter((name) => name !== '');

/** The registered codings that change bytes. */
const compressions: readonly string[] = [
  'gzip',
  'x-gzip',
  'br',
  'zstd',
  'deflate',
  'compress',
  'x-compress',
  'dcb',
  'dcz',
];
