import { lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { dataFiles, readIds, readRows } from '../../support/export-account.ts';
import { type ManyAccounts, openManyAccounts } from '../../support/many-accounts.ts';
import { parseCsv } from '../../support/parse-csv.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 28, 12);
const [BUSY, QUIET, OTHER] = ['MABUSY', 'MAQUIET', '5a4db0c5-0000-4000-8000-00000000000a'];
const profiles = {
  busy: { kind: 'plivo', account: BUSY },
  quiet: { kind: 'plivo', account: QUIET },
  other: { kind: 'relay', account: OTHER },
} as const;

interface Fixture extends ManyAccounts {
  readonly folder: string;
  /** Exports the accounts of these profiles; fails unless it succeeds in silence. */
  export(out: string, names: readonly string[], ...more: readonly string[]): Promise<Record<string, unknown>>;
  /** Some recordings a day of an account, from `last` to `first` days ago. */
  fill(account: string, first: number, last?: number): void;
}

const openFixture = async (): Promise<Fixture> => {
  const world = await openManyAccounts(profiles, NOW);
  const folder = emptyFolder();
  return {
    ...world,
    folder,
    export: async (out, names, ...more) => {
      const summary = `${folder}.summary`;
      const accounts = names.flatMap((name) => ['-p', name]);
      // Plivo would be read in windows since 2011.
      const words = ['export', ...accounts, '--out', join(folder, out), '--incremental', '--summary', summary];
      const { code, err } = await world.run([...words, '--since', '2026-09-01', ...more]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      return JSON.parse(readFileSync(summary, 'utf8'));
    },
    fill: (account, first, last = 0) => {
      for (let day = last; day <= first; day++)
        for (const hour of [1, 7])
          world.put(account, `${account}-${day}-${hour}-abcdef`, NOW - day * DAY - hour * HOUR, {});
    },
  };
};

/** Everything of the files that a rewrite would change. */
const snapshot = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    dataFiles(folder).map((path) => {
      const { ino, mtimeMs } = lstatSync(path);
      return [path.slice(folder.length + 1), `${ino} ${mtimeMs} ${readFileSync(path, 'base64')}`];
    }),
  );

const allIds = (folder: string): readonly string[] => dataFiles(folder).flatMap(readIds).sort();

const formats = ['csv', 'json', 'ndjson', 'csv.gz', 'json.gz', 'ndjson.gz'];

describe.concurrent('an incremental export to files by time, of accounts whose recordings are deleted after ten days,', () => {
  test.each(formats)(
    'never touches files outside the lookback, though another account is quiet: %s',
    async (format) => {
      const fixture = await openFixture();
      const { folder, fill, purge, clock } = fixture;
      fill(BUSY, 40);
      fill(QUIET, 45, 30);
      const out = `calls-{year}-{month}-{day}.${format}`;
      await fixture.export(out, ['busy', 'quiet']);
      const ids = allIds(folder);
      expect(ids).toHaveLength(41 * 2 + 16 * 2);
      const before = snapshot(folder);
      clock.now += DAY;
      for (const account of [BUSY, QUIET]) purge(account, ({ at }) => at < clock.now - 10 * DAY);
      expect(await fixture.export(out, ['busy', 'quiet'])).toMatchObject({ dropped: 0 });
      expect(allIds(folder)).toEqual(ids);
      expect(snapshot(folder)).toEqual(before);
    },
  );

  test.each(formats.flatMap((format) => [`calls-{year}-{month}.${format}`, `{year}/calls.${format}`]))(
    'keeps the rows of a longer period that are older than the lookback: %s',
    async (out) => {
      const fixture = await openFixture();
      const { folder, fill, purge, clock, put, entriesOf } = fixture;
      fill(BUSY, 40);
      await fixture.export(out, ['busy'], '--fields', 'id,created_at,from');
      const ids = allIds(folder);
      clock.now += DAY;
      purge(BUSY, ({ at }) => at < clock.now - 10 * DAY);
      // One that is gone and one that changed, inside the lookback and outside.
      const [gone, changed] = [`${BUSY}-1-1-abcdef`, `${BUSY}-1-7-abcdef`];
      const [oldGone, oldChanged] = [`${BUSY}-5-1-abcdef`, `${BUSY}-5-7-abcdef`];
      purge(BUSY, ({ id }) => id === gone || id === oldGone);
      for (const id of [changed, oldChanged])
        put(BUSY, id, entriesOf(BUSY).find((entry) => entry.id === id)?.at ?? 0, { from_number: '+15550001111' });
      put(BUSY, 'new-abcdef', clock.now - HOUR);
      const summary = await fixture.export(out, ['busy'], '--fields', 'id,created_at,from');
      expect(summary).toMatchObject({ dropped: 1, rows: 6 });
      expect(allIds(folder)).toEqual([...ids.filter((id) => id !== gone), 'new-abcdef'].sort());
      const rows = dataFiles(folder).flatMap(readRows);
      expect(rows.find(({ id }) => id === changed)?.from).toBe('+15550001111');
      expect(rows.find(({ id }) => id === oldChanged)?.from).toBe('+12025550101');
      for (const path of dataFiles(folder)) {
        const times = readRows(path).map(({ created_at }) => String(created_at));
        expect(times).toEqual([...times].sort().reverse());
      }
    },
  );

  test.each(['from,created_at', 'from'])('keeps them without ids as well: --fields %s', async (fields) => {
    const fixture = await openFixture();
    const { folder, fill, purge, clock, put } = fixture;
    fill(BUSY, 40);
    const run = () => fixture.export('{year}.csv', ['busy'], '--fields', fields);
    await run();
    clock.now += DAY;
    purge(BUSY, ({ at, id }) => at < clock.now - 10 * DAY || id === `${BUSY}-1-1-abcdef`);
    put(BUSY, 'new-abcdef', clock.now - HOUR, { from_number: '+15550001111' });
    expect(await run()).toMatchObject({ dropped: 1 });
    const rows = readRows(join(folder, '2026.csv'));
    expect(rows).toHaveLength(82);
    expect(rows.filter(({ from }) => from === '+15550001111')).toHaveLength(1);
    const before = snapshot(folder);
    expect(await run()).toMatchObject({ dropped: 0, files: 0 });
    expect(snapshot(folder)).toEqual(before);
  });

  test('says with --verbose how many rows it removes', async () => {
    const { folder, fill, purge, run } = await openFixture();
    fill(BUSY, 2);
    const words = [
      'export',
      '-p',
      'busy',
      '--since',
      '2026-11-01',
      '--incremental',
      '--out',
      join(folder, '{year}.csv'),
    ];
    expect((await run(words)).code).toBe(0);
    purge(BUSY, ({ id }) => id.startsWith(`${BUSY}-1-`));
    expect((await run([...words, '-v'])).err).toMatch(/^2 rows are removed: the provider no longer has/m);
  });

  test('brings a recording up to date that changed while no run succeeded', async () => {
    const fixture = await openFixture();
    const { folder, put, clock } = fixture;
    put(BUSY, 'a-abcdef', NOW - HOUR, { from_number: '+1' });
    const out = '{year}-{month}-{day}.ndjson';
    await fixture.export(out, ['busy']);
    put(BUSY, 'a-abcdef', NOW - HOUR, { from_number: '+2' });
    put(BUSY, 'b-abcdef', NOW + DAY);
    clock.now += 10 * DAY;
    await fixture.export(out, ['busy']);
    const rows = dataFiles(folder).flatMap(readRows);
    expect(rows.map(({ id, from }) => `${id} ${from}`).sort()).toEqual(['a-abcdef +2', 'b-abcdef +12025550101']);
  });
});

const places = ['calls.csv', 'calls.json.gz', 'calls-{year}-{month}-{day}.ndjson', '{year}.csv'];

describe.concurrent('an account of an incremental export', () => {
  test.each(places)(
    'that joins adds its whole list once, also to old files, and leaves other rows as they are: %s',
    async (out) => {
      const fixture = await openFixture();
      const { folder, fill, purge, clock, entriesOf } = fixture;
      fill(BUSY, 40);
      await fixture.export(out, ['busy']);
      const before = dataFiles(folder).flatMap(readRows);
      clock.now += DAY;
      purge(BUSY, ({ at }) => at < clock.now - 10 * DAY);
      for (let day = 0; day < 40; day += 5) fixture.put(OTHER, `joined-${day}-abcdef`, NOW - day * DAY);
      await fixture.export(out, ['busy', 'other']);
      const after = dataFiles(folder).flatMap(readRows);
      expect(after).toHaveLength(before.length + entriesOf(OTHER).length);
      expect(after).toEqual(expect.arrayContaining(before as unknown[]));
      expect(await fixture.export(out, ['busy', 'other'])).toMatchObject({ files: 0 });
      expect(dataFiles(folder).flatMap(readRows)).toEqual(after);
    },
  );

  test.each(places)('that leaves keeps its rows, and continues when it comes back: %s', async (out) => {
    const fixture = await openFixture();
    const { folder, fill, put, clock } = fixture;
    fill(BUSY, 20);
    for (let day = 0; day < 20; day++) put(OTHER, `other-${day}-abcdef`, NOW - day * DAY - 1000);
    await fixture.export(out, ['busy', 'other']);
    const ids = allIds(folder);
    clock.now += DAY;
    put(OTHER, 'while-away-abcdef', clock.now - HOUR);
    put(BUSY, 'busy-abcdef', clock.now - HOUR);
    expect(await fixture.export(out, ['busy'])).toMatchObject({ dropped: 0 });
    expect(allIds(folder)).toEqual([...ids, 'busy-abcdef'].sort());
    clock.now += 5 * DAY;
    await fixture.export(out, ['busy', 'other']);
    expect(allIds(folder)).toEqual([...ids, 'busy-abcdef', 'while-away-abcdef'].sort());
  });

  test('that has recordings with the ids of another account keeps them apart', async () => {
    for (const out of places) {
      const fixture = await openFixture();
      const { folder, put, clock } = fixture;
      for (const account of [BUSY, QUIET])
        put(account, 'same-abcdef', NOW - 20 * DAY, { from_number: `+1${account.length}` });
      put(BUSY, 'later-abcdef', NOW - HOUR);
      await fixture.export(out, ['busy']);
      await fixture.export(out, ['busy', 'quiet']);
      clock.now += DAY;
      await fixture.export(out, ['quiet', 'busy']);
      expect(allIds(folder), out).toEqual(['later-abcdef', 'same-abcdef', 'same-abcdef']);
    }
  });
});

describe.concurrent('an account is known by its id, not by its login:', () => {
  const sid = `AC${'1'.repeat(32)}`;
  const openTwilio = async () => {
    const world = await openManyAccounts({ t: { kind: 'twilio', account: sid, login: `SK${'1'.repeat(32)}` } }, NOW);
    for (let day = 0; day < 10; day++) world.put(sid, `RE-${day}-abcdef`, NOW - day * DAY);
    const folder = emptyFolder();
    const run = async (out: string) => {
      const { code, err } = await world.run(['export', '-p', 't', '--incremental', '--out', join(folder, out)]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
    };
    const login = (name: string) => world.configure({ t: { kind: 'twilio', account: sid, login: name } });
    return { world, folder, run, login };
  };

  test.each(['calls.csv', '{year}.csv'])('another key, or the auth token, continues the export: %s', async (out) => {
    const { world, folder, run, login } = await openTwilio();
    await run(out);
    const ids = allIds(folder);
    world.purge(sid, ({ at }) => at < NOW - 5 * DAY);
    for (const name of [`SK${'2'.repeat(32)}`, sid, `SK${'1'.repeat(32)}`]) {
      login(name);
      await run(out);
      expect(allIds(folder)).toEqual(ids);
    }
  });

  test.each(['calls.csv', '{year}.csv', '{year}-{month}-{day}.json.gz'])(
    'the state of an older version, which had the login, is continued: %s',
    async (out) => {
      const { world, folder, run, login } = await openTwilio();
      await run(out);
      const path = join(folder, `${out}.state.json`);
      const state = JSON.parse(readFileSync(path, 'utf8'));
      const [key = ''] = Object.keys(state.sources);
      const { ran: _ran, ...old } = state.sources[key];
      // With files by time it had no ids.
      const known = out === 'calls.csv' ? Object.entries<readonly string[]>(old.ids) : [];
      const ids = Object.fromEntries(known.map(([id, [at]]) => [id, at]));
      const since = out === 'calls.csv' ? old.since : null;
      const oldKey = key.replace(sid, `SK${'1'.repeat(32)}`);
      const { version: _version, lastColumn: _last, ...rest } = state;
      const of = { accounts: [oldKey], ...rest.of };
      writeFileSync(path, JSON.stringify({ ...rest, version: 1, of, sources: { [oldKey]: { ...old, since, ids } } }));
      world.purge(sid, ({ at }) => at < NOW - 5 * DAY);
      world.put(sid, 'RE-new-abcdef', NOW - 1000);
      await run(out);
      login(sid);
      await run(out);
      expect(allIds(folder)).toHaveLength(11);
      expect(new Set(allIds(folder)).size).toBe(11);
    },
  );
});

describe.concurrent('--reset-state', () => {
  test.each(places)('keeps rows that the provider no longer has: %s', async (out) => {
    const fixture = await openFixture();
    const { folder, fill, purge, put, clock } = fixture;
    fill(BUSY, 40);
    await fixture.export(out, ['busy']);
    const ids = allIds(folder);
    clock.now += DAY;
    purge(BUSY, ({ at }) => at < clock.now - 10 * DAY);
    put(BUSY, 'new-abcdef', clock.now - HOUR);
    await fixture.export(out, ['busy'], '--reset-state');
    expect(allIds(folder)).toEqual([...ids, 'new-abcdef'].sort());
    await fixture.export(out, ['busy']);
    expect(allIds(folder)).toEqual([...ids, 'new-abcdef'].sort());
  });

  test.each(places)('keeps files of other fields under another name: %s', async (out) => {
    const fixture = await openFixture();
    const { folder, fill } = fixture;
    fill(BUSY, 3);
    await fixture.export(out, ['busy']);
    const before = dataFiles(folder);
    const texts = before.map((path) => readFileSync(path, 'base64'));
    await fixture.export(out, ['busy'], '--reset-state', '--fields', 'id');
    for (const [index, path] of before.entries()) {
      expect(readFileSync(`${path}.old`, 'base64')).toBe(texts[index]);
      expect(readRows(path).map((row) => Object.keys(row))).toContainEqual(['id']);
    }
  });
});

describe.concurrent('one file gets a recording', () => {
  test('once it is final, or as it leaves the lookback', async () => {
    const fixture = await openFixture();
    const { folder, put, clock } = fixture;
    const status = (id: string, hours: number, word: string) => put(OTHER, id, NOW - hours * HOUR, { status: word });
    status('done-abcdef', 3, 'completed');
    status('silent-abcdef', 4, 'no_input');
    status('running-abcdef', 1, 'recording');
    status('odd-abcdef', 2, 'recording');
    status('old-abcdef', 100, 'recording');
    const run = (...more: readonly string[]) => fixture.export('calls.ndjson', ['other'], ...more);
    expect(await run()).toMatchObject({ rows: 3, pending: 2 });
    expect(allIds(folder)).toEqual(['done-abcdef', 'old-abcdef', 'silent-abcdef']);
    clock.now += HOUR;
    status('running-abcdef', 1, 'completed');
    put(OTHER, 'next-abcdef', clock.now - 1000);
    expect(await run()).toMatchObject({ rows: 2, pending: 1 });
    clock.now += 60 * HOUR;
    // Also with a shorter lookback.
    expect(await run('--lookback', '70h')).toMatchObject({ rows: 0, pending: 1 });
    clock.now += 10 * HOUR;
    expect(await run('--lookback', '1h')).toMatchObject({ rows: 1, pending: 0 });
    const rows = readRows(join(folder, 'calls.ndjson'));
    expect(rows.map(({ id, status: word }) => `${id} ${word}`).sort()).toEqual([
      'done-abcdef completed',
      'next-abcdef completed',
      'odd-abcdef in_progress',
      'old-abcdef in_progress',
      'running-abcdef completed',
      'silent-abcdef absent',
    ]);
  });
});

describe.concurrent('an incremental export without --fields', () => {
  const withoutLastColumns = (folder: string, out: string): readonly string[] => {
    // As an older version with two columns less would have left it.
    const path = join(folder, out);
    const rows = parseCsv(readFileSync(path, 'utf8')).map((cells) => cells.slice(0, -2));
    writeFileSync(path, rows.map((cells) => `${cells.join(',')}\n`).join(''));
    return rows[0] ?? [];
  };

  test('continues with the fields of its state, and says once that there are newer ones', async () => {
    const { folder, fill, put, run } = await openFixture();
    fill(BUSY, 2);
    const words = [
      'export',
      '-p',
      'busy',
      '--since',
      '2026-11-01',
      '--incremental',
      '--out',
      join(folder, '{year}.csv'),
    ];
    expect((await run(words)).code).toBe(0);
    const header = withoutLastColumns(folder, '2026.csv');
    const path = join(folder, '{year}.csv.state.json');
    const { lastColumn: _last, ...state } = JSON.parse(readFileSync(path, 'utf8'));
    const flags = state.of.columns.filter((key: string) => key.startsWith('+'));
    writeFileSync(path, JSON.stringify({ ...state, of: { ...state.of, columns: [...header, ...flags] } }));
    put(BUSY, 'new-abcdef', NOW - 1000);
    const { code, err } = await run(words);
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(/keeps its fields.*: error_code, encrypted\n/),
    });
    expect(readFileSync(join(folder, '2026.csv'), 'utf8').split('\n')[0]).toBe(header.join(','));
    expect(readIds(join(folder, '2026.csv'))).toHaveLength(7);
    put(BUSY, 'newer-abcdef', NOW - 500);
    expect(await run(words)).toMatchObject({ code: 0, err: '' });
    expect((await run([...words, '--fields', 'id'])).code).toBe(7);
    expect((await run([...words, '--urls'])).code).toBe(7);
  });

  test('continues with fields that an earlier run was given', async () => {
    const { folder, fill, run } = await openFixture();
    fill(BUSY, 2);
    const words = [
      'export',
      '-p',
      'busy',
      '--since',
      '2026-11-01',
      '--incremental',
      '--out',
      join(folder, 'calls.csv'),
    ];
    expect((await run([...words, '--fields', 'created_at,id', '--excel', '--tz', 'Asia/Tokyo'])).code).toBe(0);
    expect(await run([...words, '--excel'])).toMatchObject({ code: 0, err: '' });
    const { code, err } = await run([...words, '--excel', '--tz', 'Europe/Berlin']);
    expect({ code, isTold: err.includes('other fields') }).toEqual({ code: 7, isTold: true });
    expect(readFileSync(join(folder, 'calls.csv'), 'utf8').split('\r\n')[0]).toBe('\ufeffcreated_at (Asia/Tokyo),id');
  });
});

