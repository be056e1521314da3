import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import {
  type DownloadAccount,
  type DownloadAccountOptions,
  downloadUntilComplete,
  inspectFolder,
  intactMedia,
  openDownloadAccount,
  type WavRecording,
  wavRecordings,
} from '../support/download-account.ts';
import { type MediaHandler, stalled } from '../support/media-faults.ts';
import { isExecutable } from '../support/paths.ts';
import { expectPromptly, sleepForRuns, timeoutFor, waitUntil } from '../support/timing.ts';

/** Larger than the write buffer. */
const LARGE = 600_000;

interface StallingAccount extends DownloadAccount {
  /** From now on every file is sent completely. */
  heal(): void;
}

/** Serves the first recordings completely; the others stall halfway on the first request and are complete on a later one. */
const stallingAccount = async (
  count: number,
  whole: number,
  more: DownloadAccountOptions = {},
): Promise<StallingAccount> => {
  let healed = false;
  const asked = new Set<WavRecording>();
  const every = wavRecordings(count, LARGE);
  const media = (recording: WavRecording): MediaHandler => {
    const half = stalled(recording.bytes, LARGE / 2, { etag: `"${recording.id}"`, type: 'audio/x-wav' });
    const rest = intactMedia(recording);
    return (request, response) => {
      if (healed || every.indexOf(recording) < whole || asked.has(recording)) return rest(request, response);
      asked.add(recording);
      return half(request, response);
    };
  };
  return {
    ...(await openDownloadAccount(every, { media, ...more })),
    heal: () => {
      healed = true;
    },
  };
};

const settledAt = (account: DownloadAccount, files: number, parts: number) => (): boolean => {
  const { files: done, hidden, entries } = inspectFolder(account);
  return (
    done.length === files &&
    entries.length === files &&
    hidden.filter((name) => name.endsWith('.part')).length === parts
  );
};

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s during a download', (name) => {
  test('ends the run with that signal within two seconds, keeps finished files and leaves no incomplete file', async () => {
    const account = await stallingAccount(30, 10);
    const { child, ended } = account.start(account.args());
    await waitUntil(settledAt(account, 10, 8));
    const sent = performance.now();
    child.kill(name);
    const { code, signal, out, err } = await ended;
    await expectPromptly(performance.now() - sent, 2000);
    expect({ code, signal, out }).toEqual({ code: null, signal: name, out: '' });
    expect(err).toMatch(
      /^stopped: 10 downloaded to \S+, 20 remaining \([^\n]+\nRun the same command again to resume\n/,
    );
    expect(err).toContain(name);
    const { files, hidden } = inspectFolder(account);
    expect(files).toHaveLength(10);
    expect(hidden.filter((one) => one.endsWith('.lock'))).toEqual([]);
    account.heal();
    await downloadUntilComplete(account);
  });

  test.skipIf(isExecutable)('sent twice ends the run immediately', async () => {
    const account = await stallingAccount(8, 0);
    // The disk does not respond, so the clean-up takes as long as it is allowed to.
    const { child, ended } = account.start(account.args(), { NODE_OPTIONS: `--require ${slowDisk()}` });
    await waitUntil(() => account.requestTimes.size === 8);
    child.kill(name);
    // Long enough for the first signal to be handled, and too short for the run to end after it.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const sent = performance.now();
    child.kill(name);
    expect((await ended).signal).toBe(name);
    await expectPromptly(performance.now() - sent, 250);
    expect(inspectFolder(account).files).toEqual([]);
  });

  test.skipIf(isExecutable)('ends the run within two seconds even when the disk does not respond', async () => {
    const account = await stallingAccount(8, 0);
    const { child, ended } = account.start(account.args(), { NODE_OPTIONS: `--require ${slowDisk()}` });
    await waitUntil(() => account.requestTimes.size === 8);
    const sent = performance.now();
    child.kill(name);
    expect((await ended).signal).toBe(name);
    await expectPromptly(performance.now() - sent, 2000);
    expect(inspectFolder(account).files).toEqual([]);
  });
});

