import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the packed program, installed without other packages. */
    installed: string;
    /** The modules in each file of the built program: `dist/chunks.json`, which is not packed. */
    chunks: string;
  }
}

/** The files that the packed program is built from. */
const SOURCES = [
  'src',
  'bin',
  'scripts',
  'man',
  'docs',
  'package.json',
  'package-lock.json',
  'CHANGELOG.md',
  'SECURITY.md',
];

const filesBelow = (path: string): readonly string[] =>
  path.includes('.')
    ? [path]
    : readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();

const hashOfSources = (): string => {
  const hash = createHash('sha256').update(process.version);
  for (const path of SOURCES.flatMap(filesBelow)) hash.update(`${path}\0`).update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
};

/** Builds and packs the program and installs it into an empty folder, unless that was already done for the same sources. */
export default (project: TestProject): void => {
  const cache = join(project.config.root, 'node_modules', '.cache', 'recx-packed');
  const place = join(cache, hashOfSources());
  // The next step in the README runs the program built here.
  if (!existsSync(place) || !existsSync(join(project.config.root, 'dist', 'main.cjs'))) {
    mkdirSync(cache, { recursive: true });
    for (const old of readdirSync(cache)) rmSync(join(cache, old), { recursive: true, force: true });
    const folder = mkdtempSync(join(cache, 'new-'));
    const options: ExecFileSyncOptions = { stdio: ['ignore', 'pipe', 'inherit'] };
    execFileSync(process.execPath, [join('scripts', 'build.mjs'), '--if-stale'], options);
    execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], options);
    const [archive = ''] = readdirSync(folder);
    const env = { PATH: process.env.PATH, HOME: folder };
    const install = ['install', '--silent', '--offline', '--no-audit', '--no-fund', '--prefix', folder];
    execFileSync('npm', [...install, join(folder, archive)], { ...options, env });
    copyFileSync(join('dist', 'chunks.json'), join(folder, 'chunks.json'));
    renameSync(folder, place);
  }
  project.provide('installed', join(place, 'node_modules', 'recx'));
  project.provide('chunks', join(place, 'chunks.json'));
};
