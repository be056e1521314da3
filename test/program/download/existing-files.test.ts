import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  expectFiles,
  listTree,
  type MediaAccount,
  nativeFile,
  nativeFormat,
  openMediaAccount,
  type ServedRecording,
  sizeKey,
} from '../../support/media-account.ts';
import { relay, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const two: readonly ServedRecording[] = [{ id: 'one' }, { id: 'two' }];
const nameIn = (wire: WireFormat): string => `one.${nativeFormat(wire)}`;

/** An account with a download folder that already has a file under the name of the first recording. */
const withExistingFile = async (
  wire: WireFormat,
  bytes: string | Uint8Array,
  recordings: readonly ServedRecording[],
): Promise<MediaAccount> => {
  const account = await openMediaAccount(wire, recordings);
  mkdirSync(account.out, 0o700);
  writeFileSync(join(account.out, nameIn(wire)), bytes, { mode: 0o600 });
  return account;
};

describe.concurrent.each(wireFormats)('an existing file in the download folder of $profile', (wire) => {
  const name = nameIn(wire);
  const bytes = nativeFile(wire);
  const sized = (): readonly ServedRecording[] => [
    { id: 'one', ...(sizeKey(wire) === undefined ? {} : { more: { [`${sizeKey(wire)}`]: bytes.length } }) },
  ];

  test('is not requested again', async () => {
    const account = await openMediaAccount(wire, sized());
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    const before = account.mediaRequests.length;
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    expect(account.mediaRequests).toHaveLength(before);
    expectFiles(account.out, { [name]: bytes });
    const bare = ['--no-manifest', '--dir', account.folderNamed('bare')];
    expect(await account.download(...bare)).toMatchObject({ code: 0, err: '' });
    const asked = account.mediaRequests.length;
    const lines = await account.download(...bare, '--summary', '-');
    expect(lines.code).toBe(0);
    expect(JSON.parse(lines.out)).toMatchObject({ done: 0, skipped: 1 });
    // Without a size from the API a HEAD request returns it; the body is not requested again.
    expect(account.mediaRequests.slice(asked).filter(({ method }) => method === 'GET')).toHaveLength(0);
    expectFiles(account.folderNamed('bare'), { [name]: bytes }, { manifest: false });
  });

  test('with other content is kept, and replaced by --overwrite', async () => {
    for (const mine of ['mine', nativeFile(wire, 2), Buffer.alloc(0)]) {
      const account = await withExistingFile(wire, mine, sized());
      const first = await account.download();
      expect(first.code).toBe(3);
      expect(first.err).toMatch(/^recx: one: one\.\w+ already exists with a different .*\nUse --overwrite/m);
      expect(readFileSync(join(account.out, name))).toEqual(Buffer.from(mine));
      expect(listTree(account.out)).toEqual([name]);
      expect(await account.download('--overwrite')).toMatchObject({ code: 0, err: '' });
      expectFiles(account.out, { [name]: bytes });
    }
  });

  test('with other content of the same size is never replaced', async () => {
    const other = Buffer.from(bytes);
    other.fill(0x55, 300, 400);
    const account = await withExistingFile(wire, other, [{ id: 'one' }]);
    const { code } = await account.download();
    // A file of the known size counts as the same file; without a known size the bytes have to be compared.
    expect([0, 3]).toContain(code);
    expect(readFileSync(join(account.out, name))).toEqual(other);
  });

  test('in the path of the download folder, or another obstacle there, is reported before any media is requested', async () => {
    const account = await openMediaAccount(wire, two);
    const file = account.folderNamed('file');
    writeFileSync(file, 'mine');
    symlinkSync('/nowhere/at/all', account.folderNamed('dangling'));
    const places: readonly (readonly [string, RegExp])[] = [
      [file, /EEXIST|ENOTDIR|not a folder/],
      [join(file, 'deep'), /ENOTDIR/],
      ['/proc/recx', /ENOENT|EPERM|EACCES/],
      ['/dev/null/x', /ENOTDIR/],
      [account.folderNamed('dangling'), /EEXIST|ENOENT|not a folder/],
      [join(account.folderNamed('new'), 'x'.repeat(256)), /ENAMETOOLONG/],
    ];
    const runs = await Promise.all(
      places.map(async ([folder, word]) => {
        const { code, err } = await account.download('--dir', folder);
        const lines = err.split('\n').filter((line) => line.startsWith('recx:'));
        return { folder, code, lines: lines.length, word: word.test(err), path: err.includes(folder.slice(0, 60)) };
      }),
    );
    expect(runs).toEqual(places.map(([folder]) => ({ folder, code: 7, lines: 1, word: true, path: true })));
    expect(account.mediaRequests).toHaveLength(0);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});

test.concurrent.each(['000', '022', '077'])(
  'downloaded files get mode 0600 and folders 0700 under umask %s',
  async (mask) => {
    const account = await openMediaAccount(relay, two);
    const words = `download ${relay.args.join(' ')} --since 7d --dir ${account.out}/deep/er --name a/b/{id} --sidecar`;
    const run = await account.shell(`umask ${mask}; $RECX ${words} --summary ${account.folderNamed('summary')}`);
    expect(run).toMatchObject({ code: 0, err: '' });
    const folder = join(account.out, 'deep', 'er');
    const names = ['one', 'two'].map((id) => `a/b/${id}`);
    const files = Object.fromEntries(names.map((path) => [`${path}.${nativeFormat(relay)}`, nativeFile(relay)]));
    expectFiles(folder, files, { others: names.map((path) => `${path}.json`) });
    for (const made of [account.out, join(account.out, 'deep')]) expect(statSync(made).mode & 0o777).toBe(0o700);
    expect(statSync(account.folderNamed('summary')).mode & 0o777).toBe(0o600);
  },
);
