import { describe, expect, test } from 'vitest';
import { changesBytes, outputIdentity } from '../../src/commands/export/identity.ts';
import { columns } from '../../src/core/columns.ts';
import { isByTime, parseDestination } from '../../src/core/export/destination.ts';
import {
  difference,
  type Identity,
  openIncrement,
  parseState,
  type SourceState,
} from '../../src/core/export/watermark.ts';
import { Failure } from '../../src/core/failure.ts';
import { type Recording, recording } from '../../src/core/recording.ts';
import type { View } from '../../src/core/view.ts';
import { piecesOf } from '../../src/formats/index.ts';
import { plainView } from '../support/plain-view.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 20, 12);
const at = (hoursAgo: number): string => new Date(NOW - hoursAgo * HOUR).toISOString();
const row = (id: string, hoursAgo: number | null): Recording =>
  recording({
    id,
    provider: 'p',
    api: 'a',
    profile: 'x',
    kind: 'call',
    status: 'completed',
    raw: {},
    createdAt: hoursAgo === null ? null : at(hoursAgo),
  });
const startRun = (state?: SourceState, lookback = 72 * HOUR, now = NOW) =>
  openIncrement(state, { lookback, now, remembers: true });

test('a first run reads everything and stores the ids within the lookback', () => {
  const first = startRun();
  expect(first.since).toBeUndefined();
  for (const [id, hours] of [
    ['new', 1],
    ['old', 100],
    ['timeless', null],
  ] as const)
    first.record(row(id, hours));
  expect(first.next()).toEqual({
    state: { watermark: at(1), since: at(73), ids: { new: at(1), timeless: null } },
    bound: at(73),
  });
});

test('the next run starts at the watermark minus the lookback and knows the ids already exported', () => {
  const first = startRun();
  first.record(row('a', 10));
  const second = startRun(first.next().state);
  expect(second.since).toBe(at(82));
  expect([second.has('a'), second.has('b')]).toEqual([true, false]);
  second.record(row('late', 60));
  expect(second.next().state).toEqual({ watermark: at(10), since: at(82), ids: { a: at(10), late: at(60) } });
});

test('a recording from the future does not move the watermark beyond now', () => {
  const run = startRun();
  run.record(row('future', -1000));
  run.record(row('a', 2));
  expect(run.next().state.watermark).toBe(at(2));
  expect(startRun(run.next().state).has('future')).toBe(true);
});

test('a clock that is far behind makes a run read further back, never less far', () => {
  const run = startRun({ watermark: at(1), since: at(73), ids: {} }, 72 * HOUR, NOW - 500 * HOUR);
  expect(run.since).toBe(at(73));
  run.record(row('a', 50));
  expect(run.next().state).toEqual({ watermark: at(500), since: at(73), ids: { a: at(50) } });
});

test('a longer lookback reads no further back than the stored ids reach', () => {
  expect(startRun({ watermark: at(1), since: at(73), ids: {} }, 1000 * HOUR).since).toBe(at(73));
  const files = openIncrement(
    { watermark: at(1), since: null, ids: {} },
    { lookback: 1000 * HOUR, now: NOW, remembers: false },
  );
  expect(files.since).toBe(at(1001));
});

test('after a run without recordings the next run starts from that time, unless the clock was ahead', () => {
  const empty = startRun().next().state;
  expect(empty).toEqual({ watermark: at(0), since: null, ids: {} });
  expect(startRun(empty).since).toBe(at(72));
  const ahead = startRun(undefined, 72 * HOUR, NOW + 500 * HOUR).next().state;
  const fixed = startRun(ahead);
  expect(fixed.since).toBeUndefined();
  fixed.record(row('a', 3));
  expect(fixed.next().state.watermark).toBe(at(3));
});

test('ids that equal names of object properties are stored like any other id', () => {
  const run = startRun();
  for (const id of ['__proto__', 'constructor', 'toString']) {
    expect(run.has(id)).toBe(false);
    run.record(row(id, 1));
  }
  const again = startRun(JSON.parse(JSON.stringify(run.next().state)));
  for (const id of ['__proto__', 'constructor', 'toString']) expect(again.has(id)).toBe(true);
});

const identity: Identity = { accounts: ['a'], filters: { kind: 'call' }, columns: ['id'], file: 'calls.csv' };

