import { describe, expect, test } from 'vitest';
import { ClockCorrected, openRunClock, type RunClock } from '../../src/system/clock.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const RELEASED = Date.parse('2026-11-01');
const [SECOND, MINUTE, DAY] = [1000, 60_000, 86_400_000];

const clockAt = (machine: number) => {
  const warnings: string[] = [];
  const clock = openRunClock({ now: () => machine, released: RELEASED, warn: (text) => warnings.push(text) });
  return { clock, warnings };
};

/** A response that the server sends at NOW and that arrives at once. */
const respond = (clock: RunClock, machine: number, headers: Record<string, string> = {}, delay = 0): void =>
  clock.observe({
    host: 'api.example.com',
    headers: new Headers({ date: new Date(NOW).toUTCString(), ...headers }),
    sent: machine - delay,
    received: machine,
  });

describe('the clock of a run', () => {
  test.each([
    ['right', 0, 0],
    ['right to the second', 900, 0],
    ['9 days behind', -9 * DAY, 9 * DAY],
    ['9 days ahead', 9 * DAY, -9 * DAY],
    ['10 minutes ahead', 10 * MINUTE, -10 * MINUTE],
  ])('shows the time of the server after a response when the machine is %s', (_name, off, corrected) => {
    const { clock, warnings } = clockAt(NOW + off);
    respond(clock, NOW + off);
    expect(clock.isKnown).toBe(true);
    expect(Math.abs(clock.now() - (NOW + off + corrected))).toBeLessThanOrEqual(SECOND);
    expect(warnings).toHaveLength(corrected === 0 ? 0 : 1);
  });

  test('is not corrected by a response that was long under way', () => {
    const { clock, warnings } = clockAt(NOW + 20 * MINUTE);
    respond(clock, NOW + 20 * MINUTE, {}, 30 * MINUTE);
    expect(clock.now()).toBe(NOW + 20 * MINUTE);
    expect(warnings).toEqual([]);
  });

  test('adds the age of a cached response to its date', () => {
    const { clock } = clockAt(NOW);
    respond(clock, NOW, { date: new Date(NOW - DAY).toUTCString(), age: String(DAY / 1000) });
    expect(clock.now()).toBe(NOW);
  });

  test('starts the task again only when it has used a time that was wrong by a minute', () => {
    const behind = NOW - 9 * DAY;
    expect(() => respond(clockAt(behind).clock, behind)).not.toThrow();
    for (const [off, restarts] of [
      [-9 * DAY, true],
      [9 * DAY, true],
      [30 * SECOND, false],
    ] as const) {
      const { clock } = clockAt(NOW + off);
      clock.now();
      const first = () => respond(clock, NOW + off);
      if (restarts) expect(first).toThrow(ClockCorrected);
      else expect(first).not.toThrow();
      expect(() => respond(clock, NOW + off)).not.toThrow();
    }
  });

  test('starts the task again when a time that the user typed was in doubt', () => {
    const { clock } = clockAt(NOW);
    clock.now();
    clock.doubt();
    expect(() => respond(clock, NOW)).toThrow(ClockCorrected);
  });

  test('never starts the task again after a response without a time, because rows may have been written', () => {
    const { clock, warnings } = clockAt(NOW - DAY);
    clock.now();
    respond(clock, NOW - DAY, { date: 'never' });
    expect(() => respond(clock, NOW - DAY)).not.toThrow();
    expect(warnings).toHaveLength(1);
  });

  test('never starts the task again for a time by which something received was judged', () => {
    const { clock } = clockAt(NOW - DAY);
    clock.timeOfReceipt();
    expect(() => respond(clock, NOW - DAY)).not.toThrow();
    expect(Math.abs(clock.timeOfReceipt() - NOW)).toBeLessThanOrEqual(SECOND);
  });

  test('is the time of the release at least, and a local failure when no server tells a later one', () => {
    const { clock } = clockAt(0);
    expect(clock.now()).toBe(RELEASED);
    expect(() => clock.plausibleNow()).toThrow(expect.objectContaining({ kind: 'local' }));
    for (const date of ['', 'Thu, 01 Jan 2015 00:00:00 GMT']) {
      expect(() => respond(clock, 0, { date })).toThrow(expect.objectContaining({ kind: 'local' }));
    }
    expect(() => respond(clockAt(0).clock, 0)).not.toThrow();
  });

  test('may be before the release if the server has the same time, and the task starts again with it', () => {
    const earlier = RELEASED - 7 * DAY;
    const { clock, warnings } = clockAt(earlier);
    expect(clock.now()).toBe(RELEASED);
    expect(() => respond(clock, earlier, { date: new Date(earlier).toUTCString() })).toThrow(ClockCorrected);
    expect(Math.abs(clock.now() - earlier)).toBeLessThanOrEqual(SECOND);
    expect(warnings).toEqual([]);
  });
});
