import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCallsAccount, recordingId } from '../../support/calls-account.ts';
import { dataFiles, readRows } from '../../support/export-account.ts';

const HOUR = 3_600_000;

const withCalls = async () => {
  const account = await openCallsAccount();
  const out = join(account.folder, 'calls.csv');
  return {
    ...account,
    out,
    rows: () => readRows(out),
    account,
    export: (...words: readonly string[]) => account.run('export', '-p', 'twilio', '--out', out, ...words),
  };
};

describe('an incremental export with calls', () => {
  test.each([
    ['is in progress', { status: 'in-progress' }],
    ['is not listed yet', undefined],
  ])('adds a recording whose call %s once the call is over', async (_, first) => {
    const { export: run, rows, call, record, clock } = await withCalls();
    call(1, 10);
    record(1, 8);
    if (first !== undefined) call(2, 5, first);
    record(2, 3);
    const warning = first === undefined ? expect.stringContaining('of 1 recording') : '';
    expect(await run('--incremental', '--with-calls')).toMatchObject({ code: 0, err: warning });
    expect(rows()).toMatchObject([{ id: recordingId(1), from: '+14155550101', call_status: 'completed' }]);
    clock.now += HOUR;
    call(2, 65);
    expect(await run('--incremental')).toMatchObject({ code: 0, err: '' });
    expect(rows()).toMatchObject([
      { id: recordingId(1) },
      {
        id: recordingId(2),
        from: '+14155550102',
        direction: 'inbound',
        call_duration_seconds: '180',
        call_ended_at: expect.stringMatching(/Z$/),
      },
    ]);
    expect(await run('--incremental', '--with-calls')).toMatchObject({ code: 0, err: '' });
    expect(rows()).toHaveLength(2);
  });

  test('adds a recording without a call when it leaves the look-back', async () => {
    const { export: run, rows, record, clock } = await withCalls();
    record(1, 3);
    await run('--incremental', '--with-calls');
    expect(rows()).toEqual([]);
    clock.now += 80 * HOUR;
    expect((await run('--incremental')).code).toBe(0);
    expect(rows()).toMatchObject([{ id: recordingId(1), from: '', direction: '' }]);
  });

  test('rebuilds files by time when a call is over, and moves a row whose place depends on the call', async () => {
    const { account, record, call, clock } = await withCalls();
    const out = join(account.folder, 'calls-{year}-{direction}.ndjson');
    const run = () =>
      account.run('export', '-p', 'twilio', '--incremental', '--out', out, '--fields', 'id,from,call_status');
    call(1, 10, { status: 'in-progress' });
    record(1, 8);
    record(2, 7);
    expect((await run()).code).toBe(0);
    const year = new Date(clock.now).getUTCFullYear();
    const places = () =>
      dataFiles(account.folder).flatMap((path) =>
        readRows(path).map((row) => [path.replace(/^.*calls-\d+-/, ''), row.from, row.call_status]),
      );
    expect(dataFiles(account.folder)).toContain(join(account.folder, `calls-${year}-inbound.ndjson`));
    expect(places()).toEqual([
      ['inbound.ndjson', '+14155550101', 'in-progress'],
      ['unknown.ndjson', null, null],
    ]);
    clock.now += 60_000;
    call(1, 11);
    call(2, 9, { direction: 'outbound-api' });
    expect((await run()).code).toBe(0);
    expect(places()).toEqual([
      ['inbound.ndjson', '+14155550101', 'completed'],
      ['outbound.ndjson', '+14155550102', 'completed'],
    ]);
  });

  test('refuses another choice of call fields, as of other fields', async () => {
    const { export: run, call, record } = await withCalls();
    call(1, 10);
    record(1, 8);
    expect((await run('--incremental')).code).toBe(0);
    expect(await run('--incremental', '--with-calls')).toMatchObject({
      code: 7,
      err: expect.stringContaining('belongs to a different export: other fields'),
    });
    expect((await run('--incremental')).code).toBe(0);
  });

  test('goes on with numbers that --fields has named', async () => {
    const { export: run, rows, call, record, clock } = await withCalls();
    call(1, 10);
    record(1, 8);
    expect((await run('--incremental', '--fields', 'id,from')).code).toBe(0);
    clock.now += HOUR;
    call(2, 5);
    record(2, 4);
    expect((await run('--incremental')).code).toBe(0);
    expect((await run('--incremental', '--fields', 'id,from')).code).toBe(0);
    expect(rows()).toEqual([
      { id: recordingId(1), from: '+14155550101' },
      { id: recordingId(2), from: '+14155550102' },
    ]);
  });

  test('leaves file and state when calls cannot be read, and adds everything later', async () => {
    const { account, out, export: run, rows, call, record, clock } = await withCalls();
    call(1, 10);
    record(1, 8);
    expect((await run('--incremental', '--with-calls')).code).toBe(0);
    const before = [readFileSync(out, 'utf8'), readFileSync(`${out}.state.json`, 'utf8')];
    clock.now += HOUR;
    call(2, 5);
    record(2, 4);
    account.answers.status = 500;
    expect(await run('--incremental', '--retries', '1')).toMatchObject({
      code: 3,
      err: expect.stringContaining('calls:'),
    });
    expect([readFileSync(out, 'utf8'), readFileSync(`${out}.state.json`, 'utf8')]).toEqual(before);
    account.answers.status = undefined;
    expect((await run('--incremental')).code).toBe(0);
    expect(rows()).toMatchObject([{ from: '+14155550101' }, { from: '+14155550102' }]);
  });

  test.each(['calls.csv', 'calls-{year}-{month}-{day}.csv'])(
    'to %s changes nothing if calls can no longer be read',
    async (name) => {
      const { account, call, record, clock, out } = await withCalls();
      const run = (...words: readonly string[]) =>
        account.run('export', '-p', 'twilio', '--incremental', '--out', join(dirname(out), name), ...words);
      call(1, 10);
      record(1, 8);
      call(2, 5, { status: 'in-progress', end_time: null });
      record(2, 4);
      expect((await run('--with-calls')).code).toBe(0);
      const files = (): readonly string[] =>
        readdirSync(dirname(out))
          .filter((file) => /\.(?:csv|json)$/.test(file))
          .sort()
          .map((file) => readFileSync(join(dirname(out), file), 'utf8'));
      const before = files();
      expect(before.join()).toContain('+14155550101');
      clock.now += HOUR;
      account.answers.status = 403;
      const refused = await run();
      expect(refused.code).toBe(3);
      expect(refused.err).toContain('calls:');
      expect(files()).toEqual(before);
      account.answers.status = undefined;
      expect((await run()).code).toBe(0);
      expect(files().join()).toContain('+14155550101');
    },
  );

  test('without the permission to read calls has empty columns, one warning, and does not wait', async () => {
    const { account, export: run, rows, call, record } = await withCalls();
    call(1, 10);
    record(1, 8);
    account.answers.status = 403;
    const { code, err } = await run('--incremental', '--with-calls');
    expect({ code, warnings: err.match(/^recx: /gm) }).toEqual({ code: 0, warnings: ['recx: '] });
    expect(rows()).toMatchObject([{ id: recordingId(1), from: '', call_status: '' }]);
    // It was no better before.
    expect((await run('--incremental')).code).toBe(0);
  });
});

