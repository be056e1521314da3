import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { providerColumns } from '../../src/commands/providers.ts';
import { columns, mediaUrlColumn, rawColumn } from '../../src/core/columns.ts';
import { errorKinds } from '../../src/core/failure.ts';
import { filterKeys, filters } from '../../src/core/query.ts';
import { plainText } from '../../src/core/view.ts';
import { formatHelp, formatNames } from '../../src/formats/index.ts';
import { definitions } from '../../src/providers/index.ts';
import { openSession } from '../support/session.ts';

/* UPDATE_DOCS=1 writes the blocks into the README. */
const path = join(import.meta.dirname, '../../README.md');

const rowsToTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const code = (words: string): string =>
  words
    .split(' ')
    .filter(Boolean)
    .map((word) => `\`${word}\``)
    .join(' ');

const blocks: Readonly<Record<string, () => string | Promise<string>>> = {
  help: async () => {
    const session = openSession();
    session.columns = 100;
    const text = await session.type(['--help']);
    session.close();
    return `\`\`\`text\n${text}\`\`\``;
  },
  providers: () =>
    rowsToTable(
      providerColumns.map(({ title }) => title),
      definitions.map((definition) =>
        providerColumns.map(({ key, value }) => {
          const text = plainText(value(definition));
          return key === 'limits' || key === 'page_size' ? text : code(text);
        }),
      ),
    ),
  filters: () =>
    rowsToTable(
      ['Flag', 'Keeps'],
      filterKeys.map((key) => [`\`${filters[key].flag} <${filters[key].value}>\``, filters[key].help]),
    ),
  fields: () =>
    rowsToTable(
      ['Field', 'Value'],
      [...columns, mediaUrlColumn, rawColumn].map(({ key, help }) => [`\`${key}\``, help]),
    ),
  formats: () =>
    rowsToTable(
      ['`-o`', 'What it is'],
      formatNames.map((name) => [`\`${name}\``, formatHelp[name]]),
    ),
  'exit-codes': () =>
    rowsToTable(
      ['Code', 'Meaning'],
      errorKinds.map((ending) => [String(ending.code), ending.meaning]),
    ),
};

test.each(Object.entries(blocks))('the README shows the current %s', async (name, block) => {
  const readme = readFileSync(path, 'utf8');
  const pattern = new RegExp(`(<!-- begin:${name} -->\n)([^]*?)(<!-- end:${name} -->)`);
  const expected = `${await block()}\n`;
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      path,
      readme.replace(pattern, (_all, begin, _old, end) => begin + expected + end),
    );
  expect(pattern.exec(readFileSync(path, 'utf8'))?.[2]).toBe(expected);
});

const root = dirname(path);
const pages = ['README.md', 'SECURITY.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
);
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

/** What is not between fences. */
const proseOf = (page: string): string => textOf(page).replaceAll(/^ *```.*?^ *```$/gms, '');

/** The names under which GitHub finds the headings of a page. */
const anchorsOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const links = pages.flatMap((page) =>
  [...proseOf(page).matchAll(/\]\(([^)]*)\)/g)].map(([, target = '']) => ({ page, target })),
);

test.each(links)('$page leads to $target', ({ page, target }) => {
  const [file = '', anchor] = target.split('#');
  const place = file === '' ? page : join(dirname(page), file);
  expect(existsSync(join(root, place))).toBe(true);
  if (anchor !== undefined) expect(anchorsOf(place)).toContain(anchor);
});

test('the README leads to each of its parts, each page and each picture', () => {
  const own = links.filter(({ page }) => page === 'README.md').map(({ target }) => target);
  const parts = anchorsOf('README.md').slice(1);
  expect(own.filter((target) => target.startsWith('#'))).toEqual(parts.map((part) => `#${part}`));
  for (const page of pages) if (page !== 'README.md') expect(own).toContain(page);
  for (const name of readdirSync(join(root, 'docs/pictures'))) expect(own).toContain(`docs/pictures/${name}`);
});

test('every flag that the pages name exists', async () => {
  const session = openSession();
  const program = await session.described();
  session.close();
  const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)];
  const options = all(program).flatMap((command) => command.options.flatMap(({ long }) => long ?? []));
  const known = new Set(['--help', ...options]);
  // Flags of other programs.
  const others = /^.*(?:npm|node) .*$|^#SBATCH.*$|\b(?:rclone|sha256sum) .*$/gm;
  for (const page of pages) {
    for (const [flag] of textOf(page)
      .replaceAll(others, '')
      .matchAll(/(?<![\w-])--[a-z][a-z-]+/g))
      expect([...known], page).toContain(flag);
  }
});

test('the docs are small enough to be packed', () => {
  const names = readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const bytes = names.map((one) => readFileSync(join(one.parentPath, one.name)).length);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000);
});
