import { expect, test } from 'vitest';
import { parseHttpDate, requestedWait } from '../../src/system/net/pacing/requested-wait.ts';

const now = Date.parse('2026-11-20T12:00:00Z');

const waitOf = (headers: Readonly<Record<string, string | null>>, obeysReset = true, clock = now) =>
  requestedWait((name) => headers[name], obeysReset, clock);

test.each([
  ['2', 2000],
  ['0', 0],
  [' 3 ', 3000],
  ['2.0', 2000],
  ['1.5', 1500],
  ['0.25', 250],
  ['99999999', 99_999_999_000],
  ['9007199254740993', Number.MAX_SAFE_INTEGER],
  ['9'.repeat(1000), Number.MAX_SAFE_INTEGER],
  [`1.${'0'.repeat(30)}`, 1000],
  ['Fri, 20 Nov 2026 12:00:03 GMT', 3000],
  ['Friday, 20-Nov-26 12:00:03 GMT', 3000],
  ['Fri Nov 20 12:00:03 2026', 3000],
  ['Tue Dec  1 12:00:00 2026', 11 * 24 * 3_600_000],
  ['Fri, 20 Nov 2026 11:59:59 GMT', undefined],
  ['Friday, 20-Nov-94 12:00:03 GMT', undefined],
  ['-1', undefined],
  ['abc', undefined],
  ['1e9', undefined],
  ['.', undefined],
  ['2.', undefined],
  ['0x10', undefined],
  ['', undefined],
  ['2, 2', undefined],
  ['Fri, 31 Feb 2027 12:00:03 GMT', undefined],
  ['2026-11-20T12:00:03Z', undefined],
  [null, undefined],
])('Retry-After %j is read as %j ms', (value, expected) => {
  expect(waitOf({ 'retry-after': value })).toBe(expected);
});

const TEN_MINUTES = 600_000;

test.each([-TEN_MINUTES, TEN_MINUTES])(
  'dates are measured against the response, with a local clock that is off by %i ms',
  (difference) => {
    const clock = now + difference;
    const date = 'Fri, 20 Nov 2026 12:00:00 GMT';
    const due = ['Fri, 20 Nov 2026 12:00:04 GMT', 'Friday, 20-Nov-26 12:00:04 GMT', 'Fri Nov 20 12:00:04 2026'];
    for (const value of due) expect(waitOf({ date, 'retry-after': value }, false, clock)).toBe(4000);
    expect(waitOf({ date, 'x-ratelimit-reset': String(now / 1000 + 4) }, true, clock)).toBe(4000);
    expect(waitOf({ date: 'yesterday', 'retry-after': due[0] ?? '' }, false, now)).toBe(4000);
  },
);

test.each([
  ['ratelimit-reset', '4'],
  ['ratelimit-reset', '4, 2'],
  ['x-ratelimit-reset', '4'],
  ['x-ratelimit-reset', '4.0'],
  ['x-ratelimit-reset', String(now / 1000 + 4)],
  ['x-ratelimit-reset', String(now + 4000)],
  ['x-ratelimit-reset', 'Fri, 20 Nov 2026 12:00:04 GMT'],
  ['x-ratelimit-reset', '2026-11-20T12:00:04Z'],
  ['x-rate-limit-reset', String(now / 1000 + 4)],
  ['x-ratelimit-reset-after', '4'],
  ['x-rate-limit-reset-after', '4.000'],
  ['ratelimit-reset-after', '4'],
  ['x-ratelimit-retry-after', '4'],
  ['x-retry-after', '4'],
  ['retry-after-ms', '4000'],
  ['ratelimit', '"minute";r=0;t=4'],
  ['ratelimit', '"minute";r=0;t=4, "day";r=10;t=40000'],
  ['ratelimit', 'limit=10, remaining=0, reset=4'],
])('a refusal with %s: %s demands a wait of 4 s', (name, value) => {
  expect(waitOf({ [name]: value })).toBe(4000);
  expect(waitOf({ [name]: value }, false)).toBeUndefined();
  expect(waitOf({ [name]: value, 'retry-after': 'soon' })).toBe(4000);
  expect(waitOf({ [name]: value, 'retry-after': '1' })).toBe(1000);
});

test.each([
  ['x-ratelimit-reset', '-1'],
  ['x-ratelimit-reset', 'soon'],
  ['x-ratelimit-reset', String(now / 1000 - 4)],
  ['ratelimit', '"minute";r=3;t=4'],
  ['x-ratelimit-limit', '4'],
])('a refusal with %s: %s demands no wait', (name, value) => {
  expect(waitOf({ [name]: value })).toBeUndefined();
});

test.each([
  ['x-ratelimit-reset', '9007199254740993'],
  ['x-ratelimit-reset', '9'.repeat(400)],
  ['retry-after-ms', '9'.repeat(400)],
  ['ratelimit', `"day";r=0;t=${'9'.repeat(400)}`],
])('a refusal with %s: %s demands a wait without end', (name, value) => {
  expect(waitOf({ [name]: value })).toBeGreaterThan(1e15);
  expect(Number.isSafeInteger(waitOf({ [name]: value }))).toBe(true);
});

test('the longest of several resets counts', () => {
  expect(waitOf({ 'ratelimit-reset': '2', 'x-ratelimit-reset-after': '4' })).toBe(4000);
});

test('a short year is at most 50 years ahead', () => {
  expect(parseHttpDate('Friday, 20-Nov-76 12:00:00 GMT', now)).toBe(Date.UTC(2076, 10, 20, 12));
  expect(parseHttpDate('Friday, 20-Nov-77 12:00:00 GMT', now)).toBe(Date.UTC(1977, 10, 20, 12));
});
