import { describe, expect, test } from 'vitest';
import { NameTable } from '../../src/core/hash/name-table.ts';

describe('two names that a file system may take for one meet', () => {
  test.each([
    ['the same name', 'a/b', 'a/b'],
    ['names that differ in case', 'Room/ONE', 'room/one'],
    ['names whose letters are composed or not', 'R\u00e9union', 'Re\u0301union'],
    ['names that differ in both', 'R\u00c9UNION', 're\u0301union'],
    ['a sharp s and two of them', 'stra\u00dfe', 'STRASSE'],
    ['Greek letters with a final form', '\u039f\u0394\u039f\u03a3', '\u03bf\u03b4\u03bf\u03c2'],
    ['the Kelvin sign and a k', '\u212a', 'k'],
  ])('%s', (_, one, other) => {
    const names = new NameTable();
    expect(names.claim(one, 'first')).toBe('new');
    expect(names.claim(other, 'second')).toBe('taken');
    expect(names.claim(other, 'first')).toBe('own');
  });
});

test('different names do not meet', () => {
  const names = new NameTable();
  const given = ['a', 'b', 'a/b', 'a b', '\u00e9', 'e', '\u4e2d', '\u6587'];
  expect(given.map((name) => names.claim(name, name))).toEqual(given.map(() => 'new'));
});

test('on a file system that keeps them apart, names that differ in case do not meet, and those that differ in nothing else do', () => {
  const names = new NameTable(false);
  expect(names.claim('a', 'first')).toBe('new');
  expect(names.claim('A', 'second')).toBe('new');
  expect(names.claim('a', 'third')).toBe('taken');
});
