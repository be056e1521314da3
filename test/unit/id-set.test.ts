import { expect, test } from 'vitest';
import { IdSet } from '../../src/core/hash/id-set.ts';
import { randomHashKey, sipHash } from '../../src/core/hash/sip-hash.ts';

const COUNT = 100_000;
const makeIds = (of: (index: number) => string): readonly string[] => Array.from({ length: COUNT }, (_, i) => of(i));

test.each<[string, readonly string[]]>([
  ['numbers', makeIds(String)],
  ['numbers after a long text', makeIds((index) => `5a4db0c5-0000-4000-8000-${index}`)],
  ['numbers before a long text', makeIds((index) => `${index}-5a4db0c5-0000-4000-8000`)],
  ['one letter, longer each time', Array.from({ length: 2000 }, (_, index) => 'x'.repeat(index))],
  ['two letters in any order', Array.from({ length: 2 ** 16 }, (_, i) => i.toString(2).padStart(16, '0'))],
  ['characters of any kind', Array.from({ length: 2 ** 16 }, (_, index) => String.fromCharCode(index))],
  ['pairs of surrogates', makeIds((index) => String.fromCodePoint(0x10000 + index))],
  ['NUL before and after', ['', '\0', '\0\0', 'a', 'a\0', '\0a', 'A', 'á', 'a\u0301', ' a', 'a ', '0', 'null']],
])('a set of ids made of %s reports each id as new exactly once', (_, ids) => {
  expect(new Set(ids).size).toBe(ids.length);
  const seen = new IdSet();
  const doubled = ids.filter((id) => seen.has(id) || !seen.add(id) || !seen.has(id));
  expect(doubled).toEqual([]);
  expect(seen.size).toBe(ids.length);
  const forgotten = ids.filter((id) => !seen.has(id) || seen.add(id));
  expect(forgotten).toEqual([]);
  expect(seen.size).toBe(ids.length);
});

test('an id that was not added is not found, however many others the set holds', () => {
  const seen = new IdSet();
  expect(seen.has('')).toBe(false);
  for (let index = 0; index < COUNT; index++) seen.add(`id-${index}`);
  expect(makeIds((index) => `id-${COUNT + index}`).filter((id) => seen.has(id))).toEqual([]);
  expect(seen.has('')).toBe(false);
  expect(seen.size).toBe(COUNT);
});

test('the hash of an id depends on random bytes of the run, so ids with equal hashes cannot be made in advance', () => {
  const ids = Array.from({ length: 2000 }, (_, index) => `RE${index}`);
  const [one, other] = [randomHashKey(), randomHashKey()];
  expect(one).not.toEqual(other);
  const hashes = ids.map((id) => sipHash(id, one).join());
  expect(new Set(hashes).size).toBe(ids.length);
  expect(ids.map((id) => sipHash(id, one).join())).toEqual(hashes);
  const differences = ids.map((id) => {
    const [a, b] = [sipHash(id, one), sipHash(id, other)];
    return [a[0] ^ b[0], a[1] ^ b[1]].join();
  });
  // Not only the constants of the end differ.
  expect(new Set(differences).size).toBe(ids.length);
});
