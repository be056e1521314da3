import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { definitions, vendors } from '../../../src/providers/index.ts';
import { homeWith } from '../../support/home.ts';
import type { Run } from '../../support/run.ts';
import { signalwireAccount, signalwireApis } from '../../support/signalwire-account.ts';

type Row = { readonly id: string; readonly api: string; readonly created_at: string };
const rowsOf = ({ out }: Run): readonly Row[] => JSON.parse(out);
const apisOf = (run: Run): readonly string[] => [...new Set(rowsOf(run).map(({ api }) => api))].sort();
const list = ['list', '-p', 'sw', '--all', '-o', 'json'];

describe.concurrent.each(vendors)('without --api a command asks every API of $name', ({ name }) => {
  test('and each recording comes once, newest first', async () => {
    const { run, sandbox } = await homeWith();
    const own = definitions.filter(({ vendor }) => vendor.name === name);
    const environment = await import('../../../src/sandbox/server.ts').then(({ sandboxApis }) => {
      const { credentials = {} } = sandboxApis.find(({ provider }) => provider === name) ?? {};
      const fields = own[0]?.vendor.fields ?? [];
      return Object.fromEntries(fields.map(({ key, variable }) => [variable, credentials[key] ?? '']));
    });
    // Only SignalWire's own address can be set in the environment; the others need a stored profile.
    const isOpen = name === 'signalwire';
    const env = isOpen ? { ...environment, SIGNALWIRE_SPACE: sandbox.origin } : {};
    const chosen = isOpen ? ['--provider', name] : ['-p', name];
    const got = await run(['list', ...chosen, '--all', '-o', 'json'], { env });
    expect({ code: got.code, err: got.err }).toEqual({ code: 0, err: '' });
    expect(apisOf(got)).toEqual(own.map(({ api }) => api).sort());
    const rows = rowsOf(got);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    const times = rows.map(({ created_at: at }) => at);
    expect(times).toEqual([...times].sort().reverse());
  });
});

describe.concurrent('an API that refuses the credentials which the others accept', () => {
  test('is left out with one warning if it is not known to have worked', async () => {
    const account = await signalwireAccount();
    account.refused.add('video');
    for (const words of [list, ['stats', '-p', 'sw', '-o', 'json'], ['export', '-p', 'sw']]) {
      const { code, err } = await account.run(words);
      expect({ words, code }).toEqual({ words, code: 0 });
      expect(err).toMatch(/^recx: left out signalwire video of profile "sw": [^\n]*Video \(HTTP 401\)\n[^\n]*--api\n$/);
    }
    expect(apisOf(await account.run(list))).toEqual(['compatibility', 'relay']);
  });

  test('makes the result partial if the profile remembers it', async () => {
    const account = await signalwireAccount();
    account.remember(signalwireApis);
    account.refused.add('video');
    const { code, out, err } = await account.run(['list', '-p', 'sw', '--all', '-o', 'ndjson']);
    expect(code).toBe(3);
    expect(err).toMatch(/^recx: signalwire video of profile "sw": [^\n]*401[^\n]*\n/);
    expect(err).toContain('the list is incomplete');
    const others = await account.run([
      'list',
      '-p',
      'sw',
      '--api',
      'relay',
      '--api',
      'compatibility',
      '--all',
      '-o',
      'ndjson',
    ]);
    expect(out).toBe(others.out);
  });

  test('ends the run with 4 if --api names it, after the rows of the others', async () => {
    const account = await signalwireAccount();
    account.refused.add('video');
    const alone = await account.run([...list, '--api', 'video']);
    expect(alone).toMatchObject({ code: 4, out: '' });
    for (const api of [
      ['--api', 'video', '--api', 'relay'],
      ['--api', 'all'],
    ]) {
      const { code, out, err } = await account.run(['list', '-p', 'sw', '--all', '-o', 'ndjson', ...api]);
      expect(code).toBe(4);
      expect(err).toContain('signalwire video of profile "sw"');
      expect(out).toContain('"api":"relay"');
    }
  });

  test('is said to lack a scope only, if the profile remembers that another API accepts them', async () => {
    const account = await signalwireAccount();
    account.remember(['compatibility', 'relay']);
    account.refused.add('video');
    for (const words of [
      ['list'],
      ['stats'],
      ['export', '--out', 'x.csv'],
      ['get', '99999999-0000-4000-8000-000000000000'],
    ]) {
      const { code, err } = await account.run([...words, '-p', 'sw', '--api', 'video']);
      expect({ words, code }).toEqual({ words, code: 4 });
      expect(err, words[0]).toBe(
        'recx: signalwire video of profile "sw": the token needs the scope Video (HTTP 401)\n' +
          'Add the scope in the console of the provider; to see which APIs work: recx profile check sw\n',
      );
    }
    account.remember(['compatibility', 'relay', 'video']);
    expect((await account.run([...list, '--api', 'video'])).err).toContain('rejected the credentials');
  });

  test('is not asked if the profile remembers others, and a name of a newer version is ignored', async () => {
    const account = await signalwireAccount();
    account.refused.add('video');
    account.remember(['compatibility', 'relay', 'fax']);
    const got = await account.run(list);
    expect({ code: got.code, err: got.err, apis: apisOf(got) }).toEqual({
      code: 0,
      err: '',
      apis: ['compatibility', 'relay'],
    });
    account.refused.clear();
    account.remember(['fax']);
    expect(apisOf(await account.run(list))).toEqual([...signalwireApis].sort());
  });
});

