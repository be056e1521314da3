import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { takeLock } from '../../src/system/files/lock/lock.ts';
import { cleanUp, emptyFolder } from '../support/cleanup.ts';
import { seededRandom } from '../support/download-account.ts';
import { preload, root } from '../support/paths.ts';
import { repetitions, withSeed } from '../support/thoroughness.ts';

const ACQUISITIONS = repetitions(20_000, 2000);
const PROCESSES = 6;
/** Milliseconds between two kills. */
const KILL_INTERVAL = 150;

/** The lock bundled into one module that Node can load. */
const builtLock = async (): Promise<string> => {
  const bundle = await rolldown({ input: join(root, 'src/system/files/lock/lock.ts'), platform: 'node' });
  const file = join(emptyFolder(), 'lock.mjs');
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
  return file;
};

test(`a lock taken ${ACQUISITIONS} times by ${PROCESSES} processes that are killed repeatedly is never held twice at once`, async () => {
  const module = await builtLock();
  const folder = emptyFolder();
  const [path, inside] = [join(folder, 'x.lock'), emptyFolder()];
  const roll = seededRandom(withSeed(20_261_120));
  const said: string[] = [];
  let acquisitions = 0;
  let kills = 0;
  const start = (): ChildProcess => {
    const child = spawn(process.execPath, [preload('lock-taker.mjs'), module, path, inside], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (chunk: Buffer) => {
      const text = chunk.toString();
      acquisitions += text.split('.').length - 1;
      if (/[^.]/.test(text)) said.push(text);
    });
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    cleanUp(() => child.kill('SIGKILL'));
    return child;
  };
  const children = Array.from({ length: PROCESSES }, start);
  while (acquisitions < ACQUISITIONS && said.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, KILL_INTERVAL));
    const place = roll(PROCESSES);
    children[place]?.kill('SIGKILL');
    children[place] = start();
    kills++;
  }
  expect(said).toEqual([]);
  expect(kills).toBeGreaterThan(10);
  const ended = children.map((child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(ended);
  // Whatever the killed processes left behind, the next process takes the lock and leaves nothing.
  await (await takeLock(path, { waitMilliseconds: 0, hint: '' })).release();
  expect(readdirSync(folder)).toEqual([]);
});
