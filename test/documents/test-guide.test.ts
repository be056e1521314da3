import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/paths.ts';

const text = readFileSync(join(root, 'test', 'README.md'), 'utf8');
const table = (title: string): readonly (readonly string[])[] =>
  (text.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | '));
const quoted = (cell = ''): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words);

test('the guide of the tests lists every folder of tests, and no other', () => {
  const folders = readdirSync(join(root, 'test'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const named = table('Folders').flatMap(([folder]) => quoted(folder));
  expect([...named].sort()).toEqual(folders.map(({ name }) => name).sort());
});

test('the guide of the tests lists existing tests for every module', () => {
  const rows = table('Where modules are tested');
  const sources = rows.flatMap(([cell]) => quoted(cell));
  const modules = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?<!\.d)\.ts$/.test(path))
    .map((path) => `src/${path}`);
  expect(modules.filter((module) => !sources.some((source) => module.startsWith(source)))).toEqual([]);
  expect(sources.filter((source) => !modules.some((module) => module.startsWith(source)))).toEqual([]);
  const tests = rows.flatMap(([, cell]) => quoted(cell));
  expect(tests.length).toBeGreaterThan(rows.length);
  const isThere = (name: string): boolean =>
    existsSync(join(root, 'test', name)) || existsSync(join(root, 'test', `${name}.test.ts`));
  expect(tests.filter((name) => !isThere(name))).toEqual([]);
});
