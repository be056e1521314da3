import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { type Archive, archiveOf, complete, converge, look, tapes } from '../support/archive.ts';
import { expectPromptly, until } from '../support/pace.ts';

/** An account whose files take 100 ms each, so that runs overlap. */
const slowArchive = (count: number, size = 4000): Promise<Archive> =>
  archiveOf(tapes(count, size), {
    before: async ({ url }) => {
      if (url.pathname.startsWith('/media/')) await new Promise((resolve) => setTimeout(resolve, 100));
      return false;
    },
  });

/** An account whose files are sent once they are released. */
const heldArchive = async (count: number) => {
  let go = (): void => {};
  const released = new Promise<void>((resolve) => {
    go = resolve;
  });
  const archive = await archiveOf(tapes(count, 4000), {
    before: async ({ url }) => {
      if (url.pathname.startsWith('/media/')) await released;
      return false;
    },
  });
  return { archive, go };
};

const requestCounts = ({ visits }: Archive): readonly number[] => [...visits.values()].map((times) => times.length);

const runTogether = (archive: Archive, ...runs: readonly (readonly string[])[]) =>
  Promise.all(runs.map((more) => archive.download('--concurrency', '2', ...more)));

describe('two downloads into one folder', () => {
  test('exclude each other: one downloads, the other exits with code 10', async () => {
    const archive = await slowArchive(20);
    const runs = await runTogether(archive, [], []);
    expect(runs.map(({ code }) => code).sort()).toEqual([0, 10]);
    expect(runs.find(({ code }) => code === 10)?.err).toMatch(
      /^recx: another run [^\n]+\.recx\.lock\n[^\n]*--wait[^\n]*\n$/,
    );
    expect(look(archive)).toEqual(complete(archive));
    expect(requestCounts(archive)).toEqual(archive.tapes.map(() => 1));
  });

  test('run one after the other with --wait and download nothing twice', async () => {
    const archive = await slowArchive(20);
    const runs = await runTogether(archive, ['--wait', '1h'], ['--wait', '1h'], ['--wait', '1h']);
    expect(runs.map(({ code, err }) => ({ code, err }))).toEqual(runs.map(() => ({ code: 0, err: '' })));
    expect(look(archive)).toEqual(complete(archive));
    expect(requestCounts(archive)).toEqual(archive.tapes.map(() => 1));
  });

  test('stop waiting after the time given by --wait', async () => {
    const { archive, go } = await heldArchive(3);
    const first = archive.download();
    await until(() => archive.visits.size > 0);
    const second = await archive.download('--wait', '1s');
    expect(second.code).toBe(10);
    expect(second.took).toBeGreaterThan(1000);
    await expectPromptly(second.took, 3500);
    go();
    expect((await first).code).toBe(0);
  });

  test.each([2, 3])('run in parallel as %i shards', async (count) => {
    const archive = await slowArchive(30);
    const shards = Array.from({ length: count }, (_, index) => ['--shard', `${index + 1}/${count}`]);
    const runs = await runTogether(archive, ...shards);
    expect(runs.map(({ code }) => code)).toEqual(shards.map(() => 0));
    expect(look(archive)).toEqual(complete(archive));
    expect(requestCounts(archive)).toEqual(archive.tapes.map(() => 1));
  });

  test('exclude each other as a shard and a run without shards, or as shards of different counts', async () => {
    for (const other of [[], ['--shard', '1/3']]) {
      const { archive, go } = await heldArchive(20);
      const first = archive.download('--shard', '1/2');
      await until(() => archive.visits.size > 0);
      expect((await archive.download(...other)).code).toBe(10);
      go();
      expect((await first).code).toBe(0);
      await converge(archive);
    }
  });

  test('are not blocked by the lock of a killed run', async () => {
    for (const more of [[], ['--shard', '1/2']]) {
      const archive = await slowArchive(10);
      const { child, ended } = archive.begin(archive.words(...more));
      await until(() => archive.visits.size > 0);
      child.kill('SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
      expect(readdirSync(archive.dir).filter((name) => name.endsWith('.lock'))).toHaveLength(1);
      expect((await archive.download(...more)).code).toBe(0);
      await converge(archive);
    }
  });
});

describe('a successful download', () => {
  test('prints nothing, and neither does a later run that has nothing to do', async () => {
    const archive = await slowArchive(10);
    const { out, err } = await archive.download();
    expect({ out, err }).toEqual({ out: '', err: '' });
    expect(await archive.download()).toMatchObject({ code: 0, out: '', err: '' });
    expect(requestCounts(archive)).toEqual(archive.tapes.map(() => 1));
  });

  test('prints nothing as a shard', async () => {
    const archive = await slowArchive(10);
    expect(await archive.download('--shard', '1/2')).toMatchObject({ code: 0, out: '', err: '' });
  });
});

const system = (command: string, ...words: readonly string[]): unknown =>
  execFileSync(command, words, { stdio: 'ignore' });

const mounted: string[] = [];
afterAll(() => {
  for (const folder of mounted) system('umount', folder);
});

/** Mounts a small disk over a folder; false when mounting is not allowed. */
const smallDisk = (folder: string, size: string): boolean => {
  try {
    system('mount', '-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'recx-test', folder);
    mounted.push(folder);
    return true;
  } catch {
    return false;
  }
};

describe('a full disk during a download', () => {
  const SIZE = 300_000;

  test('simulated by ulimit -f ends the run at once', async () => {
    const archive = await archiveOf(tapes(60, SIZE));
    const { code, err, out } = await archive.script(`ulimit -f 100; exec $RECX ${archive.words().join(' ')}`).ended;
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toMatch(/recx: [^\n]*\(EFBIG\)\n/);
    expect(requestCounts(archive).every((count) => count === 1)).toBe(true);
    expect(archive.visits.size).toBeLessThanOrEqual(8);
    expect(look(archive)).toMatchObject({ files: [], entries: [] });
    await converge(archive);
  });

  test('simulated by ulimit -f for the manifest ends the run at once', async () => {
    const archive = await archiveOf(tapes(60, 600));
    const { code, err } = await archive.script(`ulimit -f 1; exec $RECX ${archive.words().join(' ')}`).ended;
    expect(code).toBe(7);
    expect(err).toMatch(/recx: [^\n]*manifest\.ndjson[^\n]*\n/);
    look(archive);
    await converge(archive);
  });

  test('on a small file system ends the run at once, without a retry', async ({ skip }) => {
    const archive = await archiveOf(tapes(60, SIZE));
    mkdirSync(archive.dir);
    if (!smallDisk(archive.dir, '1m')) skip('this user cannot mount a small disk');
    const { code, err, out } = await archive.download();
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toMatch(/recx: [^\n]*no space left on device \(ENOSPC\)\n/);
    expect(err.match(/ENOSPC/g)).toHaveLength(1);
    expect(requestCounts(archive).every((count) => count === 1)).toBe(true);
    expect(archive.visits.size).toBeLessThan(20);
    look(archive);
    system('mount', '-o', 'remount,size=64m', archive.dir);
    await converge(archive);
  });
});
