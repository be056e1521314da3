import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localTime } from '../../src/core/time/zone.ts';
import { parseTimeFlag } from '../../src/core/time.ts';
import { withSeed } from '../support/thoroughness.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const settings = { seed: withSeed(31), numRuns: 300 };

const epochOf = (text: string, now: number, zone: string | undefined): number =>
  Date.parse(parseTimeFlag('--since', text, { now, zone, edge: 'start' }));

describe('a step back by the calendar', () => {
  test.each([
    ['1mo', '2026-03-31T12:00Z', 'UTC', '2026-02-28T12:00Z'],
    ['1mo', '2028-03-31T12:00Z', 'UTC', '2028-02-29T12:00Z'],
    ['1y', '2028-02-29T12:00Z', 'UTC', '2027-02-28T12:00Z'],
    ['2mo', '2026-01-31T00:00Z', 'UTC', '2025-11-30T00:00Z'],
    ['1mo1d', '2026-03-31T12:00Z', 'UTC', '2026-02-27T12:00Z'],
    // 23 and 25 hours.
    ['1d', '2026-03-08T16:00Z', 'America/New_York', '2026-03-07T17:00Z'],
    ['1d', '2026-11-01T17:00Z', 'America/New_York', '2026-10-31T16:00Z'],
    ['24h', '2026-11-01T17:00Z', 'America/New_York', '2026-10-31T17:00Z'],
    ['1d12h', '2026-03-09T04:00Z', 'America/New_York', '2026-03-07T17:00Z'],
    // 02:30 was skipped: 03:00.
    ['1d', '2026-03-09T06:30Z', 'America/New_York', '2026-03-08T07:00Z'],
    // 01:30 was repeated: the earlier one.
    ['1d', '2026-11-02T06:30Z', 'America/New_York', '2026-11-01T05:30Z'],
    // A whole day was skipped.
    ['1d', '2011-12-30T22:00Z', 'Pacific/Apia', '2011-12-30T10:00Z'],
    ['0d', '2026-11-01T06:30Z', 'America/New_York', '2026-11-01T06:30Z'],
  ])('of %s from %s in %s is %s', (text, now, zone, expected) => {
    expect(new Date(epochOf(text, Date.parse(now), zone)).toISOString()).toBe(new Date(expected).toISOString());
  });

  test('beyond the first year is the first moment', () => {
    for (const text of ['9999y', '999999999y', '999999999mo', '999999999w'])
      expect(parseTimeFlag('--since', text, { now: Date.now(), zone: 'Asia/Tokyo', edge: 'start' })).toMatch(/^0000-/);
  });

  const moment = fc
    .integer({ min: Date.UTC(1990, 0) / 60_000, max: Date.UTC(2036, 0) / 60_000 })
    .map((at) => at * 60_000);
  const zone = fc.constantFrom(
    ...['UTC', 'America/New_York', 'Europe/Berlin', 'Africa/Cairo', 'America/Havana', 'Asia/Kathmandu'],
    ...['Australia/Lord_Howe', 'Pacific/Apia', 'Pacific/Kiritimati', 'America/St_Johns', 'Asia/Tehran'],
  );

  /** Clocks in the zone show `local` at this time, for the first time; or they skipped it and show the next one. */
  const expectFirst = (epoch: number, local: string, where: string): void => {
    const shown = localTime(epoch, where);
    if (shown === local) {
      for (const hours of [0.5, 1, 2]) expect(localTime(epoch - hours * HOUR, where)).not.toBe(local);
    } else {
      expect(shown > local).toBe(true);
      expect(localTime(epoch - 1000, where) < local).toBe(true);
    }
  };
  const plain = (epoch: number): string => new Date(epoch).toISOString().slice(0, 19).replace('T', ' ');
  const asUtc = (local: string): number => Date.parse(`${local.replace(' ', 'T')}Z`);

  test('keeps the local time, over days', () => {
    fc.assert(
      fc.property(moment, zone, fc.integer({ min: 1, max: 800 }), (now, where, days) => {
        const epoch = epochOf(`${days}d`, now, where);
        expectFirst(epoch, plain(asUtc(localTime(now, where)) - days * DAY), where);
        expect(epochOf(`${days * 7}d`, now, where)).toBe(epochOf(`${days} weeks ago`, now, where));
        expect(epochOf(`${days}d5h`, now, where)).toBe(epoch - 5 * HOUR);
      }),
      settings,
    );
  });

  test('keeps the local time, over months, and at most the day', () => {
    fc.assert(
      fc.property(moment, zone, fc.integer({ min: 1, max: 300 }), (now, where, months) => {
        const local = localTime(now, where);
        const [year = 0, month = 0, day = 0] = local.slice(0, 10).split('-').map(Number);
        const lastDay = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
        const date = plain(Date.UTC(year, month - 1 - months, Math.min(day, lastDay))).slice(0, 10);
        expectFirst(epochOf(`${months}mo`, now, where), date + local.slice(10), where);
        expect(epochOf(`${months * 12} months`, now, where)).toBe(epochOf(`${months}y`, now, where));
      }),
      settings,
    );
  });
});

describe.each(['UTC', 'Asia/Tokyo', 'America/New_York', undefined])('periods in %s', (zone) => {
  const edges = (text: string, now: number): readonly [string, string] => [
    parseTimeFlag('--since', text, { now, zone, edge: 'start' }),
    parseTimeFlag('--until', text, { now, zone, edge: 'end' }),
  ];

  test('follow each other without a gap', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2036, 0) }), (now) => {
        for (const unit of ['week', 'month', 'year']) {
          const [last, current] = [edges(`last ${unit}`, now), edges(`this ${unit}`, now)];
          expect(last[1]).toBe(current[0]);
          expect(Date.parse(current[0]) <= now && now < Date.parse(current[1])).toBe(true);
        }
        const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
        const spans = days.map((day) => edges(day, now)).sort();
        expect(spans.at(-1)).toEqual(edges('today', now));
        expect(spans.at(-2)).toEqual(edges('yesterday', now));
        expect(spans.slice(1).map(([start]) => start)).toEqual(spans.slice(0, -1).map(([, end]) => end));
      }),
      { ...settings, numRuns: 100 },
    );
  });
});
