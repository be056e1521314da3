import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import {
  downloadUntilComplete,
  inspectFolder,
  openDownloadAccount,
  runInPool,
  wavRecordings,
} from '../support/download-account.ts';
import { sha256 } from '../support/media-faults.ts';
import { isExecutable } from '../support/paths.ts';
import { repetitions } from '../support/thoroughness.ts';

const SIZE = 6000;

/**
 * Creates a module that makes the n-th file system call on a folder fail and writes the name of the call to a file.
 * A write stores half of its bytes before it fails, as on a full disk; a close closes; every other call does nothing.
 */
const writeFaultModule = (): string => {
  const file = join(emptyFolder(), 'breaking.cjs');
  const text = `
    const fs = require('node:fs');
    const { FAULT_FOLDER: folder, FAULT_NUMBER: number, FAULT_CODE: code, FAULT_LOG: log } = process.env;
    const append = fs.appendFileSync;
    let count = 0;
    const open = new Set();
    const hits = (name, what) => {
      const touches = typeof what === 'number' ? open.has(what) : String(what).startsWith(folder);
      if (!touches || ++count !== Number(number)) return false;
      append(log, name);
      return true;
    };
    const error = (name) => Object.assign(new Error(code + ': broken by the test, ' + name), { code, syscall: name, errno: -5 });
    const wrap = (object, name, make) => {
      const real = object[name];
      object[name] = make(real);
      Object.defineProperties(object[name], Object.getOwnPropertyDescriptors(real));
    };
    const half = (name, buffers) => {
      const whole = name === 'writev' ? Buffer.concat(buffers) : Buffer.from(buffers);
      return whole.subarray(0, whole.length >> 1);
    };
    for (const name of ['open', 'read', 'write', 'writev', 'fstat', 'ftruncate', 'fdatasync', 'fsync', 'fchmod', 'close', 'rename', 'unlink', 'lstat', 'mkdir']) {
      wrap(fs, name, (real) => (...words) => {
        const done = words.at(-1);
        const fails = hits(name, words[0]);
        if (name === 'close') {
          open.delete(words[0]);
          return real(words[0], (...result) => done(...(fails ? [error(name)] : result)));
        }
        if (name === 'open' && !fails && String(words[0]).startsWith(folder)) {
          return real(...words.slice(0, -1), (problem, file) => {
            if (!problem) open.add(file);
            done(problem, file);
          });
        }
        if (!fails) return real(...words);
        if (name !== 'write' && name !== 'writev') return process.nextTick(done, error(name));
        const position = typeof words[2] === 'number' ? words[2] : null;
        const bytes = half(name, words[1]);
        return fs.writeSync(words[0], bytes, 0, bytes.length, position), process.nextTick(done, error(name));
      });
    }
    for (const name of ['open', 'read', 'writev', 'fstat', 'close', 'rename', 'unlink', 'lstat', 'link']) {
      wrap(fs, name + 'Sync', (real) => (...words) => {
        const fails = hits(name + 'Sync', words[0]);
        if (name === 'close') open.delete(words[0]);
        if (fails && name === 'close') real(...words);
        if (fails && name === 'writev') {
          const bytes = half(name, words[1]);
          fs.writeSync(words[0], bytes, 0, bytes.length, words[2] ?? null);
        }
        if (fails) throw error(name);
        const result = real(...words);
        if (name === 'open' && String(words[0]).startsWith(folder)) open.add(result);
        return result;
      });
    }
    const methods = ['read', 'write', 'writev', 'writeFile', 'readFile', 'stat', 'truncate', 'datasync', 'sync', 'chmod', 'close'];
    const watch = (handle) => {
      open.add(handle.fd);
      for (const name of methods) {
        wrap(handle, name, (real) => async (...words) => {
          const fails = hits('handle.' + name, handle.fd);
          if (name === 'close') open.delete(handle.fd);
          if (!fails) return real.apply(handle, words);
          if (name === 'close') await real.apply(handle, words);
          if (name === 'write') {
            const bytes = half(name, words[0]);
            fs.writeSync(handle.fd, bytes, 0, bytes.length, null);
          }
          throw error(name);
        });
      }
    };
    const promises = fs.promises;
    for (const name of ['open', 'mkdir', 'lstat', 'stat', 'readFile', 'writeFile', 'rename', 'unlink', 'link', 'utimes', 'opendir', 'readdir', 'chmod', 'rm']) {
      wrap(promises, name, (real) => async (...words) => {
        if (hits('promises.' + name, words[0])) throw error(name);
        const result = await real.apply(promises, words);
        if (name === 'open' && String(words[0]).startsWith(folder)) watch(result);
        return result;
      });
    }`;
  writeFileSync(file, text);
  return file;
};

