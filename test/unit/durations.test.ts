import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { formatClock, parseDuration, parseLength } from '../../src/core/time/duration.ts';
import { parseDurationFlag, parseLengthFlag, parseTimeFlag } from '../../src/core/time.ts';

test.each([
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['2w', 1_209_600_000],
  ['5min', 300_000],
  ['5 m', 300_000],
  ['90 sec', 90_000],
  ['2 Minutes', 120_000],
  ['an hour', 3_600_000],
  ['3 days', 259_200_000],
  ['1 hr 30 mins', 5_400_000],
  ['30', undefined],
  ['0', undefined],
  ['m', undefined],
  ['', undefined],
  ['-5m', undefined],
  ['5M', undefined],
  ['7D', undefined],
  ['3mo', undefined],
  ['1y', undefined],
  ['1:30', undefined],
  ['a m', undefined],
  ['2 days ago', undefined],
  ['2 daya hour', undefined],
  ['9'.repeat(500_000), undefined],
  ['a '.repeat(500_000), undefined],
])('the duration %.20j is %j ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test.each([
  ['60', 60_000],
  ['0', 0],
  ['1.5', 1500],
  ['1:30', 90_000],
  ['0:05', 5000],
  ['90:00', 5_400_000],
  ['1:02:03', 3_723_000],
  ['1:30.25', 90_250],
  ['1min', 60_000],
  ['2 minutes', 120_000],
  ['30s', 30_000],
  ['1:5', undefined],
  ['1:75', undefined],
  ['1:75:00', undefined],
  [':30', undefined],
  ['1:02:03:04', undefined],
  ['-60', undefined],
  ['', undefined],
])('the length of a recording %j is %j ms', (text, expected) => {
  expect(parseLength(text)).toBe(expected);
});

const hintOf = (read: () => unknown): string | undefined => {
  try {
    return String(read());
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ kind: 'usage' });
    return (error as Failure).hint; // checked above
  }
};

test.each([
  ['60', 'Add a unit: 60s, 60m or 60h'],
  ['86400', 'Add a unit: 86400s, 86400m or 86400h'],
  ['3M', 'Use 3m for minutes; months differ in length: use days, such as 90d'],
  ['7D', 'Use 7d: units are in lower case'],
  ['3mo', 'Months and years differ in length: use days, such as 90d'],
  ['5 minuts', 'Did you mean "5 minutes"?'],
  ['soon', 'Use a duration such as 30s, 5m or 1h30m'],
])('the hint for the duration %j is %j', (text, hint) => {
  expect(hintOf(() => parseDurationFlag('--lookback', text))).toBe(hint);
});

test('a length takes a number without a unit; the hint says so', () => {
  expect(hintOf(() => parseLengthFlag('--min-duration', 'long'))).toContain('60 for seconds');
});

test.each([
  ['3M', 'Use 3mo for months, or 3m for minutes'],
  ['1d3M', 'Use 1d3mo for months, or 1d3m for minutes'],
  ['7D', 'Use 7d: units are in lower case'],
  ['24H', 'Use 24h: units are in lower case'],
  ['2W ago', 'Use 2w: units are in lower case'],
  ['1Y', 'Use 1y: units are in lower case'],
  ['7', 'Add a unit: 7d, 7h or 7m'],
  ['mondy', 'Did you mean "monday"?'],
  ['yesterdy', 'Did you mean "yesterday"?'],
  ['lastweek', 'Did you mean "last week"?'],
  ['2 dyas ago', 'Did you mean "2 days"?'],
  ['last monday', 'Use monday, the latest one (today if it is that day), or a date'],
  ['last 7 days', 'Use "7 days"'],
  ['11/24/2026', 'Use 2026-11-24'],
  ['24/11/2026', 'Use 2026-11-24'],
  ['03/04/2026', 'Use 2026-03-04 or 2026-04-03'],
  ['24.11.2026', 'Use 2026-11-24'],
  ['Nov 24', 'Use 2025-11-24'],
  ['Nov 2', 'Use 2026-11-02'],
  ['24th November 2026', 'Use 2026-11-24'],
  ['Nov 2026', 'Use 2026-11'],
  ['2026-1-5', 'Use 2026-01-05'],
  ['11/2026', 'Use 2026-11'],
  ['2026-11-31', '2026-11 has 30 days'],
  ['2026/02/29 10:00', '2026-02 has 28 days'],
  ['2026-W47', 'Use --since 2026-11-16 --until 2026-11-22'],
  ['2026-w01', 'Use --since 2025-12-29 --until 2026-01-04'],
  ['2026-Q4', 'Use --since 2026-10 --until 2026-12'],
  ['1732500000', 'Use 2024-11-25T02:00:00Z'],
  ['1732500000000', 'Use 2024-11-25T02:00:00Z'],
  ['1.5mo', 'Use a whole number of months, or days such as 45d'],
  ['2026-02-30', '2026-02 has 28 days'],
  ['', expect.stringContaining('Use 2026-11-20, ')],
])('the hint for the time %j is %j', (text, hint) => {
  const context = { now: Date.parse('2026-11-20T12:00:00Z'), zone: 'UTC', edge: 'start' } as const;
  expect(hintOf(() => parseTimeFlag('--since', text, context))).toEqual(hint);
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
