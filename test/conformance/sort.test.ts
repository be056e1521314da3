import { describe, expect, test } from 'vitest';
import { recordingColumns } from '../../src/core/call-columns.ts';
import { everyCallField } from '../../src/core/calls/fields.ts';
import { homeWith } from '../support/home.ts';
import { allWireFormats } from '../support/wire-formats.ts';

type Row = Readonly<Record<string, unknown>>;

/** The order of two values of a field, written apart from the program: UTF-8 bytes are in the order of code points. */
const compare = (key: string, one: unknown, other: unknown): number => {
  if (key === 'price') return Number(one) - Number(other);
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'boolean') return Number(one) - Number(other);
  const [first, second] = [one, other].map((value) => Buffer.from([value].flat().join(' ')));
  return Buffer.compare(first ?? Buffer.alloc(0), second ?? Buffer.alloc(0));
};

/** The rows by a field, those without it last, and equal ones as they were. */
const sorted = (rows: readonly Row[], key: string, sign: number): readonly Row[] => {
  const isKnown = (row: Row): boolean => row[key] !== null && !(Array.isArray(row[key]) && row[key].length === 0);
  const known = rows.filter(isKnown).toSorted((one, other) => sign * compare(key, one[key], other[key]));
  return [...known, ...rows.filter((row) => !isKnown(row))];
};

describe.each(allWireFormats.map((wire) => [wire.name, wire] as const))('a sorted list of %s', (_, wire) => {
  test.each(recordingColumns.map(({ key }) => key))(
    'by %s, in both directions, has every row in its place',
    async (key) => {
      const { run } = await homeWith();
      // A field of calls alone would fill fewer fields.
      const calls = everyCallField.includes(key) ? ['--with-calls'] : [];
      const list = async (...words: readonly string[]): Promise<readonly Row[]> =>
        JSON.parse((await run(['list', ...wire.args, '--since', '30d', '-o', 'json', ...calls, ...words])).out);
      const all = await list('--all');
      expect(all.length).toBeGreaterThan(60);
      expect(await list('--all', '--sort', key)).toEqual(sorted(all, key, 1));
      const descending = sorted(all, key, -1);
      expect(await list('--all', '--sort', `-${key}`)).toEqual(descending);
      // Neither the default limit nor another one is applied before the order.
      expect(await list('--sort', `-${key}`)).toEqual(descending.slice(0, 50));
      expect(await list('--sort', `-${key}`, '-n', '3')).toEqual(descending.slice(0, 3));
    },
  );
});
