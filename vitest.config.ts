import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Timeouts only catch hangs. If even minutes are too short, `RECX_PATIENCE=5 npm test` makes each five times as long. */
const patience = Number(process.env.RECX_PATIENCE || 1);

const below = (folders: string): string[] => [`test/${folders}/**/*.test.ts`];

export default defineConfig({
  test: {
    reporters: ['default', './test/support/count.ts'],
    maxWorkers: availableParallelism(),
    // Tests that wait for a server's pause run concurrently; more would delay each other on a busy machine.
    maxConcurrency: 10,
    // A worker loads the sources once for all of its files.
    isolate: false,
    testTimeout: 600_000 * patience,
    hookTimeout: 600_000 * patience,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: below('{unit,conformance,transcripts,fuzz}'),
          setupFiles: ['test/support/setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'program',
          include: below('{program,processes,torture,simulation,acceptance,documents}'),
          setupFiles: ['test/support/setup.ts'],
          globalSetup: ['test/support/pack.ts'],
        },
      },
    ],
  },
});
