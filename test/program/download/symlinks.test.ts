import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256, typeOf, whole } from '../../support/media-faults.ts';
import { fileOf, MANIFEST, nativeOf, type Piece, type Stock, stocked } from '../../support/stock.ts';
import { type Wire, wires } from '../../support/wires.ts';

type Plant = (path: string, outside: string) => void;

const link: Plant = (path, outside) => symlinkSync(outside, path);
const dangling: Plant = (path) => symlinkSync(join(path, '..', '..', 'nowhere'), path);
const hardLink: Plant = (path, outside) => linkSync(outside, path);
const pipe: Plant = (path) => execFileSync('mkfifo', ['-m', '600', path]);
const folder: Plant = (path) => mkdirSync(path, 0o700);

interface PlantedAccount extends Stock {
  expectUntouched(): void;
}

/** A download folder with planted entries, and a file outside that must stay untouched. */
const withPlanted = async (
  wire: Wire,
  plants: Readonly<Record<string, Plant>>,
  pieces: readonly Piece[],
): Promise<PlantedAccount> => {
  const stock = await stocked(wire, pieces);
  const outside = stock.folderOf('outside');
  mkdirSync(stock.out, { mode: 0o700 });
  writeFileSync(outside, 'mine', { mode: 0o644 });
  for (const [name, plant] of Object.entries(plants)) plant(join(stock.out, name), outside);
  return {
    ...stock,
    expectUntouched: () => {
      expect(readFileSync(outside, 'utf8')).toBe('mine');
      expect(lstatSync(outside).mode & 0o777).toBe(0o644);
      expect(existsSync(stock.folderOf('nowhere'))).toBe(false);
    },
  };
};

describe.concurrent.each(wires)('a link, pipe or folder planted in a download folder of $profile', (wire) => {
  const kinds = { link, dangling, hardLink, pipe, folder };
  const file = (id: string): string => `${id}.${nativeOf(wire)}`;
  const ids = Object.keys(kinds).flatMap((kind) => [`${kind}-final`, `${kind}-part`]);
  const plants = Object.fromEntries(
    Object.entries(kinds).flatMap(([kind, plant]) => [
      [file(`${kind}-final`), plant],
      [`.${file(`${kind}-part`)}.part`, plant],
    ]),
  );

  test('under a file name is left untouched, and the other recordings are downloaded', async () => {
    const stock = await withPlanted(
      wire,
      plants,
      [...ids, 'fine'].map((id) => ({ id })),
    );
    const { code, err } = await stock.download();
    expect(code).toBe(3);
    for (const id of ids) expect(err).toMatch(new RegExp(`^recx: ${id}: \\S`, 'm'));
    stock.expectUntouched();
    expect(readdirSync(stock.out).sort()).toEqual([...Object.keys(plants), MANIFEST, file('fine')].sort());
    expect(sha256(readFileSync(join(stock.out, file('fine'))))).toBe(sha256(fileOf(wire)));
    expect(lstatSync(join(stock.out, file('pipe-final'))).isFIFO()).toBe(true);
    expect(lstatSync(join(stock.out, file('link-final'))).isSymbolicLink()).toBe(true);
  });

  test('under a file name is not followed with --overwrite either', async () => {
    const stock = await withPlanted(
      wire,
      plants,
      ids.map((id) => ({ id })),
    );
    const { code } = await stock.download('--overwrite');
    expect(code).toBe(3);
    stock.expectUntouched();
    for (const id of ['link-final', 'dangling-final', 'hardLink-final']) {
      const there = lstatSync(join(stock.out, file(id)));
      expect(there.isSymbolicLink() || (there.nlink === 1 && there.size === fileOf(wire).length)).toBe(true);
    }
  });

  test('as the note of a partial file is neither followed nor changed', async () => {
    const media = whole(fileOf(wire), { type: typeOf(nativeOf(wire)), etag: '"x"' });
    const stock = await withPlanted(
      wire,
      {
        [`.${file('one')}.part.json`]: link,
        [`.${file('two')}.part.json`]: hardLink,
        [`.${file('three')}.part.json`]: pipe,
      },
      ['one', 'two', 'three'].map((id) => ({ id, media })),
    );
    await stock.download();
    stock.expectUntouched();
  });

  test.each(Object.entries({ link, hardLink, pipe, folder }))(
    'as the manifest (%s) is refused before any media is requested',
    async (_, plant) => {
      const stock = await withPlanted(wire, { [MANIFEST]: plant }, [{ id: 'one' }]);
      const { code, err } = await stock.download();
      stock.expectUntouched();
      expect([7, 8]).toContain(code);
      expect(err).toContain(MANIFEST);
      expect({ media: stock.media.length, files: readdirSync(stock.out) }).toEqual({ media: 0, files: [MANIFEST] });
    },
  );

  test.each(Object.entries({ link, dangling, pipe, folder }))(
    'as the lock file (%s) is not followed, and the run does not hang',
    async (_, plant) => {
      const stock = await withPlanted(wire, { '.recx.lock': plant }, [{ id: 'one' }]);
      const { code } = await stock.download();
      stock.expectUntouched();
      expect([0, 7, 8, 10]).toContain(code);
    },
  );

  test('as a folder of the --name template is not followed', async () => {
    const stock = await withPlanted(wire, { sub: (path) => symlinkSync('../elsewhere', path) }, [{ id: 'one' }]);
    mkdirSync(stock.folderOf('elsewhere'), 0o700);
    const { code, err } = await stock.download('--name', 'sub/deep/{id}');
    expect(code).toBe(3);
    expect(err).toMatch(/^recx: one: .*sub/m);
    expect(readdirSync(stock.folderOf('elsewhere'))).toEqual([]);
  });

  test('as a sidecar or a summary file is not followed', async () => {
    const stock = await withPlanted(wire, { 'one.json': link, summary: link }, [{ id: 'one' }]);
    await stock.download('--sidecar', '--summary', join(stock.out, 'summary'));
    stock.expectUntouched();
  });
});
