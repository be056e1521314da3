import { appendFileSync, existsSync, lstatSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  dataFiles,
  type ExportAccount,
  folderSnapshot,
  leftoversIn,
  openExportAccount,
  readIds,
  runInHome,
} from '../../support/export-account.ts';
import { profileAddArgs } from '../../support/home.ts';
import { fullOrQuick } from '../../support/thoroughness.ts';
import { plivo, relay, wireFormats } from '../../support/wire-formats.ts';

const exportAgain = (account: ExportAccount, ...more: readonly string[]) =>
  account.run('calls.csv', '--incremental', ...more);

const withExistingExport = async (wire = relay): Promise<ExportAccount> => {
  const account = await openExportAccount(wire, 30);
  expect(await exportAgain(account)).toEqual({ code: 0, out: '', err: '' });
  account.add(5, 1);
  return account;
};

/** Checks that the export is refused with a hint to --reset-state, and that following the hint works. */
const expectRejected = async (account: ExportAccount, ...more: readonly string[]): Promise<void> => {
  const before = folderSnapshot(account.folder);
  const { code, out, err } = await exportAgain(account, ...more);
  expect({ code, out }).toEqual({ code: 7, out: '' });
  expect(err).toMatch(/^recx: [^\n]+\n[^\n]*--reset-state[^\n]*\n$/);
  expect(folderSnapshot(account.folder)).toEqual(before);
  expect(await exportAgain(account, ...more, '--reset-state')).toEqual({ code: 0, out: '', err: '' });
  expect(leftoversIn(account.folder)).toEqual([]);
  expect(await exportAgain(account, ...more)).toEqual({ code: 0, out: '', err: '' });
};

