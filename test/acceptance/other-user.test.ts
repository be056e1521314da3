import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { acceptanceTest, downloadArgs, intactResponse, type Workspace } from '../support/acceptance.ts';
import { answer, profileAddArgs } from '../support/home.ts';
import { MANIFEST } from '../support/media-account.ts';
import { isExecutable, program, recxInShell } from '../support/paths.ts';
import { TOKEN } from '../support/run-invariants.ts';
import { relay } from '../support/wire-formats.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** A copy of the packed program that everyone can read; an executable is where everyone can run it. */
const readableProgram = (workspace: Workspace): string => {
  if (isExecutable) return recxInShell();
  const copy = join(workspace.root, 'program');
  cpSync(dirname(dirname(program())), copy, { recursive: true });
  execFileSync('chmod', ['-R', 'a+rX', copy]);
  // This file contains the secrets of the sandbox.
  workspace.allowWrites(join(copy, 'dist', 'sandbox.cjs'), 'secrets');
  return `${process.execPath} ${join(copy, 'bin', 'recx.cjs')}`;
};

/** Runs the program as a user for whom file modes are enforced. */
const runAsNobody = (workspace: Workspace) => {
  const env = { RECX: readableProgram(workspace) };
  for (const folder of ['home', 'cwd', 'tmp'])
    execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, join(workspace.root, folder)]);
  return (words: string, input = '') => workspace.shell(`$RECX ${words}`, { env, input, user: NOBODY });
};
const mode = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);

acceptanceTest(
  'N01 profiles, list, download, verify and export work for a user other than root',
  async (workspace) => {
    await workspace.serveRecordings(relay, [{ id: 'one' }, { id: 'two' }]);
    const { profiles } = JSON.parse(String(execFileSync('cat', [workspace.config])));
    rmSync(join(workspace.home, '.config'), { recursive: true });
    const run = runAsNobody(workspace);
    const [words] = profileAddArgs('signalwire', 'own', profiles.relay.base_url);
    expect(await run(words.join(' '), `${TOKEN}\n`)).toMatchObject({ code: 0, err: '' });
    expect([mode(workspace.config), mode(dirname(workspace.config)), lstatSync(workspace.config).uid]).toEqual([
      '600',
      '700',
      NOBODY,
    ]);
    const calls = workspace.allowWrites(join(workspace.cwd, 'calls.csv'));
    const every = [
      'list -p own --api relay',
      'profile list',
      'profile check own --api relay',
      downloadArgs(relay).join(' ').replace('-p relay', '-p own --api relay'),
      'verify',
      `export -p own --api relay --since 7d --out ${calls}`,
    ];
    for (const given of every) expect({ given, ...(await run(given)) }).toMatchObject({ given, code: 0, err: '' });
    expect(readdirSync(workspace.out).sort()).toEqual([MANIFEST, 'one.wav', 'two.wav']);
    for (const name of readdirSync(workspace.out)) expect(mode(join(workspace.out, name))).toBe('600');
    expect([mode(workspace.out), mode(calls)]).toEqual(['700', '600']);
  },
  !isRoot && 'switching to another user requires root',
);

acceptanceTest(
  'N02 for a user other than root, a folder that is read-only or owned by another user ends with exit code 7 before any media is requested',
  async (workspace) => {
    const asked = await workspace.serveRecordings(relay, [{ id: 'one', media: intactResponse(relay) }]);
    const run = runAsNobody(workspace);
    const [sealed, foreign] = [join(workspace.cwd, 'sealed'), join(workspace.cwd, 'foreign')];
    for (const folder of [sealed, foreign]) mkdirSync(folder);
    chownSync(sealed, NOBODY, NOBODY);
    chmodSync(sealed, 0o500);
    chmodSync(foreign, 0o755);
    const words = downloadArgs(relay).join(' ');
    for (const dir of [sealed, join(sealed, 'new'), foreign, join(foreign, 'new')]) {
      const { code, out, err } = await run(`${words} --dir ${dir}`);
      expect({ dir, code, out }).toEqual({ dir, code: 7, out: '' });
      expect(err).toMatch(/^recx: [^\n]+\n([^\n]+\n)?$/);
      expect(err).toMatch(/EACCES|EPERM/);
      expect(err).toContain(dirname(dir) === workspace.cwd ? dir : dirname(dir));
      const exported = await run(`export -p relay --since 7d --out ${dir}/calls.csv`);
      expect({ dir, code: exported.code, out: exported.out }).toEqual({ dir, code: 7, out: '' });
    }
    expect(asked).toHaveLength(0);
    expect(await run('profile use relay')).toMatchObject({ code: 0, err: '' });
    chmodSync(dirname(workspace.config), 0o500);
    const [more] = profileAddArgs('plivo', 'new', 'http://127.0.0.1:1');
    // The mode of the user's own folder is fixed, or the error is reported.
    expect([0, 7]).toContain((await run(more.join(' '), `${TOKEN}\n`)).code);
  },
  !isRoot && 'switching to another user requires root',
);

acceptanceTest(
  'N03 for a user other than root, a config file with loose modes is tightened and one of another owner is refused',
  async (workspace) => {
    const sandbox = await workspace.startProviders((_, response) =>
      answer(response, relay.page([relay.row('one')], null)),
    );
    const run = runAsNobody(workspace);
    chmodSync(workspace.config, 0o666);
    chmodSync(dirname(workspace.config), 0o777);
    expect(await run('list -p relay')).toMatchObject({ code: 0, err: '' });
    expect([mode(workspace.config), mode(dirname(workspace.config))]).toEqual(['600', '700']);
    const { length } = sandbox.requests;
    for (const [folder, file] of [
      [NOBODY, 0],
      [0, NOBODY],
    ] as const) {
      chownSync(dirname(workspace.config), folder, folder);
      chownSync(workspace.config, file, file);
      chmodSync(workspace.config, 0o644);
      chmodSync(dirname(workspace.config), 0o755);
      for (const words of ['list -p relay', 'profile list']) {
        const { code, out, err } = await run(words);
        expect({ folder, words, code, out }).toEqual({ folder, words, code: 8, out: '' });
        expect(err).toContain(folder === 0 ? dirname(workspace.config) : workspace.config);
      }
    }
    expect(sandbox.requests).toHaveLength(length);
  },
  !isRoot && 'switching to another user requires root',
);