test.each([
  [{}, undefined],
  [{ accounts: ['b'] }, 'another account or API'],
  [{ filters: {} }, 'other filters'],
  [{ columns: ['id', 'from'] }, 'other fields'],
  [{ file: 'calls.json' }, 'a file of another kind'],
])('a state that differs by %o is reported as: %s', (change, found) => {
  expect(difference(identity, { ...identity, ...change })).toBe(found);
});

test.each([
  '',
  '{',
  '[]',
  'null',
  '{}',
  '{"version":2,"of":{},"sources":{}}',
  '{"version":1,"of":{},"sources":{"a":{}}}',
])('the text %j is rejected as a state file', (text) => {
  expect(parseState(text)).toBeUndefined();
});

test.each([
  ['calls.csv', '.', 'calls.csv', '.csv', 'csv', false],
  ['a/b/calls.json.gz', 'a/b', 'calls.json.gz', '.json.gz', 'json', true],
  ['/calls.jsonl', '/', 'calls.jsonl', '.jsonl', 'ndjson', false],
  ['/x/calls-{year}.ndjson', '/x', 'calls-{year}.ndjson', '.ndjson', 'ndjson', false],
  ['x/{year}/{month}/calls.csv', 'x', '{year}-{month}-calls.csv', '.csv', 'csv', false],
])(
  'the destination %s is parsed into folder, name, extension, format and compression',
  (path, folder, name, extension, format, gzip) => {
    expect(parseDestination(path, undefined)).toMatchObject({ folder, name, extension, format, gzip });
  },
);

test('-o sets the format when the file name has no known extension', () => {
  expect(parseDestination('calls.txt', 'csv')).toMatchObject({ name: 'calls.txt', extension: '', format: 'csv' });
});

test.each([
  'calls',
  'calls.txt',
  '.csv',
  'x/.csv',
  'x/',
  '..',
  'calls-{month}.csv',
  '{day}.csv',
  '{nope}.csv',
  '{year}/../x.csv',
])('%s is rejected as a destination', (path) => {
  expect(() => parseDestination(path, undefined)).toThrow(Failure);
});

const moment = '2026-12-31T23:59:59.999Z';
test.each([
  ['calls.csv', moment, moment],
  ['{kind}.csv', moment, moment],
  ['{year}.csv', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['{year}{month}.csv', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['{year}{month}{day}.csv', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['{year}/{month}/{day}/{hour}.csv', '2026-12-31T23:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['{year}{month}{day}{hour}{minute}.csv', '2026-12-31T23:59:00.000Z', '2027-01-01T00:00:00.000Z'],
])('the time partition of %s spans %s to %s', (path, first, next) => {
  const destination = parseDestination(path, undefined);
  expect([destination.floor(moment), destination.ceiling(moment)]).toEqual([first, next]);
  expect([destination.floor(first), destination.ceiling(first)]).toEqual([first, first]);
  expect(isByTime(destination)).toBe(path.includes('year'));
});

describe('an output option is part of the identity of an export exactly when it changes the bytes of a file', () => {
  const plain = plainView(columns);
  const hostile = {
    ...row('a', 1),
    from: '=1+1',
    to: '+15551234567',
    conferenceName: '\u001b[31m, "quoted"\n',
    sizeBytes: 12_345,
  };
  const bytesOf = async (view: View<Recording>): Promise<readonly string[]> =>
    Promise.all(
      Object.values(piecesOf).map(async (open) => {
        const { head, empty, rows, between, tail } = await open(view);
        return [head, empty, rows([hostile]), between, tail].join('|');
      }),
    );

  test.each(Object.entries(changesBytes))('%s: %s', async (key, changes) => {
    const others: Readonly<Record<string, unknown>> = { width: 20, zone: 'Asia/Tokyo', dateZone: 'Asia/Tokyo' };
    const before = plain[key as keyof typeof changesBytes]; // one of its keys
    const other = { ...plain, [key]: others[key] ?? before !== true };
    expect(JSON.stringify(await bytesOf(other)) !== JSON.stringify(await bytesOf(plain))).toBe(changes);
    expect(JSON.stringify(outputIdentity(other)) !== JSON.stringify(outputIdentity(plain))).toBe(changes);
  });

  test('the fields of the identity are in the requested order', () => {
    const [one, other] = columns;
    const fields = [one, other].flatMap((column) => column ?? []);
    expect(outputIdentity({ ...plain, columns: fields })).toEqual(['id', 'provider', '+header', '+guard']);
    expect(outputIdentity({ ...plain, columns: fields.reverse(), guard: false })).toEqual([
      'provider',
      'id',
      '+header',
    ]);
  });
});
