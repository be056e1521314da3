import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { homeWith } from '../../support/home.ts';
import { listTree, openMediaAccount } from '../../support/media-account.ts';
import { wireFormats } from '../../support/wire-formats.ts';

const ids = ['one', 'two'];

describe.concurrent.each(wireFormats)('a download of $profile', (wire) => {
  const open = () =>
    openMediaAccount(
      wire,
      ids.map((id) => ({ id })),
    );

  test.each<[what: string, words: readonly string[], input: string]>([
    ['nothing', [], ''],
    ['blank lines in a pipe', [], '\n \n'],
    ['only an order', ['--sort', 'id'], 'one\n'],
  ])('that names %s is refused without a request or a folder, and told about --all', async (_, words, input) => {
    const account = await open();
    const { code, out, err } = await account.run(['download', ...wire.args, '--dir', account.out, ...words], { input });
    expect({ code, out, requests: account.sandbox.requests.length }).toEqual({ code: 2, out: '', requests: 0 });
    for (const word of ['--all', '--since 7d', 'ids']) expect(err).toContain(word);
    expect(existsSync(account.out)).toBe(false);
  });

  test.each<[words: readonly string[]]>([
    [['--all', 'one']],
    [['--all', '-']],
    [['--all', '--ids', '-']],
    [['--all', '-n', '1']],
    [['-', 'one']],
    [['-', '--since', '7d']],
    [['-', '--stdout']],
  ])('of %j is refused as a contradiction', async (words) => {
    const account = await open();
    const { code } = await account.downloadOnly(...words);
    expect([code, account.sandbox.requests.length]).toEqual([2, 0]);
  });

  test.each<[what: string, words: readonly string[], input: string, count: number]>([
    ['every recording with --all', ['--all'], 'one\n', 2],
    ['what matches with --all and a filter', ['--all', '--since', '7d'], 'one\n', 2],
    ['the newest with --limit', ['-n', '1'], 'two\none\n', 1],
    ['the ids on standard input', [], 'two\n', 1],
    ['the rows of JSON on standard input', [], '[{"id":"one"},{"id":"two"}]', 2],
    ['the column of CSV on standard input', [], 'id\none\ntwo\n', 2],
    ['the ids on standard input, named by -', ['-'], 'two\n', 1],
    ['nothing for an empty list', [], '[]\n', 0],
    ['nothing for an empty CSV', [], 'id,provider\n', 0],
  ])('gets %s', async (_, words, input, count) => {
    const account = await open();
    const run = await account.run(['download', ...wire.args, '--dir', account.out, ...words], { input });
    expect({ code: run.code, err: run.err }).toEqual({ code: 0, err: '' });
    expect(listTree(account.out).filter((path) => /\.(?:wav|mp3|mp4)$/.test(path))).toHaveLength(count);
  });

  test('refuses a table on standard input', async () => {
    const account = await open();
    const { out } = await account.run(['list', ...wire.args, '--since', '7d', '-o', 'table']);
    for (const input of [out, out.split('\n').slice(1).join('\n')]) {
      const { code, err } = await account.run(['download', ...wire.args, '--dir', account.out], { input });
      expect({ code, err }).toEqual({
        code: 2,
        err: expect.stringMatching(/as in a table.*\nWrite the list with -o json/),
      });
    }
    expect(existsSync(account.out)).toBe(false);
  });

  test('and get read the same lists', async () => {
    const account = await open();
    const { out } = await account.run(['list', ...wire.args, '--since', '7d', '-o', 'json']);
    const got = await account.run(['get', '-', ...wire.args, '-o', 'json'], { input: out });
    expect({ code: got.code, rows: JSON.parse(got.out) }).toEqual({ code: 0, rows: JSON.parse(out) });
    const missing = await account.run(['get', '-', ...wire.args, '-o', 'ndjson'], { input: 'nobody\none\n' });
    expect([missing.code, JSON.parse(missing.out).id]).toEqual([6, 'one']);
    expect((await account.run(['get', '-', 'one', ...wire.args])).code).toBe(2);
  });
});

test.each<[what: string, redirection: string, code: number]>([
  ['from /dev/null', '</dev/null', 2],
  ['that is closed', '<&-', 2],
  ['from an empty file', '<empty', 2],
  ['from a file', '<ids', 0],
  ['from a here document', '<<<one', 0],
])('standard input %s', async (_, redirection, code) => {
  const [wire] = wireFormats;
  if (wire === undefined) throw new Error('no API');
  const account = await openMediaAccount(wire, [{ id: 'one' }]);
  const cwd = emptyFolder();
  const words = ['download', ...wire.args, '--dir', join(cwd, 'out')].join(' ');
  const run = await account.shell(`: >empty; echo one >ids; $RECX ${words} ${redirection}`, { cwd });
  expect({ code: run.code, made: existsSync(join(cwd, 'out')) }).toEqual({ code, made: code === 0 });
  const pipe = await account.shell(`$RECX list ${wire.args.join(' ')} --since 7d | $RECX ${words}2`, { cwd });
  expect({ code: pipe.code, err: pipe.err, made: existsSync(join(cwd, 'out2')) }).toEqual({
    code: 0,
    err: '',
    made: true,
  });
  // An open pipe is left alone where something else names what to download.
  const open = await account.shell(`mkfifo held; sleep 60 >held & $RECX ${words}3 --all <held; echo $?; kill %1`, {
    cwd,
  });
  expect(open.out).toBe('0\n');
});

test('on a terminal an empty list of ids is said to be empty', async () => {
  const home = await homeWith();
  writeFileSync(join(home.folder, 'ids.txt'), '');
  const onTerminal = await home.run(['download', '-p', 'plivo', '--ids', join(home.folder, 'ids.txt')], {
    columns: 100,
    showsErrors: true,
  });
  expect(onTerminal.code).toBe(0);
  expect(onTerminal.err).toContain('nothing to download: the list of ids is empty');
  expect(await home.run(['download', '-p', 'plivo', '--ids', join(home.folder, 'ids.txt')])).toMatchObject({
    code: 0,
    out: '',
    err: '',
  });
});
