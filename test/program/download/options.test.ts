import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  buildsMediaUrls,
  expectFiles,
  manifestEntries,
  nativeFile,
  nativeFormat,
  openMediaAccount,
  type ServedRecording,
  sizeKey,
  withExtensions,
} from '../../support/media-account.ts';
import { completeFile, cut, fileBytes, numberedFile, typeOf } from '../../support/media-faults.ts';
import { relay, twilio, wireFormats } from '../../support/wire-formats.ts';

/** Serves the format that the path requests. */
const anyFormat: NonNullable<ServedRecording['media']> = (request, response) => {
  const format = request.url.pathname.endsWith('.mp3') ? 'mp3' : request.url.pathname.endsWith('.mp4') ? 'mp4' : 'wav';
  return completeFile(fileBytes(format), { type: typeOf(format) })(request, response);
};

describe.concurrent.each(wireFormats)('--media of $profile', (wire) => {
  test('downloads the first available format and reports when none is available', async () => {
    const account = await openMediaAccount(wire, [{ id: 'one', media: anyFormat }]);
    const has = buildsMediaUrls(wire) ? ['wav', 'mp3'] : [nativeFormat(wire)];
    const wishes = [['mp3', 'wav'], ['wav', 'mp3'], ['mp4', 'mp3'], ['mp3'], ['wav'], ['mp4']] as const;
    for (const wished of wishes) {
      const folder = account.folderNamed(wished.join('-'));
      const { code, err } = await account.download('--dir', folder, '--media', wished.join(','));
      const got = wished.find((format) => has.includes(format));
      expect({ wished, code }).toEqual({ wished, code: got === undefined ? 3 : 0 });
      if (got === undefined)
        expect(err).toMatch(
          new RegExp(
            `^recx: one: not available as ${wished.join(' or ')}, only as ${has.join(' or ')}\nFiles are not converted; to accept any: --media ${[...new Set([...wished, 'mp3', 'wav', 'mp4'])].join(',')}$`,
            'm',
          ),
        );
      expectFiles(folder, got === undefined ? {} : { [`one.${got}`]: fileBytes(got) });
    }
  });
});

describe.concurrent.each(wireFormats)('--name of $profile', (wire) => {
  const native = nativeFormat(wire);
  const files = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [`${name}.${native}`, nativeFile(wire)]));

  test('builds file names and folders from fields', async () => {
    const account = await openMediaAccount(wire, [{ id: 'one' }, { id: 'two' }]);
    expect(await account.download('--name', '{provider}/{year}-{month}-{day}/{hour}_{id}')).toMatchObject({
      code: 0,
      err: '',
    });
    const paths = manifestEntries(account.out).map(({ path }) => String(path));
    for (const path of paths)
      expect(path).toMatch(new RegExp(`^${wire.provider}/\\d{4}-\\d\\d-\\d\\d/\\d\\d_(?:one|two)\\.${native}$`));
    expectFiles(account.out, Object.fromEntries(paths.map((path) => [path, nativeFile(wire)])));
  });

  test('keeps files inside the download folder whatever the fields contain', async () => {
    const values = ['../../x', '/etc/x', '..', 'a/b', 'CON', '.x', '', null, 'x'.repeat(300), '\u202ex\n'];
    const account = await openMediaAccount(
      wire,
      values.map((value, index): ServedRecording => ({ id: `id-${index}`, more: { [wire.textKey]: value } })),
    );
    expect(await account.download('--name', `{${wire.textColumn}}/{id}`)).toMatchObject({ code: 0, err: '' });
    const paths = manifestEntries(account.out).map(({ path }) => String(path));
    for (const path of paths) expect(path).toMatch(/^[^/.~-][^/]{0,254}\/id-\d\.\w+$/);
    expectFiles(account.out, Object.fromEntries(paths.map((path) => [path, nativeFile(wire)])));
  });

  test('that gives two recordings the same name is a usage error before anything is written', async () => {
    const account = await openMediaAccount(wire, [{ id: 'one' }, { id: 'two' }]);
    for (const words of [[], ['--dry-run'], ['--overwrite']]) {
      const { code, err } = await account.download('--name', '{provider}', ...words);
      expect({ code, media: account.mediaRequests.length, there: existsSync(account.out) }).toEqual({
        code: 2,
        media: 0,
        there: false,
      });
      expect(err).toMatch(/two recordings .*name/);
    }
    const byId = await account.downloadOnly('--name', '{provider}', 'one', 'two');
    expect({ code: byId.code, there: existsSync(account.out) }).toEqual({ code: 2, there: false });
    expect(await account.downloadOnly('--name', '{provider}', 'one')).toMatchObject({ code: 0 });
    expectFiles(account.out, files([wire.provider]));
  });
});

