// Node.js for each target, from npm packages with pinned versions and hashes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from './fail.mjs';
import { run } from './run.mjs';

const { version, packages } = JSON.parse(readFileSync(join(import.meta.dirname, 'runtimes.json'), 'utf8'));
const CACHE = join('node_modules', '.cache', 'recx-runtimes');

export const nodeVersion = version;

/** The package for this machine. */
export const hostRuntime = `node-${process.platform}-${process.arch}`;

/** The pinned hash of a package, as in a lock file. */
export const integrityOf = (name) => packages[name];

const check = (name, file) => {
  const found = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (found === packages[name]) return;
  rmSync(file);
  fail(`${name} ${version} is not the pinned file: its hash is ${found}, pinned is ${packages[name]}`);
};

/** The reason in what npm prints: its lines begin with "npm error", the first ones are codes. */
const reasonIn = (printed) => {
  const lines = printed.split('\n').map((line) => line.replace(/^npm (?:error|ERR!) /i, '').trim());
  return lines.find((line) => line !== '' && !/^(?:code|errno|syscall) /.test(line)) ?? 'npm failed';
};

/** npm knows the registry and the proxy from the environment and its configuration, so it gets both. */
const download = (name, folder) => {
  const words = ['pack', '--loglevel=error', '--ignore-scripts', '--pack-destination', folder, `${name}@${version}`];
  try {
    execFileSync('npm', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    fail(`${name} ${version} could not be downloaded: ${reasonIn(String(error.stderr ?? error.message))}`);
  }
};

/** The checked archive of a package in the cache. */
export const fetchRuntime = (name) => {
  const file = join(CACHE, `${name}-${version}.tgz`);
  if (!existsSync(file)) {
    mkdirSync(CACHE, { recursive: true });
    const folder = mkdtempSync(join(CACHE, 'new-'));
    try {
      download(name, folder);
      renameSync(join(folder, `${name}-${version}.tgz`), file);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  check(name, file);
  return file;
};

/** A file of a package. */
export const runtimeFile = (name, path) =>
  run('tar', ['-xzOf', fetchRuntime(name), `package/${path}`], { maxBuffer: 2 ** 30 });
