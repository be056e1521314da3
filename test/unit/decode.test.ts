import { expect, test } from 'vitest';
import {
  anyInstant,
  bool,
  bytes,
  epochMilliseconds,
  fieldReader,
  instant,
  milliseconds,
  oneOf,
  price,
  seconds,
  text,
} from '../../src/core/decode.ts';
import { utcMilliseconds } from '../../src/core/time/utc.ts';

test.each([
  ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00.000Z'],
  ['2026-11-20T10:00:00.1Z', '2026-11-20T10:00:00.100Z'],
  ['2026-11-20 10:00:00.123999+00:00', '2026-11-20T10:00:00.123Z'],
  ['2014-08-05 16:15:15.852059+05:30', '2014-08-05T10:45:15.852Z'],
  ['2012-02-04T23:33:08.079231', '2012-02-04T23:33:08.079Z'],
  ['2026-01-01T00:30:00+0100', '2025-12-31T23:30:00.000Z'],
  ['2026-01-01T00:30:00-07', '2026-01-01T07:30:00.000Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ['2026-02-29T00:00:00Z', undefined],
  ['2026-13-01T00:00:00Z', undefined],
  ['2026-11-20T24:00:00Z', undefined],
  ['2026-11-20', undefined],
  ['0000-01-01T00:00:00+01:00', undefined],
  ['9999-12-31T23:59:59-01:00', undefined],
  ['yesterday', undefined],
  [1_700_000_000_000, undefined],
  [{}, undefined],
])('instant reads the ISO 8601 value %j as %j', (value, expected) => {
  expect(instant(value)).toBe(expected);
});

test.each([
  ['Tue, 25 Sep 2018 23:00:00 +0000', '2018-09-25T23:00:00.000Z'],
  ['Tue, 25 Sept 2018 23:00:00 +0000', '2018-09-25T23:00:00.000Z'],
  ['Fri, 14 Oct 2016 21:56:34 +0100', '2016-10-14T20:56:34.000Z'],
  ['4 Dec 2018 08:00:00 GMT', '2018-12-04T08:00:00.000Z'],
  ['Tue, 25 Sep 2018 23:00:00 -0730', '2018-09-26T06:30:00.000Z'],
  ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00.000Z'],
  ['Tue, 31 Sep 2018 23:00:00 +0000', undefined],
  ['Tue, 25 Foo 2018 23:00:00 +0000', undefined],
  ['Tue, 25 Sep 2018 23:00:00 +9900', undefined],
  ['Tue, 25 Sep 2018 23:00:00', undefined],
  ['', undefined],
  [5, undefined],
])('anyInstant reads the ISO 8601 or RFC 2822 value %j as %j', (value, expected) => {
  expect(anyInstant(value)).toBe(expected);
});

test.each([
  ['1407235163907.00000', '2014-08-05T10:39:23.907Z'],
  [1407235163907, '2014-08-05T10:39:23.907Z'],
  ['0', '1970-01-01T00:00:00.000Z'],
  ['1e999', undefined],
  [1e300, undefined],
  ['', undefined],
])('epochMilliseconds reads %j as %j', (value, expected) => {
  expect(epochMilliseconds(value)).toBe(expected);
});

test.each([
  [14, 14],
  ['4', 4],
  ['345.1004', 345.1],
  ['-1', undefined],
  [-1, undefined],
  ['', undefined],
  ['1e3', undefined],
  ['0x10', undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  [null, undefined],
  [[4], undefined],
])('seconds reads %j as %j', (value, expected) => {
  expect(seconds(value)).toBe(expected);
});

test('milliseconds are converted to seconds', () => {
  expect(milliseconds('345100.00000')).toBe(345.1);
  expect(milliseconds('90700.5')).toBe(90.701);
});

test.each([
  [0.05, '0.05'],
  ['-0.0025', '0.0025'],
  [-0.0025, '0.0025'],
  [0, '0'],
  [-0, '0'],
  ['-0', '0'],
  ['0.0', '0.0'],
  [1e-7, '0.0000001'],
  [1.5e-7, '0.00000015'],
  ['12.340', '12.340'],
  ['007.5', '7.5'],
  [1e21, '1000000000000000000000'],
  [12e2, '1200'],
  ['free', undefined],
  ['', undefined],
  [true, undefined],
  ['1e999', undefined],
])('price reads %j as %j', (value, expected) => {
  expect(price(value)).toBe(expected);
});

test.each([
  [0, 0],
  ['1824044', 1824044],
  [-5, undefined],
  [1.5, undefined],
  [2 ** 60, undefined],
])('bytes reads %j as %j', (value, expected) => {
  expect(bytes(value)).toBe(expected);
});

test('text reads strings, numbers and booleans, but no objects or arrays', () => {
  expect([text('a'), text(15551234567), text(false), text({}), text([])]).toEqual([
    'a',
    '15551234567',
    'false',
    undefined,
    undefined,
  ]);
});

test('enumerated words match regardless of case and never match inherited property names', () => {
  const word = oneOf({ completed: 1 });
  expect([word('Completed'), word('constructor'), word('__proto__'), word(null)]).toEqual([
    1,
    ...Array(3).fill(undefined),
  ]);
  expect([bool(true), bool('TRUE'), bool('no'), bool(0)]).toEqual([true, true, undefined, undefined]);
});

test('an absent, null or empty field decodes to null, and an unreadable value is also reported', () => {
  const unreadable: string[] = [];
  const field = fieldReader({ nothing: null, empty: '', bad: 'x', good: '7' }, (key) => unreadable.push(key));
  expect(['absent', 'nothing', 'empty', 'bad', 'good'].map((key) => field(key, seconds))).toEqual([
    null,
    null,
    null,
    null,
    7,
  ]);
  expect(unreadable).toEqual(['bad']);
});

test('utcMilliseconds accepts exactly the calendar dates that Date accepts', () => {
  for (const year of [0, 4, 99, 100, 400, 1900, 1970, 2000, 2023, 2024, 2100, 9999]) {
    for (let month = 0; month <= 13; month++) {
      for (let day = 0; day <= 32; day++) {
        const date = new Date(0);
        date.setUTCFullYear(year, month - 1, day);
        date.setUTCHours(23, 59, 58);
        const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        const parts = [year, month, day, 23, 59, 58];
        expect(utcMilliseconds(parts), parts.join(' ')).toBe(exists ? date.getTime() : undefined);
      }
    }
  }
});
