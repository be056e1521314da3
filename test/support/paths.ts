import { join, resolve } from 'node:path';
import { inject } from 'vitest';

/** The folder of the project. */
export const root = join(import.meta.dirname, '..', '..');

/** A file of `support/preload`, for `node --require`. */
export const preload = (name: string): string => join(import.meta.dirname, 'preload', name);

/** The packed program as installed by npm. */
export const program = (): string => join(inject('installed'), 'bin', 'recx.cjs');

/** The executable in `RECX_EXECUTABLE`, as `npm run dist` builds it: it is tested instead of the packed program. */
const executable = process.env.RECX_EXECUTABLE ? resolve(root, process.env.RECX_EXECUTABLE) : undefined;

/** Whether tests are skipped that change what runs in the process (NODE_OPTIONS, --require) or read files of the package. */
export const isExecutable = executable !== undefined;

/** The words that start the tested program. */
export const recx = (): readonly [string, ...string[]] =>
  executable === undefined ? [process.execPath, program()] : [executable];

/** The same for a shell. */
export const recxInShell = (): string => recx().join(' ');