type Setup = (dir: string) => void;

const every = wavRecordings(3, SIZE);

/** The folder before the run: empty, or with the leftovers of killed runs. */
const initialStates: Readonly<Record<string, Setup>> = {
  'an empty folder': () => {},
  'a folder with the leftovers of a killed run': (dir) => {
    mkdirSync(dir, { mode: 0o700 });
    const put = (name: string, data: string | Uint8Array): void =>
      writeFileSync(join(dir, name), data, { mode: 0o600 });
    const [whole, part, other] = every;
    if (whole === undefined || part === undefined || other === undefined) throw new Error('too few recordings');
    put(`${whole.id}.wav`, whole.bytes);
    put(`.${part.id}.wav.part`, part.bytes.subarray(0, SIZE / 2));
    put(`.${part.id}.wav.part.json`, JSON.stringify({ validator: `"${sha256(part.bytes)}"` }));
    put(`.${other.id}.wav.part`, other.bytes.subarray(0, SIZE / 2));
    put('manifest.ndjson', '{"id":"torn');
    put('.recx.lock', JSON.stringify({ pid: 4_000_000, host: 'none', space: 'none', began: '1' }));
    // The lock of another machine that has not renewed it for a long time.
    utimesSync(join(dir, '.recx.lock'), 1e9, 1e9);
  },
};

/** Minimum number of calls in an undisturbed run, so that no loop ends too early. */
const MIN_CALLS = 30;
/** Distance between two calls that fail. */
const STEP = repetitions(1, 4);
const codes = ['ENOSPC', 'EIO', 'EACCES'];

describe.skipIf(isExecutable).each(Object.entries(initialStates))('a download into %s', (name, scene) => {
  test('ends with a documented exit code whichever file system call fails with ENOSPC, EIO or EACCES, and the next run completes it', async () => {
    const shared = await openDownloadAccount(name === 'an empty folder' ? every.slice(0, 2) : every);
    const module = writeFaultModule();
    const failures: string[] = [];
    let ended = false;
    let hit = 0;
    const fail = async (number: number): Promise<void> => {
      const account = shared.withNewFolder();
      scene(account.dir);
      const log = join(emptyFolder(), 'log');
      const code = codes[number % codes.length] ?? '';
      const env = {
        NODE_OPTIONS: `--require ${module}`,
        FAULT_FOLDER: account.dir,
        FAULT_NUMBER: String(number),
        FAULT_CODE: code,
        FAULT_LOG: log,
      };
      const outcome = await account.start(account.args('--concurrency', '1'), env).ended.catch(String);
      const call = existsSync(log) ? readFileSync(log, 'utf8') : undefined;
      if (call === undefined) ended = true;
      else hit++;
      try {
        const allowed = call === undefined ? [0] : [0, 3, 7];
        expect(outcome).toMatchObject({ code: expect.toBeOneOf(allowed) });
        inspectFolder(account);
        await downloadUntilComplete(account);
      } catch (error) {
        const said = typeof outcome === 'string' ? outcome : `ended with ${outcome.code}: ${outcome.err}`;
        const left = existsSync(account.dir) ? readdirSync(account.dir).filter((one) => one.startsWith('.')) : [];
        failures.push(`call ${number}, ${call} with ${code}, ${said}; left ${left}\n${error}`);
      }
    };
    const numbers = Array.from({ length: 300 / STEP }, (_, index) => 1 + index * STEP);
    await runInPool(2, numbers, async (number) => {
      if (!ended) await fail(number);
    });
    expect(failures).toEqual([]);
    expect(hit).toBeGreaterThan(MIN_CALLS / STEP);
    expect(ended).toBe(true);
  });
});
