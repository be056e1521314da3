import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSession } from '../../test/support/session.ts';
import { renderBlocks } from './blocks.ts';
import { manualOf } from './man-page.ts';

/** A file that is generated completely or in blocks: its current and its expected text. */
export interface Generated {
  readonly path: string;
  readonly current: string;
  readonly expected: string;
}

/** Pages that can have blocks, as paths from the root of the project. */
export const pagesOf = (root: string): readonly string[] => [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** All generated files; writes nothing. Throws for a mark without content and for content without a mark. */
export const generate = async (root: string): Promise<readonly Generated[]> => {
  const blocks = await renderBlocks();
  const unused = new Set(blocks.keys());
  const pages = pagesOf(root).map((path) => {
    const current = readFileSync(join(root, path), 'utf8');
    const expected = current.replaceAll(MARKED, (_, begin: string, name: string, __, end: string) => {
      const text = blocks.get(name);
      if (text === undefined) throw new Error(`${path}: no content for block "${name}"`);
      unused.delete(name);
      return `${begin}${text}\n${end}`;
    });
    return { path, current, expected };
  });
  if (unused.size > 0) throw new Error(`no page has block ${[...unused].join(', ')}`);
  return [...pages, await manual(root)];
};

const MARKED = /(<!-- begin:([\w-]+) -->\n)(.*?)(<!-- end:\2 -->)/gs;

const manual = async (root: string): Promise<Generated> => {
  const path = 'man/recx.1';
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  // The day of the newest release, so that the page changes only with its contents.
  const day = /^## .*(\d{4}-\d\d-\d\d)$/m.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))?.[1] ?? '2026-11-01';
  const session = openSession();
  const expected = await manualOf(await session.described(), version, day);
  session.close();
  return { path, current: readFileSync(join(root, path), 'utf8'), expected };
};
