import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { homeWith } from '../../support/home.ts';
import {
  listTree,
  MANIFEST,
  type MediaAccount,
  nativeFile,
  nativeFormat,
  openMediaAccount,
} from '../../support/media-account.ts';
import { wireFormats } from '../../support/wire-formats.ts';

interface Line {
  readonly id: string;
  readonly path: string;
  readonly format: string;
}

const linesIn = (folder: string): readonly Line[] =>
  readFileSync(join(folder, MANIFEST), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe.concurrent.each(wireFormats)('--output of $profile', (wire) => {
  const format = nativeFormat(wire);
  const open = () => openMediaAccount(wire, [{ id: 'one' }, { id: 'two' }]);
  const into = (account: MediaAccount, file: string, ...words: readonly string[]) =>
    account.run(['download', ...wire.args, '-o', file, ...words]);

  test.each([`call.${format}`, `.a b:c.${format.toUpperCase()}`, 'without extension'])(
    'writes the recording to exactly the file %j, with its line in the manifest beside it',
    async (name) => {
      const account = await open();
      const folder = account.folderNamed('some folder');
      const file = join(folder, name);
      const warning = name.includes('.') ? /^$/ : /without an extension; its format is \S+\nFor a folder use --dir\n$/;
      expect(await into(account, file, 'one')).toMatchObject({ code: 0, out: '', err: expect.stringMatching(warning) });
      expect(listTree(folder)).toEqual([name, MANIFEST].sort());
      expect(readFileSync(file).equals(nativeFile(wire))).toBe(true);
      expect(linesIn(folder)).toMatchObject([{ id: 'one', path: name, format }]);
      expect(await account.run(['verify', folder])).toMatchObject({ code: 0, err: '' });
      const media = account.mediaRequests.length;
      expect(await into(account, file, 'one')).toMatchObject({ code: 0, err: '' });
      expect(account.mediaRequests).toHaveLength(media);
    },
  );

  test('keeps a file of another recording, or of nobody, unless --overwrite is given', async () => {
    const account = await open();
    const folder = account.folderNamed('kept');
    const file = join(folder, `call.${format}`);
    expect((await into(account, file, 'one')).code).toBe(0);
    const other = await into(account, file, 'two');
    expect([other.code, other.err.includes('is the recording one; use another file')]).toEqual([3, true]);
    const mine = join(folder, `mine.${format}`);
    writeFileSync(mine, 'mine');
    expect((await into(account, mine, 'one')).code).toBe(3);
    expect(readFileSync(mine, 'utf8')).toBe('mine');
    expect((await into(account, mine, 'two', '--overwrite', '--sidecar')).code).toBe(0);
    expect(readFileSync(mine).equals(nativeFile(wire))).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, 'mine.json'), 'utf8')).id).toBe('two');
  });

  test('names the format of a file whose extension is of none', async () => {
    const account = await open();
    const run = await into(account, account.folderNamed('call.ogg'), 'one');
    expect({ code: run.code, err: run.err }).toEqual({ code: 0, err: `recx: the format of call.ogg is ${format}\n` });
  });

  test('with the value - writes to standard output', async () => {
    const account = await open();
    const run = await into(account, '-', 'one');
    expect({ code: run.code, same: run.bytes.equals(nativeFile(wire)) }).toEqual({ code: 0, same: true });
  });

  test.each<[words: readonly string[], message: string]>([
    [['x.wav'], 'exactly one id'],
    [['x.wav', 'one', 'two'], 'exactly one id'],
    [['x.wav', '-'], 'exactly one id'],
    [['x.wav', '--ids', '-'], 'exactly one id'],
    [['x.wav', '--since', '7d'], 'exactly one id'],
    [['x.wav', '--all'], 'exactly one id'],
    [['x.wav', 'one', '--dir', 'recordings'], '--output and --dir'],
    [['x.wav', 'one', '--name', '{id}'], '--output and --name'],
    [['x.wav', 'one', '--stdout'], '--output and --stdout'],
    [['x.wav', 'one', '--media', 'mp3'], 'contradict'],
    [['', 'one'], 'empty'],
    [['folder/', 'one'], 'Use --dir folder/'],
    [['..', 'one'], 'Use --dir ..'],
    [['json', 'one'], '--output ./json'],
    [['s3://bucket/x.wav', 'one'], 'not a local path'],
    [[MANIFEST, 'one'], 'the manifest'],
    [['.recx.lock', 'one'], 'a lock'],
    [['a\\b.wav', 'one'], 'not allowed'],
  ])('of %j is refused without a request', async ([file = '', ...words], message) => {
    const account = await open();
    const { code, err } = await into(account, file, ...words);
    expect({ code, err, requests: account.sandbox.requests.length }).toEqual({
      code: 2,
      err: expect.stringContaining(message),
      requests: 0,
    });
  });

  test('of a folder that exists is refused with a hint', async () => {
    const account = await open();
    mkdirSync(account.out);
    expect(await into(account, account.out, 'one')).toMatchObject({
      code: 2,
      err: expect.stringContaining(`Use --dir ${account.out}`),
    });
  });

  test.each([
    ['of the format itself', `call.${format}`, `call.${format}`],
    ['of the format in capitals', `{id}.${format.toUpperCase()}`, `one.${format}`],
    ['of another format', '{id}.xyz', `one.xyz.${format}`],
    ['without a dot', `{id}${format}`, `one${format}.${format}`],
  ])('an extension in --name, %s, is doubled only if it is not the own one', async (_, name, expected) => {
    const account = await open();
    const words = ['one', '--name', name, '--sidecar'];
    expect(await account.downloadOnly(...words)).toMatchObject({ code: 0, err: '' });
    const sidecar = `${expected.slice(0, -format.length - 1)}.json`;
    expect(listTree(account.out)).toEqual([expected, sidecar, MANIFEST].sort());
    expect(await account.downloadOnly(...words)).toMatchObject({ code: 0, err: '' });
    expect(await account.run(['verify', account.out])).toMatchObject({ code: 0 });
  });

  test('an id that ends like a file is part of the name', async () => {
    const id = `one.${format}`;
    const account = await openMediaAccount(wire, [{ id }]);
    expect((await account.download()).code).toBe(0);
    expect(listTree(account.out)).toContain(`${id}.${format}`);
  });
});

