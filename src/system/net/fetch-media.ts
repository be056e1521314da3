import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../core/failure.ts';
import type { Media } from '../../core/provider.ts';
import type { MediaFormat } from '../../core/recording.ts';
import { ServerError } from '../../core/server-error.ts';
import { describeError, isTransient, RetryableError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Log } from '../terminal/log.ts';
import { retryable } from './api-client.ts';
import {
  checkFormat,
  checkSize,
  continuesFrom,
  type Expected,
  expectedBytes,
  mismatch,
  resumeInfoOf,
} from './check-media.ts';
import type { MediaResponse, MediaSource } from './media-client.ts';
import { discard } from './media-transport.ts';
import { BodyReceiver, type Target } from './receive.ts';
import { backoff, type RateLimiter, type RetryBudget, retryAfter } from './retry.ts';

/** What is to be fetched, and from whom. */
export interface MediaRequest extends Expected {
  readonly source: MediaSource;
  readonly media: Media;
  /** Where the media is now; undefined when the recording is gone. */
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
  /** Milliseconds without a byte that are borne. */
  readonly timeout: number;
  onBytes(count: number): void;
}

/**
 * Fetches one file whole and checks it. Goes on where an attempt broke off when the server can, else from the start. Fails
 * with `missing` for media that is gone, `partial` for media that cannot be had or is not what it should be (an `Outage`
 * when the server is to blame), `unavailable` when the server asks for too long a wait.
 */
export const fetchMedia = async (
  request: MediaRequest,
  target: Target,
  context: FetchContext,
): Promise<FetchedMedia> => {
  const receiver = new BodyReceiver(target, context);
  try {
    await receiver.loadPartial();
    const received = await fetchUntilComplete(request, receiver, context);
    await receiver.finish(true);
    return received;
  } catch (error) {
    // What goes wrong here matters less than what went wrong before.
    if (isWorthKeeping(error, context.signal)) await receiver.finish(false).catch(() => {});
    throw context.signal.aborted ? context.signal.reason : error;
  }
};

/** Whether another run can go on with what came before an error: the bytes are right as far as they go. */
export const isWorthKeeping = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted || error instanceof ServerError;

const fetchUntilComplete = async (
  request: MediaRequest,
  receiver: BodyReceiver,
  context: FetchContext,
): Promise<FetchedMedia> => {
  let media = request.media;
  let refreshed = false;
  for (let attempt = 1; ; ) {
    try {
      return await attemptOnce(media, request, receiver, context, attempt);
    } catch (error) {
      if (context.signal.aborted || (error instanceof Failure && !(error instanceof Refusal))) throw error;
      if (error instanceof Refusal) {
        // A link may have expired, here or behind a redirect: a fresh one is had once.
        const fresh = refreshed ? undefined : await request.refresh();
        const better = fresh !== undefined && (!error.gone || fresh.url !== media.url);
        if (!better) throw error.gone || (fresh === undefined && !refreshed) ? gone(error) : error;
        refreshed = true;
        media = fresh;
        continue;
      }
      await pause(error, attempt++, context);
      // Each attempt at a link that expires has a fresh one.
      if (media.signed) media = (await request.refresh()) ?? media;
    }
  }
};

/** An answer of 401, 403, 404 or 410. */
class Refusal extends Failure {
  readonly gone: boolean;

  constructor(host: string, status: number) {
    super('partial', `${host} answered ${status}`);
    this.gone = status === 404 || status === 410;
  }
}

const gone = ({ message }: Failure): Failure => new Failure('missing', `${message}: the media is gone`);