test('an API that a check found refused is named on a terminal, and nowhere else', async () => {
  const account = await signalwireAccount();
  account.remember(['compatibility', 'relay']);
  const onTerminal = (words: readonly string[]): Promise<Run> =>
    account.run([...words, '-p', 'sw'], { columns: 200, showsErrors: true });
  const text = 'signalwire video of profile "sw" is left out: recx profile check found it refused\n';
  for (const words of [
    ['list', '-n', '1'],
    ['list', '--count'],
    ['list', '-o', 'ndjson', '--all'],
    ['stats'],
    ['export', '--out', `${account.folder}/x.csv`],
  ]) {
    expect((await account.run([...words, '-p', 'sw'])).err).not.toContain('left out');
    const { code, err } = await onTerminal(words);
    expect({ words, code, times: err.split(text).length }).toEqual({ words, code: 0, times: 2 });
  }
  for (const more of [['--api', 'relay'], ['-q']])
    expect((await onTerminal(['list', ...more])).err).not.toContain('left out');
  account.remember(['video']);
  expect((await onTerminal(['list'])).err).toContain(
    'signalwire relay, compatibility of profile "sw" are left out: recx profile check found them refused\n',
  );
  account.remember(undefined);
  expect((await onTerminal(['list'])).err).not.toContain('left out');
});

describe.concurrent('credentials that every API refuses', () => {
  test.each([[undefined], [signalwireApis]])('end the run with 4 and one message (remembered: %j)', async (apis) => {
    const account = await signalwireAccount();
    account.remember(apis);
    for (const api of signalwireApis) account.refused.add(api);
    const { code, out, err } = await account.run(list);
    expect({ code, out }).toEqual({ code: 4, out: '' });
    expect(err).toMatch(
      /^recx: SignalWire rejected the credentials of profile "sw"[^\n]*\n[^\n]*recx profile check sw\n$/,
    );
  });

  test('are reported once beside another profile', async () => {
    const account = await signalwireAccount();
    for (const api of signalwireApis) account.refused.add(api);
    const { code, out, err } = await account.run(['list', '-p', 'sw', '-p', 'plivo', '--all', '-o', 'ndjson']);
    expect(code).toBe(3);
    expect(out).toContain('"api":"voice"');
    expect(err.match(/rejected the credentials/g)).toHaveLength(1);
    expect(err).toMatch(/^recx: signalwire of profile "sw": /);
  });
});

