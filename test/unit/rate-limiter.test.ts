import { expect, test } from 'vitest';
import { openRateLimiter } from '../../src/system/net/pacing/rate-limiter.ts';

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

test('a rate limiter uses the monotonic clock of the machine by default', async () => {
  const limiter = openRateLimiter({ requests: 1, milliseconds: 30 });
  const started = performance.now();
  for (let request = 0; request < 3; request++) await limiter.acquire(signal);
  expect(performance.now() - started).toBeGreaterThanOrEqual(60);
});