/** Waits before another attempt, or throws when there is none. */
const pause = async (error: unknown, attempt: number, context: FetchContext): Promise<void> => {
  const { log, rateLimiter, budget } = context;
  const trouble = error instanceof RetryableError ? error : undefined;
  const reason = trouble?.message ?? describeError(error);
  const demanded = trouble?.demanded ?? 0;
  if (demanded > limits.longestRetryAfter) {
    throw new Failure('unavailable', `${reason}, asking for a wait of ${Math.ceil(demanded / 1000)} s`);
  }
  if (trouble === undefined && !isTransient(error)) throw new ServerError(reason, false, error);
  if (attempt >= context.attempts || !budget.spend()) {
    const times = attempt > 1 ? `, ${attempt} times` : '';
    throw new ServerError(`${reason}${times}`, trouble !== undefined, error);
  }
  const wait = trouble?.atOnce === true ? 0 : demanded + backoff(attempt);
  if (demanded > 0) rateLimiter.pause(demanded);
  const milliseconds = Math.round(wait);
  log.debug('retry', `waiting ${milliseconds} ms before attempt ${attempt + 1}: ${reason}`, {
    milliseconds,
    attempt: attempt + 1,
    reason,
  });
  await sleep(wait, undefined, { signal: context.signal });
};

const attemptOnce = async (
  media: Media,
  request: MediaRequest,
  receiver: BodyReceiver,
  context: FetchContext,
  attempt: number,
): Promise<FetchedMedia> => {
  if (receiver.size > 0 && receiver.resumption === undefined) await receiver.restart();
  const headers = rangeFrom(receiver);
  if (headers.range !== undefined)
    context.log.debug('download.resumed', `resuming at byte ${receiver.size}`, { bytes: receiver.size });
  const { signal } = context;
  const answer = await request.source.get(media, { method: 'GET', headers, signal, attempt });
  try {
    return await receiveBody(answer, media, request, receiver, context);
  } catch (error) {
    throw error instanceof Failure || error instanceof RetryableError
      ? error
      : new RetryableError(`${answer.host}: ${describeError(error)}`);
  } finally {
    if (!answer.body.readableEnded) discard(answer);
  }
};

const rangeFrom = ({ size, resumption }: BodyReceiver): Readonly<Record<string, string>> =>
  size > 0 && resumption !== undefined ? { range: `bytes=${size}-`, 'if-range': resumption.validator } : {};

/** Takes an answer's bytes in, and checks that they are the whole and the right thing. */
const receiveBody = async (
  answer: MediaResponse,
  media: Media,
  request: MediaRequest,
  receiver: BodyReceiver,
  context: FetchContext,
): Promise<FetchedMedia> => {
  const { status, host } = answer;
  const asked = receiver.size;
  if ([401, 403, 404, 410].includes(status)) throw new Refusal(host, status);
  if (retryable.has(status)) {
    const demanded = retryAfter(answer.header('retry-after'), context.now());
    throw new RetryableError(`${host} answered ${status}`, { demanded });
  }
  if (asked > 0 && (status === 416 || (status === 206 && !continuesFrom(answer, media, receiver)))) {
    await receiver.restart();
    throw new RetryableError(`${host} could not go on at byte ${asked}`, { atOnce: true });
  }
  if (status !== 200 && !(status === 206 && asked > 0)) throw new Failure('partial', `${host} answered ${status}`);
  const coding = answer.header('content-encoding') || 'identity';
  if (coding !== 'identity') {
    throw new Failure(
      'partial',
      `${host} sent the media encoded as ${coding.slice(0, 40)}, though it was asked not to`,
    );
  }
  if (status === 200 && asked > 0) await receiver.restart();
  const expected = expectedBytes(answer, media, receiver.size);
  receiver.resumption = resumeInfoOf(answer) ?? (status === 206 ? receiver.resumption : undefined);
  const contentType = answer.header('content-type');
  await receiver.receive(answer.body, () => checkFormat(receiver, request, contentType));
  const framed = expected !== undefined || answer.header('transfer-encoding') !== undefined;
  // Cut off without a word, so worth another attempt.
  if (!framed && media.sizeBytes !== null && receiver.size < media.sizeBytes) {
    throw new RetryableError(mismatch(media.sizeBytes, receiver.size).message);
  }
  const format = checkFormat(receiver, request, contentType);
  checkSize(receiver, media, request, { expected, framed });
  context.budget.earn();
  return { bytes: receiver.size, sha256: receiver.sha256(), contentType: contentType?.slice(0, 100) ?? null, format };
};
