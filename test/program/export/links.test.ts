import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { type ExportAccount, folderSnapshot, openExportAccount } from '../../support/export-account.ts';
import { relay } from '../../support/wire-formats.ts';

const planted: readonly (readonly [string, (path: string) => void])[] = [
  ['a link to a file', (path) => symlinkSync(join(path, '..', 'victim'), path)],
  ['a link to nothing', (path) => symlinkSync('/nowhere/at/all', path)],
  ['a folder', (path) => mkdirSync(path)],
  ['a pipe', (path) => execFileSync('mkfifo', [path])],
  ['a device', (path) => execFileSync('mknod', [path, 'c', '1', '3'])],
];

describe.concurrent.each(planted)('%s planted at a path of an export', (_name, plant) => {
  test.each([
    ['--out', 'x.csv', []],
    ['--out of an incremental export', 'x.csv', ['--incremental']],
    ['a partition by kind', '{kind}.csv', []],
    ['a partition by time', '{year}.csv', ['--incremental']],
    ['--state', 'y.csv', ['--incremental', '--state', 'x.csv']],
    ['--summary', 'y.csv', ['--summary', 'x.csv']],
    ['the lock file', 'y.csv', ['x:.y.csv.lock']],
    ['the partial file', 'y.csv', ['x:.y.csv.part']],
    ['the partial file of an incremental export', 'y.csv', ['--incremental', 'x:.y.csv.part']],
  ])('is refused and left untouched in the place of %s', async (_place, out, given) => {
    const account = await openExportAccount(relay, 3);
    const name = given.find((word) => word.startsWith('x:'))?.slice(2);
    const file = name ?? (out === '{kind}.csv' ? 'call.csv' : out === '{year}.csv' ? yearOf(account) : 'x.csv');
    writeFileSync(join(account.folder, 'victim'), 'precious\n');
    plant(join(account.folder, file));
    const before = folderSnapshot(account.folder);
    const more = given.filter((word) => !word.startsWith('x:'));
    const words = more.map((word) => (word === 'x.csv' ? join(account.folder, word) : word));
    expect([7, 8]).toContain((await account.run(out, ...words)).code);
    const after = folderSnapshot(account.folder);
    expect(after.victim).toBe(before.victim);
    expect(after[file]).toBe(before[file]);
  });
});

const yearOf = ({ rows }: ExportAccount): string => `${String(rows[0]?.created_at).slice(0, 4)}.csv`;

test('an export to a file with a second hard link does not change the bytes under that other name', async () => {
  const account = await openExportAccount(relay, 3);
  const other = join(emptyFolder(), 'other');
  writeFileSync(other, 'precious\n');
  linkSync(other, join(account.folder, 'calls.csv'));
  await account.run('calls.csv');
  expect(readFileSync(other, 'utf8')).toBe('precious\n');
});
