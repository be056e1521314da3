import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataFiles, leftoversIn, openExportAccount, readIds } from '../support/export-account.ts';
import { isExecutable, preload } from '../support/paths.ts';
import { relay } from '../support/wire-formats.ts';

const openFolded = async () => {
  const account = await openExportAccount(relay);
  const env = { NODE_OPTIONS: `--require ${preload('fold-names.cjs')}`, FOLD_FOLDER: account.folder };
  const run = (out: string, ...more: readonly string[]) => account.home.runPacked(account.args(out, ...more), { env });
  return { ...account, run };
};

describe.skipIf(isExecutable)('on a file system that ignores case', () => {
  test.each([['{track}.csv'], ['{track}-{year}.ndjson.gz', '--incremental'], ['{track}/{year}.json']])(
    'an export to %s fails when two names meet, and replaces nothing',
    async (out, ...more) => {
      const account = await openFolded();
      account.add(14, 2, { track: 'Réunion' });
      expect(await account.run(out, ...more)).toMatchObject({ code: 0, err: '' });
      const before = dataFiles(account.folder).map((path) => readFileSync(path, 'base64'));
      account.add(3, 1, { track: 'RÉUNION' });
      const both = await account.run(out, ...more);
      expect(both).toMatchObject({ code: 8, err: expect.stringMatching(/case/) });
      account.rows.splice(3);
      // The other name alone meets the existing file.
      const other = await account.run(out, ...more);
      expect(other).toMatchObject({ code: 8, err: expect.stringMatching(/case/) });
      expect(dataFiles(account.folder).map((path) => readFileSync(path, 'base64'))).toEqual(before);
      expect(leftoversIn(account.folder)).toEqual([]);
    },
  );

  test.each([['{track}.csv'], ['{track}-{year}.ndjson.gz', '--incremental'], ['{track}/{year}.json']])(
    'an export to %s fails when two names meet in its first run, and names both',
    async (out, ...more) => {
      const account = await openFolded();
      account.add(4, 2, { track: 'Réunion' });
      account.add(3, 1, { track: 'RÉUNION' });
      const got = await account.run(out, ...more);
      expect(got).toMatchObject({ code: 8, err: expect.stringMatching(/Réunion[^\n]*RÉUNION|RÉUNION[^\n]*Réunion/) });
      expect(dataFiles(account.folder)).toEqual([]);
      expect(leftoversIn(account.folder)).toEqual([]);
    },
  );

  test('two spellings of one name share a file, as everywhere', async () => {
    const account = await openFolded();
    account.add(2, 2, { track: 'Re\u0301union' });
    account.add(3, 1, { track: 'R\u00e9union' });
    expect(await account.run('{track}.csv')).toMatchObject({ code: 0, err: '' });
    expect(dataFiles(account.folder).flatMap(readIds)).toHaveLength(5);
    expect(readdirSync(account.folder)).toHaveLength(1);
    expect(await account.run('{track}.csv')).toMatchObject({ code: 0, err: '' });
    expect(readIds(join(account.folder, readdirSync(account.folder)[0] ?? ''))).toHaveLength(5);
  });
});
