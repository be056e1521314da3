import { Failure, ServerError } from '../../../core/failure.ts';
import { describeError, isTransient, type Refusal, RetryableError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import type { Log } from '../../terminal/log.ts';
import { backoff } from './backoff.ts';

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

/** The retry policy of a run. */
export interface RetryPolicy {
  /** The retries of one request. */
  openRequest(): RequestRetries;
}

export interface RequestRetries {
  /**
   * Decides after a failed attempt. A retry is logged and uses the run's budget. A refusal because there were too many
   * requests costs neither an attempt nor the budget while others of the account get through, and a burst of refusals
   * costs one retry of the budget. No attempt is spent if the next one asks for less.
   */
  decide(error: unknown, host?: string, asksForLess?: boolean): RetryDecision;
}

export interface RetrySettings {
  /** Attempts of one request, the first included. */
  readonly attempts: number;
  readonly budget: RetryBudget;
  readonly log: Pick<Log, 'debug'>;
}

export const openRetryPolicy = (settings: RetrySettings): RetryPolicy => ({
  openRequest: () => openRequestRetries(settings),
});

const openRequestRetries = ({ attempts, budget, log }: RetrySettings): RequestRetries => {
  const count = { all: 0, spent: 0, free: 0 };
  let previous: Refusal | undefined;
  return {
    decide: (error, host, asksForLess = false) => {
      const reason = describeError(error);
      const { retryAfter, isImmediate, refusal } = error instanceof RetryableError ? error : unknownCause;
      const giveUp = (because: GiveUp['because']): RetryDecision => ({ retry: false, because, reason, retryAfter });
      const isFree =
        refusal !== undefined && othersGotThrough(refusal, previous) && count.free < limits.maxFreeRefusals;
      previous = refusal;
      count.all++;
      if (isFree) count.free++;
      else if (!asksForLess) count.spent++;
      if (!isTransient(error)) return giveUp('permanent');
      if ((retryAfter ?? 0) > limits.maxRetryAfter) return giveUp('retry-after');
      if (!isFree && !asksForLess && count.spent >= attempts) return giveUp('attempts');
      const isCharged = !isFree && refusal?.isFirst !== false;
      if (isCharged && !budget.takeRetry()) return giveUp('budget');
      const wait = isImmediate ? 0 : (retryAfter ?? 0) + backoff(Math.max(1, count.spent));
      const [milliseconds, attempt] = [Math.round(wait), count.all + 1];
      const place = host === undefined ? '' : ` at ${host}`;
      const text = `waiting ${milliseconds} ms before attempt ${attempt}${place}: ${reason}`;
      log.debug('retry', text, { host, milliseconds, attempt, reason });
      return { retry: true, wait, reason, retryAfter };
    },
  };
};

const unknownCause = { retryAfter: undefined, isImmediate: false, refusal: undefined };

/** Whether the server accepted another request of the account since the previous refusal, else since the request was sent. */
const othersGotThrough = ({ pace, progress, progressAtStart }: Refusal, previous: Refusal | undefined): boolean =>
  progress > (previous?.pace === pace ? previous.progress : progressAtStart);

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
