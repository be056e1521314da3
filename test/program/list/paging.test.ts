import { describe, expect, test } from 'vitest';
import { answer, type Home, homeWith } from '../../support/home.ts';
import { runHere } from '../../support/run.ts';
import { listArgs, type RowSource, serveRows, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

/** More requests than an adapter with prefetching or re-reading needs, and far fewer than an endless loop makes. */
const MAX_REQUESTS = 16;

/** Rows whose ids contain the number that each position is mapped to. */
const numberedRows = (wire: WireFormat, count: number, at: (place: number) => number | undefined): RowSource => ({
  count,
  at: (place) => {
    const number = at(place);
    return number === undefined ? undefined : wire.row(`row-${number}-of-the-list`);
  },
});

const ids = (numbers: readonly number[]) => numbers.map((number) => ({ id: `row-${number}-of-the-list` }));

/** Lists all ids as JSON; the array is incomplete when the list fails. */
const list = ({ run }: Home, wire: WireFormat) => run(listArgs(wire, '--retries', '0', '-o', 'json', '--fields', 'id'));

describe.concurrent.each(wireFormats)('a list of $profile', (wire) => {
  test('whose page links to itself as the next page is not reported as complete', async () => {
    const home = await homeWith({
      intercept: ({ url }, response) =>
        answer(response, wire.page([wire.row('one'), wire.row('two')], `${url.pathname}${url.search}`)),
    });
    const { code, out } = await list(home, wire);
    expect(code).toBe(5);
    expect(() => JSON.parse(out)).toThrow();
    expect(home.sandbox.requests.length).toBeLessThanOrEqual(3);
  });

  test.each([
    ['empty pages', () => undefined],
    ['the same page', (place: number) => place % 20],
    ['pages of old rows after some new ones', (place: number) => (place < 50 ? place : place % 25)],
    ['fewer and fewer old rows', (place: number) => (place % 20 < place / 20 ? undefined : place % 20)],
  ])('with endless links to %s is not reported as complete', async (_, at) => {
    const home = await homeWith({ intercept: serveRows(wire, numberedRows(wire, Number.POSITIVE_INFINITY, at)) });
    const { code, out } = await list(home, wire);
    expect(code).toBe(5);
    expect(() => JSON.parse(out)).toThrow();
    expect(home.sandbox.requests.length).toBeLessThanOrEqual(MAX_REQUESTS);
  });

  test('continues after short and empty pages that link a next page', async () => {
    const sizes = [20, 3, 0, 0, 1, 20, 0, 2];
    const at = (place: number) => (place % 20 < (sizes[Math.floor(place / 20)] ?? 0) ? place : undefined);
    const home = await homeWith({ intercept: serveRows(wire, numberedRows(wire, sizes.length * 20, at)) });
    const { code, err, out } = await list(home, wire);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual(ids(sizes.flatMap((size, page) => range(page * 20, page * 20 + size))));
  });

  test('contains rows that are served twice only once', async () => {
    const home = await homeWith({
      intercept: serveRows(
        wire,
        numberedRows(wire, 100, (place) => place - Math.floor(place / 7)),
      ),
    });
    const { code, err, out } = await list(home, wire);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual(ids(range(0, 99 - Math.floor(99 / 7) + 1)));
  });

  test.each([
    { name: 'returns 500', body: '{}', status: 500, ending: 5 },
    { name: 'returns 400', body: '{}', status: 400, ending: 11 },
    { name: 'returns a login page', body: '<!doctype html>', status: 200, ending: 5 },
    { name: 'is truncated', body: undefined, status: 200, ending: 5 },
  ])('of five pages whose third page always $name is not reported as complete', async ({ body, status, ending }) => {
    const played = serveRows(
      wire,
      numberedRows(wire, 100, (place) => place),
    );
    const home = await homeWith({
      intercept: (request, response, count) => {
        const { first, end } = wire.pageRange(request.url);
        if (end <= 40 || first >= 60) return played(request, response, count);
        if (body !== undefined) return answer(response, body, status);
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
        response.write('{"', () => response.destroy());
        return true;
      },
    });
    const [whole, lines] = await Promise.all([
      list(home, wire),
      home.run(listArgs(wire, '--retries', '0', '-o', 'csv')),
    ]);
    expect([whole.code, lines.code]).toEqual([ending, ending]);
    expect(() => JSON.parse(whole.out)).toThrow();
    for (const { out, err } of [whole, lines]) {
      expect(out).toContain('row-19-');
      expect(out).not.toContain('row-60-');
      expect(err).toMatch(/^recx: .+/);
    }
  });
});

/** The integers from `first` up to and excluding `end`. */
const range = (first: number, end: number): readonly number[] =>
  Array.from({ length: end - first }, (_, index) => first + index);

test.concurrent('the demo is not searched for times before its samples', async () => {
  const words = ['list', '-p', 'demo', '--provider', 'plivo', '--count', '-v'];
  const { code, out, err } = await runHere([...words, '--from', '+12025550101']);
  expect({ code, isNone: out === '0\n' }).toEqual({ code: 0, isNone: false });
  expect(err.match(/GET /g)?.length).toBeLessThan(10);
  const every = await runHere(words);
  const sandbox = await runHere([...words, '--since', '2011-01-01']);
  expect(every.out).toBe('140\n');
  expect(sandbox.out).toBe(every.out);
});
