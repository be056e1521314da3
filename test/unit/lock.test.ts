import { AsyncLocalStorage } from 'node:async_hooks';
import { readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Failure } from '../../src/core/failure.ts';
import { type Lock, takeLock } from '../../src/system/files/lock/lock.ts';
import { openPart } from '../../src/system/files/part-file.ts';
import { emptyFolder } from '../support/cleanup.ts';

/** A run that takes a lock step by step: each file system call waits until it is released. */
interface SteppedRun {
  /** Lets one more file system call through; false when none is left. */
  step(): Promise<boolean>;
  /** Lets all further calls through. */
  finish(): Promise<void>;
  readonly lock: Lock | undefined;
  readonly error: unknown;
}

const runStorage = new AsyncLocalStorage<{ enter(): Promise<void> }>();
const interceptedCalls = [
  'open',
  'writeFile',
  'readFile',
  'lstat',
  'link',
  'rename',
  'unlink',
  'opendir',
  'utimes',
] as const;
const real = new Map<string, unknown>();

beforeAll(() => {
  const calls = createRequire(import.meta.url)('node:fs/promises');
  for (const name of interceptedCalls) {
    const original = calls[name];
    real.set(name, original);
    calls[name] = async (...words: readonly unknown[]) => {
      await runStorage.getStore()?.enter();
      if (name === 'link' && !supportsHardLinks) throw Object.assign(new Error('no links here'), { code: 'EPERM' });
      const result = await original(...words);
      if (name === 'open') interceptWrite(result, String(words[0]));
      return result;
    };
  }
  syncBuiltinESMExports();
});
afterAll(() => {
  Object.assign(promises, Object.fromEntries(real));
  syncBuiltinESMExports();
});

/** A run may also sleep between creating a file and writing it. */
const interceptWrite = (file: promises.FileHandle, path: string): void => {
  const write = file.writeFile.bind(file);
  file.writeFile = async (...words) => {
    await runStorage.getStore()?.enter();
    if (path === unwritable) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    return write(...words);
  };
};

/** Whether the file system supports hard links. */
let supportsHardLinks = true;
/** A file that can be created and not written, as on a full disk. */
let unwritable: string | undefined;

const settings = { waitMilliseconds: 0, hint: 'wait' };

const startStepped = (path: string): SteppedRun => {
  let free = false;
  let ended = false;
  let lock: Lock | undefined;
  let error: unknown;
  /** Calls released one by one; several may be pending at the same time. */
  const waiting: (() => void)[] = [];
  let arrived: (() => void) | undefined;
  const enter = (): Promise<void> =>
    free
      ? Promise.resolve()
      : new Promise((resolve) => {
          waiting.push(resolve);
          arrived?.();
        });
  const run = runStorage
    .run({ enter }, () => takeLock(path, settings))
    .then(
      (taken) => {
        lock = taken;
      },
      (failed: unknown) => {
        error = failed;
      },
    );
  void run.then(() => {
    ended = true;
    arrived?.();
  });
  const settled = (): Promise<void> =>
    waiting.length > 0 || ended
      ? Promise.resolve()
      : new Promise((resolve) => {
          arrived = resolve;
        });
  return {
    step: async () => {
      await settled();
      if (ended) return false;
      waiting.shift()?.();
      // The effects of this call come before the next call.
      await new Promise((resolve) => setTimeout(resolve, 1));
      await settled();
      return true;
    },
    finish: async () => {
      free = true;
      for (const proceed of waiting.splice(0)) proceed();
      await run;
    },
    get lock() {
      return lock;
    },
    get error() {
      return error;
    },
  };
};

/** Tries to take the lock without waiting, as another run would. */
const tryLock = (path: string): Promise<Lock | undefined> =>
  takeLock(path, settings).catch((failure: Failure) => {
    expect(failure.kind).toBe('locked');
    return undefined;
  });

/** Leaves the lock of a process that no longer exists, as a killed run would. */
const leaveStaleLock = async (path: string): Promise<void> => {
  const lock = await takeLock(path, settings);
  const text = String(await promises.readFile(path, 'utf8'));
  await lock.release();
  writeFileSync(path, JSON.stringify({ ...JSON.parse(text), pid: 4_194_305 }));
};

/** The lock file that exists when a test starts. */
const initialLocks: readonly (readonly [string, (path: string) => Promise<void> | void])[] = [
  ['no lock file', () => {}],
  ['the lock of a killed run', leaveStaleLock],
  [
    'an old, empty lock file',
    (path) => {
      writeFileSync(path, '');
      utimesSync(path, 0, 0);
    },
  ],
];

