import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { systemReason } from '../../src/system/errors.ts';
import { closeAsync, openRegularFile } from '../../src/system/files/descriptors.ts';
import { LostFileError } from '../../src/system/files/disk-errors.ts';
import { openPart } from '../../src/system/files/part-file.ts';
import { readHead, readTextFile } from '../../src/system/files/read-file.ts';
import { writeFileAtomically } from '../../src/system/files/write-file.ts';
import { emptyFolder } from '../support/cleanup.ts';

type Plant = readonly [name: string, plant: (path: string) => void];

const notRegular: readonly Plant[] = [
  ['a link to a file', (path) => symlinkSync(join(path, '..', 'victim'), path)],
  ['a link to nothing', (path) => symlinkSync('nowhere', path)],
  ['a link to a device', (path) => symlinkSync('/dev/zero', path)],
  ['a pipe', (path) => execFileSync('mkfifo', [path])],
  ['a folder', (path) => mkdirSync(path)],
];
const hardLink: Plant = ['a file with another hard link', (path) => linkSync(join(path, '..', 'victim'), path)];

/** A folder with something planted in it, and a file that must not change. */
const planted = (plant: Plant[1]): { readonly folder: string; readonly path: string; victim(): unknown } => {
  const folder = emptyFolder();
  const path = join(folder, 'x');
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'precious', { mode: 0o644 });
  plant(path);
  return { folder, path, victim: () => [readFileSync(victim, 'utf8'), statSync(victim).mode & 0o777] };
};

const unsafe = { kind: 'unsafe', message: expect.stringMatching(/x is a link or not a regular file$/) };

describe.each(notRegular)('%s', (_, plant) => {
  test.each(['read', 'update', 'create', 'append'] as const)('is not opened to %s', async (access) => {
    const { path, victim } = planted(plant);
    await expect(openRegularFile(path, { access })).rejects.toMatchObject(unsafe);
    expect(victim()).toEqual(['precious', 0o644]);
  });

  test('is not replaced by an atomic write', async () => {
    const { folder, path, victim } = planted(plant);
    await expect(writeFileAtomically(path, 'new')).rejects.toMatchObject(unsafe);
    expect(victim()).toEqual(['precious', 0o644]);
    expect(readdirSync(folder)).toEqual(['victim', 'x']);
  });

  test('is not read as the note of a part file, and does not block', async () => {
    const { folder } = planted((path) => {
      writeFileSync(join(path, '..', '.a.part'), 'half', { mode: 0o600 });
      plant(join(path, '..', '.a.part.json'));
    });
    const part = await openPart(folder, 'a');
    expect([part.size, part.resumable]).toEqual([0, undefined]);
    await part.close().catch(() => {}); // a folder cannot be unlinked
  });
});

test('a file with several hard links is read, and never written', async () => {
  const { path, victim } = planted(hardLink[1]);
  expect(String(await readHead(path, 4))).toBe('prec');
  expect(await readTextFile(path)).toBe('precious');
  for (const access of ['update', 'append'] as const)
    await expect(openRegularFile(path, { access })).rejects.toMatchObject({ code: 'EMLINK' });
  await writeFileAtomically(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(victim()).toEqual(['precious', 0o644]);
});

test('create opens only what it creates, with mode 0600', async () => {
  const path = join(emptyFolder(), 'x');
  await closeAsync(await openRegularFile(path, { access: 'create' }));
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['', 0o600]);
  await expect(openRegularFile(path, { access: 'create' })).rejects.toMatchObject({ code: 'EEXIST' });
});

test.each([0o644, 0o777, 0o400])('a file of mode %o is 0600 once it is opened to append', async (mode) => {
  const path = join(emptyFolder(), 'x');
  writeFileSync(path, 'old', { mode });
  await closeAsync(await openRegularFile(path, { access: 'append' }));
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['old', 0o600]);
});

