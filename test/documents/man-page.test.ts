import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { manualOf } from '../support/man-page.ts';
import { root } from '../support/paths.ts';
import { openSession } from '../support/session.ts';

/* UPDATE_DOCS=1 writes the page. */
const page = join(root, 'man/recx.1');

/** The day of the newest entry of the changelog, so that the page changes with its contents alone. */
const day = /\d{4}-\d\d-\d\d/.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))?.[0] ?? '2026-11-01';

test('the manual page is of the current commands and topics', async () => {
  const session = openSession();
  const made = await manualOf(await session.described(), packageJson.version, day);
  session.close();
  if (process.env.UPDATE_DOCS) {
    mkdirSync(join(root, 'man'), { recursive: true });
    writeFileSync(page, made);
  }
  expect(readFileSync(page, 'utf8'), 'stale: npm run docs makes it anew').toBe(made);
  expect(made).not.toMatch(/[^\n -~]/);
});

test('the package holds the page', () => {
  expect(packageJson.man).toEqual(['man/recx.1']);
  expect(packageJson.files).toContain('man');
});

test.each([
  { command: 'mandoc', words: ['-Tlint', page] },
  { command: 'groff', words: ['-man', '-ww', '-z', '-Tutf8', page] },
])('$command has nothing against it', ({ command, words }) => {
  const { error, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  // Not every machine has them.
  if (error === undefined) expect(stdout + stderr).toBe('');
});

test('no line of it is too long for 80 columns', () => {
  const { error, stdout } = spawnSync('groff', ['-man', '-Tascii', '-P-cbou', page], { encoding: 'utf8' });
  if (error === undefined) expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