describe.concurrent('an incremental export rejects', () => {
  test.each([
    ['other filters', ['--status', 'completed']],
    ['an additional filter', ['--min-duration', '1s']],
    ['other fields', ['--fields', 'id,created_at']],
    ['added media URLs', ['--urls']],
    ['a removed header', ['--no-header']],
    ['raw cells', ['--csv-raw']],
    ['the CSV dialect for Excel', ['--excel']],
    ['another format', ['-o', 'ndjson']],
  ])('%s', async (_name, more) => {
    const account = await withExistingExport();
    await expectRejected(account, ...more);
  });

  test('a state with the same fields in another order', async () => {
    const account = await openExportAccount(relay, 3);
    await exportAgain(account, '--fields', 'id,created_at');
    await expectRejected(account, '--fields', 'created_at,id');
  });

  test.each([
    ['a header changed by hand', (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('id', 'ID'))],
    ['a truncated file', (path: string) => truncateSync(path, lstatSync(path).size - 100)],
    ['an emptied file', (path: string) => truncateSync(path, 0)],
    ['a file with rows appended by hand', (path: string) => appendFileSync(path, 'x,y,z\n')],
    ['a file with one more byte at its end', (path: string) => appendFileSync(path, '\n')],
    ['another file in its place', (path: string) => writeFileSync(path, 'id\n1\n')],
  ])('%s', async (_name, change) => {
    for (const wire of [relay, plivo]) {
      const account = await withExistingExport(wire);
      change(join(account.folder, 'calls.csv'));
      await expectRejected(account);
      expect([...readIds(join(account.folder, 'calls.csv'))].sort()).toEqual(
        account.rows.map((row) => row[wire.keys.id]).sort(),
      );
    }
  });

  test('a long file with a header changed by hand', async () => {
    const account = await openExportAccount(relay, 400);
    expect((await exportAgain(account)).code).toBe(0);
    const path = join(account.folder, 'calls.csv');
    writeFileSync(path, readFileSync(path, 'utf8').replace('id,provider', 'ID,provider'));
    account.add(5, 1);
    await expectRejected(account);
  });

  test.each([
    '',
    'x',
    '[]',
    'null',
    '{}',
    '{"version":2}',
    '{"version":1,"of":{},"sources":{}}',
    '{"version":1,"of":{},"sources":{"a":{}}}',
    '\u0000'.repeat(300),
  ])('a state file with the invalid content %j', async (text) => {
    const account = await withExistingExport();
    writeFileSync(join(account.folder, 'calls.csv.state.json'), text);
    await expectRejected(account);
  });

  test.each(['written', 'sources', 'of', 'watermark', 'ids', 'size', 'tail', 'accounts', 'files'])(
    'a state whose %s has another type, or resumes without loss',
    async (key) => {
      for (const value of fullOrQuick<unknown>([null, 7, 'x', [], {}, -1, 1e300, true], [null, {}])) {
        const account = await withExistingExport();
        const path = join(account.folder, 'calls.csv.state.json');
        const state = JSON.parse(readFileSync(path, 'utf8'), (name, old) => (name === key ? value : old));
        writeFileSync(path, JSON.stringify(key === 'files' ? { ...state, files: value } : state));
        const before = folderSnapshot(account.folder);
        const { code, err } = await exportAgain(account);
        expect({ key, value, code, err: code === 0 ? err : '' }).toEqual({ key, value, code: code && 7, err: '' });
        if (code === 7) expect(folderSnapshot(account.folder)).toEqual(before);
        else expect(new Set(readIds(join(account.folder, 'calls.csv'))).size).toBe(35);
      }
    },
  );

  test('an existing file without a state', async () => {
    const account = await openExportAccount(relay, 5);
    writeFileSync(join(account.folder, 'calls.csv'), 'mine\n');
    await expectRejected(account);
  });

  test('the state of an export to another file name', async () => {
    const account = await withExistingExport();
    const state = ['--state', join(account.folder, 'calls.csv.state.json')];
    for (const out of ['others.csv', 'calls.ndjson', 'calls.csv.gz', 'calls-{year}.csv']) {
      const before = folderSnapshot(account.folder);
      const { code, err } = await account.run(out, '--incremental', ...state);
      expect({ out, code, hint: err.includes('--reset-state') }).toEqual({ out, code: 7, hint: true });
      expect(folderSnapshot(account.folder)).toEqual(before);
    }
  });

  test('the state of an export to the same name in another folder, or exports everything', async () => {
    const account = await withExistingExport();
    const state = ['--state', join(account.folder, 'calls.csv.state.json')];
    const { code } = await account.run('elsewhere/calls.csv', '--incremental', ...state);
    const path = join(account.folder, 'elsewhere', 'calls.csv');
    // Both are right: a rejection, or a file with all rows. A file that lacks rows is not.
    if (code === 0) expect(readIds(path)).toHaveLength(35);
    else expect({ code, there: existsSync(path) }).toEqual({ code: 7, there: false });
  });

  test('the state of a template that differs only in slashes, or writes every partition', async () => {
    const account = await openExportAccount(relay);
    account.add(10, 24 * 40);
    account.add(10, 1);
    const words = (out: string) => ['export', '-p', 'relay', '--incremental', '--out', join(account.folder, out)];
    expect((await runInHome(words('{year}-{month}.csv'), account.home)).code).toBe(0);
    const { code } = await runInHome(words('{year}/{month}.csv'), account.home);
    const files = [...new Set(account.rows.map((row) => String(row.created_at).slice(0, 7).replace('-', '/')))];
    if (code === 0) for (const file of files) expect(existsSync(join(account.folder, `${file}.csv`)), file).toBe(true);
    else expect(code).toBe(7);
  });
  test('a file restored after a killed run had started a rotation, or keeps its rows', async () => {
    const account = await withExistingExport();
    const path = join(account.folder, 'calls.csv');
    const state = JSON.parse(readFileSync(`${path}.state.json`, 'utf8'));
    const written = { size: 0, tail: '', pending: true, any: false };
    // The state that such a run leaves before the new file is renamed.
    writeFileSync(`${path}.state.json`, JSON.stringify({ ...state, written }));
    await exportAgain(account);
    expect(new Set(readIds(path)).size).toBeGreaterThanOrEqual(30);
  });

  test('a file that was empty and now has foreign content', async () => {
    const account = await openExportAccount(relay);
    const path = join(account.folder, 'calls.ndjson');
    expect((await account.run('calls.ndjson', '--incremental')).code).toBe(0);
    writeFileSync(path, 'my own notes\n');
    expect((await account.run('calls.ndjson', '--incremental')).code).toBe(7);
    expect(readFileSync(path, 'utf8')).toBe('my own notes\n');
  });

  test('paths outside the folder in the files of a state', async () => {
    const account = await openExportAccount(relay, 3);
    const out = 'in/c-{year}.csv';
    expect((await account.run(out, '--incremental')).code).toBe(0);
    const path = join(account.folder, `${out}.state.json`);
    const state = JSON.parse(readFileSync(path, 'utf8'));
    const files = { ...state.files, '../escaped.csv': '2099-01-01T00:00:00.000Z' };
    writeFileSync(path, JSON.stringify({ ...state, files }));
    await account.run(out, '--incremental');
    expect(existsSync(join(account.folder, 'escaped.csv'))).toBe(false);
  });

  test('a range that starts earlier, or exports the missing recordings', async () => {
    for (const out of ['calls.csv', '{year}-{month}-{day}.csv']) {
      const account = await openExportAccount(relay, 400);
      const path = join(account.folder, out);
      const words = ['export', '-p', 'relay', '--incremental', '--out', path];
      expect((await runInHome([...words, '--since', '1d'], account.home)).code).toBe(0);
      const { code } = await runInHome(words, account.home);
      if (code !== 7) expect(dataFiles(account.folder).flatMap(readIds)).toHaveLength(400);
    }
  });
});

