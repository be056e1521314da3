import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SandboxOptions } from '../../../src/sandbox/server.ts';
import { openCallsAccount, recordingId } from '../../support/calls-account.ts';
import { wavRecording } from '../../support/download-account.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const withDownloads = async () => {
  let media = 0;
  const intercept: SandboxOptions['intercept'] = ({ url, method }, response) => {
    const [, id] = /\/Recordings\/(RE\w+)\.wav$/.exec(url.pathname) ?? [];
    if (id === undefined) return false;
    const { bytes } = wavRecording(id, 2000);
    if (method === 'GET') media++;
    response.writeHead(200, { 'content-type': 'audio/x-wav', 'content-length': bytes.length });
    response.end(method === 'HEAD' ? undefined : bytes);
    return true;
  };
  const account = await openCallsAccount({ intercept });
  const dir = join(account.folder, 'files');
  return {
    ...account,
    account,
    dir,
    /** The number of requests for media since the last call. */
    fetched: () => {
      const before = media;
      media = 0;
      return before;
    },
    files: (): readonly string[] =>
      existsSync(dir)
        ? readdirSync(dir, { recursive: true, encoding: 'utf8' })
            .filter((name) => name.endsWith('.wav'))
            .sort()
        : [],
    lines: () =>
      readFileSync(join(dir, 'manifest.ndjson'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
    download: (...words: readonly string[]) => account.run('download', '-p', 'twilio', '--dir', dir, ...words),
  };
};

const wav = (folder: string, number: number): string => `${folder}/${recordingId(number)}.wav`;

describe('names of what calls say', () => {
  test.each([
    ['a filter', ['--since', '1d']],
    ['ids', [recordingId(1), recordingId(2)]],
  ])('join calls by themselves, with %s', async (_, target) => {
    const { download, call, record, files, lines } = await withDownloads();
    for (const number of [1, 2]) call(number, 10 * number, number === 2 ? { direction: 'outbound-api' } : {});
    for (const number of [1, 2]) record(number, 10 * number - 3);
    expect(await download(...target, '--name', '{direction}/{from}/{id}')).toMatchObject({ code: 0, err: '' });
    expect(files()).toEqual([wav('inbound/+14155550101', 1), wav('outbound/+14155550102', 2)]);
    expect(
      lines()
        .map(({ from, to }) => [from, to])
        .sort(),
    ).toEqual([
      ['+14155550101', '+13125550199'],
      ['+14155550102', '+13125550199'],
    ]);
    expect((await download(...target, '--name', '{direction}/{from}/{id}')).code).toBe(0);
  });

  test('are checked without an id in them, and asked for once', async () => {
    const { download, call, record, files, home } = await withDownloads();
    call(1, 10);
    call(2, 20);
    record(1, 8);
    record(2, 18);
    expect(await download(recordingId(1), recordingId(2), '--name', '{from}')).toMatchObject({ code: 0, err: '' });
    expect(files()).toEqual(['+14155550101.wav', '+14155550102.wav']);
    expect(home.sandbox.requests.filter(({ url }) => url.pathname.includes('/Calls'))).toHaveLength(2);
    call(2, 20, { from: '+14155550101' });
    expect(await download('--all', '--name', '{to}')).toMatchObject({
      code: 2,
      err: expect.stringContaining('two recordings would get the same name: +13125550199'),
    });
  });

  test('wait for a call that is not listed yet, and for the end of one if it matters', async () => {
    const { download, call, record, files, clock } = await withDownloads();
    record(1, 3);
    call(2, 9, { status: 'in-progress' });
    record(2, 5);
    const early = await download('--all', '--name', '{from}/{id}');
    expect(early).toMatchObject({ code: 0, err: expect.stringContaining('left for a later run') });
    expect(files()).toEqual([wav('+14155550102', 2)]);
    clock.now += HOUR;
    call(1, 65);
    expect(await download('--all', '--name', '{from}/{id}')).toMatchObject({ code: 0, err: '' });
    expect(files()).toEqual([wav('+14155550101', 1), wav('+14155550102', 2)]);
    expect((await download(recordingId(2), '--name', '{call_status}-{id}', '--dry-run')).out).toContain('pending 1');
    call(2, 69);
    expect((await download(recordingId(2), '--name', '{call_status}-{id}', '--dry-run')).out).toContain('1 file');
  });

  test('are unknown for a call that never comes, and stay when it comes after all', async () => {
    const { download, call, record, files, fetched, clock } = await withDownloads();
    record(1, 3);
    clock.now += 2 * DAY;
    expect((await download('--all', '--name', '{from}/{id}')).code).toBe(0);
    expect(files()).toEqual([wav('unknown', 1)]);
    call(1, 2 * 1440 + 5);
    expect(fetched()).toBe(1);
    for (const target of ['--all', recordingId(1)])
      expect(await download(target, '--name', '{from}/{id}')).toMatchObject({ code: 0, err: '' });
    expect({ files: files(), fetched: fetched() }).toEqual({ files: [wav('unknown', 1)], fetched: 0 });
  });

  test.each([
    ['is gone', '--all'],
    ['is gone', recordingId(1)],
    ['may not be read any more', '--all'],
  ])('stay when the call %s, and the media is not fetched again, with %s', async (why, target) => {
    const { account, download, call, record, files, fetched, clock } = await withDownloads();
    call(1, 10);
    record(1, 8);
    expect((await download(target, '--name', '{from}/{year}/{id}')).code).toBe(0);
    expect(fetched()).toBe(1);
    const before = files();
    clock.now += 2 * DAY;
    if (why === 'is gone') account.calls.length = 0;
    else account.answers.status = 403;
    expect((await download(target, '--name', '{from}/{year}/{id}')).code).toBe(0);
    expect({ files: files(), fetched: fetched() }).toEqual({ files: before, fetched: 0 });
    // Another template is another wish.
    expect((await download(target, '--name', '{from}-{id}')).code).toBe(0);
    expect(fetched()).toBe(1);
  });

  test.each(['--all', recordingId(1)])('are not given while calls cannot be read, with %s', async (target) => {
    const { account, download, call, record, files } = await withDownloads();
    call(1, 10);
    record(1, 8);
    account.answers.status = 500;
    const { code, err } = await download(target, '--name', '{from}/{id}', '--retries', '1');
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('its call could not be read') });
    expect(files()).toEqual([]);
    account.answers.status = undefined;
    expect((await download(target, '--name', '{from}/{id}')).code).toBe(0);
    expect(files()).toEqual([wav('+14155550101', 1)]);
  });

  test('are unknown without the permission to read calls, with a warning', async () => {
    const { account, download, record, files } = await withDownloads();
    record(1, 8);
    account.answers.status = 403;
    const { code, err } = await download('--all', '--name', '{from}/{id}');
    expect({ code, warnings: err.match(/^recx: /gm)?.length }).toEqual({ code: 0, warnings: 1 });
    expect(files()).toEqual([wav('unknown', 1)]);
    expect((await download(recordingId(1), '--name', '{from}/{id}')).code).toBe(0);
  });
});

