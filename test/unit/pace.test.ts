import { expect, test } from 'vitest';
import { openAbortController } from '../../src/system/abort.ts';
import { limits } from '../../src/system/limits.ts';
import { openPace, openPaces, type Turn } from '../../src/system/net/pacing/pace.ts';
import { openRateLimiter } from '../../src/system/net/pacing/rate-limiter.ts';

const { signal } = openAbortController();

/** A clock that advances only while a caller waits. */
const testClock = () => {
  const clock = {
    time: 0,
    now: () => clock.time,
    sleep: async (milliseconds: number) => {
      clock.time += milliseconds;
    },
  };
  return clock;
};

const openTurns = async (pace: ReturnType<typeof openPace>, count: number): Promise<readonly Turn[]> =>
  Promise.all(Array.from({ length: count }, () => pace.acquire(signal)));

/** How many requests may be under way now. */
const allowedNow = async (pace: ReturnType<typeof openPace>, atMost = 100): Promise<number> => {
  const opened: Turn[] = [];
  const controller = openAbortController();
  const waiting = Array.from({ length: atMost }, () =>
    pace.acquire(controller.signal).then(
      (turn) => void opened.push(turn),
      () => {},
    ),
  );
  await new Promise((resolve) => setImmediate(resolve));
  const count = opened.length;
  controller.abort();
  await Promise.all(waiting);
  for (const turn of opened) turn.release();
  return count;
};

test('any number of requests may be under way until one is refused, then half of them', async () => {
  const pace = openPace(testClock());
  const turns = await openTurns(pace, 16);
  expect(await allowedNow(pace)).toBe(100);
  turns[0]?.refuse(undefined);
  for (const turn of turns) turn.release();
  expect(await allowedNow(pace)).toBe(8);
});

test('all refusals of requests that started before a decrease count once', async () => {
  const pace = openPace(testClock());
  const turns = await openTurns(pace, 16);
  const refusals = turns.map((turn) => {
    turn.release();
    return turn.refuse(undefined);
  });
  expect(refusals.map(({ isFirst }) => isFirst)).toEqual(turns.map((_, index) => index === 0));
  expect(await allowedNow(pace)).toBe(8);
});

test('at least one request may be under way, and one more after some that are accepted', async () => {
  const pace = openPace(testClock());
  for (let round = 0; round < 10; round++) {
    const turn = await pace.acquire(signal);
    turn.release();
    turn.refuse(undefined);
  }
  for (const allowed of [1, 2, 3]) {
    expect(await allowedNow(pace)).toBe(allowed);
    for (let accepted = 0; accepted < limits.acceptedPerIncrease; accepted++) {
      const turn = await pace.acquire(signal);
      turn.accept();
      turn.release();
    }
  }
});

test('a refusal pauses all requests, for the backoff or for as long as the server demands', async () => {
  const clock = testClock();
  const pace = openPace(clock);
  const [first, second] = await openTurns(pace, 2);
  first?.refuse(undefined);
  first?.release();
  second?.release();
  (await pace.acquire(signal)).release();
  expect(clock.time).toBeGreaterThanOrEqual(limits.firstBackoff / 2);
  expect(clock.time).toBeLessThanOrEqual(limits.firstBackoff + 1);
  second?.refuse(7000);
  const before = clock.time;
  await pace.acquire(signal);
  expect(clock.time).toBeGreaterThanOrEqual(before + 7000);
});

test('a pause that begins while a request waits for the rate limit holds that request back', async () => {
  const clock = testClock();
  const pace = openPace(clock);
  const limiter = openRateLimiter({ requests: 1, milliseconds: 20 }, clock);
  const turn = await pace.acquire(signal, [limiter]);
  const waiting = pace.acquire(signal, [limiter]);
  turn.pause(80);
  await waiting;
  expect(clock.time).toBeGreaterThanOrEqual(80);
});

test('a demand that ends the run pauses nothing', async () => {
  const clock = testClock();
  const pace = openPace(clock);
  (await pace.acquire(signal)).refuse(limits.maxRetryAfter + 1);
  expect(clock.time).toBe(0);
});

test('others get through if one was accepted, or if an earlier one is still under way', async () => {
  const pace = openPace(testClock());
  const [slow, refused, accepted] = await openTurns(pace, 3);
  const first = refused?.refuse(undefined);
  expect(first).toMatchObject({ progressAtStart: 0, progress: 0 });
  accepted?.accept();
  accepted?.release();
  refused?.release();
  const second = (await pace.acquire(signal)).refuse(undefined);
  expect(second).toMatchObject({ isFirst: true, progressAtStart: 1, progress: 2 });
  slow?.release();
});

test('a request that waits for its turn is rejected when the run ends', async () => {
  const pace = openPace(testClock());
  const [turn] = await openTurns(pace, 1);
  turn?.refuse(undefined);
  const controller = openAbortController();
  const waiting = pace.acquire(controller.signal);
  controller.abort(new Error('the run has ended'));
  await expect(waiting).rejects.toThrow('the run has ended');
});

test('requests of one account share a pace at each server', () => {
  const paceOf = openPaces();
  const one = paceOf('AC1', 'https://api.example');
  expect(paceOf('AC1', 'https://api.example')).toBe(one);
  expect(paceOf('AC2', 'https://api.example')).not.toBe(one);
  expect(paceOf('AC1', 'https://media.example')).not.toBe(one);
});
