import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Of a file of tests, not of one test: tests that run side by side have no hook of their own here.
const steps: (() => unknown)[] = [];

/** Runs a step after the last test of the file, the last one first. */
export const cleanUp = (step: () => unknown): void => {
  steps.push(step);
};

/** Called by the setup of every file of tests. */
export const cleanUpNow = async (): Promise<void> => {
  for (const step of steps.splice(0).reverse()) await step();
};

/** A folder that is removed after the file's tests. */
export const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'recx-test-'));
  cleanUp(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
