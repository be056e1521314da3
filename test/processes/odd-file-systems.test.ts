import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import { dataFiles, openExportAccount, readIds } from '../support/export-account.ts';
import { profileAddArgs } from '../support/home.ts';
import {
  accountIdOf,
  MANIFEST,
  manifestEntries,
  nativeFile,
  nativeFormat,
  openMediaAccount,
  partOf,
} from '../support/media-account.ts';
import { isExecutable } from '../support/paths.ts';
import type { Run } from '../support/run.ts';
import { relay } from '../support/wire-formats.ts';

const preload = join(import.meta.dirname, '../support/preload/refuse-calls.cjs');
const refusing = (calls: string) => ({ env: { NODE_OPTIONS: `--require ${preload}`, REFUSED_CALLS: calls } });
const ended = ({ code, out, err }: Run) => ({ code, out, err });

const openAccount = async (ids: string[]) => {
  const recordings = ids.map((id) => ({ id }));
  const account = await openMediaAccount(relay, recordings);
  const words = ['download', ...relay.args, '--since', '7d', '--dir', account.out];
  return { ...account, recordings, words, file: (id: string) => join(account.out, `${id}.${nativeFormat(relay)}`) };
};
const hiddenFiles = (folder: string): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('.'));

describe.skipIf(isExecutable)('a file system that refuses to change modes', () => {
  test.each(['EPERM', 'EACCES', 'ENOTSUP', 'ENOSYS', 'EINVAL'])(
    'with %s takes recordings and their manifest, with one warning',
    async (code) => {
      const account = await openAccount(['one', 'two', 'three']);
      mkdirSync(account.out, { mode: 0o700 });
      // Files that others may read and whose mode cannot be changed.
      for (const name of [MANIFEST, '.one.wav.part', '.two.wav.part'])
        writeFileSync(join(account.out, name), '', { mode: 0o644 });
      const run = await account.runPacked([...account.words, '--sidecar'], refusing(`fchmod:${code} chmod:${code}`));
      expect(ended(run)).toEqual({
        code: 0,
        out: '',
        err: expect.stringMatching(
          /^recx: warning: others may read .*: this file system keeps no modes\n$|^recx: others may read .*: this file system keeps no modes\n$/,
        ),
      });
      expect(manifestEntries(account.out)).toHaveLength(3);
      expect(readFileSync(account.file('one'))).toEqual(nativeFile(relay));
      expect(hiddenFiles(account.out)).toEqual([]);
    },
  );

  test('takes exports, their state and reports, and stores no secret', async () => {
    const account = await openExportAccount(relay, 5);
    const calls = refusing('fchmod:EPERM chmod:EPERM');
    const path = join(account.folder, 'calls.csv');
    expect((await account.run('calls.csv', '--incremental')).code).toBe(0);
    chmodSync(path, 0o644);
    chmodSync(`${path}.state.json`, 0o644);
    account.add(2, 1);
    const words = account.args('calls.csv', '--incremental');
    expect(await account.home.runPacked(words, calls)).toMatchObject({ code: 0 });
    expect(new Set(readIds(path)).size).toBe(7);
    const config = join(emptyFolder(), 'shared');
    mkdirSync(config, { mode: 0o755 });
    const [adding, input] = profileAddArgs('plivo', 'p', 'http://127.0.0.1:9');
    const env = { ...calls.env, RECX_CONFIG_DIR: config };
    expect(await account.home.runPacked(adding, { input, env })).toMatchObject({ code: 8 });
    expect(readdirSync(config)).toEqual([]);
  });

  test('makes folders that mkdir refuses to make private', async () => {
    const account = await openAccount(['one']);
    const module = join(emptyFolder(), 'mkdir.cjs');
    writeFileSync(
      module,
      `const { promises } = require('node:fs'); const mkdir = promises.mkdir;
      promises.mkdir = async (path, options) => {
        if (options?.mode !== undefined) throw Object.assign(new Error('x'), { code: 'ENOTSUP' });
        return mkdir(path, options);
      };`,
    );
    const run = await account.runPacked([...account.words, '--name', 'a/b/{id}'], {
      env: { NODE_OPTIONS: `--require ${module}` },
    });
    expect(ended(run)).toEqual({ code: 0, out: '', err: '' });
    expect(existsSync(join(account.out, 'a/b/one.wav'))).toBe(true);
  });
});

