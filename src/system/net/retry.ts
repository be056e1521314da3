import { setTimeout } from 'node:timers/promises';
import { Failure } from '../../core/failure.ts';
import { ServerError } from '../../core/server-error.ts';
import { limits } from '../limits.ts';

/** What every request of an account passes: its rate limit, and the pauses its server asks for. */
export interface RateLimiter {
  /** Waits for its turn, or until the run ends. */
  acquire(signal: AbortSignal): Promise<void>;
  /** Lets nothing pass for so many milliseconds. */
  pause(milliseconds: number): void;
  /** Milliseconds that are left of a pause. */
  pausedFor(): number;
}

/** The retries of one run, so that many requests to a server that is down do not become many times as many. */
export interface RetryBudget {
  /** Takes one, if there is one. */
  spend(): boolean;
  /** A request went well; ten of them bring another retry. */
  earn(): void;
  isEmpty(): boolean;
}

export const openRetryBudget = (): RetryBudget => {
  let retries: number = limits.retriesPerRun;
  let successes = 0;
  return {
    spend: () => retries > 0 && retries-- > 0,
    earn: () => {
      if (++successes % limits.successesPerRetry === 0) retries++;
    },
    isEmpty: () => retries === 0,
  };
};

/** What is borne of servers that fail one recording after the other. */
export interface CircuitBreaker {
  /** A recording was had. */
  success(): void;
  /** A file was there already: failures are spread, and nothing is known of whether the server can be reached. */
  skip(): void;
  /** A recording could not be had. Throws when it is enough. */
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
        unreachable = error.answered ? 0 : unreachable + 1;
      }
      if (unreachable < limits.unreachableInARow && failed < limits.failedInARow) return;
      const count = unreachable < limits.unreachableInARow ? failed : unreachable;
      throw new Failure('unavailable', `stopped after ${count} recordings in a row that could not be had`, {
        hint: 'Run the same command again later: it goes on from here',
      });
    },
  };
};

/** The one clock of a gate: by it the gate reads what time it is, and by it it waits. */
interface Clock {
  /** Milliseconds that only go forward. */
  now(): number;
  /** Waits about so many milliseconds: a timer may fire a little early. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const steadyClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
};

/**
 * A gate that lets at most so many requests pass in any span: the next one waits until the oldest is a span ago, and looks
 * again when it wakes.
 */
export const openRateLimiter = (
  rate: { readonly requests: number; readonly milliseconds: number } | undefined,
  clock = steadyClock,
): RateLimiter => {
  const sent: number[] = [];
  let pausedUntil = 0;
  const pausedFor = (): number => Math.max(0, pausedUntil - clock.now());
  const due = (): number => {
    if (rate === undefined || sent.length < rate.requests) return 0;
    return (sent[sent.length - rate.requests] ?? 0) + rate.milliseconds - clock.now();
  };
  return {
    acquire: async (signal) => {
      for (let wait = pausedFor() || due(); wait > 0; wait = pausedFor() || due()) {
        await clock.sleep(Math.ceil(wait), signal);
      }
      if (rate === undefined) return;
      sent.push(clock.now());
      if (sent.length > rate.requests) sent.shift();
    },
    pause: (milliseconds) => {
      pausedUntil = Math.max(pausedUntil, clock.now() + milliseconds);
    },
    pausedFor,
  };
};

/** Milliseconds before the next attempt: doubling, of which half is chance, so that waits grow and clients spread out. */
export const backoff = (retry: number): number => {
  const ceiling = Math.min(limits.longestBackoff, limits.firstBackoff * 2 ** (retry - 1));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
};

/** Milliseconds that `Retry-After` demands, as seconds or an HTTP date; undefined for anything else. */
export const retryAfter = (header: string | null | undefined, now: number): number | undefined => {
  const value = header?.trim() ?? '';
  if (/^\d{1,15}$/.test(value)) return Number(value) * 1000;
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) || date <= now ? undefined : date - now;
};
