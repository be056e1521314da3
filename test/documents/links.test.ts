import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { allPages as pages, referencePages, textOf, writtenIn } from '../support/pages.ts';
import { root } from '../support/paths.ts';
import { openSession } from '../support/session.ts';

/** The text outside of fenced blocks. */
const proseOf = (page: string): string => textOf(page).replaceAll(/^ *```.*?^ *```$/gms, '');

/** The names that GitHub gives to the headings of a page. */
const anchorsOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const targets = pages.flatMap((page) =>
  [...proseOf(page).matchAll(/\]\(([^)]*)\)/g)].map(([, target = '']) => ({ page, target })),
);
const isExternal = (target: string): boolean => target.includes('://');
const links = targets.filter(({ target }) => !isExternal(target));

test.each(links)('$page links to $target, which exists', ({ page, target }) => {
  const [file = '', anchor] = target.split('#');
  const place = file === '' ? page : join(dirname(page), file);
  expect(existsSync(join(root, place))).toBe(true);
  if (anchor !== undefined) expect(anchorsOf(place)).toContain(anchor);
});

test('links to other sites go to the consoles of the vendors, over https', () => {
  const external = targets.map(({ target }) => target).filter(isExternal);
  expect([...new Set(external)].sort()).toEqual(['https://console.plivo.com', 'https://console.twilio.com']);
});

const linkedFrom = (page: string): readonly string[] =>
  links.filter((link) => link.page === page).map(({ target }) => join(dirname(page), target));

test('the README links to each of its sections in order, each picture and each page', () => {
  const own = links.filter(({ page }) => page === 'README.md').map(({ target }) => target);
  const sections = [...proseOf('README.md').matchAll(/^## (.*)$/gm)].map(([, title = '']) => title);
  expect(own.filter((target) => target.startsWith('#')).slice(0, sections.length)).toEqual(
    sections.map((title) => `#${title.toLowerCase().replaceAll(' ', '-')}`),
  );
  for (const name of readdirSync(join(root, 'docs/pictures'))) expect(own).toContain(`docs/pictures/${name}`);
  for (const page of pages) if (page !== 'README.md') expect(own).toContain(page);
});

test('the index links to every page', () => {
  const listed = linkedFrom('docs/index.md');
  for (const page of pages) if (page !== 'docs/index.md') expect(listed).toContain(page);
});

test('every flag in the pages exists', async () => {
  const session = openSession();
  const program = await session.described();
  session.close();
  const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)];
  const options = all(program).flatMap((command) => command.options.flatMap(({ long }) => long ?? []));
  // --init belongs to docker.
  const known = new Set(['--help', '--init', ...options]);
  // Lines of other programs.
  const others =
    /^.*(?:npm|node|docker) .*$|^#SBATCH.*$|^# --requeue .*$|\bNODE_OPTIONS=\S+|\b(?:rclone|tar|sha256sum|sqlite3|sbatch|systemd-run|mlr) .*$/gm;
  for (const page of [...referencePages, 'SECURITY.md']) {
    for (const [flag] of writtenIn(page)
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