describe('an export filtered by what calls say', () => {
  test.each([
    ['--from', '+14155550102', [2]],
    ['--to', '+13125550777', [3]],
    ['--direction', 'outbound', [3]],
  ])('has the recordings of %s %s alone', async (flag, value, numbers) => {
    const { export: run, rows, call, record } = await withCalls();
    for (const number of [1, 2]) call(number, number * 10);
    call(3, 40, { direction: 'outbound-api', to: '+13125550777' });
    for (const number of [1, 2, 3]) record(number, number * 10 - 1);
    expect(await run(flag, value)).toMatchObject({ code: 0, err: '' });
    expect(rows().map(({ id }) => id)).toEqual(numbers.map(recordingId));
    expect((await run('--incremental', '--reset-state', flag, value)).code).toBe(0);
    expect(rows().map(({ id }) => id)).toEqual(numbers.map(recordingId));
  });

  test('is written without recordings whose call is gone, which are counted, with exit 3, and goes on', async () => {
    const { export: run, rows, call, record, clock } = await withCalls();
    call(1, 20);
    record(1, 18);
    record(2, 10);
    const first = await run('--incremental', '--from', '+14155550101');
    expect(first).toMatchObject({ code: 3, err: expect.stringContaining('of 1 recording') });
    expect(rows()).toMatchObject([{ id: recordingId(1) }]);
    clock.now += 100 * HOUR;
    call(3, 20, { from: '+14155550101' });
    record(3, 19);
    // From the last match on, less the look-back.
    expect((await run('--incremental', '--from', '+14155550101')).code).toBe(3);
    expect(rows()).toMatchObject([{ id: recordingId(1) }, { id: recordingId(3) }]);
    expect(await run('--incremental', '--from', '+14155550101')).toMatchObject({ code: 0, err: '' });
    expect(rows()).toMatchObject([{ id: recordingId(1) }, { id: recordingId(3) }]);
  });

  test('ends with exit 4 where the calls may not be read, and writes nothing', async () => {
    const { account, export: run, record } = await withCalls();
    record(1, 8);
    account.answers.status = 403;
    expect(await run('--from', '+14155550101')).toMatchObject({
      code: 4,
      err: expect.stringContaining('--from needs the calls'),
    });
    expect(dataFiles(account.folder)).toEqual([]);
  });
});

test('an export to standard output has what calls say', async () => {
  const { account, call, record } = await withCalls();
  call(1, 10);
  record(1, 8);
  const { out } = await account.run('export', '-p', 'twilio', '-o', 'ndjson', '--with-calls', '--sort', '-from');
  expect(JSON.parse(out)).toMatchObject({ from: '+14155550101', call_status: 'completed', dialed_to: [] });
  const named = await account.run('export', '-p', 'twilio', '-o', 'csv', '--fields', 'from,direction');
  expect(named.out).toBe('from,direction\n+14155550101,inbound\n');
});
