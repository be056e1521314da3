import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SandboxEntry } from '../../../src/sandbox/api.ts';
import { emptyFolder } from '../../support/cleanup.ts';
import { dataFiles, readIds } from '../../support/export-account.ts';
import { homeWith } from '../../support/home.ts';
import { manifestEntries, openMediaAccount } from '../../support/media-account.ts';
import { status } from '../../support/media-faults.ts';
import { relay, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RELEASED = Date.now() - 30 * DAY;

/** An account with a recording of an hour ago, one of three days ago and one of ten days ago; its server's clock is right. */
const openAccount = async (wire: WireFormat, off: number) => {
  const entries = [1, 72, 240].map((hours): SandboxEntry => {
    const at = Date.now() - hours * HOUR;
    const id = `h${hours}-0123456789abcdef`;
    return { id, at, row: wire.row(id, { [wire.keys.media]: `https://127.0.0.1:1/${id}.wav` }, at) };
  });
  const home = await homeWith({ entries: { [wire.name]: entries } });
  const folder = emptyFolder();
  return {
    folder,
    requests: () => home.sandbox.requests.length,
    run: (...words: readonly string[]) =>
      home.run([...words, ...wire.args], { now: () => Date.now() + off, released: RELEASED }),
  };
};

const idsIn = (out: string): readonly string[] => out.split('\n').filter((line) => line.startsWith('h'));
const HOUR_AGO = 'h1-0123456789abcdef';
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

describe.concurrent.each(wireFormats)('$name, whose server knows the time', (wire) => {
  test.concurrent.each([
    ['nine days behind', -9 * DAY, 'behind'],
    ['nine days ahead', 9 * DAY, 'ahead'],
    ['at 1970', -Date.now(), 'behind'],
  ])('is asked for the right days by a machine %s', async (_name, off, word) => {
    const account = await openAccount(wire, off);
    const list = (...words: readonly string[]) =>
      account.run('list', '-o', 'csv', '--fields', 'id', '--no-header', ...words);
    for (const words of [
      ['--since', '24h'],
      ['--since', '2d', '--until', 'now'],
      ['--since', day(Date.now() - 2 * DAY)],
      ['--since', '2 days ago', '--until', 'today'],
    ]) {
      const { code, out, err } = await list(...words);
      expect({ code, ids: idsIn(out) }, words.join(' ')).toEqual({ code: 0, ids: [HOUR_AGO] });
      expect(err.match(/this machine's clock is/g), err).toHaveLength(1);
      expect(err).toContain(word);
    }
    expect(idsIn((await list('--since', '7d')).out)).toHaveLength(2);
    expect(idsIn((await list()).out)).toHaveLength(3);
    expect(await list('--since', day(Date.now() + 2 * DAY))).toMatchObject({ code: 2, out: '' });
  });

  test.concurrent.each([-9 * DAY, 9 * DAY])(
    'counts, exports and compares the right days by a machine off by %i ms',
    async (off) => {
      const account = await openAccount(wire, off);
      const { out } = await account.run('stats', '--since', '24h', '-o', 'json');
      expect(JSON.parse(out)).toMatchObject([{ recordings: 1 }]);
      const target = join(account.folder, 'calls.csv');
      for (const more of [
        ['--since', '24h'],
        ['--since', '24h'],
      ]) {
        expect(await account.run('export', '--out', target, ...more)).toMatchObject({ code: 0 });
        expect(dataFiles(account.folder).flatMap(readIds)).toEqual([HOUR_AGO]);
      }
      const piped = await account.run('export', '-o', 'csv', '--since', '7d');
      expect(
        piped.out.match(/h\d+-0123456789abcdef/g)?.filter((id, index, every) => every.indexOf(id) === index),
      ).toHaveLength(2);
      const downloaded = await account.run(
        'download',
        '--dir',
        join(account.folder, 'out'),
        '--since',
        '24h',
        '--dry-run',
      );
      expect(downloaded.out + downloaded.err).toMatch(/\b1 (?:recording|file)/);
    },
  );

  test.concurrent('costs no further request by a machine whose clock is right', async () => {
    const account = await openAccount(wire, 0);
    await account.run('list', '--since', '24h');
    const timed = account.requests();
    await account.run('list', '--since', day(Date.now() - DAY));
    expect(account.requests() - timed).toBe(timed);
  });
});

test('a machine whose clock is before the release, and a server that does not tell the time, end with exit code 7', async () => {
  const silent = await homeWith({
    intercept: (_, response) => {
      response.removeHeader('date');
      response.sendDate = false;
      return false;
    },
  });
  const before = { now: () => 86_400_000, released: RELEASED };
  for (const wire of wireFormats) {
    const { code, out, err } = await silent.run(['list', ...wire.args, '-o', 'json'], before);
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toContain('1970-01-02');
  }
  expect(await silent.run(['list', '-p', 'demo'], before)).toMatchObject({ code: 7, out: '' });
  expect(await silent.run(['report', emptyFolder()], before)).toMatchObject({ code: 7, out: '' });
  expect((await silent.run(['providers'], before)).code).toBe(0);
});

test.each([-9 * DAY, 9 * DAY])(
  'rows from standard input are downloaded once, at the time of the media server, by a machine off by %i ms',
  async (off) => {
    const account = await openMediaAccount(relay, [{ id: 'one' }, { id: 'gone', media: status(404) }, { id: 'two' }]);
    const rows = await account.run(['list', ...relay.args, '--raw', '--urls', '-o', 'ndjson']);
    const { code, err } = await account.run(['download', ...relay.args, '--ids', '-', '--dir', account.out], {
      input: rows.out,
      now: () => Date.now() + off,
    });
    expect(
      {
        code,
        files: manifestEntries(account.out)
          .map(({ id }) => id)
          .sort(),
      },
      err,
    ).toEqual({ code: 6, files: ['one', 'two'] });
    expect(err.match(/this machine's clock is/g)).toHaveLength(1);
    for (const { downloaded_at: at } of manifestEntries(account.out)) {
      expect(Math.abs(Date.parse(String(at)) - Date.now())).toBeLessThan(HOUR);
    }
  },
);