/** A module that makes the file system as slow as one on a network, and delays each file write by ten seconds. */
const slowDisk = (): string => {
  const file = join(emptyFolder(), 'slow.cjs');
  const text = `
    const fs = require('node:fs');
    for (const name of ['lstatSync', 'fstatSync', 'openSync', 'closeSync']) {
      const real = fs[name];
      fs[name] = (...words) => {
        for (const end = performance.now() + 1; performance.now() < end; );
        return real(...words);
      };
    }
    for (const name of ['write', 'writev', 'close', 'ftruncate', 'unlink', 'fdatasync']) {
      const real = fs[name];
      const own = Object.getOwnPropertyDescriptors(real);
      fs[name] = (...words) => setTimeout(() => real(...words), 10_000);
      Object.defineProperties(fs[name], own);
    }`;
  writeFileSync(file, text);
  return file;
};

test('SIGINT on a terminal also ends a shell loop around the download', async () => {
  const account = await stallingAccount(8, 0);
  const { child, ended } = account.startScript(
    `for round in 1 2 3; do $RECX ${account.args().join(' ')}; echo "round $round"; done`,
  );
  await waitUntil(() => account.requestTimes.size === 8);
  process.kill(-(child.pid ?? Number.NaN), 'SIGINT');
  const { signal, out, took } = await ended;
  expect({ signal, out }).toEqual({ signal: 'SIGINT', out: '' });
  await expectPromptly(took, 5000);
  expect([...account.requestTimes.values()].flat()).toHaveLength(8);
});

test('SIGINT while the list is read ends the run within two seconds and leaves no files', async () => {
  let asked = false;
  const account = await openDownloadAccount(wavRecordings(3, LARGE), {
    before: async () => {
      asked = true;
      return true;
    },
  });
  const { child, ended } = account.start(account.args());
  await waitUntil(() => asked);
  const sent = performance.now();
  child.kill('SIGINT');
  expect((await ended).signal).toBe('SIGINT');
  await expectPromptly(performance.now() - sent, 2000);
  expect(inspectFolder(account)).toMatchObject({ files: [], hidden: [] });
});

test('SIGINT while waiting for another run ends the waiting run within two seconds', async () => {
  const account = await stallingAccount(8, 0);
  const first = account.start(account.args());
  await waitUntil(() => account.requestTimes.size === 8);
  const requests = account.sandbox.requests.length;
  const { child, ended } = account.start(account.args('--wait', '1h'));
  // A waiting run prints nothing, so the test allows the time of three runs for it to start waiting.
  await sleepForRuns(3);
  expect(account.sandbox.requests).toHaveLength(requests);
  const sent = performance.now();
  child.kill('SIGINT');
  expect((await ended).signal).toBe('SIGINT');
  await expectPromptly(performance.now() - sent, 2000);
  first.child.kill('SIGKILL');
  await first.ended;
  account.heal();
  await downloadUntilComplete(account);
});

test('--max-time ends the run with exit code 9 and keeps partial files, which the next run resumes', async () => {
  const ranges: (string | undefined)[] = [];
  const account = await stallingAccount(30, 10, {
    before: ({ url, headers }) => {
      if (url.pathname.startsWith('/media/')) ranges.push(headers.range);
      return false;
    },
  });
  const limit = timeoutFor(2);
  const { code, err, took } = await account.download('--max-time', limit);
  expect(code).toBe(9);
  await expectPromptly(took, Number.parseInt(limit, 10) * 1000 + 2000);
  expect(err).toMatch(
    /^stopped: 10 downloaded to \S+, 20 remaining \([^\n]+\n(?:Run [^\n]+\n)?recx: stopped at --max-time\b[^\n]*\n(?:Run [^\n]+\n)?$/,
  );
  const { files, hidden } = inspectFolder(account);
  expect({ files: files.length, parts: hidden.filter((name) => name.endsWith('.part')).length }).toEqual({
    files: 10,
    parts: 8,
  });
  expect(ranges.splice(0)).toEqual(Array.from({ length: 18 }, () => undefined));
  account.heal();
  await downloadUntilComplete(account);
  expect(ranges.filter((range) => range === `bytes=${LARGE / 2}-`)).toHaveLength(8);
  expect(ranges).toHaveLength(20);
});
