import { describe, expect, test } from 'vitest';
import { answer, homeWith } from '../../support/home.ts';
import { plivo, relay, sandboxEntries, serveRows, wireFormats } from '../../support/wire-formats.ts';

describe.concurrent.each(wireFormats)('list --count at $profile', (wire) => {
  const within = ['list', ...wire.args, '--since', '7d', '--count'];
  const rows = Array.from({ length: 120 }, (_, index) => [`id-${index}`, {}] as const);

  test('prints the number of all recordings that match, in every format, and --limit caps it', async () => {
    const { run, onTerminal } = await homeWith({ entries: sandboxEntries(wire, rows) });
    for (const more of [[], ['--all'], ...['table', 'json', 'ndjson', 'csv', 'tsv'].map((format) => ['-o', format])])
      expect(await run([...within, ...more])).toMatchObject({ code: 0, out: '120\n', err: '' });
    expect(await run([...within, '-n', '70'])).toMatchObject({ code: 0, out: '70\n', err: '' });
    expect(await run([...within, '-n', '500'])).toMatchObject({ code: 0, out: '120\n', err: '' });
    expect(await run([...within, '--status', 'failed'])).toMatchObject({ code: 0, out: '0\n' });
    expect((await onTerminal(within, 80)).out).toBe('120\n');
  });

  test('of a list that fails prints what was counted, and the code is not 0', async () => {
    const serve = serveRows(wire, { count: 100, at: (place) => wire.row(`id-${place}`) });
    const { run } = await homeWith({
      intercept: (request, response, ...more) =>
        request.url.pathname === wire.listPath && wire.pageRange(request.url).first >= 40
          ? answer(response, { error: 'boom' }, 501)
          : serve(request, response, ...more),
    });
    const { code, out, err } = await run(within);
    expect(code).not.toBe(0);
    expect(err).toContain('501');
    expect(Number(out)).toBeGreaterThan(20);
    expect(Number(out)).toBeLessThan(100);
  });

  test('prints nothing when no recording could be read', async () => {
    const { run } = await homeWith({ intercept: (_, response) => answer(response, {}, 401) });
    expect(await run(within)).toMatchObject({ code: 4, out: '' });
  });
});

test('one of several profiles that fails makes the count incomplete', async () => {
  const { run } = await homeWith({
    intercept: ({ url }, response) => url.pathname === plivo.listPath && answer(response, {}, 501),
  });
  const alone = await run(['list', ...relay.args, '--count']);
  const { code, out, err } = await run(['list', ...relay.args, ...plivo.args, '--count']);
  expect({ code, out }).toEqual({ code: 3, out: alone.out });
  expect(err).toContain('the list is incomplete');
});

test.each([['--fields', 'id'], ['--sort', 'id'], ['--urls'], ['--raw'], ['--excel'], ['--csv-raw'], ['--no-header']])(
  '--count with %s is a usage error',
  async (...flags) => {
    const { run, sandbox } = await homeWith();
    const { code, out, err } = await run(['list', ...relay.args, '--count', ...flags]);
    expect({ code, out, requests: sandbox.requests }).toEqual({ code: 2, out: '', requests: [] });
    expect(err).toContain(`--count and ${flags[0]} cannot be used together`);
  },
);
