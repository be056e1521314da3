import type { Refusal } from '../errors.ts';
import type { Turn } from './pacing/pace.ts';
import { type HeaderReader, requestedWait } from './pacing/requested-wait.ts';
import { statusRule } from './status.ts';

/** What a response means for the next attempt. */
export interface ResponseAssessment {
  /** The same request may succeed if repeated. */
  readonly isTransient: boolean;
  /** Milliseconds that the server demands to wait. */
  readonly retryAfter: number | undefined;
  /** The server refused the request because there were too many. */
  readonly refusal: Refusal | undefined;
}

/** A response; `body` is its text, which matters for 403 only. */
interface Assessed {
  readonly status: number;
  readonly header: HeaderReader;
  readonly body: string;
}

/** Assesses a response, and tells the pace of its account about it. */
export const assessResponse = (response: Assessed, turn: Turn, now: number): ResponseAssessment => {
  const { status, header } = response;
  const isRateLimited = status === 429 || isRateLimit403(response);
  const isRefused = isRateLimited || status === 503;
  const isTransient = isRefused || statusRule(status).isTransient;
  const retryAfter = isTransient
    ? requestedWait(header, isRateLimited || (status === 503 && !hasRemaining(header)), now)
    : undefined;
  if (!isTransient) turn.accept();
  else if (!isRefused && retryAfter !== undefined) turn.pause(retryAfter);
  return { isTransient, retryAfter, refusal: isRefused ? turn.refuse(retryAfter) : undefined };
};

/** Some servers answer 403 instead of 429; the response tells it from rejected credentials. */
const isRateLimit403 = ({ status, header, body }: Assessed): boolean =>
  status === 403 &&
  (header('retry-after') != null || remaining(header).includes('0') || RATE_LIMIT_WORDS.test(body.slice(0, MAX_BODY)));

const remaining = (header: HeaderReader): readonly (string | null | undefined)[] =>
  ['ratelimit-remaining', 'x-ratelimit-remaining', 'x-rate-limit-remaining'].map((name) => header(name)?.trim());

/** Some servers send their limits with every response: one that is not used up explains no 503. */
const hasRemaining = (header: HeaderReader): boolean => {
  const counts = remaining(header).filter((count) => count != null);
  return counts.length > 0 && !counts.includes('0');
};

const RATE_LIMIT_WORDS =
  /rate.?limit|too.?many.?requests|too many concurrent|request.?limit|limit.?exceeded|quota.?exceeded|exceeded.{1,20}quota|throttl|slow.?down/i;

/** Characters of a body that are searched for words. */
const MAX_BODY = 4000;