describe.concurrent('the start of an export that runs without it again is named as it is typed', () => {
  test.each([
    ['2024-02', '2024-02'],
    ['2024-02-12', '2024-02-12'],
    ['2024-02-12T09:30:00.250Z', '2024-02-12T09:30:00.250Z'],
  ])('%s', async (since, named) => {
    const account = await openExportAccount(relay, 3);
    const words = ['export', '-p', 'relay', '--incremental', '--out', join(account.folder, 'calls.csv')];
    expect((await runInHome([...words, '--since', since], account.home)).code).toBe(0);
    for (const more of [[], ['--since', '2023']]) {
      const { code, err } = await runInHome([...words, ...more], account.home);
      expect({ code, hint: err.split('\n')[1] }).toEqual({
        code: 7,
        hint: `Use --since ${named}; to start earlier, export everything again with --reset-state`,
      });
    }
    expect((await runInHome([...words, '--since', named], account.home)).code).toBe(0);
  });
});

describe.concurrent('an incremental export with another profile of the same account', () => {
  test.each(wireFormats)('continues from the existing state of $name', async (wire) => {
    const account = await withExistingExport(wire);
    const [words, input] = profileAddArgs(wire.provider, 'second', account.home.sandbox.origin);
    expect((await account.home.run(words, { input })).code).toBe(0);
    const again = [...account.args('calls.csv', '--incremental')];
    again[again.indexOf('-p') + 1] = 'second';
    expect(await runInHome(again, account.home)).toEqual({ code: 0, out: '', err: '' });
    const both = [...again, '-p', wire.profile];
    const { code, out, err } = await runInHome(both, account.home);
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toMatch(/^recx: profiles "second" and "[a-z]+" belong to the same account: [^\n]*\n[^\n]*\n$/);
    const ids = readIds(join(account.folder, 'calls.csv'));
    expect({ rows: ids.length, ids: new Set(ids).size }).toEqual({ rows: 35, ids: 35 });
  });
});

describe.concurrent('after a file was rotated away', () => {
  test.each(['calls.csv', 'calls.json', 'calls.ndjson', 'calls.csv.gz', 'calls.json.gz', 'calls.ndjson.gz'])(
    'an incremental export to %s starts a new file with the new rows only',
    async (out) => {
      const account = await openExportAccount(relay, 30);
      const path = join(account.folder, out);
      expect((await account.run(out, '--incremental')).code).toBe(0);
      for (const round of [1, 2, 3]) {
        renameSync(path, `${path}.${round}`);
        const fresh = round === 2 ? [] : account.add(4, 1);
        expect(await account.run(out, '--incremental')).toEqual({ code: 0, out: '', err: '' });
        expect([...readIds(path)].sort()).toEqual([...fresh].sort());
        const more = account.add(2, 1);
        expect(await account.run(out, '--incremental')).toEqual({ code: 0, out: '', err: '' });
        expect([...readIds(path)].sort()).toEqual([...fresh, ...more].sort());
      }
    },
  );
});
