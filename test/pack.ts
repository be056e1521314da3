import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The packed program's folder, installed where nothing else is. */
    installed: string;
  }
}

/** Packs the built program and installs it into an empty folder, once for all tests. */
export default (project: TestProject): (() => void) => {
  const folder = mkdtempSync(join(tmpdir(), 'recx-packed-'));
  const options: ExecFileSyncOptions = { stdio: ['ignore', 'pipe', 'inherit'] };
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], options);
  const [archive = ''] = readdirSync(folder);
  const env = { PATH: process.env.PATH, HOME: folder };
  execFileSync('npm', ['install', '--silent', '--offline', '--prefix', folder, join(folder, archive)], {
    ...options,
    env,
  });
  project.provide('installed', join(folder, 'node_modules', 'recx'));
  return () => rmSync(folder, { recursive: true, force: true });
};
