import { describe, expect, test } from 'vitest';
import { answer, homeWith } from '../../support/home.ts';
import type { Run } from '../../support/run.ts';
import { openSession } from '../../support/session.ts';
import { plivo, relay, sandboxEntries, serveRows, wireFormats } from '../../support/wire-formats.ts';

type Row = Readonly<Record<string, string | number | null>>;
type Ended = Pick<Run, 'code' | 'out' | 'err'>;
const rowsOf = ({ out }: Ended): readonly Row[] => JSON.parse(out);

const keys = [
  'day',
  'week',
  'month',
  'hour',
  'weekday',
  'year',
  'caller,callee',
  'profile',
  'api',
  'provider',
  'kind',
  'status',
  'channels',
  'from',
  'to',
  'direction',
  'currency',
  'month,kind',
  'profile,day,hour,status',
];

/** The keys of columns that `--by` names otherwise. */
const keyOf: Readonly<Record<string, string>> = { caller: 'from', callee: 'to' };

/** The totals of the rows of a list or of its statistics: counts, and sums in integer milliseconds and price units. */
const totalsOf = (rows: readonly Row[]) => {
  const sum = (pick: (row: Row) => number): number => rows.reduce((total, row) => total + pick(row), 0);
  const say = (key: string) => sum((row) => (row[key] === null ? 0 : 1));
  return {
    recordings: sum(({ recordings }) => Number(recordings ?? 1)),
    milliseconds: sum(({ duration_seconds: seconds }) => Math.round(Number(seconds) * 1000)),
    bytes: sum(({ size_bytes: bytes }) => Number(bytes)),
    units: sum(({ price }) => Math.round(Number(price) * 1e4)),
    say,
  };
};

/** Checks the statistics by every key against a list of the same recordings. */
const expectSameTotals = async (
  run: (words: readonly string[]) => Promise<Ended>,
  asked: readonly string[],
): Promise<void> => {
  const listed = await run(['list', ...asked, '--all', '-o', 'json']);
  expect(listed).toMatchObject({ code: 0, err: '' });
  const { say: said, ...sums } = totalsOf(rowsOf(listed));
  expect(sums.recordings).toBeGreaterThan(10);
  for (const by of keys) {
    const got = await run(['stats', ...asked, '--by', by, '-o', 'json']);
    // One sample call is no longer there.
    const err = got.err.replaceAll(/^.*, so its fields stay empty\n/gm, '');
    expect({ by, code: got.code, err }).toEqual({ by, code: 0, err: '' });
    const rows = rowsOf(got);
    const { say: _, ...totals } = totalsOf(rows);
    expect({ by, ...totals }).toEqual({ by, ...sums });
    const without = (key: string) => rows.reduce((total, row) => total + Number(row[key]), 0);
    expect([without('without_duration'), without('without_size'), without('without_price')]).toEqual(
      ['duration_seconds', 'size_bytes', 'price'].map((key) => sums.recordings - said(key)),
    );
    const names = rows.map((row) => JSON.stringify(by.split(',').map((key) => row[keyOf[key] ?? key])));
    expect(new Set(names).size).toBe(names.length);
  }
};

describe.concurrent('the totals of stats equal those of list --all', () => {
  test('for the demo profile', async () => {
    const session = openSession();
    const run = async (words: readonly string[]) => ({ code: 0, out: await session.type(words), err: '' });
    await expectSameTotals(run, ['--profile', 'demo', '--since', '60d', '--until', '2d', '--tz', 'Asia/Kolkata', '-q']);
    session.close();
  });

  test('for several profiles and filters', async () => {
    const { run } = await homeWith();
    await expectSameTotals(run, [
      '-p',
      'relay',
      '-p',
      'plivo',
      '-p',
      'twilio',
      '--since',
      '20d',
      '--min-duration',
      '5s',
    ]);
  });

  test('and those of list --limit', async () => {
    const { run, sandbox } = await homeWith();
    const got = await run(['stats', '-p', 'plivo', '-n', '7', '--by', 'provider']);
    expect(rowsOf(got)).toMatchObject([{ provider: 'plivo', recordings: 7 }]);
    expect(sandbox.requests).toHaveLength(1);
  });
});

