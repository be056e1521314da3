import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  dataFiles,
  type ExportAccount,
  folderSnapshot,
  leftoversIn,
  openExportAccount,
  readIds,
} from '../../support/export-account.ts';
import { relay, wireFormats } from '../../support/wire-formats.ts';

const done = { code: 0, out: '', err: '' };
const allIds = (account: ExportAccount): readonly string[] =>
  dataFiles(account.folder).flatMap((path) => [...readIds(path)]);
const expectedIds = (account: ExportAccount, key: string): readonly unknown[] => account.rows.map((row) => row[key]);

describe.concurrent.each(wireFormats)('--incremental after an export without it, of $profile', (wire) => {
  test.each(['calls.csv', 'calls.json', 'calls.ndjson', 'calls.csv.gz', 'calls-{year}-{month}.csv'])(
    'goes on with the file, and neither loses nor repeats a row: %s',
    async (out) => {
      const account = await openExportAccount(wire, 30);
      expect(await account.run(out)).toEqual(done);
      account.add(5, 1);
      for (let round = 0; round < 2; round++) {
        expect(await account.run(out, '--incremental')).toEqual(done);
        expect([...allIds(account)].sort()).toEqual([...expectedIds(account, wire.keys.id)].sort());
        account.add(3, 0.1);
      }
      expect(leftoversIn(account.folder)).toEqual([]);
    },
  );
});

test('an export without --incremental over the file of an incremental one says what that means', async () => {
  const account = await openExportAccount(relay, 3);
  expect(await account.run('calls.csv', '--incremental')).toEqual(done);
  const { code, err } = await account.run('calls.csv', '--kind', 'conference');
  expect({ code, lines: err.split('\n').length }).toEqual({ code: 0, lines: 3 });
  expect(err).toMatch(
    /was the file of an incremental export \(.*calls\.csv\.state\.json\), which continues it only if its rows are the same/,
  );
  expect((await account.run('calls.csv', '--incremental')).code).toBe(7);
  expect(await account.run('calls.csv', '--incremental', '--reset-state')).toEqual(done);
});

describe.concurrent('an incremental export without a state', () => {
  test('takes up a file of fewer recordings, and writes the rows as they are now', async () => {
    const account = await openExportAccount(relay, 3);
    const path = join(account.folder, 'calls.csv');
    const [later] = account.add(1, 0.5, { status: 'recording' });
    expect(await account.run('calls.csv')).toEqual(done);
    expect(readFileSync(path, 'utf8')).toContain(`${later},`);
    const taken = await account.run('calls.csv', '--incremental');
    expect(taken).toMatchObject({ code: 0, out: '' });
    expect(taken.err).toMatch(/calls\.csv is without 1 recording not final yet; a later run adds them\n$/);
    expect([...readIds(path)]).not.toContain(later);
    Object.assign(account.rows[0] ?? {}, { status: relay.row('x').status });
    expect(await account.run('calls.csv', '--incremental')).toEqual(done);
    expect(readFileSync(path, 'utf8').match(new RegExp(`${later},.*`))?.[0]).toContain(',completed,');
  });

  test.each([
    ['rows that it does not list', ['--status', 'completed'], /2 of its rows are not in the list/],
    ['other fields', ['--fields', 'id,created_at'], /not a complete export with these fields/],
  ])('leaves a file with %s, and says what to type', async (_, more, text) => {
    const account = await openExportAccount(relay, 3);
    account.add(2, 0.5, { status: 'no_input' });
    expect(await account.run('calls.csv')).toEqual(done);
    const before = folderSnapshot(account.folder);
    const { code, out, err } = await account.run('calls.csv', '--incremental', ...more);
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toMatch(text);
    expect(err).toContain('--reset-state');
    expect(folderSnapshot(account.folder)).toEqual(before);
    expect(await account.run('calls.csv', '--incremental', '--reset-state', ...more)).toEqual(done);
    const path = join(account.folder, 'calls.csv');
    expect(existsSync(`${path}.old`)).toBe(more.includes('--fields'));
    expect([...readIds(path)]).toHaveLength(5);
  });

  test('leaves files by time with rows that it does not list, however often it is repeated', async () => {
    const account = await openExportAccount(relay, 3);
    account.add(2, 0.5, { status: 'no_input' });
    const out = 'calls-{year}.csv';
    expect(await account.run(out)).toEqual(done);
    const before = folderSnapshot(account.folder);
    for (let round = 0; round < 2; round++) {
      const { code, err } = await account.run(out, '--incremental', '--status', 'completed');
      expect({ code, err }).toEqual({
        code: 7,
        err: expect.stringMatching(/(?:2|one) of its rows (?:are|is) not in the list.*\n.*--reset-state/),
      });
      expect(folderSnapshot(account.folder)).toEqual(before);
    }
    expect(await account.run(out, '--incremental', '--status', 'completed', '--reset-state')).toEqual(done);
    expect(allIds(account)).toHaveLength(5);
    expect(await account.run(out, '--incremental', '--status', 'completed')).toEqual(done);
  });

  test('compares whole rows where the fields have no id', async () => {
    const account = await openExportAccount(relay, 3);
    const words = ['--fields', 'created_at,status'];
    const path = join(account.folder, 'calls.csv');
    expect(await account.run('calls.csv', ...words)).toEqual(done);
    const text = readFileSync(path, 'utf8');
    expect(await account.run('calls.csv', '--incremental', ...words)).toEqual(done);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('leaves a file that holds a row more often than the list, where the fields have no id', async () => {
    const account = await openExportAccount(relay, 3);
    const words = ['--fields', 'created_at,status'];
    const path = join(account.folder, 'calls.csv');
    expect(await account.run('calls.csv', ...words)).toEqual(done);
    const [head = '', first = '', ...rest] = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [head, first, first, ...rest].join('\n'));
    const { code, err } = await account.run('calls.csv', '--incremental', ...words);
    expect({ code, err }).toEqual({ code: 7, err: expect.stringContaining('one of its rows is not in the list') });
  });

  test('whose list fails leaves the file as it is', async () => {
    const account = await openExportAccount(relay, 30);
    expect(await account.run('calls.csv')).toEqual(done);
    const before = folderSnapshot(account.folder);
    account.fault = async (_, response, number) => {
      if (number === 1) return false;
      response.writeHead(500);
      response.end();
      return true;
    };
    expect((await account.run('calls.csv', '--incremental', '--retries', '0')).code).not.toBe(0);
    expect(folderSnapshot(account.folder)).toEqual(before);
    account.fault = undefined;
    expect(await account.run('calls.csv', '--incremental')).toEqual(done);
  });
});
