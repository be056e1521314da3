import { expect, test } from 'vitest';
import { openRateLimiter, retryAfter } from '../../src/system/net/retry.ts';

const now = Date.parse('2026-11-20T12:00:00Z');

test.each([
  ['2', 2000],
  ['0', 0],
  [' 3 ', 3000],
  ['99999999', 99_999_999_000],
  ['Fri, 20 Nov 2026 12:00:03 GMT', 3000],
  ['Fri, 20 Nov 2026 11:59:59 GMT', undefined],
  ['-1', undefined],
  ['abc', undefined],
  ['1e9', undefined],
  ['1.5', undefined],
  ['', undefined],
  ['2, 2', undefined],
  ['2026-11-20T12:00:03Z', undefined],
  [null, undefined],
])('Retry-After %j is read as %j ms', (header, expected) => {
  expect(retryAfter(header, now)).toBe(expected);
});

/** A clock controlled by the test: it advances only while a caller waits, and timers fire up to `early` milliseconds early. */
const testClock = (early: number) => {
  const clock = {
    time: 0,
    now: () => clock.time,
    sleep: async (milliseconds: number) => {
      clock.time += Math.max(0.5, milliseconds - early);
    },
  };
  return clock;
};

const { signal } = new AbortController();

test.each([0, 1, 5, 20])(
  'a rate limiter never exceeds n requests in any span, though timers fire %i ms early',
  async (early) => {
    const clock = testClock(early);
    const limiter = openRateLimiter({ requests: 3, milliseconds: 60 }, clock);
    const passed: number[] = [];
    for (let request = 0; request < 30; request++) {
      await limiter.acquire(signal);
      passed.push(clock.time);
      clock.time += request % 4;
    }
    for (const [index, time] of passed.entries()) expect(time - (passed[index - 3] ?? -60)).toBeGreaterThanOrEqual(60);
    // No request waits longer than necessary.
    expect(passed.at(-1)).toBeLessThanOrEqual(9 * 61 + 4);
  },
);

test('a pause also delays requests that are already waiting', async () => {
  const clock = testClock(0);
  const limiter = openRateLimiter({ requests: 1, milliseconds: 20 }, clock);
  await limiter.acquire(signal);
  const waiting = limiter.acquire(signal);
  limiter.pause(80);
  expect(limiter.pausedFor()).toBeGreaterThan(0);
  await waiting;
  expect(clock.time).toBeGreaterThanOrEqual(80);
});

test('a rate limiter uses the monotonic clock of the machine by default', async () => {
  const limiter = openRateLimiter({ requests: 1, milliseconds: 30 });
  const started = performance.now();
  for (let request = 0; request < 3; request++) await limiter.acquire(signal);
  expect(performance.now() - started).toBeGreaterThanOrEqual(60);
});