describe.concurrent.each(wireFormats)('stats of $profile', (wire) => {
  test('are grouped by the days of the zone, and recordings without a time form a group of their own', async () => {
    const at = (time: string) => wire.row(time, {}, Date.parse(time));
    const rows = [
      at('2026-03-29T22:00:00Z'),
      at('2026-03-29T21:59:59Z'),
      at('2026-03-28T23:00:00Z'),
      wire.row('odd', { [wire.keys.time]: 'once' }),
      at('2026-03-28T22:59:59Z'),
    ];
    const { run } = await homeWith({ intercept: serveRows(wire, { count: rows.length, at: (place) => rows[place] }) });
    const words = ['stats', ...wire.args, '--since', '2026-03-27', '--until', '2026-04-02', '-o', 'csv'];
    const { code, out } = await run(['--tz', 'Europe/Berlin', ...words]);
    expect(code).toBe(0);
    const days = out.split('\n').map((line) => line.split(',').slice(0, 2).join(' '));
    expect(days).toEqual(['day recordings', '2026-03-28 1', '2026-03-29 2', '2026-03-30 1', ' 1', '']);
  });

  test('print nothing when the list fails', async () => {
    const rows = serveRows(wire, { count: 60, at: (place) => wire.row(`r${place}`) });
    const { run } = await homeWith({
      intercept: (request, response, count) =>
        count > 1 ? answer(response, { error: 'broken' }, 501) : rows(request, response, count),
    });
    expect(await run(['stats', ...wire.args, '--since', '7d'])).toMatchObject({ code: 5, out: '' });
  });

  test('of no recordings are an empty array, a CSV header or a message', async () => {
    const { run } = await homeWith({ entries: sandboxEntries(wire, []) });
    const words = ['stats', ...wire.args, '--since', '7d'];
    expect(await run(words)).toMatchObject({ code: 0, out: '[]\n', err: '' });
    expect(await run([...words, '-o', 'ndjson'])).toMatchObject({ code: 0, out: '', err: '' });
    const table = await run([...words, '-o', 'table']);
    expect(table).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringMatching(
        /^No recordings found\.\nQueried \S+ \S+ of profile "\S+" with --since \d{4}-\d\d-\d\d \d\d:\d\d\n$/,
      ),
    });
    const csv = await run([...words, '--by', 'kind,day', '-o', 'csv']);
    expect(csv.out).toMatch(/^kind,day,recordings,duration_seconds,[^\n]*\n$/);
    expect((await run([...words, '-o', 'csv', '--no-header'])).out).toBe('');
  });
});

test('stats of an incomplete list exit with code 3, print the groups and leave the JSON array open', async () => {
  const { run } = await homeWith({
    intercept: ({ url }, response) =>
      url.pathname === relay.listPath && answer(response, relay.page([relay.row('one'), { no: 'id' }], null)),
  });
  const got = await run(['stats', '-p', 'relay', '--by', 'kind']);
  expect(got.code).toBe(3);
  expect(got.err).toMatch(/skipped 1 entry without a readable id/);
  expect(JSON.parse(`${got.out}]`)).toMatchObject([{ kind: 'call', recordings: 1 }]);
  expect(() => JSON.parse(got.out)).toThrow();
  const table = await run(['stats', '-p', 'relay', '--by', 'kind', '-o', 'table']);
  expect(table.code).toBe(3);
  expect(table.out).toMatch(/^Kind .*\ncall .*\ntotal .*\n$/);
});

test('stats warn once that prices of several currencies have no sum, and --by currency separates them', async () => {
  const prices = [
    ['a', { price: 0.1, price_unit: 'USD' }],
    ['b', { price: 0.2, price_unit: 'USD' }],
    ['c', { price: 0.7, price_unit: 'EUR' }],
  ] as const;
  const { run } = await homeWith({ entries: sandboxEntries(relay, prices) });
  const mixed = await run(['stats', '-p', 'relay', '--by', 'status,kind']);
  expect(mixed.code).toBe(0);
  expect(rowsOf(mixed)).toMatchObject([{ price: null, currency: ['EUR', 'USD'], without_price: 0 }]);
  expect(mixed.err).toBe(
    'recx: prices in several currencies have no total\nUse --by status,kind,currency to separate them\n',
  );
  const apart = await run(['stats', '-p', 'relay', '--by', 'status,kind,currency']);
  expect(apart).toMatchObject({ code: 0, err: '' });
  expect(rowsOf(apart).map(({ currency, price }) => [currency, price])).toEqual([
    ['USD', '0.3'],
    ['EUR', '0.7'],
  ]);
});

test('on a terminal --top says when the smallest groups come first', async () => {
  const { run, onTerminal } = await homeWith({
    entries: sandboxEntries(plivo, [['one', { from_number: '14155550100' }]]),
  });
  const words = ['stats', '-p', 'plivo', '--since', '7d', '--by', 'caller', '--top', '3', '--sort'];
  const note = 'the smallest come first; for the largest: --sort -duration_seconds';
  expect((await onTerminal([...words, 'length'], 80)).err).toContain(note);
  expect((await onTerminal([...words, '-length'], 80)).err).not.toContain('first;');
  expect(await run([...words, '-length'])).toMatchObject({
    code: 0,
    out: (await run([...words, '-duration_seconds'])).out,
    err: '',
  });
  expect((await onTerminal([...words, 'caller'], 80)).err).not.toContain('first;');
  expect((await run([...words, 'length'])).err).toBe('');
});

