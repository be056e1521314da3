import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, ServerError } from '../../core/failure.ts';
import type { Media } from '../../core/provider.ts';
import type { MediaFormat } from '../../core/recording.ts';
import { DESCRIPTORS_HINT, describeError, isOutOfDescriptors, RetryableError } from '../errors.ts';
import type { Digests } from '../files/digest.ts';
import type { Log } from '../terminal/log.ts';
import { checkContent, checkFormat, checkLimit, checkSize, type ExpectedMedia, sizeMismatch } from './check-media.ts';
import type { MediaResponse, MediaSource } from './media-client.ts';
import { checkCodings, checkStatus, expectedBytes, isFramed, RejectedLink, resumeInfoOf } from './media-response.ts';
import { discardResponse } from './media-transport.ts';
import {
  afterAttempts,
  openRetryPolicy,
  type RetryBudget,
  type RetryDecision,
  retryAfterDetail,
} from './pacing/retry.ts';
import { BodyReceiver, type TransferTarget } from './receive.ts';
import { statusRule } from './status.ts';

/** The media to fetch, and the client that fetches it. */
export interface MediaRequest extends ExpectedMedia {
  readonly source: MediaSource;
  readonly media: Media;
  /** The media with a fresh link; undefined if the recording no longer exists. */
  refresh(): Promise<Media | undefined>;
}

export interface FetchedMedia extends Digests {
  readonly bytes: number;
  readonly contentType: string | null;
  readonly format: MediaFormat;
  /** What is odd about the file, which is complete all the same. */
  readonly remark: string | undefined;
}

export interface FetchContext {
  readonly attempts: number;
  readonly budget: RetryBudget;
  readonly signal: AbortSignal;
  readonly log: Log;
  now(): number;
  /** Stall timeout, in milliseconds. */
  readonly timeout: number;
  onBytes(count: number): void;
}

/** The transfer of one file. */
interface Transfer {
  readonly request: MediaRequest;
  readonly receiver: BodyReceiver;
  readonly context: FetchContext;
}

/**
 * Fetches one complete file and checks it. After an interruption the next attempt resumes if the server supports it, else
 * starts from scratch. Throws `missing` for media that no longer exists, `invalid` for a rejected request, `partial` for media that
 * cannot be fetched or is not the expected content (a `ServerError` if the server is the cause), and `unavailable` if the server demands too long
 * a wait.
 */
export const fetchMedia = async (
  request: MediaRequest,
  target: TransferTarget,
  context: FetchContext,
): Promise<FetchedMedia> => {
  const receiver = new BodyReceiver(target, context);
  try {
    await receiver.loadPartial();
    const fetched = await fetchUntilComplete({ request, receiver, context });
    await receiver.finish(true);
    return fetched;
  } catch (error) {
    // Ignored: the original error is more important.
    if (isResumable(error, context.signal)) await receiver.finish(false).catch(() => {});
    throw context.signal.aborted ? context.signal.reason : error;
  }
};

/** Whether another run can resume after an error: the received bytes are valid. */
export const isResumable = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted || error instanceof ServerError;

const fetchUntilComplete = async (transfer: Transfer): Promise<FetchedMedia> => {
  const { request, context } = transfer;
  const retries = openRetryPolicy(context).openRequest();
  let { media } = request;
  let isRefreshed = false;
  for (let attempt = 1; ; ) {
    try {
      return await attemptOnce(media, transfer, attempt);
    } catch (error) {
      if (context.signal.aborted) throw error;
      if (error instanceof RejectedLink) {
        media = await freshLink(error, media, isRefreshed, request);
        isRefreshed = true;
        continue;
      }
      if (error instanceof Failure) throw error;
      const decision = retries.decide(error);
      if (!decision.retry) throw gaveUp(decision, error, attempt);
      attempt++;
      await sleep(decision.wait, undefined, { signal: context.signal });
      // Each attempt at a link that expires gets a fresh one.
      if (media.signed) media = (await request.refresh()) ?? media;
    }
  }
};

/** Media that the server does not have. */
export class MissingMedia extends Failure {
  /** Not found (404), which may change, rather than gone for good (410). */
  readonly mayAppear: boolean;

  constructor({ message, status }: RejectedLink) {
    super('missing', `${message}: the media is gone`);
    this.mayAppear = statusRule(status).kind === 'missing';
  }
}