test('the extension of --output chooses the format', async () => {
  const home = await homeWith();
  const { out } = await home.run(['list', '-p', 'twilio', '--status', 'completed', '-n', '1', '-o', 'json']);
  const [{ id }] = JSON.parse(out);
  const folder = emptyFolder();
  for (const format of ['mp3', 'wav']) {
    const file = join(folder, `call.${format}`);
    expect(await home.run(['download', '-p', 'twilio', id, '-o', file])).toMatchObject({ code: 0, err: '' });
    const start = readFileSync(file).subarray(0, 4).toString('latin1');
    expect(start === 'RIFF').toBe(format === 'wav');
  }
  const movie = join(folder, 'call.mp4');
  expect((await home.run(['download', '-p', 'twilio', id, '-o', movie])).code).toBe(3);
  expect(existsSync(movie)).toBe(false);
});

describe.concurrent('a download to a file and to a folder', () => {
  test.each([
    [['x', '-o', 'a.mp3', '--dir', 'd/'], '--output and --dir cannot be used together', 'Use --output d/a.mp3'],
    [
      ['--since', '1d', '-o', 'a.mp3', '--dir', 'd'],
      '--output requires exactly one id',
      'For several recordings use --dir and --name',
    ],
    [
      ['x', '--dir', 'new/a.MP3'],
      '--dir: "new/a.MP3" has the name of a file',
      'For one recording: --output new/a.MP3; a folder of that name must exist',
    ],
    [['--since', '1d', '-o', 'new/'], '--output: "new/" is a folder, not a file', 'Use --dir new/'],
  ])('%j is refused with the words for what is meant', async (words, message, hint) => {
    const { run, sandbox } = await homeWith();
    const got = await run(['download', '-p', 'twilio', ...words]);
    expect(got).toMatchObject({ code: 2, out: '', err: `recx: ${message}\n${hint}\n` });
    expect(sandbox.requests).toEqual([]);
    expect(existsSync('new')).toBe(false);
  });
});

describe.concurrent.each(wireFormats.filter(({ profile }) => profile === 'video'))('of $profile', (wire) => {
  test('a folder with the name of a file is used if it exists', async () => {
    const account = await openMediaAccount(wire, [{ id: 'one' }]);
    const folder = account.folderNamed('old.mp3');
    mkdirSync(folder, 0o700);
    expect((await account.run(['download', ...wire.args, 'one', '--dir', folder])).code).toBe(0);
    expect(listTree(folder)).toContain(MANIFEST);
  });

  test('a file in a format that the recording has not is refused with the ending that fits', async () => {
    const account = await openMediaAccount(wire, [{ id: 'one' }]);
    const got = await account.run(['download', ...wire.args, 'one', '-o', join(account.folder, 'a.mp3')]);
    expect(got.code).toBe(3);
    expect(got.err).toContain('\nUse a file name that ends in .mp4\n');
  });
});