describe('download --with-calls', () => {
  test('adds what calls say to sidecars and the manifest, also of files that are there', async () => {
    const { download, call, record, lines, dir, account, fetched } = await withDownloads();
    call(1, 10, { caller_name: 'ACME' });
    record(1, 8);
    expect((await download('--all', '--sidecar')).code).toBe(0);
    expect(lines()).toMatchObject([{ from: null }]);
    fetched();
    for (let round = 0; round < 2; round++)
      expect(await download('--all', '--sidecar', '--with-calls')).toMatchObject({ code: 0, err: '' });
    expect(fetched()).toBe(0);
    const sidecar = JSON.parse(readFileSync(join(dir, `${recordingId(1)}.json`), 'utf8'));
    const said = {
      from: '+14155550101',
      to: '+13125550199',
      direction: 'inbound',
      caller_name: 'ACME',
      call_duration_seconds: 180,
    };
    expect(sidecar).toMatchObject(said);
    expect(lines()).toMatchObject([{ from: null }, said]);
    expect(await account.run('verify', dir)).toMatchObject({ code: 0, err: '' });
    const page = join(account.folder, 'page.html');
    expect((await account.run('report', dir, '--out', page)).code).toBe(0);
    expect(readFileSync(page, 'utf8')).toContain('+14155550101');
  });

  test('writes the sidecar of a call that goes on when it is over', async () => {
    const { download, call, record, dir, lines } = await withDownloads();
    call(1, 10, { status: 'in-progress' });
    record(1, 8);
    const path = join(dir, `${recordingId(1)}.json`);
    expect((await download('--all', '--sidecar', '--with-calls')).code).toBe(0);
    expect(existsSync(path)).toBe(false);
    call(1, 10);
    expect(await download('--all', '--sidecar', '--with-calls')).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ call_status: 'completed' });
    expect(lines().at(-1)).toMatchObject({ call_status: 'completed', call_duration_seconds: 180 });
  });

  test('of ids whose calls cannot be read downloads them, and ends with exit 3', async () => {
    const { account, download, record, files } = await withDownloads();
    record(1, 8);
    account.answers.status = 500;
    const { code, err } = await download(recordingId(1), '--with-calls', '--retries', '1');
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('calls') });
    expect(files()).toEqual([`${recordingId(1)}.wav`]);
  });
});