describe.skipIf(isExecutable)('a file system without fsync', () => {
  test.each(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'])(
    '(%s) takes downloads, exports and profiles',
    async (code) => {
      const calls = refusing(`fsync:${code} fdatasync:${code}`);
      const account = await openAccount(['one', 'two']);
      expect(ended(await account.runPacked(account.words, calls))).toEqual({ code: 0, out: '', err: '' });
      expect(manifestEntries(account.out)).toHaveLength(2);
      const exporting = [
        'export',
        ...relay.args,
        '--since',
        '7d',
        '--incremental',
        '--out',
        account.folderNamed('x.csv'),
      ];
      expect(ended(await account.runPacked(exporting, calls))).toEqual({ code: 0, out: '', err: '' });
      const [adding, input] = profileAddArgs('plivo', 'p', account.sandbox.origin);
      expect(ended(await account.runPacked(adding, { input, ...calls }))).toEqual({ code: 0, out: '', err: '' });
      const config = join(account.folder, 'config.json');
      expect(JSON.parse(readFileSync(config, 'utf8')).profiles.p.provider).toBe('plivo');
      expect(statSync(config).mode & 0o777).toBe(0o600);
      expect(readdirSync(account.folder)).toEqual(['config.json']);
    },
  );

  test.each(['EIO', 'ENOSPC', 'EDQUOT'])('is not what %s means: exit 7, and the old files stay', async (code) => {
    const calls = refusing(`fsync:${code} fdatasync:${code}`);
    const account = await openAccount(['one']);
    expect(await account.runPacked(account.words, calls)).toMatchObject({ code: 7 });
    expect(existsSync(account.file('one'))).toBe(false);
    const before = readFileSync(join(account.folder, 'config.json'), 'utf8');
    const [adding, input] = profileAddArgs('plivo', 'p', account.sandbox.origin);
    expect(await account.runPacked(adding, { input, ...calls })).toMatchObject({ code: 7 });
    expect(readFileSync(join(account.folder, 'config.json'), 'utf8')).toBe(before);
    expect(readdirSync(account.folder)).toEqual(['config.json']);
  });
});

test.skipIf(isExecutable)('a stale file is a matter of one recording, which fails after a second attempt', async () => {
  const account = await openAccount(['one', 'two']);
  const run = await account.runPacked(account.words, refusing('fdatasync:ESTALE'));
  expect(run).toMatchObject({
    code: 3,
    err: expect.stringMatching(/^(?:recx: (?:one|two): .*stale file handle \(ESTALE\)\n){2}.*failed 2/),
  });
  expect(hiddenFiles(account.out)).toEqual([]);
});

describe.skipIf(isExecutable)('a mount that cannot add to files', () => {
  test.each(['ESPIPE', 'EPERM', 'EINVAL', 'ENOTSUP'])(
    '(%s) gets a new manifest and a new export with every line',
    async (code) => {
      const calls = refusing(`append:${code}`);
      const account = await openAccount(['one']);
      expect(ended(await account.runPacked(account.words, calls))).toEqual({ code: 0, out: '', err: '' });
      account.recordings.unshift({ id: 'two' }, { id: 'three' });
      // A part that a killed run left cannot be continued.
      const { of, part, note } = partOf(relay, 'two', await accountIdOf(relay, account));
      writeFileSync(join(account.out, part), nativeFile(relay).subarray(0, 100), { mode: 0o600 });
      writeFileSync(join(account.out, note), JSON.stringify({ of, validator: '"1"' }), { mode: 0o600 });
      expect(ended(await account.runPacked(account.words, calls))).toEqual({ code: 0, out: '', err: '' });
      expect(readFileSync(account.file('two'))).toEqual(nativeFile(relay));
      expect(
        manifestEntries(account.out)
          .map(({ id }) => id)
          .sort(),
      ).toEqual(['one', 'three', 'two']);
      expect(hiddenFiles(account.out)).toEqual([]);
      expect(await account.run(['verify', account.out, '-o', 'json'])).toMatchObject({ code: 0, out: '[]\n' });

      const exported = await openExportAccount(relay, 5);
      for (const format of ['csv', 'json', 'ndjson.gz']) {
        const words = exported.args(`calls.${format}`, '--incremental');
        expect(ended(await exported.home.runPacked(words, calls))).toEqual({ code: 0, out: '', err: '' });
        exported.add(3, 1);
        expect(ended(await exported.home.runPacked(words, calls))).toEqual({ code: 0, out: '', err: '' });
        expect(ended(await exported.home.runPacked(words, calls))).toEqual({ code: 0, out: '', err: '' });
        const ids = readIds(join(exported.folder, `calls.${format}`));
        expect([ids.length, new Set(ids).size]).toEqual([exported.rows.length, exported.rows.length]);
      }
      expect(dataFiles(exported.folder)).toHaveLength(3);
    },
  );
});

