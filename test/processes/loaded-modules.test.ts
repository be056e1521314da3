import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import { type Home, homeWith } from '../support/home.ts';
import { isExecutable, preload } from '../support/paths.ts';

/** The modules that the build put into each of its files. */
const contents: Readonly<Record<string, readonly string[]>> = JSON.parse(readFileSync(inject('chunks'), 'utf8'));

/** The modules of a run of the packed program, by their paths, and Node's own that it loaded. */
const loadedBy = async (home: Home, words: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const LOADED = join(emptyFolder(), 'loaded.json');
  const NODE_OPTIONS = `--require=${preload('record-modules.cjs')}`;
  const { code, err } = await home.runPacked(words, { env: { ...env, LOADED, NODE_OPTIONS } });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const { files, builtins } = JSON.parse(readFileSync(LOADED, 'utf8'));
  const modules = (files as readonly string[]).flatMap((file) => contents[file] ?? []);
  return { modules, builtins: new Set<string>(builtins) };
};

const packageOf = (path: string): string | undefined => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];

const packagesAmong = (modules: readonly string[]): readonly string[] =>
  [...new Set(modules.map(packageOf))].filter((name) => name !== undefined).sort();

/** The packages to check: the five dependencies and other heavy packages. */
const checkedPackages = new Set([
  'commander',
  'ky',
  'conf',
  'cli-table3',
  'ora',
  'undici',
  '@clack/core',
  '@clack/prompts',
]);

const account = ['-q', '-p', 'relay'];

describe.skipIf(isExecutable).concurrent('a run loads only what it needs', () => {
  // Arguments, the packages loaded among those to check, and the maximum number of modules.
  test.each<readonly [readonly string[], readonly string[], number]>([
    [['--version'], [], 0],
    [['--help'], ['commander'], 38],
    [['help', 'exit-codes'], ['commander'], 42],
    [['list', '--help'], ['commander'], 115],
    [['download', '--help'], ['commander'], 53],
    [['export', '--help'], ['commander'], 53],
    [['providers', '-o', 'json'], ['commander'], 81],
    [['providers', '-o', 'table'], ['cli-table3', 'commander'], 106],
    [['profile', 'list', '-o', 'json'], ['commander', 'conf'], 121],
    [['list', ...account, '-o', 'json'], ['commander', 'conf', 'ky'], 170],
    [['list', ...account, '-o', 'table'], ['cli-table3', 'commander', 'conf', 'ky'], 199],
    [['stats', ...account, '-o', 'csv'], ['commander', 'conf', 'ky'], 173],
    [['export', ...account, '--out', 'calls.csv'], ['commander', 'conf', 'ky'], 209],
    [['download', ...account, '--all', '--dir', 'out'], ['commander', 'conf', 'ky'], 231],
  ])(
    'with the arguments %j it loads only the expected packages and no more modules than allowed',
    async (words, packages, most) => {
      const home = await homeWith();
      const { modules } = await loadedBy(home, words);
      expect(packagesAmong(modules).filter((name) => checkedPackages.has(name))).toEqual(packages);
      expect(modules.length).toBeLessThanOrEqual(most);
    },
  );

  test.each([
    [['--help'], ['http', 'https', 'tls', 'crypto', 'zlib', 'child_process']],
    [
      ['list', '--help'],
      ['http', 'https', 'tls', 'crypto', 'zlib', 'child_process'],
    ],
    [
      ['list', ...account, '-o', 'json'],
      ['https', 'child_process', 'readline'],
    ],
  ] as const)('with the arguments %j it does not load the built-in Node modules %j', async (words, without) => {
    const { builtins } = await loadedBy(await homeWith(), words);
    expect(without.filter((name) => builtins.has(name))).toEqual([]);
    expect(builtins.has('fs')).toBe(true);
  });

  test('with credentials from the environment it does not load the config file package', async () => {
    const home = await homeWith();
    const { modules } = await loadedBy(home, ['list', '-q', '-o', 'json'], {
      RECX_CONFIG_DIR: emptyFolder(),
      SIGNALWIRE_SPACE: home.sandbox.origin,
      SIGNALWIRE_PROJECT_ID: '5a4db0c5-0000-4000-8000-000000000001',
      SIGNALWIRE_API_TOKEN: 'sandbox-signalwire-token',
    });
    expect(packagesAmong(modules).filter((name) => checkedPackages.has(name))).toEqual(['commander', 'ky']);
  });
});
