import { limits } from '../../limits.ts';

/** Milliseconds before the next attempt: exponential backoff with 50% jitter. */
export const backoff = (attempt: number): number => {
  const ceiling = Math.min(limits.maxBackoff, limits.firstBackoff * 2 ** (attempt - 1));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
};