/**
 * Requests one fresh link after a rejection, since the link may have expired, here or behind a redirect; the link itself
 * is requested once more if a redirect led to the rejection. Throws if that cannot help.
 */
const freshLink = async (
  rejected: RejectedLink,
  media: Media,
  isRefreshed: boolean,
  request: MediaRequest,
): Promise<Media> => {
  // A link that was signed just now has not expired.
  const isFinal = rejected.isMissing && media.signed && !rejected.isRedirected;
  const fresh = isRefreshed || isFinal ? undefined : await request.refresh();
  if (fresh !== undefined && (!rejected.isMissing || rejected.isRedirected || fresh.url !== media.url)) return fresh;
  if (fresh === undefined && !isRefreshed && !isFinal)
    throw new Failure('missing', `${rejected.message}: the media is gone`);
  throw rejected.isMissing ? new MissingMedia(rejected) : rejected;
};

const gaveUp = (decision: Extract<RetryDecision, { retry: false }>, error: unknown, attempts: number): Failure => {
  const { because, reason } = decision;
  if (because === 'retry-after') return new Failure('unavailable', `${reason}${retryAfterDetail(decision)}`);
  if (isOutOfDescriptors(error)) return new Failure('local', reason, { hint: DESCRIPTORS_HINT, cause: error });
  if (because === 'permanent') return new ServerError(reason, false, error);
  return new ServerError(`${reason}${afterAttempts(attempts)}`, error instanceof RetryableError, error);
};

const attemptOnce = async (media: Media, transfer: Transfer, attempt: number): Promise<FetchedMedia> => {
  const { request, receiver, context } = transfer;
  if (receiver.size > 0 && receiver.resumeInfo === undefined) await receiver.restart();
  const headers = rangeHeaders(receiver);
  if (headers.range !== undefined)
    context.log.debug('download.resumed', `resuming at byte ${receiver.size}`, { bytes: receiver.size });
  const { signal } = context;
  const response = await request.source.get(media, { method: 'GET', headers, signal, attempt });
  try {
    await checkStatus(response, media, receiver);
    return await receiveBody(response, media, transfer);
  } catch (error) {
    throw error instanceof Failure || error instanceof RetryableError
      ? error
      : new RetryableError(`${response.host}: ${describeError(error)}`);
  } finally {
    if (!response.body.readableEnded) discardResponse(response);
  }
};

const rangeHeaders = ({ size, resumeInfo }: BodyReceiver): Readonly<Record<string, string>> =>
  size > 0 && resumeInfo !== undefined ? { range: `bytes=${size}-`, 'if-range': resumeInfo.validator } : {};

/** Receives a response body and checks that the file is complete and has the right format. */
const receiveBody = async (
  response: MediaResponse,
  media: Media,
  { request, receiver, context }: Transfer,
): Promise<FetchedMedia> => {
  const { kind } = statusRule(response.status);
  if (kind === 'success' && receiver.size > 0) await receiver.restart();
  const expected = expectedBytes(response, media, receiver.size);
  const resumeInfo = resumeInfoOf(response) ?? (kind === 'partial' ? receiver.resumeInfo : undefined);
  receiver.resumeInfo = resumeInfo && { ...resumeInfo, totalBytes: expected ?? media.sizeBytes ?? undefined };
  for (const label of checkCodings(response))
    context.log.debug('download.label', `${response.host} labels the media ${label}, which is no compression`);
  const contentType = response.header('content-type');
  const formatAt = (isEnd: boolean): MediaFormat | undefined => checkFormat(receiver, request, contentType, isEnd);
  const exact = expected ?? media.sizeBytes ?? undefined;
  let format: MediaFormat | undefined;
  await receiver.receive(response.body, () => {
    format ??= formatAt(false);
    checkLimit(receiver, request, format, { announced: expected, sizeBytes: media.sizeBytes });
    return format !== undefined;
  });
  const framed = isFramed(response);
  // Truncated without an error: retry.
  if (!framed && exact !== undefined && receiver.size < exact) {
    throw new RetryableError(sizeMismatch(exact, receiver.size).message);
  }
  format = formatAt(true);
  if (format === undefined) throw new Error('the format of a complete file is known');
  const remark = checkSize(receiver, media, request, { expected, isFramed: framed, format });
  checkContent(receiver, request, format);
  context.budget.recordSuccess();
  const type = contentType?.slice(0, 100) ?? null;
  return { bytes: receiver.size, ...receiver.digests(), contentType: type, format, remark };
};
