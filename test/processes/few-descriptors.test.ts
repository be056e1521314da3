import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  completeContents,
  inspectFolder,
  intactMedia,
  openDownloadAccount,
  wavRecordings,
} from '../support/download-account.ts';
import { openExportAccount, readIds, shellQuote, startScript } from '../support/export-account.ts';
import { relay } from '../support/wire-formats.ts';

test('a download with fewer file descriptors than --concurrency needs works on fewer recordings at a time', async () => {
  const account = await openDownloadAccount(wavRecordings(120, 20_000), {
    media: (recording) => (request, response) => {
      setTimeout(() => void intactMedia(recording)(request, response), 50);
      return true;
    },
  });
  const words = account.args('--concurrency', '64').map((word) => `'${word}'`);
  const { code, err } = await account.startScript(`ulimit -n 48; exec $RECX ${words.join(' ')}`).ended;
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(inspectFolder(account)).toEqual(completeContents(account));
});

test.each([
  { limit: 24, more: [] },
  { limit: 32, more: ['--incremental'] },
  { limit: 64, more: ['--incremental'] },
])('an export to more files than $limit descriptors opens fewer at a time: $more', async ({ limit, more }) => {
  const account = await openExportAccount(relay, 300);
  const words = shellQuote(account.args('{year}{month}{day}-{hour}{minute}.csv', ...more));
  for (const count of [300, 301]) {
    const { code, err } = await startScript(account.home, `ulimit -n ${limit}; exec $RECX ${words}`).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const files = readdirSync(account.folder);
    expect(files.filter((name) => name.includes('.part'))).toEqual([]);
    const tables = files.filter((name) => name.endsWith('.csv')).map((name) => `${account.folder}/${name}`);
    expect(new Set(tables.flatMap(readIds)).size).toBe(count);
    account.add(1, 1);
  }
});