describe('a backup made of hard links', () => {
  /** Links every file of a folder into a new one, as \`cp -al\` does; returns the contents of the backup. */
  const backUp = (folder: string): (() => readonly (readonly [string, string])[]) => {
    const backup = emptyFolder();
    for (const name of readdirSync(folder)) linkSync(join(folder, name), join(backup, name));
    const read = () => readdirSync(backup).map((name) => [name, readFileSync(join(backup, name), 'latin1')] as const);
    const before = read();
    return () => {
      const now = read();
      expect(now).toEqual(before);
      return now;
    };
  };

  test('of a download folder: every command works on, and the backup does not change', async () => {
    const account = await openAccount(['one']);
    expect((await account.run(account.words)).code).toBe(0);
    writeFileSync(join(account.out, '.two.wav.part'), 'of a killed run', { mode: 0o600 });
    writeFileSync(join(account.out, '.two.wav.part.json'), '{"validator":"\\"x\\""}', { mode: 0o600 });
    const unchanged = backUp(account.out);
    expect(ended(await account.run(account.words))).toEqual({ code: 0, out: '', err: '' });
    account.recordings.unshift({ id: 'two' }, { id: 'three' });
    expect(ended(await account.run(account.words))).toEqual({ code: 0, out: '', err: '' });
    expect(ended(await account.run(['verify', account.out]))).toEqual({ code: 0, out: '[]\n', err: '' });
    expect((await account.run(['report', account.out])).code).toBe(0);
    unchanged();
    const reported = backUp(account.out);
    expect((await account.run(['report', account.out])).code).toBe(0);
    expect((await account.run([...account.words, '--overwrite'])).code).toBe(0);
    reported();
    expect(hiddenFiles(account.out)).toEqual([]);
  });

  test.each(['calls.csv', 'calls.json.gz', 'calls-{year}.csv'])(
    'of the export %s: it goes on, and the backup does not change',
    async (out) => {
      const account = await openExportAccount(relay, 5);
      expect((await account.run(out, '--incremental')).code).toBe(0);
      for (let round = 0; round < 2; round++) {
        const unchanged = backUp(account.folder);
        account.add(3, 1);
        expect(await account.run(out, '--incremental')).toEqual({ code: 0, out: '', err: '' });
        expect(new Set(dataFiles(account.folder).flatMap(readIds)).size).toBe(account.rows.length);
        unchanged();
      }
    },
  );
});

describe.skipIf(isExecutable)('a folder with an entry that cannot be read', () => {
  const failing = (call: string, pattern: string, code: string) => {
    const module = join(emptyFolder(), 'failing.cjs');
    writeFileSync(
      module,
      `const fs = require('node:fs');
      const fails = (path) => new RegExp(${JSON.stringify(pattern)}).test(String(path));
      const error = () => Object.assign(new Error('x'), { code: '${code}' });
      const { opendir, lstat } = fs.promises;
      if ('${call}' === 'opendir') fs.promises.opendir = async (path, ...rest) => { if (fails(path)) throw error(); return opendir(path, ...rest); };
      if ('${call}' === 'lstat') fs.promises.lstat = async (path, ...rest) => { if (fails(path)) throw error(); return lstat(path, ...rest); };
      const { open, openSync, lstatSync } = fs;
      if ('${call}' === 'lstat') fs.lstatSync = (path, ...rest) => { if (fails(path)) throw error(); return lstatSync(path, ...rest); };
      if ('${call}' === 'open') {
        fs.openSync = (path, ...rest) => { if (fails(path)) throw error(); return openSync(path, ...rest); };
        fs.open = (path, ...rest) => (fails(path) ? process.nextTick(rest.at(-1), error()) : open(path, ...rest));
        for (const key of Object.getOwnPropertySymbols(open)) fs.open[key] = open[key];
      }`,
    );
    return { env: { NODE_OPTIONS: `--require ${module}` } };
  };
  const withFolder = async () => {
    const account = await openAccount(['one', 'two']);
    expect((await account.run([...account.words, '--name', 'sub/{id}'])).code).toBe(0);
    mkdirSync(join(account.out, 'private'));
    return account;
  };
  const rows = ({ out }: Run) =>
    (JSON.parse(out) as { problem: string; path: string; detail: string }[]).map(
      ({ problem, path, detail }) => `${problem} ${path}: ${detail}`,
    );

  test.each(['EACCES', 'EIO', 'ELOOP', 'ESTALE'])('is verified, with one row for a folder (%s)', async (code) => {
    const account = await withFolder();
    const run = await account.runPacked(['verify', account.out, '-o', 'json'], failing('opendir', 'private$', code));
    expect(rows(run)).toEqual([expect.stringMatching(`^unreadable private: [a-z/ ]+ \\(${code}\\)$`)]);
    expect(run.code).toBe(3);
    const report = await account.runPacked(['report', account.out], failing('opendir', 'private$', code));
    expect(report.code).toBe(0);
  });

  test.each([
    ['opendir', 'out$', '^unreadable \\.: permission denied \\(EACCES\\)$'],
    ['open', 'one.wav$', '^unreadable sub/one.wav: .*permission denied \\(EACCES\\)$'],
    ['lstat', 'one.wav$', '^unreadable sub/one.wav: permission denied \\(EACCES\\)$'],
  ])('is verified when %s of %s fails', async (call, pattern, row) => {
    const account = await withFolder();
    const run = await account.runPacked(['verify', account.out, '-o', 'json'], failing(call, pattern, 'EACCES'));
    expect(rows(run)).toEqual([expect.stringMatching(row)]);
    expect(run.code).toBe(3);
  });
});
