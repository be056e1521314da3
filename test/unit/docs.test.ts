import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { providerColumns } from '../../src/commands/providers.ts';
import { columns, mediaUrlColumn, rawColumn } from '../../src/core/columns.ts';
import { endings } from '../../src/core/failure.ts';
import { filterKeys, filters } from '../../src/core/query.ts';
import { plain } from '../../src/core/view.ts';
import { formatHelp, formatNames } from '../../src/formats/index.ts';
import { definitions } from '../../src/providers/index.ts';
import { openSession } from '../transcripts/world.ts';

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
          const text = plain(value(definition));
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
      endings.map((ending) => [String(ending.code), ending.meaning]),
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

test('every flag the README names exists', async () => {
  const session = openSession();
  const words = [
    'list',
    'get',
    'download',
    'verify',
    'export',
    'stats',
    'report',
    'profile add',
    'profile check',
    'providers',
  ];
  const helps = await Promise.all(words.map((command) => session.type([...command.split(' '), '--help'])));
  session.close();
  const known = new Set([...helps.join('\n').matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag));
  const prose = readFileSync(path, 'utf8').replaceAll(/^.*(npm|node) .*$/gm, '');
  for (const [flag] of prose.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)) expect([...known]).toContain(flag);
});
