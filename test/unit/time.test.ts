import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import {
  checkZone,
  formatClock,
  localTime,
  localTimes,
  parseDuration,
  parseMoment,
  parseTimeFlag,
} from '../../src/core/time.ts';

const now = Date.parse('2026-11-20T12:34:56.789Z');
const parse = (text: string, zone: string, edge: 'start' | 'end' = 'start'): string | undefined => {
  const epoch = parseMoment(text, { now, zone, edge });
  return epoch === undefined ? undefined : new Date(epoch).toISOString();
};

describe('parsing a moment', () => {
  test.each([
    ['now', 'UTC', '2026-11-20T12:34:56.789Z'],
    ['90m', 'UTC', '2026-11-20T11:04:56.789Z'],
    ['24h', 'UTC', '2026-11-19T12:34:56.789Z'],
    ['7d', 'UTC', '2026-11-13T12:34:56.789Z'],
    ['2w', 'UTC', '2026-11-06T12:34:56.789Z'],
    ['today', 'UTC', '2026-11-20T00:00:00.000Z'],
    ['yesterday', 'UTC', '2026-11-19T00:00:00.000Z'],
    ['today', 'Pacific/Auckland', '2026-11-20T11:00:00.000Z'],
    ['today', 'America/New_York', '2026-11-20T05:00:00.000Z'],
    ['2026-11-20', 'America/New_York', '2026-11-20T05:00:00.000Z'],
    ['2026-11-20', 'Asia/Kolkata', '2026-11-19T18:30:00.000Z'],
    ['2026-11-20 13:45', 'Asia/Kolkata', '2026-11-20T08:15:00.000Z'],
    ['2026-11-20T13:45', 'UTC', '2026-11-20T13:45:00.000Z'],
    ['2026-11-20 13:45:07', 'Europe/Berlin', '2026-11-20T12:45:07.000Z'],
    ['2026-07-20 13:45:07', 'Europe/Berlin', '2026-07-20T11:45:07.000Z'],
    ['2026-11-20T13:45:00Z', 'Asia/Kolkata', '2026-11-20T13:45:00.000Z'],
    ['2026-11-20T13:45:00.5+05:30', 'America/New_York', '2026-11-20T08:15:00.500Z'],
    ['2026-11-20T13:45-0800', 'UTC', '2026-11-20T21:45:00.000Z'],
    // Midnight was skipped in Cairo on this day and repeated in Havana on that one.
    ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00.000Z'],
    ['2026-11-01', 'America/Havana', '2026-11-01T04:00:00.000Z'],
  ])('%s in %s gives %s', (text, zone, expected) => {
    expect(parse(text, zone)).toBe(expected);
  });

  test.each([
    ['2026-11-20', 'UTC', '2026-11-21T00:00:00.000Z'],
    ['yesterday', 'UTC', '2026-11-20T00:00:00.000Z'],
    ['today', 'UTC', '2026-11-21T00:00:00.000Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    ['2026-11-20 13:45', 'UTC', '2026-11-20T13:45:00.000Z'],
    ['now', 'UTC', '2026-11-20T12:34:56.789Z'],
  ])('%s in %s as an end gives %s', (text, zone, expected) => {
    expect(parse(text, zone, 'end')).toBe(expected);
  });

  test.each([
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    'foo 1',
    '',
    ' ',
    '(',
    '7',
    '7x',
    '-7d',
    '2026-11-20 25:00',
    'Nov 20',
    '2026-11-20T13:45:00+',
    '20261120',
    '2026-11-20 13',
    '1e3d',
    'today 5',
    '('.repeat(500_000),
    '9'.repeat(500_000),
  ])('%.20s is rejected', (text) => {
    expect(parse(text, 'UTC')).toBeUndefined();
  });

  test.each([
    ['2026-03-29 02:30', 'Europe/Berlin', 'skipped'],
    ['2026-11-01 01:30', 'America/New_York', 'repeated'],
    ['2026-10-25 02:00', 'Europe/Berlin', 'repeated'],
  ])('%s in %s was %s by a clock change and is rejected with a request for an offset', (text, zone, what) => {
    const reading = (): unknown => parse(text, zone);
    expect(reading).toThrow(Failure);
    expect(reading).toThrow(what);
  });

  test.each([
    ['2026-03-29 01:59:59', 'Europe/Berlin', '2026-03-29T00:59:59.000Z'],
    ['2026-03-29 03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25 03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
  ])('%s in %s, next to a clock change, gives %s', (text, zone, expected) => {
    expect(parse(text, zone)).toBe(expected);
  });
});

test.each([
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['2w', 1_209_600_000],
  ['30', undefined],
  ['m', undefined],
  ['', undefined],
  ['-5m', undefined],
  ['5 m', undefined],
  ['5M', undefined],
])('the duration %j is %j ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test('local time follows the summer and winter time of the zone', () => {
  expect(localTime(now, 'Europe/Berlin')).toBe('2026-11-20 13:34:56');
  expect(localTime(Date.parse('2026-07-01T00:00:00Z'), 'America/New_York')).toBe('2026-06-30 20:00:00');
});

test.each([
  [0, '0:00'],
  [4.6, '0:05'],
  [245, '4:05'],
  [3599.7, '1:00:00'],
  [3723, '1:02:03'],
  [360_000, '100:00:00'],
])('a duration of %d seconds is shown as %s', (durationSeconds, shown) => {
  expect(formatClock(durationSeconds)).toBe(shown);
});

test('an unknown time zone is a usage error', () => {
  expect(checkZone('Europe/Berlin')).toBe('Europe/Berlin');
  expect(() => checkZone('Mars/Olympus')).toThrow('not a time zone');
});

describe.each(['America/New_York', 'Asia/Tokyo', 'Pacific/Kiritimati', 'Pacific/Honolulu', 'UTC', undefined])(
  'the first and the last years in %s',
  (zone) => {
    test('are shown as they are, or not at all', () => {
      for (const time of [
        '0001-01-01T00:00:00Z',
        '0001-06-01T12:00:00Z',
        '9999-06-01T12:00:00Z',
        '9999-12-31T23:59:59Z',
      ]) {
        const shown = localTime(Date.parse(time), zone);
        const inMany = localTimes(zone)(Date.parse(time));
        expect([time.slice(0, 4), '']).toContain(shown.slice(0, 4));
        expect(inMany).toBe(shown);
        const away = shown === '' ? 0 : Date.parse(`${shown.replace(' ', 'T')}Z`) - Date.parse(time);
        expect(Math.abs(away)).toBeLessThanOrEqual(15 * 3_600_000);
      }
      expect(localTime(Date.parse('0001-06-01T12:00:00Z'), zone)).toMatch(/^0001-0[56]-\d\d \d\d:\d\d:\d\d$/);
    });

    test('are understood as bounds', () => {
      const since = parseTimeFlag('--since', '0001-01-01', { now: 0, zone, edge: 'start' });
      expect(['0000', '0001']).toContain(since.slice(0, 4));
      const until = parseTimeFlag('--until', '9999-12-31', { now: 0, zone, edge: 'end' });
      expect(until.slice(0, 10)).toBe('9999-12-31');
      expect(parseTimeFlag('--since', '0099-03-01', { now: 0, zone, edge: 'start' }).slice(0, 7)).toMatch(/0099-0[23]/);
    });
  },
);
