import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import {
  completeContents,
  type DownloadAccount,
  downloadUntilComplete,
  inspectFolder,
  openDownloadAccount,
  wavRecordings,
} from '../support/download-account.ts';
import { expectPromptly, waitUntil } from '../support/timing.ts';

/** An account whose files take 100 ms each, so that runs overlap. */
const slowArchive = (count: number, size = 4000): Promise<DownloadAccount> =>
  openDownloadAccount(wavRecordings(count, size), {
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
  const account = await openDownloadAccount(wavRecordings(count, 4000), {
    before: async ({ url }) => {
      if (url.pathname.startsWith('/media/')) await released;
      return false;
    },
  });
  return { account, go };
};

const requestCounts = ({ requestTimes }: DownloadAccount): readonly number[] =>
  [...requestTimes.values()].map((times) => times.length);

const runTogether = (account: DownloadAccount, ...runs: readonly (readonly string[])[]) =>
  Promise.all(runs.map((more) => account.download('--concurrency', '2', ...more)));

describe('two downloads into one folder', () => {
  test('exclude each other: one downloads, the other exits with code 10', async () => {
    const account = await slowArchive(20);
    const runs = await runTogether(account, [], []);
    expect(runs.map(({ code }) => code).sort()).toEqual([0, 10]);
    expect(runs.find(({ code }) => code === 10)?.err).toMatch(
      /^recx: another run [^\n]+\.recx\.lock\n[^\n]*--wait[^\n]*\n$/,
    );
    expect(inspectFolder(account)).toEqual(completeContents(account));
    expect(requestCounts(account)).toEqual(account.recordings.map(() => 1));
  });

  test('run one after the other with --wait and download nothing twice', async () => {
    const account = await slowArchive(20);
    const runs = await runTogether(account, ['--wait', '1h'], ['--wait', '1h'], ['--wait', '1h']);
    expect(runs.map(({ code, err }) => ({ code, err }))).toEqual(runs.map(() => ({ code: 0, err: '' })));
    expect(inspectFolder(account)).toEqual(completeContents(account));
    expect(requestCounts(account)).toEqual(account.recordings.map(() => 1));
  });

  test('stop waiting after the time given by --wait', async () => {
    const { account, go } = await heldArchive(3);
    const first = account.download();
    await waitUntil(() => account.requestTimes.size > 0);
    const second = await account.download('--wait', '1s');
    expect(second.code).toBe(10);
    expect(second.took).toBeGreaterThan(1000);
    await expectPromptly(second.took, 3500);
    go();
    expect((await first).code).toBe(0);
  });

  test.each([2, 3])('run in parallel as %i shards', async (count) => {
    const account = await slowArchive(30);
    const shards = Array.from({ length: count }, (_, index) => ['--shard', `${index + 1}/${count}`]);
    const runs = await runTogether(account, ...shards);
    expect(runs.map(({ code }) => code)).toEqual(shards.map(() => 0));
    expect(inspectFolder(account)).toEqual(completeContents(account));
    expect(requestCounts(account)).toEqual(account.recordings.map(() => 1));
  });

  test('exclude each other as a shard and a run without shards, or as shards of different counts', async () => {
    for (const other of [[], ['--shard', '1/3']]) {
      const { account, go } = await heldArchive(20);
      const first = account.download('--shard', '1/2');
      await waitUntil(() => account.requestTimes.size > 0);
      expect((await account.download(...other)).code).toBe(10);
      go();
      expect((await first).code).toBe(0);
      await downloadUntilComplete(account);
    }
  });

  test('are not blocked by the lock of a killed run', async () => {
    for (const more of [[], ['--shard', '1/2']]) {
      const account = await slowArchive(10);
      const { child, ended } = account.start(account.args(...more));
      await waitUntil(() => account.requestTimes.size > 0);
      child.kill('SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
      expect(readdirSync(account.dir).filter((name) => name.endsWith('.lock'))).toHaveLength(1);
      expect((await account.download(...more)).code).toBe(0);
      await downloadUntilComplete(account);
    }
  });
});

describe('a successful download', () => {
  test('prints nothing, and neither does a later run that has nothing to do', async () => {
    const account = await slowArchive(10);
    const { out, err } = await account.download();
    expect({ out, err }).toEqual({ out: '', err: '' });
    expect(await account.download()).toMatchObject({ code: 0, out: '', err: '' });
    expect(requestCounts(account)).toEqual(account.recordings.map(() => 1));
  });

  test('prints nothing as a shard', async () => {
    const account = await slowArchive(10);
    expect(await account.download('--shard', '1/2')).toMatchObject({ code: 0, out: '', err: '' });
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
    const account = await openDownloadAccount(wavRecordings(60, SIZE));
    const { code, err, out } = await account.startScript(`ulimit -f 100; exec $RECX ${account.args().join(' ')}`).ended;
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toMatch(/recx: [^\n]*\(EFBIG\)\n/);
    expect(requestCounts(account).every((count) => count === 1)).toBe(true);
    expect(account.requestTimes.size).toBeLessThanOrEqual(8);
    expect(inspectFolder(account)).toMatchObject({ files: [], entries: [] });
    await downloadUntilComplete(account);
  });

  test('simulated by ulimit -f for the manifest ends the run at once', async () => {
    const account = await openDownloadAccount(wavRecordings(60, 600));
    const { code, err } = await account.startScript(`ulimit -f 1; exec $RECX ${account.args().join(' ')}`).ended;
    expect(code).toBe(7);
    expect(err).toMatch(/recx: [^\n]*manifest\.ndjson[^\n]*\n/);
    inspectFolder(account);
    await downloadUntilComplete(account);
  });

  test('on a small file system ends the run at once, without a retry', async ({ skip }) => {
    const account = await openDownloadAccount(wavRecordings(60, SIZE));
    mkdirSync(account.dir);
    if (!smallDisk(account.dir, '1m')) skip('this user cannot mount a small disk');
    const { code, err, out } = await account.download();
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toMatch(/recx: [^\n]*no space left on device \(ENOSPC\)\n/);
    expect(err.match(/ENOSPC/g)).toHaveLength(1);
    expect(requestCounts(account).every((count) => count === 1)).toBe(true);
    expect(account.requestTimes.size).toBeLessThan(20);
    inspectFolder(account);
    system('mount', '-o', 'remount,size=64m', account.dir);
    await downloadUntilComplete(account);
  });
});
