import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { answer, homeWith } from '../../support/home.ts';
import { listArgs, plivo, relay, sandboxEntries, serveRows, wireFormats } from '../../support/wire-formats.ts';

/** The field of each API that holds the duration of a row, with its unit. */
const durationOf = (name: string, seconds: number) =>
  name === plivo.name
    ? { recording_duration_ms: `${seconds * 1000}.00000` }
    : { duration_in_seconds: seconds, duration: name.endsWith('video') ? seconds : String(seconds) };

describe.concurrent.each(wireFormats)('--sort at $profile', (wire) => {
  /** Sixty rows, of which the oldest is the longest. */
  const home = () =>
    homeWith({
      entries: sandboxEntries(
        wire,
        Array.from({ length: 60 }, (_, index) => [`id-${index}`, durationOf(wire.name, index + 1)] as const),
      ),
    });
  const idsOf = (out: string): readonly string[] => JSON.parse(out).map(({ id }: { readonly id: string }) => id);
  const within = [...wire.args, '--since', '7d'];

  test('neither the default limit nor --limit stops the list before it is sorted', async () => {
    const { run } = await home();
    const first = await run(['list', ...within, '--sort', '-duration_seconds', '-n', '1']);
    expect({ code: first.code, err: first.err, ids: idsOf(first.out) }).toEqual({ code: 0, err: '', ids: ['id-59'] });
    const some = await run(['list', ...within, '--sort=-duration_seconds']);
    expect(idsOf(some.out).slice(0, 2)).toEqual(['id-59', 'id-58']);
    expect(idsOf(some.out)).toHaveLength(50);
    expect(some.err).toContain('showing the first 50 recordings');
  });

  test('sorts exports, and files', async () => {
    const { run, folder } = await home();
    const out = join(folder, 'x.csv');
    const words = [...within, '--sort', 'duration-seconds,id', '--fields', 'id', '-n', '2'];
    expect(await run(['export', ...words, '-o', 'csv'])).toMatchObject({ code: 0, out: 'id\nid-0\nid-1\n' });
    expect(await run(['export', ...words, '--out', out])).toMatchObject({ code: 0 });
    expect(readFileSync(out, 'utf8')).toBe('id\nid-0\nid-1\n');
  });

  test('sorts downloads before --limit, and --limit counts the rows of a shard', async () => {
    const { run, folder } = await home();
    const planned = async (...words: readonly string[]) =>
      (await run(['download', ...within, ...words, '--dry-run', '--dir', folder])).out;
    expect(await planned('--sort', '-duration_seconds', '-n', '10')).toMatch(/\b10\b/);
    const parts = await Promise.all(
      ['0/2', '1/2'].map((shard) => planned('--sort', '-duration_seconds', '-n', '7', '--shard', shard)),
    );
    for (const part of parts) expect(part).toMatch(/\b7\b/);
  });

  test('a list that fails is sorted as far as it came, and its array stays open', async () => {
    const serve = serveRows(wire, {
      count: 100,
      at: (place) => wire.row(`id-${place}`, durationOf(wire.name, place + 1)),
    });
    const { run } = await homeWith({
      intercept: (request, response, ...more) =>
        request.url.pathname === wire.listPath && wire.pageRange(request.url).first >= 40
          ? answer(response, { error: 'boom' }, 501)
          : serve(request, response, ...more),
    });
    const { code, out, err } = await run([...listArgs(wire), '--sort', '-duration_seconds', '-o', 'json']);
    expect(code).not.toBe(0);
    expect(err).toContain('501');
    expect(out).not.toMatch(/\]\s*$/);
    const places = idsOf(`${out}]`).map((id) => Number(id.slice(3)));
    expect(places.length).toBeGreaterThan(39);
    expect(places).toEqual([...places].sort((first, second) => second - first));
    const one = await run(['list', ...within, '--sort', '-duration_seconds', '-n', '1', '-o', 'ndjson']);
    expect(one.code).toBe(code);
    expect(one.out).toContain(`id-${places[0]}`);
  });
});

describe('--sort is refused', () => {
  test.each([
    [
      'with a field that does not exist',
      ['list', '--sort', 'seconds'],
      'is not a field to sort by',
      'duration_seconds',
    ],
    ['without a value', ['list', '--sort'], '--sort requires a value', ''],
    [
      'with --incremental',
      ['export', '--out', 'x.csv', '--incremental', '--sort', 'id'],
      '--incremental and --sort',
      '',
    ],
    ['with ids', ['download', 'abc', '--sort', 'id'], 'ids and --sort', ''],
  ])('%s', async (_, [command = '', ...words], message, hint) => {
    const { run, sandbox } = await homeWith();
    const { code, out, err } = await run([command, '-p', relay.profile, ...words]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toContain(hint);
    expect(sandbox.requests).toEqual([]);
  });
});

test('several profiles are sorted as one list', async () => {
  const { run } = await homeWith();
  const words = ['list', '-p', 'plivo', '-p', 'twilio', '--all', '--sort', '-duration_seconds', '-o', 'json'];
  const rows: readonly { readonly duration_seconds: number | null }[] = JSON.parse((await run(words)).out);
  const durations = rows.map(({ duration_seconds: seconds }) => seconds ?? -1);
  expect(durations).toEqual([...durations].sort((one, other) => other - one));
});
