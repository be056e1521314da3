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
])('Retry-After %j demands %j ms', (header, expected) => {
  expect(retryAfter(header, now)).toBe(expected);
});

/** A clock that the test owns: it stands still but while somebody waits, and timers fire early by up to so much. */
const ownClock = (early: number) => {
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

test.each([0, 1, 5, 20])('a gate lets so many pass in any span, though timers fire %i ms early', async (early) => {
  const clock = ownClock(early);
  const gate = openRateLimiter({ requests: 3, milliseconds: 60 }, clock);
  const passed: number[] = [];
  for (let request = 0; request < 30; request++) {
    await gate.acquire(signal);
    passed.push(clock.time);
    clock.time += request % 4;
  }
  for (const [index, time] of passed.entries()) expect(time - (passed[index - 3] ?? -60)).toBeGreaterThanOrEqual(60);
  // Nobody waits longer than has to be.
  expect(passed.at(-1)).toBeLessThanOrEqual(9 * 61 + 4);
});

test('a pause holds those who are waiting already, too', async () => {
  const clock = ownClock(0);
  const gate = openRateLimiter({ requests: 1, milliseconds: 20 }, clock);
  await gate.acquire(signal);
  const waiting = gate.acquire(signal);
  gate.pause(80);
  expect(gate.pausedFor()).toBeGreaterThan(0);
  await waiting;
  expect(clock.time).toBeGreaterThanOrEqual(80);
});

test('a gate without a clock of its own waits by the steady one of the machine', async () => {
  const gate = openRateLimiter({ requests: 1, milliseconds: 30 });
  const started = performance.now();
  for (let request = 0; request < 3; request++) await gate.acquire(signal);
  expect(performance.now() - started).toBeGreaterThanOrEqual(60);
});
