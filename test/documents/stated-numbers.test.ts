import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_LOOKBACK } from '../../src/commands/export/types.ts';
import { PREFETCHED_PAGES } from '../../src/providers/plivo-windows.ts';
import { sandboxApis } from '../../src/sandbox/server.ts';
import { MAX_RECENT } from '../../src/system/config/recent-ids.ts';
import { limits } from '../../src/system/limits.ts';
import { textOf } from '../support/pages.ts';
import { root } from '../support/paths.ts';
import { openSession } from '../support/session.ts';

const words = new Map([
  [4, 'four'],
  [5, 'five'],
  [8, 'eight'],
]);
const inWords = (number: number): string => words.get(number) ?? String(number);

const { attempts, retriesPerRun, successesPerRetry, maxRetryAfter, maxPageBytes, downloadConcurrency } = limits;
const redirects = inWords(limits.maxMediaRedirects);
const perRun = `one more for every ${successesPerRetry} successful requests`;

test.each([
  ['README.md', `(default ${DEFAULT_LOOKBACK.replace('h', ' h')})`],
  ['README.md', `${inWords(PREFETCHED_PAGES)} pages at a time`],
  ['docs/exports.md', `(default ${DEFAULT_LOOKBACK.replace('h', ' h')})`],
  ['docs/lists.md', `${inWords(PREFETCHED_PAGES)} requests at a time`],
  ['docs/lists.md', `attempted ${inWords(attempts)} times`],
  ['docs/lists.md', `more than ${maxRetryAfter / 1000} s`],
  ['docs/lists.md', `${retriesPerRun} retries, and ${perRun}`],
  ['docs/downloads.md', `\`--concurrency\` (${downloadConcurrency})`],
  ['docs/terminal.md', `the last ${MAX_RECENT} recordings`],
  ['SECURITY.md', `holds ${MAX_RECENT} recordings`],
  ['SECURITY.md', `${maxPageBytes / 2 ** 20} MiB for a decoded response, ${redirects} redirects`],
  ['SECURITY.md', `${inWords(attempts)} attempts per request, ${retriesPerRun} retries per run and ${perRun}`],
])('%s has the number of the program: %s', (page, text) => {
  expect(textOf(page).replaceAll(/\s+/g, ' ')).toContain(text);
});

test('the program knows the date of its release as the changelog has it', () => {
  const [, released] = /^## .*(\d{4}-\d\d-\d\d)$/m.exec(textOf('CHANGELOG.md')) ?? [];
  expect(readFileSync(join(root, 'src', 'main.ts'), 'utf8')).toContain(`RELEASE_DATE = '${released}'`);
});

test('the README has the number of sample recordings, and of those that list shows by default', async () => {
  const session = openSession();
  const count = async (...more: readonly string[]): Promise<number> => {
    const rows: readonly unknown[] = JSON.parse(
      await session.type(['list', '-p', 'demo', '-o', 'json', '-q', ...more]),
    );
    return rows.length;
  };
  const [all, shown] = [await count('--all'), await count()];
  session.close();
  expect(textOf('README.md')).toContain(`has ${all} sample recordings of all ${inWords(sandboxApis.length)} APIs`);
  expect(textOf('README.md')).toContain(`the newest ${shown} recordings`);
});