test('after a run with a wrong clock has seen a recording of the future, the next run loses and repeats nothing', async () => {
  for (const out of places) {
    const { folder, fill, put, run, clock } = await openFixture();
    fill(BUSY, 20);
    const words = ['export', '-p', 'busy', '--since', '2026-11-01', '--incremental', '--out', join(folder, out)];
    put(BUSY, 'future-abcdef', NOW + 20 * HOUR);
    // As a run with a clock that was a day ahead leaves it, when the server tells no time.
    clock.now = NOW + 21 * HOUR;
    expect((await run([...words, '--lookback', '1h'])).code).toBe(0);
    clock.now = NOW;
    put(BUSY, 'next-abcdef', NOW - 1000);
    expect((await run([...words, '--lookback', '1h'])).code).toBe(0);
    expect(
      allIds(folder).filter((id) => id.startsWith('n')),
      out,
    ).toEqual(['next-abcdef']);
    expect(new Set(allIds(folder)).size).toBe(allIds(folder).length);
    expect(allIds(folder)).toHaveLength(44);
  }
});

test('a file that was rotated away is started anew with rows that are new', async () => {
  const fixture = await openFixture();
  const { folder, fill, put } = fixture;
  fill(BUSY, 3);
  await fixture.export('calls.csv', ['busy']);
  renameSync(join(folder, 'calls.csv'), join(folder, 'moved'));
  put(BUSY, 'new-abcdef', NOW - 1000);
  await fixture.export('calls.csv', ['busy', 'other']);
  expect(readIds(join(folder, 'calls.csv'))).toEqual(['new-abcdef']);
});
