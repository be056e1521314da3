import { tmpdir } from 'node:os';
import { afterAll } from 'vitest';
import { cleanUpNow } from './cleanup.ts';

// What a run would write to the current folder must not land among the sources.
process.chdir(tmpdir());
afterAll(cleanUpNow);
