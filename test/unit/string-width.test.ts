import { expect, test } from 'vitest';
import { withThousands } from '../../src/core/text/thousands.ts';
import { wrapWords } from '../../src/core/text/wrap.ts';
import { pad, truncate, widthOf, wrapColumns } from '../../src/formats/table/string-width.ts';

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['abcd', 1, '…'],
  ['abcd', 0, ''],
  ['日本語', 6, '日本語'],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  ['👩x', 2, '…'],
  ['', 5, ''],
])('"%s" is truncated to a display width of %i', (text, width, expected) => {
  expect(truncate(text, width)).toBe(expected);
  expect(widthOf(pad(text, width))).toBe(width);
});

test.each([
  ['abcdef', 4, ['abcd', 'ef']],
  ['日本語', 4, ['日本', '語']],
  ['日本語', 3, ['日', '本', '語']],
  ['😀a', 1, ['😀', 'a']],
  ['abcd', 4, ['abcd']],
  ['', 4, ['']],
  ['\u001b[1mabc\u001b[22mdef', 4, ['\u001b[1mabc\u001b[22md', 'ef']],
])('"%s" is wrapped at a display width of %i', (text, width, expected) => {
  expect(wrapColumns(text, width)).toEqual(expected);
});

test.each([
  ['', 4, ['']],
  ['ab cd ef', 5, ['ab cd', 'ef']],
  ['ab cd ef', 4, ['ab', 'cd', 'ef']],
  ['abcdef gh', 4, ['abcdef', 'gh']],
])('"%s" is wrapped between words at a width of %i', (text, width, expected) => {
  expect(wrapWords(text, width)).toEqual(expected);
});

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1_234_567, '1,234,567'],
])('the number %i is written with thousands separators', (count, expected) => {
  expect(withThousands(count)).toBe(expected);
});

const mixed = '\\u001b[2J\\u202e日本語👩\\r\\n\u0301 · 61 · reading… · 1 marked';
test('combining marks after wide characters make no line too long, at any width', () => {
  for (let width = 2; width <= 90; width++) {
    expect(widthOf(pad(` recx browse: \\u001b[2J\\u001b]0;x\\u0007${mixed}`, width))).toBe(width);
    const lines = wrapColumns(mixed.repeat(3), width);
    expect(lines.join('')).toBe(mixed.repeat(3));
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
  }
});

test('wrapping a text of zero display width terminates', () => {
  expect(wrapColumns('\u0301'.repeat(5000), 5).join('')).toHaveLength(5000);
});