describe.concurrent('a recording by its id', () => {
  test('is found behind an API that refuses', async () => {
    const account = await signalwireAccount();
    const rows = rowsOf(await account.run(list));
    const own = rows.find(({ api }) => api === 'compatibility');
    account.refused.add('relay');
    account.refused.add('video');
    for (const apis of [undefined, signalwireApis]) {
      account.remember(apis);
      const got = await account.run(['get', own?.id ?? '', '-p', 'sw', '-o', 'json']);
      expect({ code: got.code, err: got.err }).toEqual({ code: 0, err: '' });
      expect(JSON.parse(got.out)).toMatchObject({ id: own?.id, api: 'compatibility' });
    }
  });

  test('that no API has is not found, and those that could not be asked are named', async () => {
    const account = await signalwireAccount();
    account.refused.add('video');
    const nowhere = '00000000-0000-4000-8000-00000000dead';
    const got = await account.run(['get', nowhere, '-p', 'sw']);
    expect(got.code).toBe(6);
    expect(got.err).toContain(`recording ${nowhere} not found; signalwire video of profile "sw" could not be queried`);
    account.remember(signalwireApis);
    const known = await account.run(['get', nowhere, '-p', 'sw']);
    expect(known.code).toBe(3);
    expect(known.err).toContain('signalwire video of profile "sw" could not be searched');
    expect((await account.run(['get', nowhere, '-p', 'sw', '--api', 'video', '--api', 'relay'])).code).toBe(4);
    for (const api of signalwireApis) account.refused.add(api);
    expect((await account.run(['get', nowhere, '-p', 'sw'])).code).toBe(4);
  });

  test('does not stop a download of others, and a refusing API is asked once', async () => {
    const account = await signalwireAccount();
    const rows = rowsOf(await account.run(list));
    const ids = ['relay', 'video', 'compatibility'].flatMap((api) =>
      rows
        .filter((row) => row.api === api)
        .slice(5, 7)
        .map(({ id }) => id),
    );
    account.refused.add('video');
    const before = account.sandbox.requests.length;
    const dir = join(account.folder, 'files');
    const got = await account.run(['download', ...ids, '-p', 'sw', '--dir', dir, '--concurrency', '1']);
    expect(got.code).toBe(6);
    expect(readdirSync(dir).filter((name) => /\.(?:wav|mp3)$/.test(name))).toHaveLength(4);
    expect(got.err.match(/left out signalwire video/g)).toHaveLength(1);
    expect(got.err.match(/not found; signalwire video of profile "sw" could not be queried/g)).toHaveLength(2);
    const video = account.sandbox.requests.slice(before).filter(({ url }) => url.pathname.startsWith('/api/video'));
    expect(video).toHaveLength(1);
  });

  test('of a list with its API fails alone when that API refuses', async () => {
    const account = await signalwireAccount();
    const rows = rowsOf(await account.run(list));
    const named = ['video', 'relay'].flatMap((api) => rows.filter((row) => row.api === api).slice(5, 6));
    const input = JSON.stringify(named);
    account.refused.add('video');
    for (const [apis, code] of [
      [undefined, 6],
      [signalwireApis, 3],
    ] as const) {
      account.remember(apis);
      const dir = join(account.folder, `files-${code}`);
      const got = await account.run(['download', '--ids', '-', '-p', 'sw', '--dir', dir], { input });
      expect({ code: got.code, err: got.err }).toMatchObject({ code });
      expect(readdirSync(dir).filter((name) => /\.(?:wav|mp3)$/.test(name))).toHaveLength(1);
    }
  });
});

describe.concurrent('a list without recordings', () => {
  const old = ['--since', '2001-01-01', '--until', '2001-01-02', '--tz', 'UTC'];
  const within = ' with --since 2001-01-01 00:00, --until 2001-01-03 00:00';
  test.each([['list'], ['stats'], ['export']])('of %s says which APIs were asked', async (command) => {
    const account = await signalwireAccount();
    const words = [command, '-p', 'sw', ...old, '-o'];
    const all = `Queried signalwire relay, video, compatibility of profile "sw"${within}`;
    expect((await account.run([...words, 'table'])).err).toBe(`No recordings found.\n${all}\n`);
    expect(await account.run([...words, 'json'])).toMatchObject({ out: '[]\n', err: '' });
    account.refused.add('video');
    const { err } = await account.run([...words, 'table']);
    expect(err).toContain(`Queried signalwire relay, compatibility of profile "sw"${within}\n`);
    expect(err).toContain('left out signalwire video');
    const filtered = await account.run([...words, 'table', '--room-session', 'x', '--api', 'relay']);
    expect(filtered.err).toContain('No API was queried with --since 2001');
  });

  test('names the profiles of a run', async () => {
    const { run } = await homeWith();
    const { err } = await run(['list', '-p', 'plivo', '-p', 'relay', '-p', 'demo', ...old, '-o', 'table']);
    expect(err).toContain(
      'Queried plivo voice of profile "plivo"; signalwire relay of profile "relay"; ' +
        'signalwire relay, video, compatibility, plivo voice, twilio voice of profile "demo"',
    );
  });
});
