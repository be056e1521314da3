import { describe, expect, test } from 'vitest';
import { type Recording, type RecordingFields, recording } from '../../src/core/recording.ts';
import { type Aggregator, MAX_GROUPS, openAggregator } from '../../src/core/stats/aggregate.ts';
import { type SumKey, statsColumns, statsTable, totalLine } from '../../src/core/stats/columns.ts';
import { readGroupings } from '../../src/core/stats/group-by.ts';
import { parseGroupOrder, selectGroups } from '../../src/core/stats/group-order.ts';
import { addDecimals, formatDecimal, parseDecimal } from '../../src/core/text/decimal.ts';
import { localTime, localTimes } from '../../src/core/time/zone.ts';
import { plainText } from '../../src/core/view.ts';

const one = (more: Partial<RecordingFields> = {}): Recording =>
  recording({
    id: 'x',
    provider: 'plivo',
    api: 'voice',
    profile: 'work',
    kind: 'call',
    status: 'completed',
    raw: null,
    ...more,
  });
const aggregated = (by: string, rows: readonly Partial<RecordingFields>[], zone = 'UTC'): Aggregator => {
  const tally = openAggregator(readGroupings([by]), zone);
  for (const row of rows) tally.add([one(row)]);
  return tally;
};
const objects = (
  by: string,
  rows: readonly Partial<RecordingFields>[],
  zone?: string,
): readonly Record<string, unknown>[] =>
  aggregated(by, rows, zone)
    .groups()
    .map((group) => Object.fromEntries(statsColumns(readGroupings([by])).map(({ key, value }) => [key, value(group)])));
const at = (createdAt: string | null): Partial<RecordingFields> => ({ createdAt });

test.each([
  [['0.1', '0.2'], '0.3'],
  [['0.0025', '0.00250', '1'], '1.00500'],
  [['0', '0'], '0'],
  [['0.01', '99.99'], '100.00'],
  [['9007199254740993', '0.0000000000000000001'], '9007199254740993.0000000000000000001'],
  [Array.from({ length: 1000 }, () => '0.1'), '100.0'],
  [[`${'9'.repeat(200)}.${'9'.repeat(200)}`, `0.${'0'.repeat(199)}1`], `1${'0'.repeat(200)}.${'0'.repeat(200)}`],
])('the sum of %j is exactly %s', (digits, sum) => {
  expect(formatDecimal(digits.map(parseDecimal).reduce(addDecimals))).toBe(sum);
});

