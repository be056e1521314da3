// Writes the files of a release into out/: executables, archives, Debian packages, an SBOM and their hashes.
// node scripts/dist.mjs [--fetch] [target ...]; --fetch only downloads what is needed.
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeBlob, writeExecutable, writeHostNode } from './dist/executable.mjs';
import { BuildError, fail } from './dist/fail.mjs';
import { writeDeb, writeTar, writeZip } from './dist/pack.mjs';
import { requireTools, run } from './dist/run.mjs';
import { fetchRuntime, hostRuntime } from './dist/runtime.mjs';
import { sbomOf } from './dist/sbom.mjs';
import { targets } from './dist/targets.mjs';
import { archiveTree, debianTree, sharedTexts } from './dist/tree.mjs';

process.chdir(join(import.meta.dirname, '..'));

const timeOfCommit = () => {
  try {
    return String(run('git', ['log', '-1', '--format=%ct'])).trim();
  } catch {
    return fail('no commit has the time of the files: set SOURCE_DATE_EPOCH');
  }
};

/** Seconds since 1970 that all files get: SOURCE_DATE_EPOCH, else the time of the commit. */
const releaseTime = () => {
  const text = process.env.SOURCE_DATE_EPOCH || timeOfCommit();
  return /^\d{9,10}$/.test(text) ? Number(text) : fail(`SOURCE_DATE_EPOCH is not a number of seconds: ${text}`);
};

const readArguments = () => {
  const words = process.argv.slice(2);
  const names = words.filter((word) => word !== '--fetch');
  const unknown = names.filter((name) => !Object.hasOwn(targets, name));
  if (unknown.length > 0) fail(`unknown target: ${unknown.join(', ')}; there are ${Object.keys(targets).join(', ')}`);
  return { onlyFetches: words.includes('--fetch'), names: names.length > 0 ? names : Object.keys(targets) };
};

const say = (text) => process.stdout.write(`${text}\n`);

/** The files of one target. */
const writeTarget = (name, { folder, work, blob, texts, manifest, seconds }) => {
  const target = targets[name];
  const label = `recx-${manifest.version}-${name}${target.untested ? '-untested' : ''}`;
  const executable = join(folder, target.untested ? `${label}.exe` : label);
  writeExecutable(executable, target, blob);
  const shared = { work, name: label, seconds, programs: { [`bin/${target.program}`]: executable } };
  const files = archiveTree(texts);
  if (target.program.endsWith('.exe')) writeZip(join(folder, `${label}.zip`), { ...shared, files });
  else writeTar(join(folder, `${label}.tar.gz`), { ...shared, files });
  const { debian: architecture } = target;
  if (architecture === undefined) return;
  const debian = join(folder, `recx_${manifest.version}_${architecture}.deb`);
  writeDeb(debian, { ...shared, files: debianTree(texts), manifest, architecture });
};

/** Hashes of all files of a folder, as sha256sum prints them. */
const sumsOf = (folder) =>
  readdirSync(folder)
    .sort()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}  ${name}\n`,
    )
    .join('');

const build = (names) => {
  if (process.platform !== 'linux') fail('executables are built on Linux');
  requireTools(['dpkg-deb', 'gzip', 'npm', 'tar']);
  const seconds = releaseTime();
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  // Below the project, so that the finished folder can be renamed into place.
  const work = resolve('node_modules', '.cache', 'recx-dist');
  rmSync(work, { recursive: true, force: true });
  const [folder, inside, empty] = ['out', 'inside', 'empty'].map((name) => join(work, name));
  for (const path of [folder, inside, empty]) mkdirSync(path, { recursive: true });
  try {
    run(process.execPath, [join('scripts', 'build.mjs')]);
    const node = join(work, 'node');
    writeHostNode(node);
    const texts = sharedTexts(empty);
    const shared = { folder, work, blob: makeBlob(inside, node), texts, manifest, seconds };
    for (const name of names) {
      writeTarget(name, shared);
      say(`${name} is built`);
    }
    const runtimes = names.map((name) => targets[name].runtime);
    writeFileSync(join(folder, `recx-${manifest.version}.cdx.json`), sbomOf({ manifest, runtimes, seconds }));
    writeFileSync(join(folder, 'SHA256SUMS'), sumsOf(folder));
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), isProgram(name) ? 0o755 : 0o644);
    rmSync('out', { recursive: true, force: true });
    renameSync(folder, 'out');
    chmodSync('out', 0o755);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

const isProgram = (name) => /-(?:x64|arm64)$|\.exe$/.test(name);

try {
  const { names, onlyFetches } = readArguments();
  if (onlyFetches) for (const name of [hostRuntime, ...names.map((one) => targets[one].runtime)]) fetchRuntime(name);
  else build(names);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`recx: not built: ${error.message}\n`);
  process.exitCode = 1;
}
