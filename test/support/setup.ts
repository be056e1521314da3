import { tmpdir } from 'node:os';
import { afterAll } from 'vitest';
import { cleanUpNow } from './cleanup.ts';

// Files that a run writes to the current folder must not land among the sources.
process.chdir(tmpdir());
afterAll(cleanUpNow);
