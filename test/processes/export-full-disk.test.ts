import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  dataFiles,
  type ExportAccount,
  folderSnapshot,
  leftoversIn,
  openExportAccount,
  readIds,
  shellQuote,
  startScript,
} from '../support/export-account.ts';
import { plivo, relay, type WireFormat } from '../support/wire-formats.ts';

const modes = [
  ['calls.csv', []],
  ['calls.json.gz', []],
  ['calls-{year}-{month}-{day}.ndjson', []],
  ['calls.csv', ['--incremental']],
  ['calls.json', ['--incremental']],
  ['calls.json.gz', ['--incremental']],
  ['calls-{year}-{month}-{day}.csv', ['--incremental']],
] as const;

/** Adds recordings with text that does not compress. */
const grow = (account: ExportAccount, { textKey }: WireFormat, count: number): void => {
  for (let row = 0; row < count; row++) {
    const text = Array.from({ length: 60 }, () => Math.random().toString(36).slice(2)).join('');
    account.add(1, 2 + row / 500, { [textKey]: text });
  }
};

const mounted: string[] = [];
afterAll(() => {
  for (const folder of mounted) execFileSync('umount', [folder]);
});

describe.each([plivo, relay])('a full disk during an export of $name', (wire) => {
  test.concurrent.each(wire === relay ? modes : modes.slice(3, 4))(
    'leaves %s %j and its state unchanged',
    async (out, more) => {
      const account = await openExportAccount(wire);
      grow(account, wire, 60);
      expect(await account.run(out, ...more)).toEqual({ code: 0, out: '', err: '' });
      grow(account, wire, 60);
      const before = folderSnapshot(account.folder);
      const sizes = dataFiles(account.folder).map((path) => statSync(path).size / 1024);
      // Shortly after the existing data, in the middle of the new data, and at the first write.
      for (const blocks of [Math.ceil(Math.max(...sizes)) + 8, 20, 0]) {
        const {
          code,
          out: printed,
          err,
        } = await startScript(account.home, `ulimit -f ${blocks}; exec $RECX ${shellQuote(account.args(out, ...more))}`)
          .ended;
        expect({ blocks, code, printed }).toEqual({ blocks, code: 7, printed: '' });
        expect(err).toMatch(/^recx: [^\n]*\(EFBIG\)/);
        expect(folderSnapshot(account.folder), `${blocks} blocks`).toEqual(before);
      }
      expect(await account.run(out, ...more)).toEqual({ code: 0, out: '', err: '' });
      expect(new Set(dataFiles(account.folder).flatMap(readIds)).size).toBe(120);
      expect(leftoversIn(account.folder)).toEqual([]);
    },
  );
});

test.each(modes)('a small file system that is full leaves %s %j unchanged', async (out, more) => {
  const account = await openExportAccount(relay);
  const disk = join(account.folder, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100k,mode=0700', 'recx-test', disk], { stdio: 'ignore' });
    mounted.push(disk);
  } catch {
    return;
  }
  grow(account, relay, 25);
  expect((await account.run(`disk/${out}`, ...more)).code).toBe(0);
  grow(account, relay, 400);
  const before = folderSnapshot(account.folder);
  const { code, err } = await account.run(`disk/${out}`, ...more);
  expect({ code, said: err.includes('ENOSPC') }).toEqual({ code: 7, said: true });
  expect(folderSnapshot(account.folder)).toEqual(before);
});

test('a state file that does not fit on the disk leaves no leftovers, and the next run recovers', async () => {
  const account = await openExportAccount(relay, 300);
  const words = ['--incremental', '--fields', 'status'];
  const { code } = await startScript(
    account.home,
    `ulimit -f 8; exec $RECX ${shellQuote(account.args('calls.csv.gz', ...words))}`,
  ).ended;
  expect(code).toBe(7);
  expect(leftoversIn(account.folder)).toEqual([]);
  expect((await account.run('calls.csv.gz', ...words)).code).toBe(0);
});

describe('an export to a path that cannot be written', () => {
  test.each([
    ['below a file', 'file/calls.csv', 7],
    ['below /proc', '/proc/nowhere/calls.csv', 7],
    ['below /dev/null', '/dev/null/calls.csv', 7],
    ['with a name of 300 characters', `${'x'.repeat(300)}.csv`, 7],
    ['with a name of 250 characters', `${'x'.repeat(246)}.csv`, 7],
  ])('%s fails with one error line before any request', async (_name, out, expected) => {
    const account = await openExportAccount(relay, 3);
    writeFileSync(join(account.folder, 'file'), '');
    const path = out.startsWith('/') ? out : join(account.folder, out);
    for (const more of [[], ['--incremental']]) {
      const words = shellQuote(['export', '-p', 'relay', '--out', path, ...more]);
      const { code, err } = await startScript(account.home, `exec $RECX ${words}`).ended;
      expect({ code, lines: err.split('\n').length }).toEqual({ code: expected, lines: 2 });
      expect(account.home.sandbox.requests).toHaveLength(0);
    }
  });

  test('on a read-only file system reports EROFS before any request', async ({ skip }) => {
    if (process.getuid?.() === 0) {
      const account = await openExportAccount(relay, 3);
      const disk = join(account.folder, 'disk');
      mkdirSync(disk);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100k,ro', 'recx-test', disk], { stdio: 'ignore' });
      } catch {
        skip('this user cannot mount a small disk');
      }
      mounted.push(disk);
      const { code, err } = await account.run('disk/calls.csv');
      expect({ code, said: err.includes('EROFS'), asked: account.home.sandbox.requests.length }).toEqual({
        code: 7,
        said: true,
        asked: 0,
      });
      return;
    }
    const account = await openExportAccount(relay, 3);
    chmodSync(account.folder, 0o500);
    expect((await account.run('calls.csv')).code).toBe(7);
    chmodSync(account.folder, 0o700);
  });

  test.each([
    ['--summary', 'calls.csv'],
    ['--state', 'calls.csv'],
    ['--summary', 'calls.csv.state.json'],
  ])('%s with the path of another file of the run is rejected', async (flag, name) => {
    const account = await openExportAccount(relay, 3);
    const { code } = await account.run('calls.csv', '--incremental', flag, join(account.folder, name));
    expect([2, 7, 8]).toContain(code);
    const path = join(account.folder, 'calls.csv');
    if (existsSync(path)) expect(readFileSync(path, 'utf8')).toMatch(/^id,/);
  });
});

test('exported files have mode 0600 under any umask, and nothing is written outside the target folder', async () => {
  const account = await openExportAccount(relay, 100);
  for (const mask of ['000', '077']) {
    for (const [out, more] of modes.slice(1, 5)) {
      const words = shellQuote(
        account.args(`${mask}/deep/${more.length}-${out}`, ...more, '--summary', `${account.folder}/${mask}.json`),
      );
      const place = join(account.folder, `cwd-${mask}`);
      mkdirSync(place, { recursive: true, mode: 0o700 });
      const {
        code,
        err,
        out: printed,
      } = await startScript(account.home, `cd ${place}; umask ${mask}; exec $RECX ${words}`).ended;
      expect({ code, err, printed }).toEqual({ code: 0, err: '', printed: '' });
      expect(folderSnapshot(place)).toEqual({});
    }
  }
  const modesOf = Object.entries(folderSnapshot(account.folder)).map(([, what]) =>
    what.replace(/^[0-9a-f]{64}/, 'file'),
  );
  expect(new Set(modesOf)).toEqual(new Set(['file 600', 'folder 700']));
  expect(Object.keys(folderSnapshot(account.home.folder))).toEqual(['config.json']);
}, 60_000);
