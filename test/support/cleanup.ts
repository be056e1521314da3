import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Steps run per file: concurrent tests have no hook.
const steps: (() => unknown)[] = [];

/** Registers a step to run after the last test of the file, in reverse order. */
export const cleanUp = (step: () => unknown): void => {
  steps.push(step);
};

/** Called by the setup of every test file. */
export const cleanUpNow = async (): Promise<void> => {
  for (const step of steps.splice(0).reverse()) await step();
};

/** Creates a folder that is removed after the tests of the file. */
export const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'recx-test-'));
  cleanUp(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