describe.concurrent.each(wireFormats)('a download from $profile', (wire) => {
  test('writes a sidecar without links beside each file with --sidecar', async () => {
    const account = await openMediaAccount(wire, [{ id: 'one' }, { id: 'two' }]);
    expect(await account.download('--sidecar')).toMatchObject({ code: 0, err: '' });
    const beside = { others: ['one.json', 'two.json'] };
    const files = withExtensions(wire, { one: nativeFile(wire), two: nativeFile(wire) });
    expectFiles(account.out, files, beside);
    const listed = await account.run(['get', 'one', ...wire.args, '-o', 'json']);
    const text = readFileSync(join(account.out, 'one.json'), 'utf8');
    expect(JSON.parse(text)).toEqual(JSON.parse(listed.out));
    expect(text).not.toMatch(/https?:/);
    expect(await account.download('--sidecar')).toMatchObject({ code: 0, err: '' });
    expectFiles(account.out, files, beside);
  });

  test('only reports the number and size of files with --dry-run', async () => {
    const size = sizeKey(wire);
    const more = size === undefined ? {} : { [size]: 1_000_000 };
    const account = await openMediaAccount(wire, [
      { id: 'one', more },
      { id: 'two', more },
    ]);
    const { code, out, err } = await account.download('--dry-run');
    expect({ code, err, media: account.mediaRequests.length, there: existsSync(account.out) }).toEqual({
      code: 0,
      err: '',
      media: 0,
      there: false,
    });
    expect(out).toMatch(
      new RegExp(
        `^would download 2 files \\(${size === undefined ? '2 of unknown size' : '2\\.0 MB'}\\) to .*free\\n$`,
      ),
    );
  });

  test('names the first files on a terminal with --dry-run, and how many more there are', async () => {
    const account = await openMediaAccount(
      wire,
      Array.from({ length: 23 }, (_, index) => ({ id: `rec-${index}` })),
    );
    const words = ['download', ...wire.args, '--since', '7d', '--dir', account.out, '--dry-run'];
    const { out } = await account.onTerminal(words, 200);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(22);
    expect(new Set(lines.slice(0, 20)).size).toBe(20);
    for (const line of lines.slice(0, 20)) expect(line).toMatch(new RegExp(`^${account.out}/rec-\\d+\\.\\w+$`));
    expect(lines[20]).toBe('and 3 more');
    expect(lines[21]).toMatch(/^would download 23 files/);
  });

  test('says on a terminal which recordings are there under other names', async () => {
    const account = await openMediaAccount(wire, [{ id: 'one' }, { id: 'two' }]);
    const download = async (...more: readonly string[]): Promise<string> => {
      const words = ['download', ...wire.args, '--since', '7d', '--dir', account.out, ...more];
      const { code, err } = await account.run(words, { columns: 200, showsErrors: true });
      expect(code).toBe(0);
      return err;
    };
    const text = '2 of these recordings are in manifest.ndjson already, under other names\n';
    expect(await download()).not.toContain('already');
    for (const more of [['--dry-run'], []]) expect(await download('--name', 'x/{id}', ...more)).toContain(text);
    for (const name of ['x/{id}', '{id}']) expect(await download('--name', name)).not.toContain('other names');
    rmSync(join(account.out, 'x'), { recursive: true });
    expect(await download('--name', 'x/{id}')).not.toContain('other names');
    expect(await account.download('--name', 'y/{id}')).toMatchObject({ code: 0, out: '', err: '' });
  });

  test('writes media to standard output with --stdout, and succeeds only if it is complete', async () => {
    const bytes = numberedFile(nativeFormat(wire), 77);
    const recordings: ServedRecording[] = [{ id: 'one', media: completeFile(bytes) }];
    const account = await openMediaAccount(wire, recordings);
    const run = await account.downloadOnly('--stdout', 'one');
    expect({ code: run.code, err: run.err, same: run.bytes.equals(bytes) }).toEqual({ code: 0, err: '', same: true });
    expect(existsSync(account.out)).toBe(false);
    recordings[0] = { id: 'one', media: cut(bytes, 1000, 'length') };
    const broken = await account.run(['--retries', '1', 'download', ...wire.args, '--stdout', 'one']);
    expect(broken.code).toBe(3);
    expect(broken.bytes.equals(bytes.subarray(0, broken.bytes.length))).toBe(true);
    recordings[0] = { id: 'one', media: completeFile(Buffer.from('<html>Log in'), { type: 'audio/mpeg' }) };
    const page = await account.downloadOnly('--stdout', 'one');
    expect({ code: page.code, out: page.out }).toEqual({ code: 3, out: '' });
    expect((await account.downloadOnly('--stdout', 'nowhere')).code).toBe(6);
  });

  test('by ids from a file or standard input downloads each id once', async () => {
    const ids = ['one', 'two', 'three'];
    const account = await openMediaAccount(wire, [...ids.map((id) => ({ id })), { id: 'other' }]);
    const listed = await account.run(['list', ...wire.args, '--since', '7d', '--all', '-o', 'json']);
    const rows = (JSON.parse(listed.out) as readonly { readonly id: string }[]).filter(({ id }) => ids.includes(id));
    const forms = [
      `${ids.join('\n')}\none\n\n`,
      ids.join('\r\n'),
      JSON.stringify(rows),
      JSON.stringify(rows, null, 2),
      `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`,
      `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`,
      JSON.stringify([...ids, 'one']),
      `\ufeff${ids.join('\n')}`,
    ];
    const check = async (input: string, index: number): Promise<void> => {
      const folder = account.folderNamed(`form-${index}`);
      const file = account.folderNamed(`ids-${index}`);
      writeFileSync(file, input);
      const words = ['download', ...wire.args, '--dir', folder, '--ids', index % 2 === 0 ? '-' : file];
      const { code, out, err } = await account.run([...words, '--summary', '-'], { input });
      expect({ index, code, err }).toEqual({ index, code: 0, err: '' });
      expect(JSON.parse(out)).toMatchObject({ done: 3, listed: 3 });
      expectFiles(folder, withExtensions(wire, Object.fromEntries(ids.map((id) => [id, nativeFile(wire)]))));
    };
    await Promise.all(forms.map(check));
  });
});