describe('a list of ids', () => {
  test.each([
    ['json', ['--with-calls'], 0],
    ['json', ['--fields', 'all'], 1],
    ['ndjson', ['--with-calls'], 0],
    ['tsv', ['--with-calls'], 1],
    ['csv', ['--with-calls'], 1],
  ])('as %s with %j asks for calls that it does not have', async (format, words, asked) => {
    const { account, download, call, record, files, home } = await withDownloads();
    call(1, 10, { to: '=1+1' });
    record(1, 8);
    const list = join(account.folder, `ids.${format}`);
    const { out } = await account.run('list', '-p', 'twilio', '-o', format, ...words);
    writeFileSync(list, out);
    const before = home.sandbox.requests.length;
    expect(await download('--ids', list, '--name', '{from}/{dialed_to}/{id}')).toMatchObject({ code: 0, err: '' });
    expect(files()).toEqual([`+14155550101/unknown/${recordingId(1)}.wav`]);
    const later = home.sandbox.requests.slice(before).map(({ url }) => url.pathname);
    expect(new Set(later.filter((path) => path.includes('/Calls/')))).toHaveLength(asked);
  });
});

describe('filters on calls', () => {
  test('download the recordings of a caller', async () => {
    const { download, call, record, files } = await withDownloads();
    for (const number of [1, 2, 3]) call(number, 10 * number);
    for (const number of [1, 2, 3]) record(number, 10 * number - 3);
    expect(await download('--from', '+14155550102')).toMatchObject({ code: 0, err: '' });
    expect(files()).toEqual([`${recordingId(2)}.wav`]);
    expect((await download('--direction', 'inbound', '--dry-run')).out).toContain('would download 2 files');
  });

  test.each(['{id}', '{from}-{hour}{minute}'])(
    'count recordings whose calls are gone, with exit 3, for %s',
    async (name) => {
      const { download, call, record, files } = await withDownloads();
      call(1, 10);
      record(1, 8);
      record(2, 20);
      const { code, err } = await download('--from', '+14155550101', '--name', name);
      expect({ code, said: err.match(/of 1 recording/g)?.length }).toEqual({ code: 3, said: 1 });
      expect(files()).toHaveLength(1);
    },
  );

  test('end with exit 4 without the permission', async () => {
    const { account, download, record, files } = await withDownloads();
    record(1, 8);
    account.answers.status = 403;
    expect(await download('--from', '+14155550101')).toMatchObject({ code: 4 });
    expect(files()).toEqual([]);
  });
});

test('--with-calls is refused where nothing has its fields', async () => {
  const { download, account, record } = await withDownloads();
  record(1, 8);
  for (const words of [
    ['--all', '--no-manifest'],
    [recordingId(1), '--stdout'],
  ])
    expect(await download(...words, '--with-calls')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--with-calls'),
    });
  expect(account.home.sandbox.requests).toEqual([]);
});
