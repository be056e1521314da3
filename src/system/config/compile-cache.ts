import { lstatSync, mkdirSync, statSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import type { Runtime } from '../runtime.ts';
import { configFolder, configNames } from './location.ts';

/** Node 22 and later. */
const { enableCompileCache } = nodeModule as { readonly enableCompileCache?: (folder: string) => unknown };

/**
 * Keeps compiled code between runs, in the configuration folder if there is one. Code from the cache runs as the user, and
 * Node checks neither who owns its folder nor who can write to it; its default is a folder in /tmp that anyone may have
 * made before. So nobody else can write to either folder, or there is no cache.
 */
export const keepCompiledCode = (runtime: Pick<Runtime, 'env' | 'platform' | 'home' | 'uid'>): void => {
  const { platform, uid } = runtime;
  const parent = enableCompileCache === undefined ? undefined : configFolder(runtime);
  if (parent === undefined || platform === 'win32') return;
  try {
    // Follows a link: the folder may be one, for example into a repository of settings.
    const { mode, uid: owner } = statSync(parent);
    if (owner !== uid || (mode & 0o022) !== 0) return;
    const folder = join(parent, configNames.compileCache);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const status = lstatSync(folder);
    if (status.isDirectory() && status.uid === uid && (status.mode & 0o077) === 0) enableCompileCache?.(folder);
  } catch {
    // No configuration folder, or one that cannot be written: no cache.
  }
};
