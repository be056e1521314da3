import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { root } from '../support/paths.ts';

const page = join(root, 'man/recx.1');

test('the package holds the page', () => {
  expect(packageJson.man).toEqual(['man/recx.1']);
  expect(packageJson.files).toContain('man');
});

test('the page is ASCII', () => {
  expect(readFileSync(page, 'utf8')).not.toMatch(/[^\n -~]/);
});

test.each([
  { command: 'mandoc', words: ['-Tlint', page] },
  { command: 'groff', words: ['-man', '-ww', '-z', '-Tutf8', page] },
])('$command reports no problem', ({ command, words }) => {
  const { error, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  // Not every machine has them.
  if (error === undefined) expect(stdout + stderr).toBe('');
});

test('no line is longer than 80 columns', () => {
  const { error, stdout } = spawnSync('groff', ['-man', '-Tascii', '-P-cbou', page], { encoding: 'utf8' });
  if (error === undefined) expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
