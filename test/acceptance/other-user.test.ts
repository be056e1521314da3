import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { adding, answer } from '../support/home.ts';
import { program } from '../support/paths.ts';
import { TOKEN } from '../support/safety.ts';
import { MANIFEST } from '../support/stock.ts';
import { acceptance, downloading, goodOf, type Trial } from '../support/trial.ts';
import { relay } from '../support/wires.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** A copy of the program that everyone can read, run by a user for whom file modes are enforced. */
const runAsNobody = (trial: Trial) => {
  const copy = join(trial.root, 'program');
  cpSync(dirname(dirname(program())), copy, { recursive: true });
  execFileSync('chmod', ['-R', 'a+rX', copy]);
  // This file contains the secrets of the sandbox.
  trial.allow(join(copy, 'dist', 'sandbox.cjs'), 'secrets');
  for (const folder of ['home', 'cwd', 'tmp'])
    execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, join(trial.root, folder)]);
  const env = { RECX: `${process.execPath} ${join(copy, 'bin', 'recx.cjs')}` };
  return (words: string, input = '') => trial.shell(`$RECX ${words}`, { env, input, user: NOBODY });
};
const mode = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);

acceptance(
  'N01 profiles, list, download, verify and export work for a user other than root',
  async (trial) => {
    await trial.stock(relay, [{ id: 'one' }, { id: 'two' }]);
    const { profiles } = JSON.parse(String(execFileSync('cat', [trial.config])));
    rmSync(join(trial.home, '.config'), { recursive: true });
    const run = runAsNobody(trial);
    const [words] = adding('signalwire', 'own', profiles.relay.base_url);
    expect(await run(words.join(' '), `${TOKEN}\n`)).toMatchObject({ code: 0, err: '' });
    expect([mode(trial.config), mode(dirname(trial.config)), lstatSync(trial.config).uid]).toEqual([
      '600',
      '700',
      NOBODY,
    ]);
    const calls = trial.allow(join(trial.cwd, 'calls.csv'));
    const every = [
      'list -p own',
      'profile list',
      'profile check own --api relay',
      downloading(relay).join(' ').replace('-p relay', '-p own'),
      'verify',
      `export -p own --since 7d --out ${calls}`,
    ];
    for (const given of every) expect({ given, ...(await run(given)) }).toMatchObject({ given, code: 0, err: '' });
    expect(readdirSync(trial.out).sort()).toEqual([MANIFEST, 'one.wav', 'two.wav']);
    for (const name of readdirSync(trial.out)) expect(mode(join(trial.out, name))).toBe('600');
    expect([mode(trial.out), mode(calls)]).toEqual(['700', '600']);
  },
  !isRoot && 'switching to another user requires root',
);

acceptance(
  'N02 for a user other than root, a folder that is read-only or owned by another user ends with exit code 7 before any media is requested',
  async (trial) => {
    const asked = await trial.stock(relay, [{ id: 'one', media: goodOf(relay) }]);
    const run = runAsNobody(trial);
    const [sealed, foreign] = [join(trial.cwd, 'sealed'), join(trial.cwd, 'foreign')];
    for (const folder of [sealed, foreign]) mkdirSync(folder);
    chownSync(sealed, NOBODY, NOBODY);
    chmodSync(sealed, 0o500);
    chmodSync(foreign, 0o755);
    const words = downloading(relay).join(' ');
    for (const dir of [sealed, join(sealed, 'new'), foreign, join(foreign, 'new')]) {
      const { code, out, err } = await run(`${words} --dir ${dir}`);
      expect({ dir, code, out }).toEqual({ dir, code: 7, out: '' });
      expect(err).toMatch(/^recx: [^\n]+\n([^\n]+\n)?$/);
      expect(err).toMatch(/EACCES|EPERM/);
      expect(err).toContain(dirname(dir) === trial.cwd ? dir : dirname(dir));
      const exported = await run(`export -p relay --since 7d --out ${dir}/calls.csv`);
      expect({ dir, code: exported.code, out: exported.out }).toEqual({ dir, code: 7, out: '' });
    }
    expect(asked).toHaveLength(0);
    expect(await run('profile use relay')).toMatchObject({ code: 0, err: '' });
    chmodSync(dirname(trial.config), 0o500);
    const [more] = adding('plivo', 'new', 'http://127.0.0.1:1');
    // The mode of the user's own folder is fixed, or the error is reported.
    expect([0, 7]).toContain((await run(more.join(' '), `${TOKEN}\n`)).code);
  },
  !isRoot && 'switching to another user requires root',
);

acceptance(
  'N03 for a user other than root, a config file with loose modes is tightened and one of another owner is refused',
  async (trial) => {
    const sandbox = await trial.play((_, response) => answer(response, relay.page([relay.row('one')], null)));
    const run = runAsNobody(trial);
    chmodSync(trial.config, 0o666);
    chmodSync(dirname(trial.config), 0o777);
    expect(await run('list -p relay')).toMatchObject({ code: 0, err: '' });
    expect([mode(trial.config), mode(dirname(trial.config))]).toEqual(['600', '700']);
    const { length } = sandbox.requests;
    for (const [folder, file] of [
      [NOBODY, 0],
      [0, NOBODY],
    ] as const) {
      chownSync(dirname(trial.config), folder, folder);
      chownSync(trial.config, file, file);
      chmodSync(trial.config, 0o644);
      chmodSync(dirname(trial.config), 0o755);
      for (const words of ['list -p relay', 'profile list']) {
        const { code, out, err } = await run(words);
        expect({ folder, words, code, out }).toEqual({ folder, words, code: 8, out: '' });
        expect(err).toContain(folder === 0 ? dirname(trial.config) : trial.config);
      }
    }
    expect(sandbox.requests).toHaveLength(length);
  },
  !isRoot && 'switching to another user requires root',
);
