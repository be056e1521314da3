import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pagesOf } from '../../scripts/docs/generate.ts';
import { root } from './paths.ts';

/** The README and the pages of `docs`, from the root of the project. */
export const referencePages = pagesOf(root);

/** These and the pages about the project. */
export const allPages = [...referencePages, 'SECURITY.md', 'CHANGELOG.md', 'CONTRIBUTING.md'];

export const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

/** Without the generated blocks, which are the help texts of the program. */
export const writtenIn = (page: string): string =>
  textOf(page).replaceAll(/<!-- begin:([\w-]+) -->\n.*?<!-- end:\1 -->/gs, '');
