import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import { isExecutable, program, root } from '../support/paths.ts';

const kept = join(root, 'docs', 'pictures');
const hasScript = (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, 'script')));

/* npm run pictures redraws them. */
describe.runIf(hasScript && !isExecutable)('the pictures', () => {
  const folder = emptyFolder();

  beforeAll(async () => {
    const words = [join(root, 'scripts', 'pictures.mjs'), folder, program()];
    await promisify(execFile)(process.execPath, words, {});
  });

  test('are complete', () => {
    expect(readdirSync(folder)).toEqual(readdirSync(kept));
  });

  test.each(readdirSync(kept))('%s shows the output of the current program', (name) => {
    expect(readFileSync(join(folder, name), 'utf8')).toBe(readFileSync(join(kept, name), 'utf8'));
  });

  test.each(readdirSync(kept))('%s has no scripts, links or events', (name) => {
    const text = readFileSync(join(kept, name), 'utf8');
    expect(text).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<\/svg>\n$/s);
    expect(text.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /<script|<foreignObject|href|:\/\/|url\(|\bon\w+=/,
    );
  });
});
