import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { SandboxEntry } from '../../src/sandbox/api.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { runExpectingQuiet } from '../support/export-account.ts';
import { type Home, homeWith } from '../support/home.ts';
import { isExecutable, preload, program } from '../support/paths.ts';
import { repetitions } from '../support/thoroughness.ts';
import { relay } from '../support/wire-formats.ts';

/** Distance between two file system calls at which a run is killed. */
const STEP = repetitions(1, 4);

/** Runs the program and kills it before its n-th file system change; false when it ended before. */
const killedAt = async (call: number, folder: string, home: Home, words: readonly string[]): Promise<boolean> => {
  const wire = preload('kill-at-call.cjs');
  const child = spawn(process.execPath, ['--require', wire, program(), ...words], {
    env: {
      PATH: process.env.PATH,
      HOME: home.folder,
      RECX_CONFIG_DIR: home.folder,
      KILL_FOLDER: folder,
      KILL_CALL: String(call),
    },
    stdio: 'ignore',
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('close', (...ending) => resolve(ending)),
  );
  if (signal === null) expect(code).toBe(0);
  return signal !== null;
};

const textOf = (path: string): string =>
  path.endsWith('.gz') ? gunzipSync(readFileSync(path)).toString() : readFileSync(path, 'utf8');

const idsOf = (path: string): readonly string[] => {
  const text = textOf(path);
  if (path.includes('.json')) {
    const rows: readonly { readonly id: string }[] = JSON.parse(text);
    return rows.map(({ id }) => id);
  }
  return text.split('\n').slice(1, -1);
};

test.skipIf(isExecutable).concurrent.each([
  ['calls.csv', 'an incremental export'],
  ['calls.json', 'an incremental export'],
  ['calls.json.gz', 'an incremental export'],
  ['calls.csv', 'no export'],
  ['calls.csv', 'an export without --incremental'],
  ['calls-{year}-{month}-{day}.csv', 'an incremental export'],
])(
  'an export to %s, killed before any file system change, contains each recording once after the next run (after %s)',
  async (name, earlier) => {
    const now = Date.now();
    const entries: SandboxEntry[] = [];
    const put = (id: string, at: number): unknown => entries.unshift({ id, at, row: relay.row(id, {}, at) });
    for (let index = 0; index < 5; index++) put(`first-${index}-0123456789abcdef`, now - 7_200_000 + index);
    const home = await homeWith({ entries: { [relay.name]: entries } });
    const start = emptyFolder();
    const wordsFor = (folder: string): readonly string[] => [
      'export',
      ...relay.args,
      '--fields',
      'id',
      '--incremental',
      '-q',
      '--out',
      join(folder, name),
    ];
    if (earlier !== 'no export') {
      const words = wordsFor(start).filter((word) => word !== '--incremental' || earlier === 'an incremental export');
      expect((await home.run(words)).code).toBe(0);
    }
    for (let index = 0; index < 4; index++) put(`second-${index}-0123456789abcdef`, now - 3_600_000 + index);

    let calls = 0;
    for (let reached = true; reached; calls += STEP) {
      const folder = emptyFolder();
      cpSync(start, folder, { recursive: true });
      reached = await killedAt(calls + 1, folder, home, wordsFor(folder));
      await runExpectingQuiet(wordsFor(folder), home, Date.now);
      const files = readdirSync(folder).filter((file) => !file.startsWith('.') && !file.includes('.state.'));
      const ids = files.flatMap((file) => idsOf(join(folder, file)));
      expect([...ids].sort()).toEqual(entries.map(({ id }) => id).sort());
      expect(readdirSync(folder).filter((file) => file.startsWith('.'))).toEqual([]);
      expect(existsSync(join(folder, `${name}.state.json`))).toBe(true);
    }
    expect(calls).toBeGreaterThan(15);
  },
);

test.skipIf(isExecutable).each(['calls.csv', 'calls.json', 'calls.json.gz'])(
  '%s loses the partial rows that a killed run appended, even when the next run has nothing to add',
  async (name) => {
    const now = Date.now() - 3_600_000;
    const entries = [1, 2, 3].map((index) => {
      const id = `kept-${index}-0123456789abcdef`;
      return { id, at: now - index, row: relay.row(id, {}, now - index) };
    });
    const home = await homeWith({ entries: { [relay.name]: entries } });
    const path = join(emptyFolder(), name);
    const words = ['export', ...relay.args, '--fields', 'id', '--incremental', '-q', '--out', path];
    await runExpectingQuiet(words, home, Date.now);
    const whole = readFileSync(path);
    const state = JSON.parse(readFileSync(`${path}.state.json`, 'utf8'));
    const added = Buffer.concat([whole.subarray(0, state.written.size), Buffer.from('half a row of a killed run')]);
    writeFileSync(path, added);
    writeFileSync(`${path}.state.json`, JSON.stringify({ ...state, written: { ...state.written, pending: true } }));
    await runExpectingQuiet(words, home, Date.now);
    expect(readFileSync(path).equals(whole)).toBe(true);
    expect(idsOf(path)).toEqual(entries.map(({ id }) => id));
  },
);
