import { join } from 'node:path';
import { inject } from 'vitest';

/** The folder of the project. */
export const root = join(import.meta.dirname, '..', '..');

/** A file of `support/preload`, for `node --require`. */
export const preload = (name: string): string => join(import.meta.dirname, 'preload', name);

/** The packed program as installed by npm. */
export const program = (): string => join(inject('installed'), 'bin', 'recx.cjs');
