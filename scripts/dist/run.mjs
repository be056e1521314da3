import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fail } from './fail.mjs';

/** What a tool may know of the environment: nothing else can change what it writes. */
const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };

/** Runs a tool and returns what it prints. */
export const run = (command, words, options = {}) => {
  try {
    return execFileSync(command, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 2 ** 20,
      ...options,
      env: { ...env, ...options.env },
    });
  } catch (error) {
    const reason = String(error.stderr ?? '').trim() || error.message;
    return fail(`${command} failed: ${reason.split('\n').slice(-3).join(' ')}`);
  }
};

/** Compresses; unlike zlib in Node.js, gzip writes the same bytes on every processor. */
export const gzip = (input, level = 9) => run('gzip', [`-${level}n`], { input, stdio: 'pipe', maxBuffer: 2 ** 31 - 1 });

const isThere = (tool) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Fails with a list of the tools that are not installed. */
export const requireTools = (tools) => {
  const missing = tools.filter((tool) => !isThere(tool));
  if (missing.length > 0) fail(`not installed: ${missing.join(', ')}`);
};
