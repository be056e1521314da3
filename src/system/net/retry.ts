import { Failure, ServerError } from '../../core/failure.ts';
import { describeError, isTransient, RetryableError, responseOf } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Log } from '../terminal/log.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { requestedWait } from './requested-wait.ts';
import { statusRule } from './status.ts';

/** Retries of a run, limited to protect a server that is down. */
export interface RetryBudget {
  /** Uses one retry; false if none remain. */
  takeRetry(): boolean;
  /** Counts a successful request: every `limits.successesPerRetry` of them add a retry. */
  recordSuccess(): void;
  isEmpty(): boolean;
}

export const openRetryBudget = (): RetryBudget => {
  let retries: number = limits.retriesPerRun;
  let successes = 0;
  return {
    takeRetry: () => retries > 0 && retries-- > 0,
    recordSuccess: () => {
      if (++successes % limits.successesPerRetry === 0) retries++;
    },
    isEmpty: () => retries === 0,
  };
};

/** Decision after a failed attempt; the reason contains no URLs. */
export type RetryDecision = (Retry | GiveUp) & {
  readonly reason: string;
  /** Milliseconds that the server demanded. */
  readonly retryAfter: number | undefined;
};

interface Retry {
  readonly retry: true;
  /** Milliseconds until the next attempt. */
  readonly wait: number;
}

interface GiveUp {
  readonly retry: false;
  /** Not transient; `Retry-After` too long; attempts or run budget used up. */
  readonly because: 'permanent' | 'retry-after' | 'attempts' | 'budget';
}

/** The retry policy. */
export interface RetryPolicy {
  /**
   * Decides after a failed attempt, counted from 1. A retry uses the run's budget, is logged, and pauses the other
   * requests of the account for as long as the server demands.
   */
  decide(error: unknown, attempt: number, host?: string): RetryDecision;
}

export interface RetrySettings {
  /** Attempts of one request, the first included. */
  readonly attempts: number;
  readonly budget: RetryBudget;
  readonly rateLimiter: RateLimiter;
  readonly log: Pick<Log, 'debug'>;
  /** Milliseconds since 1970. */
  now(): number;
}

export const openRetryPolicy = ({ attempts, budget, rateLimiter, log, now }: RetrySettings): RetryPolicy => ({
  decide: (error, attempt, host) => {
    const { reason, retryAfter, isRetryable, isImmediate } = assessError(error, now());
    const giveUp = (because: GiveUp['because']): RetryDecision => ({ retry: false, because, reason, retryAfter });
    if (!isRetryable) return giveUp('permanent');
    if ((retryAfter ?? 0) > limits.maxRetryAfter) return giveUp('retry-after');
    if (attempt >= attempts) return giveUp('attempts');
    if (!budget.takeRetry()) return giveUp('budget');
    const wait = isImmediate ? 0 : (retryAfter ?? 0) + backoff(attempt);
    // A demanded pause applies to all requests of the account.
    if (retryAfter !== undefined) rateLimiter.pause(retryAfter);
    const [milliseconds, next] = [Math.round(wait), attempt + 1];
    const place = host === undefined ? '' : ` at ${host}`;
    log.debug('retry', `waiting ${milliseconds} ms before attempt ${next}${place}: ${reason}`, {
      host,
      milliseconds,
      attempt: next,
      reason,
    });
    return { retry: true, wait: Math.max(wait, rateLimiter.pausedFor()), reason, retryAfter };
  },
});

interface ErrorAssessment {
  readonly reason: string;
  readonly retryAfter: number | undefined;
  readonly isRetryable: boolean;
  /** Retry without delay. */
  readonly isImmediate: boolean;
}

const assessError = (error: unknown, now: number): ErrorAssessment => {
  const reason = describeError(error);
  const response = responseOf(error);
  if (response !== undefined) {
    const retryAfter = requestedWait((name) => response.headers.get(name), response.status === 429, now);
    return { reason, retryAfter, isRetryable: statusRule(response.status).isTransient, isImmediate: false };
  }
  if (error instanceof RetryableError) {
    const { retryAfter, isImmediate } = error;
    return { reason, retryAfter, isRetryable: true, isImmediate };
  }
  return { reason, retryAfter: undefined, isRetryable: isTransient(error), isImmediate: false };
};

/** Milliseconds before the next attempt: exponential backoff with 50% jitter. */
const backoff = (attempt: number): number => {
  const ceiling = Math.min(limits.maxBackoff, limits.firstBackoff * 2 ** (attempt - 1));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
};

/** `, asking to wait 600 s`, for messages; empty if the server demanded no wait. */
export const retryAfterDetail = ({ retryAfter }: Pick<RetryDecision, 'retryAfter'>): string =>
  retryAfter === undefined ? '' : `, asking to wait ${Math.ceil(retryAfter / 1000)} s`;

/** ` after 4 attempts`, for messages; empty after one. */
export const afterAttempts = (attempts: number): string => (attempts > 1 ? ` after ${attempts} attempts` : '');

/** Stops a run after too many consecutive failures. */
export interface CircuitBreaker {
  /** A recording was downloaded. */
  success(): void;
  /** A file already existed: resets consecutive failures, but not the unreachable count. */
  skip(): void;
  /** A recording failed. Throws `unavailable` when a limit is reached. */
  failure(error: unknown): void;
}

export const openCircuitBreaker = (): CircuitBreaker => {
  let unreachable = 0;
  let failed = 0;
  const success = (): void => {
    unreachable = 0;
    failed = 0;
  };
  return {
    success,
    skip: (): void => {
      failed = 0;
    },
    failure: (error: unknown): void => {
      if (!(error instanceof ServerError)) success();
      else {
        failed++;
        unreachable = error.responded ? 0 : unreachable + 1;
      }
      if (unreachable < limits.maxUnreachableInARow && failed < limits.maxFailedInARow) return;
      const count = unreachable < limits.maxUnreachableInARow ? failed : unreachable;
      throw new Failure('unavailable', `stopped after ${count} consecutive failed downloads`, {
        hint: 'Run the same command again later to resume',
      });
    },
  };
};
