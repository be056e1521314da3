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
import {
  accountIdOf,
  MANIFEST,
  type MediaAccount,
  nativeFile,
  nativeFormat,
  openMediaAccount,
  partOf,
  type ServedRecording,
} from '../../support/media-account.ts';
import { completeFile, sha256, typeOf } from '../../support/media-faults.ts';
import { type WireFormat, wireFormats } from '../../support/wire-formats.ts';

type Plant = (path: string, outside: string) => void;

const link: Plant = (path, outside) => symlinkSync(outside, path);
const dangling: Plant = (path) => symlinkSync(join(path, '..', '..', 'nowhere'), path);
const hardLink: Plant = (path, outside) => linkSync(outside, path);
const pipe: Plant = (path) => execFileSync('mkfifo', ['-m', '600', path]);
const zeros: Plant = (path) => symlinkSync('/dev/zero', path);
const folder: Plant = (path) => mkdirSync(path, 0o700);

interface PlantedAccount extends MediaAccount {
  expectUntouched(): void;
}

/** A download folder with planted entries, and a file outside that must stay untouched. */
const withPlanted = async (
  wire: WireFormat,
  plants: Readonly<Record<string, Plant>> | ((account: MediaAccount) => Promise<Readonly<Record<string, Plant>>>),
  recordings: readonly ServedRecording[],
): Promise<PlantedAccount> => {
  const account = await openMediaAccount(wire, recordings);
  const outside = account.folderNamed('outside');
  mkdirSync(account.out, { mode: 0o700 });
  writeFileSync(outside, 'mine', { mode: 0o644 });
  const planted = typeof plants === 'function' ? await plants(account) : plants;
  for (const [name, plant] of Object.entries(planted)) plant(join(account.out, name), outside);
  return {
    ...account,
    expectUntouched: () => {
      expect(readFileSync(outside, 'utf8')).toBe('mine');
      expect(lstatSync(outside).mode & 0o777).toBe(0o644);
      expect(existsSync(account.folderNamed('nowhere'))).toBe(false);
    },
  };
};

describe.concurrent.each(wireFormats)('a link, pipe or folder planted in a download folder of $profile', (wire) => {
  const kinds = { link, dangling, hardLink, pipe, folder };
  const file = (id: string): string => `${id}.${nativeFormat(wire)}`;
  const ids = Object.keys(kinds).flatMap((kind) => [`${kind}-final`, `${kind}-part`]);
  const plantsIn = async (account: MediaAccount): Promise<Record<string, Plant>> => {
    const accountId = await accountIdOf(wire, account);
    return Object.fromEntries(
      Object.entries(kinds).flatMap(([kind, plant]) => [
        [file(`${kind}-final`), plant],
        [partOf(wire, `${kind}-part`, accountId).part, plant],
      ]),
    );
  };

  test('under a file name is left untouched, and the other recordings are downloaded', async () => {
    const account = await withPlanted(
      wire,
      plantsIn,
      [...ids, 'fine'].map((id) => ({ id })),
    );
    const { code, err } = await account.download();
    expect(code).toBe(3);
    // A part with another hard link is in a backup: a new one takes its place.
    const complete = ['fine', 'hardLink-part'].map(file);
    for (const id of ids.filter((one) => !complete.includes(file(one))))
      expect(err).toMatch(new RegExp(`^recx: ${id}: \\S`, 'm'));
    account.expectUntouched();
    const planted = Object.keys(await plantsIn(account)).filter((name) => !name.startsWith('.hardLink-part'));
    expect(readdirSync(account.out).sort()).toEqual([...planted, MANIFEST, ...complete].sort());
    for (const name of complete) expect(sha256(readFileSync(join(account.out, name)))).toBe(sha256(nativeFile(wire)));
    expect(lstatSync(join(account.out, file('pipe-final'))).isFIFO()).toBe(true);
    expect(lstatSync(join(account.out, file('link-final'))).isSymbolicLink()).toBe(true);
  });

  test('under a file name is not followed with --overwrite either', async () => {
    const account = await withPlanted(
      wire,
      plantsIn,
      ids.map((id) => ({ id })),
    );
    const { code } = await account.download('--overwrite');
    expect(code).toBe(3);
    account.expectUntouched();
    for (const id of ['link-final', 'dangling-final', 'hardLink-final']) {
      const there = lstatSync(join(account.out, file(id)));
      expect(there.isSymbolicLink() || (there.nlink === 1 && there.size === nativeFile(wire).length)).toBe(true);
    }
  });

  test('as the note of a partial file is neither followed nor changed', async () => {
    const media = completeFile(nativeFile(wire), { type: typeOf(nativeFormat(wire)), etag: '"x"' });
    const account = await withPlanted(
      wire,
      async (account) => {
        const accountId = await accountIdOf(wire, account);
        const noteOf = (id: string): string => partOf(wire, id, accountId).note;
        return { [noteOf('one')]: link, [noteOf('two')]: hardLink, [noteOf('three')]: pipe, [noteOf('four')]: zeros };
      },
      ['one', 'two', 'three', 'four'].map((id) => ({ id, media })),
    );
    await account.download();
    account.expectUntouched();
  });

  test.each(Object.entries({ link, pipe, folder }))(
    'as the manifest (%s) is refused before any media is requested',
    async (_, plant) => {
      const account = await withPlanted(wire, { [MANIFEST]: plant }, [{ id: 'one' }]);
      const { code, err } = await account.download();
      account.expectUntouched();
      expect([7, 8]).toContain(code);
      expect(err).toContain(MANIFEST);
      expect({ media: account.mediaRequests.length, files: readdirSync(account.out) }).toEqual({
        media: 0,
        files: [MANIFEST],
      });
    },
  );

  test.each(Object.entries({ link, dangling, pipe, folder }))(
    'as the lock file (%s) is not followed, and the run does not hang',
    async (_, plant) => {
      const account = await withPlanted(wire, { '.recx.lock': plant }, [{ id: 'one' }]);
      const { code } = await account.download();
      account.expectUntouched();
      expect([0, 7, 8, 10]).toContain(code);
    },
  );

  test('as a folder of the --name template is not followed', async () => {
    const account = await withPlanted(wire, { sub: (path) => symlinkSync('../elsewhere', path) }, [{ id: 'one' }]);
    mkdirSync(account.folderNamed('elsewhere'), 0o700);
    const { code, err } = await account.download('--name', 'sub/deep/{id}');
    expect(code).toBe(3);
    expect(err).toMatch(/^recx: one: .*sub/m);
    expect(readdirSync(account.folderNamed('elsewhere'))).toEqual([]);
  });

  test('as a sidecar or a summary file is not followed', async () => {
    const account = await withPlanted(wire, { 'one.json': link, summary: link }, [{ id: 'one' }]);
    await account.download('--sidecar', '--summary', join(account.out, 'summary'));
    account.expectUntouched();
  });
});
