import { setTimeout } from 'node:timers/promises';
import { limits } from './limits.ts';

/** Waits so many milliseconds, or until the run ends. */
export const sleep = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  if (milliseconds > 0) await setTimeout(Math.ceil(milliseconds), undefined, { signal });
};

/** At most so many requests in any span: the next one waits until the oldest of them is a span ago. */
export const paceOf = (
  rate: { readonly requests: number; readonly milliseconds: number } | undefined,
): ((signal: AbortSignal) => Promise<void>) => {
  const sent: number[] = [];
  return async (signal) => {
    if (rate === undefined) return;
    while (sent.length >= rate.requests && !signal.aborted) {
      const due = (sent[0] ?? 0) + rate.milliseconds - performance.now();
      if (due <= 0) sent.shift();
      else await sleep(due, signal);
    }
    sent.push(performance.now());
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
