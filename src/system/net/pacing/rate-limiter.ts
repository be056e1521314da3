import { setTimeout } from 'node:timers/promises';

/** Limits the request rate; every request acquires a turn first. */
export interface RateLimiter {
  /** Waits for a turn; rejects when the run ends. */
  acquire(signal: AbortSignal): Promise<void>;
}

/** The clock that waits are both measured and slept by. */
export interface Clock {
  /** Milliseconds that never go backwards. */
  now(): number;
  /** Waits about this many milliseconds: a timer may fire a little early. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const steadyClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
};

/**
 * Allows at most `requests` in any sliding window of `milliseconds` (without a rate: any number). A request waits until
 * the oldest request leaves the window, and checks again when it wakes up.
 */
export const openRateLimiter = (
  rate: { readonly requests: number; readonly milliseconds: number } | undefined,
  clock = steadyClock,
): RateLimiter => {
  const sent: number[] = [];
  const untilAllowed = (): number => {
    if (rate === undefined || sent.length < rate.requests) return 0;
    return (sent[sent.length - rate.requests] ?? 0) + rate.milliseconds - clock.now();
  };
  return {
    acquire: async (signal) => {
      for (let wait = untilAllowed(); wait > 0; wait = untilAllowed()) await clock.sleep(Math.ceil(wait), signal);
      if (rate === undefined) return;
      sent.push(clock.now());
      if (sent.length > rate.requests) sent.shift();
    },
  };
};
