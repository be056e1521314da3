import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { parseMoment } from '../../src/core/time/moment.ts';
import { localTime, localTimes } from '../../src/core/time/zone.ts';
import { checkZone, parseTimeFlag } from '../../src/core/time.ts';

const now = Date.parse('2026-11-20T12:34:56.789Z');
const parse = (text: string, zone: string, edge: 'start' | 'end' = 'start'): string | undefined => {
  const epoch = parseMoment(text, { now, zone, edge });
  return typeof epoch === 'number' ? new Date(epoch).toISOString() : epoch?.reason;
};

describe('parsing a moment', () => {
  test.each([
    ['now', 'UTC', '2026-11-20T12:34:56.789Z'],
    ['90m', 'UTC', '2026-11-20T11:04:56.789Z'],
    ['24h', 'UTC', '2026-11-19T12:34:56.789Z'],
    ['7d', 'UTC', '2026-11-13T12:34:56.789Z'],
    ['2w', 'UTC', '2026-11-06T12:34:56.789Z'],
    ['today', 'UTC', '2026-11-20T00:00:00.000Z'],
    ['Yesterday', 'UTC', '2026-11-19T00:00:00.000Z'],
    ['2026-11', 'America/New_York', '2026-11-01T04:00:00.000Z'],
    ['2026/11', 'UTC', '2026-11-01T00:00:00.000Z'],
    ['2026', 'UTC', '2026-01-01T00:00:00.000Z'],
    ['2026/11/24', 'UTC', '2026-11-24T00:00:00.000Z'],
    ['2026/11/24 13:45', 'UTC', '2026-11-24T13:45:00.000Z'],
    ['20261124', 'Asia/Tokyo', '2026-11-23T15:00:00.000Z'],
    // It is Friday.
    ['friday', 'UTC', '2026-11-20T00:00:00.000Z'],
    ['Monday', 'UTC', '2026-11-16T00:00:00.000Z'],
    ['sat', 'UTC', '2026-11-14T00:00:00.000Z'],
    ['thurs', 'Asia/Tokyo', '2026-11-18T15:00:00.000Z'],
    ['this week', 'UTC', '2026-11-16T00:00:00.000Z'],
    ['Last  Week', 'UTC', '2026-11-09T00:00:00.000Z'],
    ['this month', 'UTC', '2026-11-01T00:00:00.000Z'],
    ['last month', 'Europe/Berlin', '2026-09-30T22:00:00.000Z'],
    ['this year', 'UTC', '2026-01-01T00:00:00.000Z'],
    ['last year', 'UTC', '2025-01-01T00:00:00.000Z'],
    ['2 days ago', 'UTC', '2026-11-18T12:34:56.789Z'],
    ['2 Days', 'UTC', '2026-11-18T12:34:56.789Z'],
    ['an hour ago', 'UTC', '2026-11-20T11:34:56.789Z'],
    ['a week ago', 'UTC', '2026-11-13T12:34:56.789Z'],
    ['7days', 'UTC', '2026-11-13T12:34:56.789Z'],
    ['90 sec', 'UTC', '2026-11-20T12:33:26.789Z'],
    ['1d12h', 'UTC', '2026-11-19T00:34:56.789Z'],
    ['1 day 12 hours ago', 'UTC', '2026-11-19T00:34:56.789Z'],
    ['1.5d', 'UTC', '2026-11-19T00:34:56.789Z'],
    ['3mo', 'UTC', '2026-08-20T12:34:56.789Z'],
    ['1y', 'UTC', '2025-11-20T12:34:56.789Z'],
    ['1.5 years', 'UTC', '2025-05-20T12:34:56.789Z'],
    // The same local time, in summer time.
    ['1mo', 'America/New_York', '2026-10-20T11:34:56.789Z'],
    ['30d', 'America/New_York', '2026-10-21T11:34:56.789Z'],
    ['720h', 'America/New_York', '2026-10-21T12:34:56.789Z'],
    ['yesterday', 'UTC', '2026-11-19T00:00:00.000Z'],
    ['today', 'Pacific/Auckland', '2026-11-20T11:00:00.000Z'],
    ['today', 'America/New_York', '2026-11-20T05:00:00.000Z'],
    ['2026-11-20', 'America/New_York', '2026-11-20T05:00:00.000Z'],
    ['2026-11-20', 'Asia/Kolkata', '2026-11-19T18:30:00.000Z'],
    ['2026-11-20 13:45', 'Asia/Kolkata', '2026-11-20T08:15:00.000Z'],
    ['2026-11-20T13:45', 'UTC', '2026-11-20T13:45:00.000Z'],
    ['2026-11-20 9:05', 'Asia/Kolkata', '2026-11-20T03:35:00.000Z'],
    ['2026-11-20T9:05Z', 'Asia/Kolkata', '2026-11-20T09:05:00.000Z'],
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
    ['2026-11', 'UTC', '2026-12-01T00:00:00.000Z'],
    ['2026-12', 'UTC', '2027-01-01T00:00:00.000Z'],
    ['2026', 'UTC', '2027-01-01T00:00:00.000Z'],
    ['20261124', 'UTC', '2026-11-25T00:00:00.000Z'],
    ['monday', 'UTC', '2026-11-17T00:00:00.000Z'],
    ['last week', 'UTC', '2026-11-16T00:00:00.000Z'],
    ['this week', 'UTC', '2026-11-23T00:00:00.000Z'],
    ['last month', 'UTC', '2026-11-01T00:00:00.000Z'],
    ['last year', 'UTC', '2026-01-01T00:00:00.000Z'],
    ['this year', 'UTC', '2027-01-01T00:00:00.000Z'],
    ['2 days ago', 'UTC', '2026-11-18T12:34:56.789Z'],
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
    '20261320',
    '2026-13',
    '2026/13/01',
    '2026/11-20',
    '1345',
    '202611',
    '2026-11-20 13',
    '2026-11-20T13:45:00+25:00',
    '7D',
    '24H',
    '2W',
    '1Y',
    '3M',
    '3MO',
    '1.5mo',
    'a d',
    'ago',
    '2 days from now',
    'last monday',
    'last 7 days',
    '1732500000',
    '24.11.2026',
    'noon',
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
    const reading = (): unknown => parseTimeFlag('--since', text, { now, zone, edge: 'start' });
    expect(reading).toThrow(Failure);
    expect(reading).toThrow(`--since: "${text}" was ${what} by a clock change in ${zone}`);
  });

  test.each([
    ['2026-03-29 01:59:59', 'Europe/Berlin', '2026-03-29T00:59:59.000Z'],
    ['2026-03-29 03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25 03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
  ])('%s in %s, next to a clock change, gives %s', (text, zone, expected) => {
    expect(parse(text, zone)).toBe(expected);
  });
});

test.each(['tomorrow', 'next week', 'Next Monday'])('%s is in the future', (text) => {
  expect(parse(text, 'UTC')).toBe('is in the future');
});

test('words and bare dates are resolved in the zone, and a day has as many hours as it had there', () => {
  const context = { now: Date.parse('2026-11-20T23:30:00Z'), zone: 'Asia/Tokyo' };
  expect(parseTimeFlag('--since', 'today', { ...context, edge: 'start' })).toBe('2026-11-20T15:00:00.000Z');
  const day = (edge: 'start' | 'end'): string =>
    parseTimeFlag('--since', '2026-03-08', { now, zone: 'America/New_York', edge });
  expect([day('start'), day('end')]).toEqual(['2026-03-08T05:00:00.000Z', '2026-03-09T04:00:00.000Z']);
});

test('local time follows the summer and winter time of the zone', () => {
  expect(localTime(now, 'Europe/Berlin')).toBe('2026-11-20 13:34:56');
  expect(localTime(Date.parse('2026-07-01T00:00:00Z'), 'America/New_York')).toBe('2026-06-30 20:00:00');
});

test('an unknown time zone is a usage error', () => {
  expect(checkZone('Europe/Berlin')).toBe('Europe/Berlin');
  expect(() => checkZone('Mars/Olympus')).toThrow('not a time zone');
});

describe('what is no time, and what to type instead', () => {
  const hintFor = (text: string, zone: string, flag = '--since'): string | undefined => {
    try {
      parseTimeFlag(flag, text, { now, zone, edge: 'start' });
      return undefined;
    } catch (error) {
      return error instanceof Failure ? error.hint : String(error);
    }
  };

  test.each([
    // It is 12:34 in UTC, 21:34 in Tokyo and 7:34 in New York.
    ['09:00', 'UTC', 'Use "2026-11-20 09:00"'],
    ['13:00', 'UTC', 'Use "2026-11-19 13:00"'],
    ['13:00', 'Asia/Tokyo', 'Use "2026-11-20 13:00"'],
    ['9am', 'America/New_York', 'Use "2026-11-19 09:00"'],
    ['12am', 'UTC', 'Use "2026-11-20 00:00"'],
    ['12:30 pm', 'UTC', 'Use "2026-11-20 12:30"'],
    ['9:30:15pm', 'UTC', 'Use "2026-11-19 21:30:15"'],
    ['yesterday 9am', 'UTC', 'Use "2026-11-19 09:00"'],
    ['monday at 8:05', 'UTC', 'Use "2026-11-16 08:05"'],
    ['2026-11-20 9am', 'UTC', 'Use "2026-11-20 09:00"'],
    ['11/18/2026 9:00', 'UTC', 'Use "2026-11-18 09:00"'],
    ['Nov 18, 9:00', 'UTC', 'Use "2026-11-18 09:00"'],
    ['Q4', 'UTC', 'Use --since 2026-10 --until 2026-12'],
    ['2025-Q1', 'UTC', 'Use --since 2025-01 --until 2025-03'],
    ['q2 2024', 'UTC', 'Use --since 2024-04 --until 2024-06'],
    ['w48', 'UTC', 'Use --since 2025-11-24 --until 2025-11-30'],
    ['w47', 'UTC', 'Use --since 2026-11-16 --until 2026-11-22'],
    ['2026-W47', 'UTC', 'Use --since 2026-11-16 --until 2026-11-22'],
    ['20.11', 'UTC', 'Use 2026-11-20'],
  ])('%s in %s', (text, zone, hint) => {
    expect(hintFor(text, zone)).toBe(hint);
    const [, time] = /^Use "(.*)"$/.exec(hint) ?? [];
    // The hint is accepted, and not in the future.
    if (time !== undefined) expect(Date.parse(parse(time, zone) ?? '')).toBeLessThanOrEqual(now);
  });

  test.each(['25:00', '13:75', '13am', 'Q5', 'w54', '3/4 9am', '9:0'])('%s has the general hint', (text) => {
    expect(hintFor(text, 'UTC')).toContain('Use 2026-11-20, "2026-11-20 13:45"');
  });
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