test.concurrent.each(['ogg', '', 'mp3,', 'wav;mp3'])('--media rejects the format %j', async (wrong) => {
  const account = await openMediaAccount(relay, []);
  expect((await account.downloadOnly('--media', wrong)).code).toBe(2);
});

describe.concurrent('--name', () => {
  test.each([
    '../{id}',
    '/x/{id}',
    '{id}/..',
    'a//{id}',
    '',
    '.{id}',
    '{nothing}',
    '{id',
    'a\\{id}',
    './{id}',
    'x/../{id}',
    '{id}/',
  ])('rejects the template %j', async (template) => {
    const account = await openMediaAccount(relay, [{ id: 'one' }]);
    const { code } = await account.downloadOnly('--name', template, 'one');
    expect({ code, requests: account.sandbox.requests.length, there: existsSync(account.out) }).toEqual({
      code: 2,
      requests: 0,
      there: false,
    });
  });
});

describe.concurrent('encrypted media', () => {
  test('is stored encrypted under a name ending in .enc', async () => {
    const wire = twilio;
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251));
    const secret: ServedRecording = {
      id: 'one',
      media: completeFile(bytes),
      more: { encryption_details: { encryption_cek: 'x' } },
    };
    const account = await openMediaAccount(wire, [secret]);
    const { code, err } = await account.download();
    expect(code).toBe(0);
    expect(err).toMatch(/one\.wav\.enc is encrypted/);
    expectFiles(account.out, { 'one.wav.enc': bytes });
    const cutOff = await openMediaAccount(wire, [{ ...secret, media: cut(bytes, 2000, 'length') }]);
    mkdirSync(cutOff.out, 0o700);
    expect((await cutOff.run(['--retries', '0', 'download', ...wire.args, '--dir', cutOff.out, 'one'])).code).toBe(3);
    expectFiles(cutOff.out, {});
  });
});