describe.each(initialLocks)('a lock taken in a folder with %s', (_, begin) => {
  test.each([
    ['', true],
    [', on a file system without hard links', false],
  ])('is never held by two runs at once, wherever one run pauses and whatever others do%s', async (_name, links) => {
    supportsHardLinks = links;
    for (let sleeps = 0, asleep = true; asleep; sleeps++) {
      const path = join(emptyFolder(), 'x.lock');
      await begin(path);
      const slow = startStepped(path);
      for (let calls = 0; calls < sleeps && asleep; calls++) asleep = await slow.step();
      const holders: Lock[] = [];
      const see = async (): Promise<void> => {
        const other = await tryLock(path);
        if (other !== undefined) holders.push(other);
        const all = [...holders, ...(slow.lock === undefined ? [] : [slow.lock])];
        expect({ sleeps, holders: all.length }).toEqual({ sleeps, holders: Math.min(1, all.length) });
      };
      await see();
      while (await slow.step()) await see();
      await see();
      const held = [...holders, ...(slow.lock === undefined ? [] : [slow.lock])];
      expect(held).toHaveLength(1);
      await held[0]?.assertHeld();
      if (slow.lock === undefined) expect((slow.error as Failure).kind).toBe('locked');
      await held[0]?.release();
      expect(readdirSync(join(path, '..'))).toEqual([]);
    }
    supportsHardLinks = true;
  });

  test('has its complete content from the moment it exists', async () => {
    const path = join(emptyFolder(), 'x.lock');
    await begin(path);
    const before = readdirSync(join(path, '..')).length === 0 ? undefined : await promises.readFile(path, 'utf8');
    const slow = startStepped(path);
    while (await slow.step()) {
      const now = await promises.readFile(path, 'utf8').catch(() => undefined);
      if (now !== before && now !== undefined) expect(JSON.parse(now)).toMatchObject({ pid: process.pid });
    }
    await slow.finish();
    await slow.lock?.release();
  });
});

test('a run whose stale lock was taken over no longer holds it, and its release leaves the lock to the new holder', async () => {
  const path = join(emptyFolder(), 'x.lock');
  const first = await takeLock(path, settings);
  const text = await promises.readFile(path, 'utf8');
  // As the lock of a machine that slept for a long time would look from another machine.
  writeFileSync(path, JSON.stringify({ ...JSON.parse(text), host: 'elsewhere', space: 'elsewhere' }));
  utimesSync(path, Date.now() / 1000 - 120, Date.now() / 1000 - 120);
  const second = await takeLock(path, settings);
  await expect(first.assertHeld()).rejects.toMatchObject({ kind: 'locked' });
  await first.release();
  await second.assertHeld();
  await second.release();
  await expect(second.assertHeld()).rejects.toMatchObject({ kind: 'locked' });
});

test('temporary files that killed runs left beside a lock are removed by the next holder', async () => {
  const folder = emptyFolder();
  const path = join(folder, 'x.lock');
  await leaveStaleLock(path);
  const gone = await promises.readFile(path, 'utf8');
  const slow = startStepped(path);
  const beside = (): string | undefined => readdirSync(folder).find((name) => name !== 'x.lock');
  while (beside() === undefined && (await slow.step()));
  const own = beside() ?? '';
  await slow.finish();
  await slow.lock?.release();
  writeFileSync(join(folder, own.replace(/\d+/, '4194305')), gone);
  writeFileSync(join(folder, 'x.lock.0123456789abcdef'), gone);
  writeFileSync(join(folder, 'x.lock.mine'), 'mine');
  const lock = await takeLock(path, settings);
  expect(readdirSync(folder).sort()).toEqual(['x.lock', 'x.lock.mine']);
  await lock.release();
});

test('a part file whose lock is lost is not renamed, and stays for the run that holds the lock', async () => {
  const folder = emptyFolder();
  const lock = await takeLock(join(folder, 'x.lock'), settings);
  const part = await openPart(folder, 'calls.csv', { lock });
  await part.append([Buffer.from('half')], undefined);
  await lock.release();
  const other = await takeLock(join(folder, 'x.lock'), settings);
  await expect(part.commit('calls.csv', { overwrite: true })).rejects.toMatchObject({ kind: 'locked' });
  await part.discard();
  expect(readdirSync(folder).sort()).toEqual(['.calls.csv.part', 'x.lock']);
  await other.release();
});

test('a lock that another program made huge is taken over like any other text, without reading it all', async () => {
  const path = join(emptyFolder(), 'x.lock');
  writeFileSync(path, '');
  truncateSync(path, 2 ** 40);
  utimesSync(path, Date.now() / 1000 - 120, Date.now() / 1000 - 120);
  const lock = await takeLock(path, settings);
  await lock.assertHeld();
  await lock.release();
});

test.each([
  ['fresh', 0, false],
  ['a little ahead, as clocks differ', 30, false],
  ['expired', -120, true],
  ['far in the future, which is no time', 3600, true],
])('the heartbeat of another host that is %s decides whether its lock is taken over', async (_, seconds, isTaken) => {
  const path = join(emptyFolder(), 'x.lock');
  writeFileSync(path, JSON.stringify({ pid: 1, host: 'elsewhere', space: 'elsewhere', began: '1' }));
  utimesSync(path, Date.now() / 1000 + seconds, Date.now() / 1000 + seconds);
  const lock = await tryLock(path);
  expect(lock !== undefined).toBe(isTaken);
  await lock?.release();
});
