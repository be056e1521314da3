import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { emptyFolder } from '../support/cleanup.ts';
import { openMachine } from '../support/machine.ts';
import { textOf } from '../support/pages.ts';
import { isExecutable, program, root } from '../support/paths.ts';
import { runHere } from '../support/run.ts';

const run = (script: string, words: readonly string[]) =>
  spawnSync(process.execPath, [script, ...words], { encoding: 'utf8', env: { PATH: process.env.PATH } });

test('a clone that is not built prints one line and exits with 7', () => {
  const clone = emptyFolder();
  cpSync(join(root, 'bin'), join(clone, 'bin'), { recursive: true });
  cpSync(join(root, 'package.json'), join(clone, 'package.json'));
  const script = join(clone, 'bin', 'recx.cjs');
  const { status, stdout, stderr } = run(script, ['list', '--profile', 'demo']);
  expect({ status, stdout, stderr }).toEqual({
    status: 7,
    stdout: '',
    stderr: `recx: not built yet; run "npm run build" in ${clone}\n`,
  });
  expect(run(script, ['--version']).stdout).toBe(`${packageJson.version}\n`);
});

/** The command lines of the tour, and those at its end. */
const linesOf = (tour: string) => ({
  shown: [...tour.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line = '']) => line),
  last: [...tour.matchAll(/^[A-Z][\w ]+: {2,}(.*)$/gm)].map(([, line = '']) => line),
});

test.concurrent('the commands of the tour run as printed, one after the other', async () => {
  const { home, sh } = await openMachine();
  const tour = await sh('recx demo');
  expect(tour).toMatchObject({ code: 0, err: '' });
  expect(readdirSync(home)).toEqual(['.config']);
  const { shown } = linesOf(tour.out);
  expect(shown).toHaveLength(11);
  for (const line of shown) {
    const { code } = await sh(line);
    expect(code, line).toBe(line.includes('--stauts') ? 2 : 0);
  }
  expect(existsSync(join(home, 'calls', 'report.html'))).toBe(true);
});

test('the tour fits a terminal of 80 columns, apart from long commands, and shows who called whom', async () => {
  const { out } = await runHere(['demo'], { columns: 80, env: { RECX_CONFIG_DIR: emptyFolder(), NO_COLOR: '1' } });
  const tooLong = out.split('\n').filter((line) => line.length > 80 && !line.startsWith('  $ '));
  expect(tooLong).toEqual([]);
  const [, london = ''] = out.split(/--since 7d -n 8 --fields .*\n\n/);
  const [head = '', ...rows] = london.split('\n\n')[0]?.split('\n') ?? [];
  expect(head).toMatch(/Created +Duration +From +To/);
  expect(rows.length).toBeGreaterThan(2);
  for (const row of rows) expect(row).toMatch(/ \d+:\d\d +\+?4420\d+ +(?:\+|sip:)\S+/);
});

test.skipIf(isExecutable).concurrent('the tour ends with commands for the way it was started', async () => {
  const { sh, home } = await openMachine();
  // A script in front of the program is not the program itself.
  const wrapped = linesOf((await sh('recx demo')).out).last;
  expect(wrapped).toEqual(['browse -p demo', 'profile add', 'help'].map((words) => `node ${program()} ${words}`));
  const linked = join(home, 'linked');
  mkdirSync(linked);
  symlinkSync(program(), join(linked, 'recx'));
  const onPath = linesOf((await sh(`PATH="${linked}:$PATH"; recx demo`)).out).last;
  expect(onPath).toEqual(['recx browse -p demo', 'recx profile add', 'recx help']);
  const spaced = join(home, 'with space');
  symlinkSync(join(program(), '..', '..'), spaced);
  const [, , help = ''] = linesOf((await sh(`node '${spaced}/bin/recx.cjs' demo`)).out).last;
  expect(help).toBe("node 'with space/bin/recx.cjs' help");
  expect(await sh(help)).toMatchObject({ code: 0, err: '' });
});

test('the packed package.json has no prepare script, and the one of the clone is restored', () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'scripts'));
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  const text = () => readFileSync(join(folder, 'package.json'), 'utf8');
  const step = (word: string) =>
    execFileSync(process.execPath, [join(root, 'scripts', 'manifest.mjs'), word], { cwd: folder });
  const before = text();
  // The second trim follows a pack that was interrupted.
  for (const word of ['trim', 'trim']) {
    step(word);
    const { prepare, ...others } = packageJson.scripts;
    expect(prepare).toContain('build.mjs');
    expect(JSON.parse(text())).toEqual({ ...packageJson, scripts: others });
  }
  step('restore');
  expect(text()).toBe(before);
});

test('the version in the README, the recipes and the Dockerfile is the current one', () => {
  for (const page of ['README.md', 'docs/recipes.md', 'docs/install.md', 'Dockerfile']) {
    const versions = [...textOf(page).matchAll(/\b(?:Version |recx[-:_])(\d+\.\d+\.\d+)/g)].map(([, found]) => found);
    expect(versions.length, page).toBeGreaterThan(0);
    expect(new Set(versions), page).toEqual(new Set([packageJson.version]));
  }
});

test('the Docker build context contains every file that the package needs', () => {
  const allowed = textOf('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const packed = packageJson.files.filter((name) => !name.startsWith('!') && name !== 'dist');
  for (const name of [...packed, 'src', 'scripts', 'package-lock.json', '.npmrc', 'LICENSE', 'README.md'])
    expect(allowed).toContain(name);
  for (const name of allowed) expect(existsSync(join(root, name)), name).toBe(true);
});
