import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Archive,
  type ArchiveOptions,
  archiveOf,
  converge,
  good,
  look,
  type Tape,
  tapes,
} from '../support/archive.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { type Fault, stalled } from '../support/media-faults.ts';
import { expectPromptly, sleepRuns, timeout, until } from '../support/pace.ts';

/** Larger than the write buffer. */
const LARGE = 600_000;

interface StallingAccount extends Archive {
  /** From now on every file is sent completely. */
  heal(): void;
}

/** Serves the first recordings completely; the others stall halfway on the first request and are complete on a later one. */
const stallingAccount = async (count: number, whole: number, more: ArchiveOptions = {}): Promise<StallingAccount> => {
  let healed = false;
  const asked = new Set<Tape>();
  const every = tapes(count, LARGE);
  const media = (tape: Tape): Fault => {
    const half = stalled(tape.bytes, LARGE / 2, { etag: `"${tape.id}"`, type: 'audio/x-wav' });
    const rest = good(tape);
    return (request, response) => {
      if (healed || every.indexOf(tape) < whole || asked.has(tape)) return rest(request, response);
      asked.add(tape);
      return half(request, response);
    };
  };
  return {
    ...(await archiveOf(every, { media, ...more })),
    heal: () => {
      healed = true;
    },
  };
};

const settledAt = (archive: Archive, files: number, parts: number) => (): boolean => {
  const { files: done, hidden, entries } = look(archive);
  return (
    done.length === files &&
    entries.length === files &&
    hidden.filter((name) => name.endsWith('.part')).length === parts
  );
};

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s during a download', (name) => {
  test('ends the run with that signal within two seconds, keeps finished files and leaves no incomplete file', async () => {
    const archive = await stallingAccount(30, 10);
    const { child, ended } = archive.begin(archive.words());
    await until(settledAt(archive, 10, 8));
    const sent = performance.now();
    child.kill(name);
    const { code, signal, out, err } = await ended;
    await expectPromptly(performance.now() - sent, 2000);
    expect({ code, signal, out }).toEqual({ code: null, signal: name, out: '' });
    expect(err).toMatch(/^done 10, left 20: [^\n]+\n/);
    expect(err).toContain(name);
    const { files, hidden } = look(archive);
    expect(files).toHaveLength(10);
    expect(hidden.filter((one) => one.endsWith('.lock'))).toEqual([]);
    archive.heal();
    await converge(archive);
  });

  test('sent twice ends the run immediately', async () => {
    const archive = await stallingAccount(8, 0);
    // The disk does not respond, so the clean-up takes as long as it is allowed to.
    const { child, ended } = archive.begin(archive.words(), { NODE_OPTIONS: `--require ${slowDisk()}` });
    await until(() => archive.visits.size === 8);
    child.kill(name);
    // Long enough for the first signal to be handled, and too short for the run to end after it.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const sent = performance.now();
    child.kill(name);
    expect((await ended).signal).toBe(name);
    await expectPromptly(performance.now() - sent, 250);
    expect(look(archive).files).toEqual([]);
  });

  test('ends the run within two seconds even when the disk does not respond', async () => {
    const archive = await stallingAccount(8, 0);
    const { child, ended } = archive.begin(archive.words(), { NODE_OPTIONS: `--require ${slowDisk()}` });
    await until(() => archive.visits.size === 8);
    const sent = performance.now();
    child.kill(name);
    expect((await ended).signal).toBe(name);
    await expectPromptly(performance.now() - sent, 2000);
    expect(look(archive).files).toEqual([]);
  });
});

/** A module that delays each file write by ten seconds. */
const slowDisk = (): string => {
  const file = join(emptyFolder(), 'slow.cjs');
  const text = `
    const fs = require('node:fs');
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
  const archive = await stallingAccount(8, 0);
  const { child, ended } = archive.script(
    `for round in 1 2 3; do $RECX ${archive.words().join(' ')}; echo "round $round"; done`,
  );
  await until(() => archive.visits.size === 8);
  process.kill(-(child.pid ?? Number.NaN), 'SIGINT');
  const { signal, out, took } = await ended;
  expect({ signal, out }).toEqual({ signal: 'SIGINT', out: '' });
  await expectPromptly(took, 5000);
  expect([...archive.visits.values()].flat()).toHaveLength(8);
});

test('SIGINT while the list is read ends the run within two seconds and leaves no files', async () => {
  let asked = false;
  const archive = await archiveOf(tapes(3, LARGE), {
    before: async () => {
      asked = true;
      return true;
    },
  });
  const { child, ended } = archive.begin(archive.words());
  await until(() => asked);
  const sent = performance.now();
  child.kill('SIGINT');
  expect((await ended).signal).toBe('SIGINT');
  await expectPromptly(performance.now() - sent, 2000);
  expect(look(archive)).toMatchObject({ files: [], hidden: [] });
});

test('SIGINT while waiting for another run ends the waiting run within two seconds', async () => {
  const archive = await stallingAccount(8, 0);
  const first = archive.begin(archive.words());
  await until(() => archive.visits.size === 8);
  const requests = archive.sandbox.requests.length;
  const { child, ended } = archive.begin(archive.words('--wait', '1h'));
  // A waiting run prints nothing, so the test allows the time of three runs for it to start waiting.
  await sleepRuns(3);
  expect(archive.sandbox.requests).toHaveLength(requests);
  const sent = performance.now();
  child.kill('SIGINT');
  expect((await ended).signal).toBe('SIGINT');
  await expectPromptly(performance.now() - sent, 2000);
  first.child.kill('SIGKILL');
  await first.ended;
  archive.heal();
  await converge(archive);
});

test('--max-time ends the run with exit code 9 and keeps partial files, which the next run resumes', async () => {
  const ranges: (string | undefined)[] = [];
  const archive = await stallingAccount(30, 10, {
    before: ({ url, headers }) => {
      if (url.pathname.startsWith('/media/')) ranges.push(headers.range);
      return false;
    },
  });
  const limit = timeout(2);
  const { code, err, took } = await archive.download('--max-time', limit);
  expect(code).toBe(9);
  await expectPromptly(took, Number.parseInt(limit, 10) * 1000 + 2000);
  expect(err).toMatch(/^done 10, left 20: [^\n]+\nrecx: [^\n]+--max-time[^\n]+\n$/);
  const { files, hidden } = look(archive);
  expect({ files: files.length, parts: hidden.filter((name) => name.endsWith('.part')).length }).toEqual({
    files: 10,
    parts: 8,
  });
  expect(ranges.splice(0)).toEqual(Array.from({ length: 18 }, () => undefined));
  archive.heal();
  await converge(archive);
  expect(ranges.filter((range) => range === `bytes=${LARGE / 2}-`)).toHaveLength(8);
  expect(ranges).toHaveLength(20);
});
