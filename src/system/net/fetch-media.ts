import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, ServerError } from '../../core/failure.ts';
import type { Media } from '../../core/provider.ts';
import type { MediaFormat } from '../../core/recording.ts';
import { describeError, errorDetail, RetryableError } from '../errors.ts';
import type { Log } from '../terminal/log.ts';
import {
  checkFormat,
  checkSize,
  type ExpectedMedia,
  expectedBytes,
  isMatchingRange,
  resumeInfoOf,
  sizeMismatch,
} from './check-media.ts';
import type { MediaResponse, MediaSource } from './media-client.ts';
import { discardResponse, readErrorBody } from './media-transport.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { BodyReceiver, type TransferTarget } from './receive.ts';
import { requestedWait } from './requested-wait.ts';
import { afterAttempts, openRetryPolicy, type RetryBudget, type RetryDecision, retryAfterDetail } from './retry.ts';
import { statusRule } from './status.ts';

/** The media to fetch, and the client that fetches it. */
export interface MediaRequest extends ExpectedMedia {
  readonly source: MediaSource;
  readonly media: Media;
  /** The media with a fresh link; undefined if the recording no longer exists. */
  refresh(): Promise<Media | undefined>;
}

export interface FetchedMedia {
  readonly bytes: number;
  readonly sha256: string;
  readonly contentType: string | null;
  readonly format: MediaFormat;
}

export interface FetchContext {
  readonly attempts: number;
  readonly budget: RetryBudget;
  readonly rateLimiter: RateLimiter;
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
  const retryPolicy = openRetryPolicy(context);
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
      const decision = retryPolicy.decide(error, attempt);
      if (!decision.retry) throw gaveUp(decision, error, attempt);
      attempt++;
      await sleep(decision.wait, undefined, { signal: context.signal });
      // Each attempt at a link that expires gets a fresh one.
      if (media.signed) media = (await request.refresh()) ?? media;
    }
  }
};

/** A response of 401, 403, 404 or 410. */
class RejectedLink extends Failure {
  /** The media does not exist (404, 410), rather than needing credentials (401, 403). */
  readonly isMissing: boolean;

  constructor({ status, host }: MediaResponse, isMissing: boolean) {
    super('partial', `${host} returned HTTP ${status}`);
    this.isMissing = isMissing;
  }
}

/**
 * Requests one fresh link after a rejection, since the link may have expired, here or behind a redirect. Throws if that
 * cannot help.
 */
const freshLink = async (
  rejected: RejectedLink,
  media: Media,
  isRefreshed: boolean,
  request: MediaRequest,
): Promise<Media> => {
  const fresh = isRefreshed ? undefined : await request.refresh();
  if (fresh !== undefined && (!rejected.isMissing || fresh.url !== media.url)) return fresh;
  const isGone = rejected.isMissing || (fresh === undefined && !isRefreshed);
  throw isGone ? new Failure('missing', `${rejected.message}: the media is gone`) : rejected;
};

const gaveUp = (decision: Extract<RetryDecision, { retry: false }>, error: unknown, attempts: number): Failure => {
  const { because, reason } = decision;
  if (because === 'retry-after') return new Failure('unavailable', `${reason}${retryAfterDetail(decision)}`);
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
    await checkStatus(response, media, transfer);
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

/** Throws unless the response has the missing bytes or the complete file. */
const checkStatus = async (response: MediaResponse, media: Media, { receiver, context }: Transfer): Promise<void> => {
  const { status, host } = response;
  const start = receiver.size;
  const { kind, isTransient } = statusRule(status);
  if (kind === 'credentials' || kind === 'missing' || kind === 'gone') {
    throw new RejectedLink(response, kind !== 'credentials');
  }
  if (isTransient) {
    const retryAfter = requestedWait(response.header, status === 429, context.now());
    throw new RetryableError(`${host} returned HTTP ${status}`, { retryAfter });
  }
  const isOtherRange = kind === 'range' || (kind === 'partial' && !isMatchingRange(response, media, receiver));
  if (start > 0 && isOtherRange) {
    await receiver.restart();
    throw new RetryableError(`${host} cannot resume at byte ${start}`, { isImmediate: true });
  }
  if (kind !== 'success' && !(kind === 'partial' && start > 0)) {
    const detail = errorDetail(await readErrorBody(response.body));
    throw new Failure(kind === 'invalid' ? 'invalid' : 'partial', `${host} returned HTTP ${status}${detail}`);
  }
  const encoding = response.header('content-encoding') || 'identity';
  if (encoding !== 'identity') {
    throw new Failure(
      'partial',
      `${host} sent the media with Content-Encoding ${encoding.slice(0, 40)}, which is not accepted`,
    );
  }
};

/** Receives a response body and checks that the file is complete and has the right format. */
const receiveBody = async (
  response: MediaResponse,
  media: Media,
  { request, receiver, context }: Transfer,
): Promise<FetchedMedia> => {
  const { kind } = statusRule(response.status);
  if (kind === 'success' && receiver.size > 0) await receiver.restart();
  const expected = expectedBytes(response, media, receiver.size);
  receiver.resumeInfo = resumeInfoOf(response) ?? (kind === 'partial' ? receiver.resumeInfo : undefined);
  const contentType = response.header('content-type');
  await receiver.receive(response.body, () => checkFormat(receiver, request, contentType));
  const isFramed = expected !== undefined || response.header('transfer-encoding') !== undefined;
  // Truncated without an error: retry.
  if (!isFramed && media.sizeBytes !== null && receiver.size < media.sizeBytes) {
    throw new RetryableError(sizeMismatch(media.sizeBytes, receiver.size).message);
  }
  const format = checkFormat(receiver, request, contentType);
  checkSize(receiver, media, request, { expected, isFramed });
  context.budget.recordSuccess();
  return { bytes: receiver.size, sha256: receiver.sha256(), contentType: contentType?.slice(0, 100) ?? null, format };
};