test('control sequences and formulas in caller names are escaped in stats on a terminal and in CSV', async () => {
  const from = '=cmd|\u001b[2J\u202e\n"';
  const { run, onTerminal } = await homeWith({ entries: sandboxEntries(plivo, [['one', { from_number: from }]]) });
  const words = ['stats', '-p', 'plivo', '--since', '7d', '--by', 'from'];
  expect(rowsOf(await run(words))[0]?.from).toBe(from);
  const terminal = await onTerminal(words, 80);
  expect(terminal.out).toContain('=cmd|\\u001b[2J\\u202e\\n"');
  expect(terminal.out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect((await run([...words, '-o', 'csv'])).out).toContain(`\n"'=cmd|`);
  expect((await run([...words, '-o', 'csv', '--csv-raw'])).out).toContain(`\n"=cmd|`);
  const excel = await run([...words, '--excel']);
  expect(excel.bytes.subarray(0, 8).toString('hex')).toBe(Buffer.from('\ufefffrom,').toString('hex'));
  expect(await run([...words, '--excel', '-o', 'json'])).toMatchObject({ code: 2, out: '' });
});

test.each([40, 80, 100, 160])(
  'a stats table fits a terminal of %i columns and ends with the total',
  async (columns) => {
    const { onTerminal } = await homeWith();
    const { code, out } = await onTerminal(['stats', '-p', 'relay', '--by', 'week,kind'], columns);
    const lines = out.trimEnd().split('\n');
    expect(code).toBe(0);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines[0]).toMatch(/^Week +Kind +Recordings/);
    expect(lines.at(-1)).toMatch(/^total +140/);
    expect(lines.slice(1, -1).every((line) => /[▏▎▍▌▋▊▉█]$/.test(line))).toBe(columns > 80);
  },
);

test('--top keeps the largest groups; JSON has no row for the others, a table has one', async () => {
  const { run } = await homeWith();
  const words = ['stats', ...plivo.args, '--by', 'caller'];
  const every = rowsOf(await run([...words, '-o', 'json']));
  const top = await run([...words, '--top', '3', '-o', 'json']);
  expect(top).toMatchObject({ code: 0, err: '' });
  expect(rowsOf(top)).toHaveLength(3);
  const sizes = every.map(({ recordings }) => Number(recordings)).sort((one, other) => other - one);
  expect(rowsOf(top).map(({ recordings }) => recordings)).toEqual(sizes.slice(0, 3));
  const { out } = await run([...words, '--top', '3', '-o', 'table']);
  const unknown = every.find(({ from }) => from === null)?.recordings;
  expect(out).toMatch(
    new RegExp(
      `^${every.length - 4} more +${sizes.slice(3).reduce((one, other) => one + other) - Number(unknown)}`,
      'm',
    ),
  );
  expect(out).toMatch(new RegExp(`^\\(unknown\\) +${unknown}`, 'm'));
  expect(out).toMatch(/^total +140/m);
});

test('--sort orders the groups, --top keeps the first of them, and no unknown caller takes the place of a known one', async () => {
  const { run } = await homeWith();
  const words = ['stats', '-p', 'video', '-p', 'plivo', '--by', 'caller', '--sort', '-duration_seconds', '-o', 'json'];
  const rows = rowsOf(await run(words));
  const durations = rows.slice(0, -1).map(({ duration_seconds: seconds }) => Number(seconds));
  expect(durations).toEqual([...durations].sort((one, other) => other - one));
  expect(rows.at(-1)).toMatchObject({ from: null });
  expect(Number(rows.at(-1)?.duration_seconds)).toBeGreaterThan(durations[0] ?? 0);
  expect(rowsOf(await run([...words, '--top', '5']))).toEqual(rows.slice(0, 5));
});

test('--by none has the totals alone, in every format', async () => {
  const { run } = await homeWith();
  const words = ['stats', ...plivo.args, '--by', 'none'];
  expect(rowsOf(await run(words))).toMatchObject([{ recordings: 140, duration_seconds: 9781.251 }]);
  expect((await run([...words, '-o', 'csv'])).out).toMatch(
    /^recordings,duration_seconds,[^\n]*\n140,9781\.251,[^\n]*\n$/,
  );
  expect((await run([...words, '-o', 'table'])).out).toMatch(/^Recordings +Duration\n +140 +2:43:01 \(139 known\)\n$/);
});

test.each([
  [['--top', '0'], '--top'],
  [['--top', '2', '--top', '3'], '--top is given twice'],
  [['--sort', 'kind'], 'Use --by day,kind'],
  [['--sort', ''], '--sort: the value is empty'],
  [['--by', 'none,day'], '--by: "none" cannot be used together with another key'],
  [['--by', 'weekdays'], 'Did you mean "weekday"?'],
])('stats %j is a usage error', async (flags, message) => {
  const { run, sandbox } = await homeWith();
  const { code, out, err } = await run(['stats', ...relay.args, ...flags]);
  expect({ code, out, requests: sandbox.requests }).toEqual({ code: 2, out: '', requests: [] });
  expect(err).toContain(message);
});
