import { expect, test } from 'vitest';
import { retryAfter } from '../../src/system/waiting.ts';

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
