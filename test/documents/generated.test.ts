import { expect, test } from 'vitest';
import { generate } from '../../scripts/docs/generate.ts';
import { root } from '../support/paths.ts';

const generated = await generate(root);

test.each(generated)('$path is up to date with the sources', ({ path, current, expected }) => {
  expect(current, `${path} is stale: run npm run docs`).toBe(expected);
});

test('the README, the reference pages and the manual page are generated', () => {
  const paths = generated.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['README.md', 'docs/fields.md', 'docs/commands.md', 'man/recx.1']));
});