describe('grouping by time', () => {
  test.each([
    ['day', 'UTC', '2026-11-20T23:59:59.999Z', '2026-11-20'],
    ['day', 'Europe/Berlin', '2026-11-20T23:00:00.000Z', '2026-11-21'],
    ['day', 'America/New_York', '2026-11-01T03:59:59.000Z', '2026-10-31'],
    // The day on which the clocks go back has 25 hours, the one on which they go forward 23.
    ['day', 'America/New_York', '2026-11-01T04:00:00.000Z', '2026-11-01'],
    ['day', 'America/New_York', '2026-11-02T04:59:59.999Z', '2026-11-01'],
    ['day', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29'],
    ['day', 'Europe/Berlin', '2026-03-29T21:59:59.999Z', '2026-03-29'],
    ['day', 'Europe/Berlin', '2026-03-29T22:00:00.000Z', '2026-03-30'],
    ['hour', 'Europe/Berlin', '2026-03-29T01:00:00.000Z', 3],
    ['hour', 'Asia/Kolkata', '2026-11-20T18:29:59.999Z', 23],
    ['hour', 'Asia/Kolkata', '2026-11-20T18:30:00.000Z', 0],
    ['month', 'UTC', '2026-11-30T23:59:59.999Z', '2026-11'],
    ['month', 'Asia/Tokyo', '2026-11-30T15:00:00.000Z', '2026-12'],
    ['week', 'UTC', '2026-11-20T00:00:00.000Z', '2026-W47'],
    ['week', 'UTC', '2026-11-22T23:59:59.999Z', '2026-W47'],
    ['week', 'UTC', '2026-11-23T00:00:00.000Z', '2026-W48'],
    ['week', 'UTC', '2025-12-28T12:00:00.000Z', '2025-W52'],
    ['week', 'UTC', '2025-12-29T12:00:00.000Z', '2026-W01'],
    ['week', 'UTC', '2026-01-04T12:00:00.000Z', '2026-W01'],
    ['week', 'UTC', '2020-12-31T12:00:00.000Z', '2020-W53'],
    ['week', 'UTC', '2021-01-03T23:59:59.000Z', '2020-W53'],
    ['week', 'Asia/Tokyo', '2021-01-03T23:59:59.000Z', '2021-W01'],
    ['week', 'UTC', '2021-01-04T00:00:00.000Z', '2021-W01'],
    ['week', 'UTC', '2024-12-30T00:00:00.000Z', '2025-W01'],
    ['week', 'UTC', '0001-01-01T00:00:00.000Z', '0001-W01'],
    // Outside the years that have four digits and are not zero.
    ['month', 'UTC', '0000-01-01T00:00:00.000Z', null],
    ['week', 'Asia/Tokyo', '9999-12-31T23:00:00.000Z', null],
  ])('by %s in %s puts %s into group %s', (by, zone, createdAt, expected) => {
    expect(objects(by, [at(createdAt)], zone)[0]?.[by]).toBe(expected);
  });

  test.each(['Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Gaza', 'UTC', undefined])(
    'in %s gives the same local time for a sequence of instants as for each instant alone',
    (zone) => {
      const local = localTimes(zone);
      for (const start of ['2006-10-29T00:00:00Z', '2026-03-28T22:00:00Z', '2026-04-04T10:00:00Z']) {
        const wrong: number[] = [];
        for (let epoch = Date.parse(start) + 36 * 3_600_000; epoch >= Date.parse(start); epoch -= 59_999) {
          if (local(epoch) !== localTime(epoch, zone)) wrong.push(epoch);
        }
        expect(wrong).toEqual([]);
      }
    },
  );
});

test('time groups are sorted by time, other groups by size, and the group of unknown values comes last', () => {
  const calls = ['2026-11-03', '2026-10-31', null, null, null, '2026-11-03'].map((day) =>
    at(day === null ? null : `${day}T12:00:00.000Z`),
  );
  expect(objects('day', calls).map(({ day }) => day)).toEqual(['2026-10-31', '2026-11-03', null]);
  const callers = [null, null, null, 'b', 'c', 'c', 'a'].map((from) => ({ from }));
  expect(objects('from', callers).map(({ from, recordings }) => [from, recordings])).toEqual([
    ['c', 2] as const,
    ['a', 1] as const,
    ['b', 1] as const,
    [null, 3] as const,
  ]);
  const hours = [9, 10, 1].map((hour) => at(`2026-11-03T${String(hour).padStart(2, '0')}:00:00.000Z`));
  expect(objects('hour', hours).map(({ hour }) => hour)).toEqual([1, 9, 10]);
});

test('groups of several keys are sorted by the first key, then by the second', () => {
  const rows = [
    { ...at('2026-11-03T00:00:00.000Z'), kind: 'room' } as const,
    { ...at('2026-10-03T00:00:00.000Z') },
    { ...at('2026-11-03T00:00:00.000Z') },
    { ...at('2026-11-09T00:00:00.000Z'), kind: 'room' } as const,
    { ...at('2026-09-03T00:00:00.000Z'), kind: 'room' } as const,
  ];
  const pairs = (by: string): readonly unknown[] => objects(by, rows).map((row) => Object.values(row).slice(0, 3));
  expect(pairs('month,kind')).toEqual([
    ['2026-09', 'room', 1] as const,
    ['2026-10', 'call', 1] as const,
    ['2026-11', 'room', 2] as const,
    ['2026-11', 'call', 1] as const,
  ]);
  expect(pairs('kind, month')).toEqual([
    ['room', '2026-09', 1] as const,
    ['room', '2026-11', 2] as const,
    ['call', '2026-10', 1] as const,
    ['call', '2026-11', 1] as const,
  ]);
});

const unreported = { duration_seconds: null, size_bytes: null, price: null, currency: null };
const withoutCounts = (duration: number, size: number, price: number) => ({
  without_duration: duration,
  without_size: size,
  without_price: price,
});

test.each<[string, readonly Partial<RecordingFields>[], Record<string, unknown>]>([
  ['no reported values', [{}, {}], { recordings: 2, ...unreported, ...withoutCounts(2, 2, 2) }],
  [
    'zeros, which count as reported',
    [{ durationSeconds: 0, sizeBytes: 0, price: '0', currency: 'USD' }],
    { recordings: 1, duration_seconds: 0, size_bytes: 0, price: '0', currency: 'USD', ...withoutCounts(0, 0, 0) },
  ],
  [
    'partly reported values',
    [{ durationSeconds: 0.1 }, { durationSeconds: 0.2, sizeBytes: 7 }, { price: '0.1', currency: 'USD' }],
    { recordings: 3, duration_seconds: 0.3, size_bytes: 7, price: '0.1', currency: 'USD', ...withoutCounts(1, 2, 2) },
  ],
  [
    'a currency without a price',
    [{ currency: 'EUR' }, { price: '1', currency: 'USD' }],
    { recordings: 2, ...unreported, price: '1', currency: 'USD', ...withoutCounts(2, 2, 1) },
  ],
  [
    'prices without a currency',
    [{ price: '1' }, { price: '2.5' }],
    { recordings: 2, ...unreported, price: '3.5', ...withoutCounts(2, 2, 0) },
  ],
  [
    'prices of several currencies',
    [
      { price: '1', currency: 'USD' },
      { price: '2', currency: 'EUR' },
      { price: '3', currency: 'USD' },
    ],
    { recordings: 3, ...unreported, currency: ['EUR', 'USD'], ...withoutCounts(3, 3, 0) },
  ],
])('the sums and the counts of missing values are right for a group with %s', (_, rows, expected) => {
  const [row, ...others] = objects('kind', rows);
  expect(others).toEqual([]);
  expect(row).toEqual({ kind: 'call', ...expected });
  expect(Object.keys(row ?? {})).toEqual([
    'kind',
    'recordings',
    ...Object.keys(unreported),
    ...Object.keys(withoutCounts(0, 0, 0)),
  ]);
});

test('grouping by currency shows the currency in one column and sums prices separately', () => {
  const rows = [
    { price: '1', currency: 'USD' },
    { price: '2', currency: 'EUR' },
    { price: '3', currency: 'USD' },
  ];
  expect(objects('currency', rows).map(({ currency, price }) => [currency, price])).toEqual([
    ['USD', '4'],
    ['EUR', '2'],
  ]);
  expect(statsColumns(readGroupings(['currency'])).filter(({ key }) => key === 'currency')).toHaveLength(1);
});

test('sums are exact beyond the precision of a float', () => {
  const { total } = aggregated(
    'kind',
    Array.from({ length: 3 }, () => ({ sizeBytes: Number.MAX_SAFE_INTEGER })),
  );
  expect(total.bytes).toBe(3n * BigInt(Number.MAX_SAFE_INTEGER));
  const long = aggregated(
    'kind',
    Array.from({ length: 1000 }, () => ({ durationSeconds: 3_155_759_999.999 })),
  );
  expect(long.total.milliseconds).toBe(3_155_759_999_999_000n);
});

test('weekdays are in the order of the week, in the zone, and years in order of time', () => {
  const rows = [
    ...['2026-11-22', '2026-11-16', '2026-11-20', '2026-11-23', '2025-11-26'].map((day) => at(`${day}T12:00:00.000Z`)),
    at(null),
  ];
  expect(objects('weekday', rows).map(({ weekday, recordings }) => [weekday, recordings])).toEqual([
    ['Monday', 2] as const,
    ['Wednesday', 1] as const,
    ['Friday', 1] as const,
    ['Sunday', 1] as const,
    [null, 1] as const,
  ]);
  expect(objects('year', rows).map(({ year, recordings }) => [year, recordings])).toEqual([
    [2025, 1] as const,
    [2026, 4] as const,
    [null, 1] as const,
  ]);
  const late = openAggregator(readGroupings(['weekday']), 'Asia/Tokyo');
  late.add([one(at('2026-11-22T18:00:00.000Z'))]);
  expect(late.groups().map(({ values }) => values)).toEqual([['Monday']]);
});

test('caller and callee are from and to', () => {
  expect(readGroupings(['Caller', 'callee,year', 'Dir']).map(({ key }) => key)).toEqual([
    'from',
    'to',
    'year',
    'direction',
  ]);
  expect(() => readGroupings(['from,caller'])).toThrow('--by: "from" is given twice');
});

describe('the largest groups', () => {
  const by = readGroupings(['month', 'kind']);
  const tally = openAggregator(by, 'UTC');
  const counts = { '2026-09': 2, '2026-10': 5, '2026-11': 2, '2026-12': 1 };
  for (const [month, count] of Object.entries(counts))
    for (let index = 0; index < count; index++)
      tally.add([one({ ...at(`${month}-01T00:00:00.000Z`), durationSeconds: 1, price: '0.5', currency: month })]);
  const monthsOf = (groups: ReturnType<typeof tally.groups>): readonly unknown[] =>
    groups.map(({ values: [month] }) => month);

  test('are kept in their order; of equal ones the first', () => {
    const { shown, others } = selectGroups(tally.groups(), undefined, 2, by);
    expect([monthsOf(shown), monthsOf(others)]).toEqual([
      ['2026-09', '2026-10'],
      ['2026-11', '2026-12'],
    ]);
    expect(selectGroups(tally.groups(), undefined, 9, by).others).toEqual([]);
  });

  test('of several keys are ranked, unless one is a time', () => {
    const topOf = (...keys: readonly string[]): readonly unknown[] => {
      const chosen = readGroupings(keys);
      const calls = openAggregator(chosen, 'UTC');
      for (const [from, to, month, count] of [
        ['a', 'x', '2026-11', 3],
        ['b', 'x', '2026-10', 4],
        ['a', 'y', '2026-10', 2],
        ['b', 'y', '2026-11', 1],
      ] as const)
        for (let index = 0; index < count; index++) calls.add([one({ from, to, ...at(`${month}-01T00:00:00.000Z`) })]);
      return selectGroups(calls.groups(), undefined, 3, chosen).shown.map(({ values }) => values.join(' '));
    };
    expect(topOf('from', 'to')).toEqual(['b x', 'a x', 'a y']);
    expect(topOf('month', 'from')).toEqual(['2026-10 b', '2026-10 a', '2026-11 a']);
  });

  test('are followed in a table by one row for all others, and by the total of all', () => {
    const { shown: top, others } = selectGroups(tally.groups(), undefined, 2, by);
    const { rows, columns } = statsTable(top, others, { by, total: tally.total, zone: 'UTC', ascii: true });
    const texts = rows.map((row) =>
      columns.slice(0, 5).map((column) => (column.friendly?.(row, 'UTC') ?? String(column.value(row))).trim()),
    );
    expect(texts).toEqual([
      ['2026-09', 'call', '2', '0:02', '1.0 2026-09'],
      ['2026-10', 'call', '5', '0:05', '2.5 2026-10'],
      ['2 more', '', '3', '0:03', '1.0 2026-11 + 0.5 2026-12'],
      ['total', '', '10', '0:10', '1.0 2026-09 + 2.5 2026-10 + 1.0 2026-11 + 1 more'],
    ]);
    expect(rows.map((row) => columns.at(-1)?.draw?.(row, 5))).toEqual(['##', '#####', '', '']);
  });
});

describe('groups in the order of --sort', () => {
  const rows = [
    ...['a', 'b', 'b', null, null, null].map((from) => ({ from, durationSeconds: 10, price: '9', currency: 'USD' })),
    { from: 'a', durationSeconds: 90, price: '90', currency: 'USD' },
    { from: 'c' },
    { from: 'd' },
    { from: 'd', price: '1', currency: 'EUR' },
    { from: 'd', price: '1', currency: 'USD' },
  ];
  const ordered = (sort: string, count?: number, by = 'from'): readonly unknown[] => {
    const keys = readGroupings([by]);
    const groups = aggregated(by, rows).groups();
    return selectGroups(groups, parseGroupOrder([sort], keys), count).shown.map(({ values: [value] }) => value);
  };

  test.each([
    ['recordings', ['c', 'a', 'b', 'd', null]],
    ['-recordings', ['d', 'a', 'b', 'c', null]],
    ['-duration_seconds', ['a', 'b', 'd', 'c', null]],
    ['duration_seconds', ['b', 'a', 'd', 'c', null]],
    // Several currencies have no sum.
    ['-price', ['a', 'b', 'd', 'c', null]],
    ['price', ['b', 'a', 'd', 'c', null]],
    ['-from', ['d', 'c', 'b', 'a', null]],
    ['caller', ['a', 'b', 'c', 'd', null]],
    ['-price,-from', ['a', 'b', 'd', 'c', null]],
  ])('%s: by value, without a value later, and an unknown caller last', (sort, expected) => {
    expect(ordered(sort)).toEqual(expected);
    expect(ordered(sort, 2)).toEqual(expected.slice(0, 2));
    expect(ordered(sort, 9)).toEqual(expected);
  });

  test('weekdays are in the order of the week', () => {
    const days = ['2026-11-22', '2026-11-16', '2026-11-20', '2026-11-20'].map((day) => at(`${day}T12:00:00.000Z`));
    const keys = readGroupings(['weekday']);
    const order = parseGroupOrder(['-weekday'], keys);
    expect(selectGroups(aggregated('weekday', days).groups(), order).shown.map(({ values }) => values[0])).toEqual([
      'Sunday',
      'Friday',
      'Monday',
    ]);
  });

  test('recordings of unknown callers have their own row below the first groups', () => {
    const tally = aggregated('from', rows);
    const by = readGroupings(['from']);
    const { shown, others } = selectGroups(tally.groups(), undefined, 2, by);
    const table = statsTable(shown, others, { by, total: tally.total, zone: 'UTC', ascii: true });
    expect(table.rows.map(({ values, totals }) => [values[0], totals.recordings])).toEqual([
      ['d', 3],
      ['a', 2],
      ['2 more', 3],
      ['(unknown)', 3],
      ['total', 11],
    ]);
  });

  test.each([
    [['kind'], 'Use --by from,kind, or sort by from, recordings, duration_seconds, size_bytes, price'],
    [['-duration_second'], 'Did you mean "-duration_seconds"?'],
    [['id'], 'Choose one of from, recordings, duration_seconds, size_bytes, price'],
  ])('%j is rejected', (sort, hint) => {
    expect(() => parseGroupOrder(sort, readGroupings(['from']))).toThrow(
      expect.objectContaining({ kind: 'usage', hint }),
    );
  });
});

test.each([
  ['-length', '-duration_seconds'],
  ['size', 'size_bytes'],
  ['-Cost', '-price'],
  ['caller', 'from'],
])('groups are in the order of the everyday name %s', (typed, key) => {
  const by = readGroupings(['from']);
  const tally = openAggregator(by, 'UTC');
  tally.add([
    one({ from: 'b', durationSeconds: 1, sizeBytes: 3, price: '2' }),
    one({ from: 'a', durationSeconds: 5, sizeBytes: 1, price: '1' }),
  ]);
  const sorted = (text: string): unknown => selectGroups(tally.groups(), parseGroupOrder([text], by)).shown;
  expect(sorted(typed)).toEqual(sorted(key));
});

test('the line of totals below a list has the cost if the list shows prices', () => {
  const { total } = aggregated('kind', [
    { durationSeconds: 90, price: '0.05', currency: 'USD' },
    { durationSeconds: 1 },
  ]);
  expect(totalLine(total, false)).toBe('2 recordings, 1:31');
  expect(totalLine(total, true)).toBe('2 recordings, 1:31, 0.05 USD (1 known)');
});

describe('no groups', () => {
  test.each(['none', ' Total '])('%s has one row, the totals, in every format', (word) => {
    const by = readGroupings([word]);
    const tally = openAggregator(by, 'UTC');
    tally.add([one({ durationSeconds: 3 }), one({ durationSeconds: 4 })]);
    const [group, ...more] = tally.groups();
    expect([group, more]).toEqual([{ values: [], totals: tally.total }, []]);
    expect(statsColumns(by)[0]?.key).toBe('recordings');
    const { rows, columns } = statsTable(tally.groups(), [], { by, total: tally.total, zone: 'UTC', ascii: false });
    expect(rows).toHaveLength(1);
    expect(columns.map(({ key }) => key)).toEqual(['recordings', 'duration_seconds']);
  });
});

describe('the maximum number of groups', () => {
  const base = one({ price: '1' });
  const numbered = Array.from({ length: MAX_GROUPS }, (_, index) => ({ ...base, from: `+1${index}` }));

  test('is accepted, and one more group is a failure', () => {
    const tally = openAggregator(readGroupings(['from']), 'UTC');
    tally.add(numbered);
    tally.add(numbered);
    const groups = tally.groups();
    expect(groups).toHaveLength(MAX_GROUPS);
    expect(
      statsTable(groups, [], { by: readGroupings(['from']), total: tally.total, zone: 'UTC', ascii: false }).rows,
    ).toHaveLength(MAX_GROUPS + 1);
    expect(() => tally.add([one({ from: 'another' })])).toThrow('--by from creates more than 100000 groups');
  });

  test('also limits the currencies of one group', () => {
    const tally = openAggregator(readGroupings(['kind']), 'UTC');
    const priced = Array.from({ length: MAX_GROUPS + 1 }, (_, index) => ({ ...base, currency: `C${index}` }));
    tally.add(priced.slice(0, -1));
    expect(() => tally.add(priced.slice(-1))).toThrow('groups');
  });
});

test.each([
  [['monht'], '"monht" is not one of day'],
  [['day,'], '"" is not one of day'],
  [['day', 'DAY'], '"day" is given twice'],
  [['created_at'], '"created_at" is not one of'],
  [['day', 'none'], '"none" cannot be used together with another key'],
  [['none,none'], '"none" cannot be used together with another key'],
])('--by %j is rejected', (lists, message) => {
  expect(() => readGroupings(lists)).toThrow(message);
});

describe('the bar chart of stats', () => {
  const lines = (
    by: string,
    rows: readonly Partial<RecordingFields>[],
    width: number,
    ascii = false,
    sum?: SumKey,
  ): readonly string[] => {
    const tally = aggregated(by, rows);
    const { columns, rows: shown } = statsTable(tally.groups(), [], {
      by: readGroupings([by]),
      total: tally.total,
      zone: 'UTC',
      ascii,
      sum,
    });
    return shown.map((row) =>
      columns
        .map(({ draw, friendly, value }) => draw?.(row, width) ?? friendly?.(row, 'UTC') ?? plainText(value(row)))
        .join('|'),
    );
  };
  const times = (count: number, row: Partial<RecordingFields>): readonly Partial<RecordingFields>[] =>
    Array.from({ length: count }, () => row);

  test('has bars with a resolution of an eighth of a character, the longest filling the width, and no bar for the total', () => {
    const rows = [...times(80, { from: 'a' }), ...times(41, { from: 'b' }), ...times(10, { from: 'c' }), { from: 'd' }];
    expect(lines('from', rows, 10)).toEqual([
      'a|        80|██████████',
      'b|        41|█████▏',
      'c|        10|█▎',
      'd|         1|▏',
      'total|       132|',
    ]);
    expect(lines('from', rows, 10, true).map((line) => line.split('|')[2])).toEqual([
      '##########',
      '#####',
      '#',
      '#',
      '',
    ]);
  });

  test('has the scale of the known groups, and none for unknown ones beyond it', () => {
    const rows = [...times(2, { from: 'a' }), { from: 'b' }, ...times(9, { from: null })];
    const bars = (ascii: boolean) => lines('from', rows, 8, ascii).map((line) => line.split('|')[2]);
    expect(bars(false)).toEqual(['████████', '████', '', '']);
    expect(bars(true)).toEqual(['########', '####', '', '']);
    expect(lines('from', times(3, { from: null }), 8)[0]).toMatch(/\|████████$/);
  });

  test.each([
    ['recordings', ['████', '██']],
    ['duration_seconds', ['█', '████']],
    ['size_bytes', ['████', '']],
    ['price', ['██', '████']],
  ] as const)('shows the sum by which the groups are sorted: %s', (sum, expected) => {
    const rows = [
      { from: 'a', durationSeconds: 40, price: '0.20', currency: 'USD' },
      { from: 'b', durationSeconds: 5, price: '0.05', currency: 'USD', sizeBytes: 5 },
      { from: 'b', durationSeconds: 5, price: '0.05', currency: 'USD' },
    ];
    expect(
      lines('from', rows, 4, false, sum)
        .slice(0, 2)
        .map((line) => line.split('|').at(-1)),
    ).toEqual(expected);
  });

  test('shows for how many recordings a sum is known, unless for all', () => {
    const rows = [
      { from: 'a', durationSeconds: 3725, price: '0.10', currency: 'USD', sizeBytes: 1_500_000 },
      { from: 'a', durationSeconds: 5, price: '0.5', currency: 'EUR' },
      { from: null, durationSeconds: 60 },
    ];
    expect(lines('from', rows, 8)).toEqual([
      'a|         2| 1:02:10|1.5 MB (1 known)|          0.50 EUR + 0.10 USD|████████',
      '(unknown)|         1|    1:00|               -|                            -|████',
      'total|         3| 1:03:10|1.5 MB (1 known)|0.50 EUR + 0.10 USD (2 known)|',
    ]);
  });

  test('lists only the first of many currencies, and a long currency name does not widen other rows', () => {
    const rows = Array.from({ length: 9 }, (_, index) => ({ from: 'a', price: '1', currency: `C${index}` }));
    expect(lines('from', rows, 8)[0]).toContain('|1 C0 + 1 C1 + 1 C2 + 6 more|');
    const long = [...times(1, { from: 'a', price: '1', currency: 'C'.repeat(100_000) }), ...times(1, { from: 'b' })];
    expect(lines('from', long, 8)[1]?.length).toBeLessThan(100);
  });
});

test('a number with and without its + is one group, and one that is never complete stays as it is', () => {
  const rows = ['+12025550101', '12025550101', '2025550101', '4155550100', 'anonymous', '+12025550101'].map((from) => ({
    from,
    durationSeconds: 1,
  }));
  expect(
    objects('from', rows).map(({ from, recordings, duration_seconds: seconds }) => [from, recordings, seconds]),
  ).toEqual([
    ['+12025550101', 3, 3],
    ['2025550101', 1, 1],
    ['4155550100', 1, 1],
    ['anonymous', 1, 1],
  ]);
});
