import { describe, expect, test } from 'vitest';
import { definitions } from '../../../src/providers/index.ts';
import { answer, homeWith } from '../../support/home.ts';
import { listArgs, plivo, relay, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const parameterOf = ({ name }: WireFormat): string =>
  definitions.find(({ vendor, api }) => `${vendor.name}/${api}` === name)?.pageSizeParameter ?? '';

/** A sandbox that fails for pages with more rows than this, in one of the ways in which a server fails that takes too long. */
const heavyAbove = async (wire: WireFormat, most: number, fault: 502 | 504 | 524 | 'silence') => {
  const sizes: number[] = [];
  const home = await homeWith({
    intercept: ({ url }, response) => {
      const size = Number(url.searchParams.get(parameterOf(wire)) ?? 0);
      if (size > 0) sizes.push(size);
      if (size <= most) return false;
      return fault === 'silence' ? true : answer(response, 'too long', fault);
    },
  });
  return { ...home, sizes };
};

const args = (wire: WireFormat): readonly string[] => [...listArgs(wire), '--all', '--fields', 'id', '-o', 'csv'];

describe.each(wireFormats)('a page of $profile that the server cannot deliver', (wire) => {
  const plivoSize = wire === plivo ? 10 : 30;
  test.each([[504, plivoSize] as const, [502, plivoSize] as const, [524, wire === plivo ? 5 : 200] as const])(
    'because of %i above %i rows is requested in halves, and the list is complete',
    async (fault, most) => {
      const undisturbed = await (await homeWith()).run(args(wire));
      const { run, sizes } = await heavyAbove(wire, most, fault);
      const { code, out, err } = await run(args(wire));
      expect({ code, err }).toEqual({ code: 0, err: '' });
      const ids = (text: string): readonly string[] => text.trim().split('\n').sort();
      expect(ids(out)).toEqual(ids(undisturbed.out));
      // The first page is requested twice in full, and no page after it.
      expect(sizes.filter((size) => size > most)).toHaveLength(1 + Math.ceil(Math.log2((sizes[0] ?? 0) / most)));
    },
  );
});

test('a server that does not respond in time is asked for half of the page', async () => {
  const { run, sizes } = await heavyAbove(relay, 500, 'silence');
  const { code } = await run(['--timeout', '2s', ...args(relay)]);
  expect({ code, sizes: sizes.slice(0, 3) }).toEqual({ code: 0, sizes: [1000, 1000, 500] });
});

test('a single failure changes no page size', async () => {
  let failed = false;
  const sizes: string[] = [];
  const { run } = await homeWith({
    intercept: ({ url }, response) => {
      sizes.push(url.searchParams.get('page_size') ?? '');
      if (failed) return false;
      failed = true;
      return answer(response, '', 504);
    },
  });
  expect(await run(args(relay))).toMatchObject({ code: 0 });
  expect(new Set(sizes)).toEqual(new Set(['1000']));
});

test.each(wireFormats)(
  'a list of $profile that is never delivered ends after four attempts at small pages',
  async (wire) => {
    const { run, sizes } = await heavyAbove(wire, 0, 504);
    const { code, out } = await run(['list', ...wire.args, '--limit', '10']);
    expect({ code, out, requests: sizes.length }).toEqual({ code: 5, out: '', requests: 4 });
  },
);
