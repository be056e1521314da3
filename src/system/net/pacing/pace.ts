import { openChanges } from '../../../core/download/work-queue.ts';
import type { Refusal } from '../../errors.ts';
import { limits } from '../../limits.ts';
import { backoff } from './backoff.ts';
import { type Clock, type RateLimiter, steadyClock } from './rate-limiter.ts';

/**
 * Steers how many requests of one account may be under way at one server: any number, until the server refuses one
 * because there were too many. Then half as many may be, and one more after every few that are accepted.
 */
export interface Pace {
  /** Waits until a request may be sent: for a turn, for the end of a pause and for the limiters. Rejects when the run ends. */
  acquire(signal: AbortSignal, limiters?: readonly RateLimiter[]): Promise<Turn>;
}

/** One request under way. */
export interface Turn {
  /** The server accepted the request, whatever it answered. */
  accept(): void;
  /** The server refused the request because there were too many; it may have demanded a wait, in milliseconds. */
  refuse(wait: number | undefined): Refusal;
  /** Holds back every request for this many milliseconds. */
  pause(milliseconds: number): void;
  /** The request has ended, its body included. */
  release(): void;
}

export const openPace = (clock: Clock = steadyClock): Pace => {
  const { notify, nextChange } = openChanges();
  /** The requests under way, by the round in which they started: a round lasts from one decrease to the next. */
  const underWay = new Map<Turn, number>();
  const pace = { allowed: Number.POSITIVE_INFINITY, round: 0, progress: 0, acceptedSinceChange: 0, pausedUntil: 0 };
  const pausedFor = (): number => pace.pausedUntil - clock.now();
  const pause = (milliseconds: number): void => {
    // A longer demand ends the run.
    if (milliseconds <= limits.maxRetryAfter) pace.pausedUntil = Math.max(pace.pausedUntil, clock.now() + milliseconds);
  };
  const endOfPause = async (signal: AbortSignal): Promise<void> => {
    while (pausedFor() > 0) await clock.sleep(Math.ceil(pausedFor()), signal);
  };

  const decrease = (count: number): void => {
    pace.allowed = Math.max(1, Math.ceil(Math.min(pace.allowed, count) / 2));
    pace.acceptedSinceChange = 0;
    pace.round++;
  };

  const openTurn = (): Turn => {
    const [round, progressAtStart] = [pace.round, pace.progress];
    const turn: Turn = {
      accept: () => {
        pace.progress++;
        if (++pace.acceptedSinceChange < limits.acceptedPerIncrease) return;
        pace.allowed++;
        pace.acceptedSinceChange = 0;
        notify();
      },
      refuse: (wait) => {
        // One from an earlier round that is still under way was not refused with the others of that round.
        if ([...underWay.values()].some((other) => other < round)) pace.progress++;
        // All refusals of one round are one sign.
        const isFirst = round === pace.round;
        if (isFirst) decrease(underWay.size + (underWay.has(turn) ? 0 : 1));
        if (isFirst || wait !== undefined) pause(wait ?? backoff(1));
        return { isFirst, pace, progressAtStart, progress: pace.progress };
      },
      pause,
      release: () => {
        underWay.delete(turn);
        notify();
      },
    };
    underWay.set(turn, round);
    return turn;
  };

  const nextTurn = async (signal: AbortSignal): Promise<Turn> => {
    const wake = (): void => notify();
    signal.addEventListener('abort', wake);
    try {
      for (;;) {
        await endOfPause(signal);
        signal.throwIfAborted();
        if (underWay.size < pace.allowed) return openTurn();
        await nextChange();
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  };

  return {
    acquire: async (signal, limiters = []) => {
      const turn = await nextTurn(signal);
      try {
        for (const limiter of limiters) await limiter.acquire(signal);
        // Another request may have been refused meanwhile.
        await endOfPause(signal);
        return turn;
      } catch (error) {
        turn.release();
        throw error;
      }
    },
  };
};

/** The pace of each account at each server, across profiles: a server counts the requests of an account together. */
export type Paces = (accountId: string, origin: string) => Pace;

export const openPaces = (): Paces => {
  const paces = new Map<string, Pace>();
  return (accountId, origin) => {
    const key = `${origin} ${accountId}`;
    const pace = paces.get(key) ?? openPace();
    paces.set(key, pace);
    return pace;
  };
};
