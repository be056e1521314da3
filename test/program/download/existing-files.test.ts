import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectKept, fileOf, nativeOf, type Piece, type Stock, sizeKey, stocked, treeOf } from '../../support/stock.ts';
import { relay, type Wire, wires } from '../../support/wires.ts';

const two: readonly Piece[] = [{ id: 'one' }, { id: 'two' }];
const nameIn = (wire: Wire): string => `one.${nativeOf(wire)}`;

/** An account with a download folder that already has a file under the name of the first recording. */
const withExistingFile = async (wire: Wire, bytes: string | Uint8Array, pieces: readonly Piece[]): Promise<Stock> => {
  const stock = await stocked(wire, pieces);
  mkdirSync(stock.out, 0o700);
  writeFileSync(join(stock.out, nameIn(wire)), bytes, { mode: 0o600 });
  return stock;
};

describe.concurrent.each(wires)('an existing file in the download folder of $profile', (wire) => {
  const name = nameIn(wire);
  const bytes = fileOf(wire);
  const sized = (): readonly Piece[] => [
    { id: 'one', ...(sizeKey(wire) === undefined ? {} : { more: { [`${sizeKey(wire)}`]: bytes.length } }) },
  ];

  test('is not requested again', async () => {
    const stock = await stocked(wire, sized());
    expect(await stock.download()).toMatchObject({ code: 0, err: '' });
    const before = stock.media.length;
    expect(await stock.download()).toMatchObject({ code: 0, err: '' });
    expect(stock.media).toHaveLength(before);
    expectKept(stock.out, { [name]: bytes });
    const bare = ['--no-manifest', '--dir', stock.folderOf('bare')];
    expect(await stock.download(...bare)).toMatchObject({ code: 0, err: '' });
    const asked = stock.media.length;
    const lines = await stock.download(...bare, '--summary', '-');
    expect(lines.code).toBe(0);
    expect(JSON.parse(lines.out)).toMatchObject({ done: 0, skipped: 1 });
    // Without a size from the API a HEAD request returns it; the body is not requested again.
    expect(stock.media.slice(asked).filter(({ method }) => method === 'GET')).toHaveLength(0);
    expectKept(stock.folderOf('bare'), { [name]: bytes }, { manifest: false });
  });

  test('with other content is kept, and replaced by --overwrite', async () => {
    for (const mine of ['mine', fileOf(wire, 2), Buffer.alloc(0)]) {
      const stock = await withExistingFile(wire, mine, sized());
      const first = await stock.download();
      expect(first.code).toBe(3);
      expect(first.err).toMatch(/^recx: one: .*--overwrite/m);
      expect(readFileSync(join(stock.out, name))).toEqual(Buffer.from(mine));
      expect(treeOf(stock.out)).toEqual([name]);
      expect(await stock.download('--overwrite')).toMatchObject({ code: 0, err: '' });
      expectKept(stock.out, { [name]: bytes });
    }
  });

  test('with other content of the same size is never replaced', async () => {
    const other = Buffer.from(bytes);
    other.fill(0x55, 300, 400);
    const stock = await withExistingFile(wire, other, [{ id: 'one' }]);
    const { code } = await stock.download();
    // A file of the known size counts as the same file; without a known size the bytes have to be compared.
    expect([0, 3]).toContain(code);
    expect(readFileSync(join(stock.out, name))).toEqual(other);
  });

  test('in the path of the download folder, or another obstacle there, is reported before any media is requested', async () => {
    const stock = await stocked(wire, two);
    const file = stock.folderOf('file');
    writeFileSync(file, 'mine');
    symlinkSync('/nowhere/at/all', stock.folderOf('dangling'));
    const places: readonly (readonly [string, RegExp])[] = [
      [file, /EEXIST|ENOTDIR|not a folder/],
      [join(file, 'deep'), /ENOTDIR/],
      ['/proc/recx', /ENOENT|EPERM|EACCES/],
      ['/dev/null/x', /ENOTDIR/],
      [stock.folderOf('dangling'), /EEXIST|ENOENT|not a folder/],
      [join(stock.folderOf('new'), 'x'.repeat(256)), /ENAMETOOLONG/],
    ];
    const runs = await Promise.all(
      places.map(async ([folder, word]) => {
        const { code, err } = await stock.download('--dir', folder);
        const lines = err.split('\n').filter((line) => line.startsWith('recx:'));
        return { folder, code, lines: lines.length, word: word.test(err), path: err.includes(folder.slice(0, 60)) };
      }),
    );
    expect(runs).toEqual(places.map(([folder]) => ({ folder, code: 7, lines: 1, word: true, path: true })));
    expect(stock.media).toHaveLength(0);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});

test.concurrent.each(['000', '022', '077'])(
  'downloaded files get mode 0600 and folders 0700 under umask %s',
  async (mask) => {
    const stock = await stocked(relay, two);
    const words = `download ${relay.asked.join(' ')} --since 7d --dir ${stock.out}/deep/er --name a/b/{id} --sidecar`;
    const run = await stock.shell(`umask ${mask}; $RECX ${words} --summary ${stock.folderOf('summary')}`);
    expect(run).toMatchObject({ code: 0, err: '' });
    const folder = join(stock.out, 'deep', 'er');
    const names = ['one', 'two'].map((id) => `a/b/${id}`);
    const files = Object.fromEntries(names.map((path) => [`${path}.${nativeOf(relay)}`, fileOf(relay)]));
    expectKept(folder, files, { others: names.map((path) => `${path}.json`) });
    for (const made of [stock.out, join(stock.out, 'deep')]) expect(statSync(made).mode & 0o777).toBe(0o700);
    expect(statSync(stock.folderOf('summary')).mode & 0o777).toBe(0o600);
  },
);
