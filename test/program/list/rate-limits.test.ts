import { expect, test } from 'vitest';
import { answer, homeWith } from '../../support/home.ts';
import { listArgs, plivo, serveRows, wireFormats } from '../../support/wire-formats.ts';

test('a server that allows only three requests at a time gets no more, and the list is complete', async () => {
  const rows = 2000;
  const serve = serveRows(plivo, { count: rows, at: (place) => plivo.row(`id-${place}`) });
  const seen = { underWay: 0, refused: 0 };
  const { run } = await homeWith({
    intercept: async (request, response, count) => {
      if (seen.underWay >= 3) {
        seen.refused++;
        return answer(response, '', 429);
      }
      seen.underWay++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.underWay--;
      return serve(request, response, count);
    },
  });
  const { code, out, err } = await run([...listArgs(plivo), '--fields', 'id', '-o', 'csv']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out.trim().split('\n')).toHaveLength(1 + rows);
  expect(seen.refused).toBeGreaterThan(0);
});

test.each(wireFormats)('a limit that $profile reports with 403 is waited for', async (wire) => {
  const replies: readonly (readonly [unknown, Readonly<Record<string, string>>])[] = [
    [{ error: 'no' }, { 'retry-after': '0' }],
    [{ message: 'API rate limit exceeded' }, {}],
    ['{}', { 'x-ratelimit-remaining': '0' }],
  ];
  for (const [body, headers] of replies) {
    const { run, sandbox } = await homeWith({
      intercept: (_, response, count) =>
        count === 1 ? answer(response, body, 403, headers) : answer(response, wire.page([], null)),
    });
    expect(await run(listArgs(wire))).toMatchObject({ code: 0 });
    expect(sandbox.requests).toHaveLength(2);
  }
});

test('a limit reported with 403 that does not end is no rejection of the credentials', async () => {
  const { run, sandbox } = await homeWith({
    intercept: (_, response) => answer(response, { message: 'Too many requests' }, 403),
  });
  const { code, err } = await run(listArgs(plivo));
  expect({ code, requests: sandbox.requests.length }).toEqual({ code: 5, requests: 4 });
  expect(err).toContain('HTTP 403');
  expect(err).toContain('Too many requests');
});
