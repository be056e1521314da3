// Builds dist/: CommonJS chunks, split at import(), everything bundled, nothing minified (stack traces stay readable).
// With --if-stale only if a source is newer than the last build.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bundling } from './bundle.mjs';
import { packagesOf } from './packages.mjs';

process.chdir(join(import.meta.dirname, '..'));

/** Inputs of dist/. The time of a folder changes when a file in it is added or removed. */
const SOURCES = ['src', 'scripts', 'package.json', 'package-lock.json', 'node_modules/.package-lock.json'];

const newestOf = (path) => {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 0;
  const below = status.isDirectory() ? readdirSync(path).map((name) => newestOf(join(path, name))) : [];
  return Math.max(status.mtimeMs, ...below);
};

const isFresh = () => {
  const built = statSync('dist/THIRD-PARTY-LICENSES.txt', { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return SOURCES.every((path) => newestOf(path) < built);
};

/** `npm install -g .` and `npm pack` in a fresh clone run this before its tools are installed. */
const installTools = () => {
  process.stderr.write('recx: installing the development dependencies\n');
  // npm passes its flags in the environment; those of `npm install -g` and `npm pack --dry-run` do not apply to this run.
  const foreign = /^npm_config_(?:global|location|prefix|local_prefix|dry_run|json)$/i;
  const env = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const words = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'];
  const isWindows = process.platform === 'win32';
  const { status } = spawnSync(isWindows ? 'npm.cmd' : 'npm', words, {
    env: Object.fromEntries(env),
    shell: isWindows,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status === 0) return;
  process.stderr.write(`recx: not built: npm ${words[0]} failed\n`);
  process.exit(7);
};

const build = async () => {
  if (!existsSync('node_modules/rolldown')) installTools();
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({ ...bundling, input: { main: 'src/main.ts', sandbox: 'src/sandbox/server.ts' } });
  rmSync('dist', { recursive: true, force: true });
  const { output } = await bundle.write({
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    minify: false,
  });
  await bundle.close();
  const chunks = output.filter(({ type }) => type === 'chunk');
  // Modules per file, for the loaded-modules test and the SBOM; not packed.
  const contents = chunks.map(({ fileName, moduleIds }) => [fileName, moduleIds.map((id) => relative('.', id))]);
  writeFileSync('dist/chunks.json', JSON.stringify(Object.fromEntries(contents), null, 1));
  writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licencesOf(contents.flatMap(([, modules]) => modules)));
};

const licencesOf = (modules) =>
  packagesOf(modules)
    .map(({ name, version, license, notice }) => `${name} ${version} (${license})\n\n${notice}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);

/** `npm ci --omit=dev` installs no build tools, so skip the build. */
const isOmitted = () =>
  /\bdev\b/.test(process.env.npm_config_omit ?? '') && process.env.npm_lifecycle_event === 'prepare';

if (!process.argv.includes('--if-stale') || !(isOmitted() || isFresh())) await build();