describe('a part file', () => {
  const changes: readonly Plant[] = [
    ['cut', (path) => truncateSync(path, 0)],
    ['extended', (path) => appendFileSync(path, 'x')],
  ];
  test.each(changes)('that another program %s while it is written is lost', async (_, change) => {
    for (const end of ['append', 'commit'] as const) {
      const folder = emptyFolder();
      const part = await openPart(folder, 'a');
      await part.append([Buffer.from('half')], undefined);
      change(join(folder, '.a.part'));
      const done =
        end === 'append' ? part.append([Buffer.from('rest')], undefined) : part.commit('a', { overwrite: false });
      await expect(done).rejects.toBeInstanceOf(LostFileError);
      await part.discard();
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});

test.runIf(process.platform === 'linux')('numbers of the system without a word in Node have their name', () => {
  const reason = (number: number) =>
    systemReason(Object.assign(new Error(), { code: `Unknown system error -${number}` }));
  expect([reason(116), reason(122), reason(9999)]).toEqual([
    'stale file handle (ESTALE)',
    'disk quota exceeded (EDQUOT)',
    'Unknown system error -9999',
  ]);
});

test('a file larger than the limit is not read', async () => {
  const path = join(emptyFolder(), 'x');
  writeFileSync(path, '12345');
  expect(await readTextFile(path, 5)).toBe('12345');
  await expect(readTextFile(path, 4)).rejects.toMatchObject({ kind: 'local' });
});

/** A folder with one file. */
const withOld = (): { readonly folder: string; readonly path: string } => {
  const folder = emptyFolder();
  const path = join(folder, 'x');
  writeFileSync(path, 'old', { mode: 0o644 });
  return { folder, path };
};
const contentOf = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

describe('an atomic write', () => {
  test('replaces the old file at once, with mode 0600', async () => {
    const { folder, path } = withOld();
    const seen: unknown[] = [];
    const pieces = async function* (): AsyncGenerator<string> {
      for (const piece of ['a', '', 'bc']) {
        seen.push(readFileSync(path, 'utf8'));
        yield piece;
      }
    };
    expect(await writeFileAtomically(path, pieces())).toBe(true);
    expect(seen).toEqual(['old', 'old', 'old']);
    expect(contentOf(folder)).toEqual({ x: 'abc' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('overwrites what a killed run left', async () => {
    const { folder, path } = withOld();
    writeFileSync(join(folder, '.x.part'), 'a longer text of a killed run');
    await writeFileAtomically(path, 'new');
    expect(contentOf(folder)).toEqual({ x: 'new' });
  });

  test('does not change an existing file without overwrite', async () => {
    const { folder, path } = withOld();
    expect(await writeFileAtomically(path, 'new', { overwrite: false })).toBe(false);
    expect(contentOf(folder)).toEqual({ x: 'old' });
  });

  test('throws the error of the content and leaves no temporary file', async () => {
    const { folder, path } = withOld();
    const pieces = async function* (): AsyncGenerator<string> {
      yield 'half';
      throw new RangeError('broken');
    };
    await expect(writeFileAtomically(path, pieces())).rejects.toThrow(RangeError);
    expect(contentOf(folder)).toEqual({ x: 'old' });
  });

  test('does not rename once the lock is lost, and leaves all files to the run that holds it', async () => {
    const { folder, path } = withOld();
    const lost = Object.assign(new Error('lost'), { kind: 'locked' });
    const lock = { assertHeld: () => Promise.reject(lost) };
    await expect(writeFileAtomically(path, 'new', { lock })).rejects.toMatchObject({
      message: expect.stringMatching(/x: /),
    });
    expect(contentOf(folder)).toEqual({ '.x.part': 'new', x: 'old' });
  });

  test('leaves a complete file when many runs write it concurrently without a lock', async () => {
    const { folder, path } = withOld();
    const texts = Array.from({ length: 30 }, (_, index) => `${index} `.repeat(5000 * (index + 1)));
    await Promise.all(texts.map((text) => writeFileAtomically(path, text, { shared: true })));
    expect(readdirSync(folder)).toEqual(['x']);
    expect(texts).toContain(readFileSync(path, 'utf8'));
  });
});

describe('a disk whose fdatasync fails with', () => {
  const write = async (code: string, durable: boolean, path: string): Promise<void> => {
    const fs = createRequire(import.meta.url)('node:fs');
    const real = fs.fdatasync;
    fs.fdatasync = (_: number, done: (error: Error) => void) => done(Object.assign(new Error(code), { code }));
    syncBuiltinESMExports();
    vi.resetModules();
    try {
      const { writeFileAtomically: writeHere } = await import('../../src/system/files/write-file.ts');
      await writeHere(path, 'new', { durable });
    } finally {
      fs.fdatasync = real;
      syncBuiltinESMExports();
      vi.resetModules();
    }
  };

  test.each(['EINVAL', 'ENOSYS', 'ENOTSUP'])('%s does not support syncing: the file is written', async (code) => {
    const { folder, path } = withOld();
    await write(code, true, path);
    expect(contentOf(folder)).toEqual({ x: 'new' });
  });

  test.each(['EIO', 'ENOSPC'])('%s has failed: the old file is kept', async (code) => {
    const { folder, path } = withOld();
    await expect(write(code, true, path)).rejects.toMatchObject({
      kind: 'local',
      message: expect.stringContaining(code),
    });
    expect(contentOf(folder)).toEqual({ x: 'old' });
  });

  test('skips fsync for a file that may be lost in a power cut', async () => {
    const { folder, path } = withOld();
    await write('EIO', false, path);
    expect(contentOf(folder)).toEqual({ x: 'new' });
  });
});
