import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../src');

/** Which shelves a shelf may import from; `.` is the files beside the shelves. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  providers: ['providers', 'core'],
  formats: ['formats', 'core'],
  system: ['system', 'core'],
  sandbox: ['sandbox', 'core'],
  commands: ['commands', 'core', 'providers', 'formats', 'system', 'sandbox'],
  '.': ['.', 'commands', 'core', 'system'],
};

/** The one home of each npm package; commander's types may be named by commands, too. */
const homes: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli.ts', ...readdirSync(join(root, 'commands')).map((file) => `commands/${file}`)],
  ky: ['system/http.ts'],
  undici: ['system/proxy.ts'],
  conf: ['system/profiles.ts'],
  ora: ['system/progress.ts'],
  '@clack/prompts': ['system/prompt.ts'],
  '@clack/core': ['system/fullscreen.ts'],
  'cli-table3': ['formats/table.ts'],
  filenamify: ['system/names.ts'],
  'fast-string-truncated-width': ['formats/width.ts'],
};

/** Shelves that reach the system through `node:` modules. */
const impure = ['system', 'sandbox', '.'];

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const shelfOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '.');
const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(/(?:^import |^(?:import|export) .* from |^\} from |\bimport\()'([^']+)'/gm)].map(
    ([, name = '']) => name,
  );

test.each(files)('%s imports only what its shelf may', (file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const names = importsOf(text);
  const own = names.filter((name) => name.startsWith('.'));
  for (const name of own) {
    const target = relative(root, join(root, file, '..', name));
    if (target.startsWith('..')) expect(target).toBe('../package.json');
    else expect(mayImport[shelfOf(file)]).toContain(shelfOf(target));
  }
  const foreign = names.filter((name) => !name.startsWith('.'));
  for (const name of foreign) {
    if (name.startsWith('node:')) expect(impure).toContain(shelfOf(file));
    else expect(homes[name] ?? [], `${name} in ${file}`).toContain(file);
  }
  if (file !== 'main.ts') expect(text).not.toMatch(/\bprocess\.\w/);
});

test('the table of shelves and homes is used up', () => {
  expect(new Set(files.map(shelfOf))).toEqual(new Set(Object.keys(mayImport)));
  const used = new Set(files.flatMap((file) => importsOf(readFileSync(join(root, file), 'utf8'))));
  for (const name of Object.keys(homes)) expect([...used]).toContain(name);
});
