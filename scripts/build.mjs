// Builds dist/: CommonJS chunks, split at import(), everything bundled, nothing minified (stack traces stay readable).
// With --if-stale only if a source is newer than the last build.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { bundling } from './bundle.mjs';

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
  // Modules per file, for the loaded-modules test; not packed.
  const contents = chunks.map(({ fileName, moduleIds }) => [fileName, moduleIds.map((id) => relative('.', id))]);
  writeFileSync('dist/chunks.json', JSON.stringify(Object.fromEntries(contents), null, 1));
  writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licencesOf(chunks.flatMap(({ moduleIds }) => moduleIds)));
};

/** The folder of the npm package that a bundled module belongs to; undefined for the project's sources. */
const packageOf = (id) => {
  const parts = id.split(`${sep}node_modules${sep}`);
  if (parts.length < 2) return undefined;
  const names = parts.pop().split(sep);
  return join(
    parts.join(`${sep}node_modules${sep}`),
    'node_modules',
    ...names.slice(0, names[0].startsWith('@') ? 2 : 1),
  );
};

const licencesOf = (modules) => {
  const packages = [...new Set(modules.map((id) => packageOf(id.replace(/^\0/, ''))))].filter(Boolean).sort();
  const notices = packages.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return notices.join(`\n${'-'.repeat(80)}\n\n`);
};

/** `npm ci --omit=dev` installs no build tools, so skip the build. */
const isOmitted = () =>
  /\bdev\b/.test(process.env.npm_config_omit ?? '') && process.env.npm_lifecycle_event === 'prepare';

if (!process.argv.includes('--if-stale') || !(isOmitted() || isFresh())) await build();
