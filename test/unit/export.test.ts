import { describe, expect, test } from 'vitest';
import { changesBytes, outputIdentity } from '../../src/commands/export/identity.ts';
import { columns } from '../../src/core/columns.ts';
import { isByTime, parseDestination } from '../../src/core/export/destination.ts';
import { OtherForm, openRowReader, type RowForm } from '../../src/core/export/row-texts.ts';
import { difference, type Identity, parseState, type SourceState } from '../../src/core/export/state.ts';
import { openIncrement } from '../../src/core/export/watermark.ts';
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
const startRun = (state?: SourceState, lookback = 72 * HOUR, now = NOW) => openIncrement(state, { lookback, now });
type Started = ReturnType<typeof startRun>;
const list = (run: Started, recording: Recording): void => {
  run.see(recording);
  run.remember(recording.id, [recording.createdAt]);
};
const state = (more: Partial<SourceState>): SourceState => ({ watermark: null, since: null, ids: {}, ...more });

test('a first run reads everything and stores the ids within the lookback', () => {
  const first = startRun();
  expect([first.since, first.isNew, first.knowsAll]).toEqual([undefined, true, false]);
  for (const [id, hours] of [
    ['new', 1],
    ['old', 100],
    ['timeless', null],
  ] as const)
    list(first, row(id, hours));
  expect(first.next()).toEqual({
    watermark: at(1),
    since: at(73),
    ran: at(0),
    ids: { new: [at(1)], timeless: [null] },
  });
});

test('the next run starts at the watermark minus the lookback and knows what was exported', () => {
  const first = startRun();
  list(first, row('a', 10));
  const second = startRun(first.next());
  expect([second.since, second.isNew, second.knowsAll]).toEqual([at(82), false, true]);
  expect([second.known('a'), second.known('b')]).toEqual([[at(10)], undefined]);
  list(second, row('late', 60));
  expect(second.next()).toMatchObject({ watermark: at(10), since: at(82), ids: { a: [at(10)], late: [at(60)] } });
});

test('the lookback of an account without new recordings ends before the run, however old its watermark is', () => {
  const quiet = startRun(state({ watermark: at(1000), since: at(1072), ran: at(24) }));
  expect([quiet.since, quiet.changesFrom, quiet.lookbackFrom]).toEqual([at(1072), at(96), at(72)]);
});

test('after an outage rows may have changed since the last complete run, but none is dropped beyond the lookback', () => {
  const late = startRun(state({ watermark: at(240), since: at(312), ran: at(239) }));
  expect([late.since, late.changesFrom, late.lookbackFrom]).toEqual([at(312), at(311), at(72)]);
});

test('a recording from the future does not move the watermark beyond now', () => {
  const run = startRun();
  list(run, row('future', -1000));
  list(run, row('a', 2));
  expect(run.next().watermark).toBe(at(2));
  expect(startRun(run.next()).known('future')).toEqual([at(-1000)]);
});

test.each([
  ['a watermark beyond tomorrow', state({ watermark: at(-500), since: null }), undefined, true],
  ['a bound in the future', state({ watermark: at(-20), since: at(-10) }), undefined, false],
  ['both', state({ watermark: at(-500), since: at(-428) }), undefined, false],
  ['a watermark beyond tomorrow with a possible bound', state({ watermark: at(-50), since: at(22) }), at(22), true],
])('%s in the state is not trusted', (_name, stored, since, knowsAll) => {
  const run = startRun(stored);
  expect({ since: run.since, knowsAll: run.knowsAll }).toEqual({ since, knowsAll });
  list(run, row('a', 3));
  expect(run.next().watermark).toBe(at(3));
});

test('a watermark some hours ahead counts as now', () => {
  expect(startRun(state({ watermark: at(-10), since: at(62) })).since).toBe(at(62));
  expect(startRun(state({ watermark: at(-10), since: null }), HOUR).since).toBe(at(1));
});

test('a longer lookback reads no further back than the known ids reach', () => {
  expect(startRun(state({ watermark: at(1), since: at(73) }), 1000 * HOUR).since).toBe(at(73));
});

test('a shorter lookback still reads the recordings that were left for a later run', () => {
  const first = startRun();
  list(first, row('a', 1));
  first.defer(at(20));
  first.defer(at(10));
  expect(first.next().deferred).toBe(at(20));
  expect(startRun(first.next(), HOUR).since).toBe(at(20));
});

test('after a run without recordings there is no watermark, so the next one reads everything again', () => {
  const empty = startRun(undefined, 72 * HOUR, NOW + 500 * HOUR).next();
  expect(empty).toMatchObject({ watermark: null, since: null, ids: {} });
  expect(startRun(empty).since).toBeUndefined();
});

test('ids that equal names of object properties are stored like any other id', () => {
  const run = startRun();
  for (const id of ['__proto__', 'constructor', 'toString']) {
    expect(run.known(id)).toBeUndefined();
    list(run, row(id, 1));
  }
  const again = startRun(JSON.parse(JSON.stringify(run.next())));
  for (const id of ['__proto__', 'constructor', 'toString']) expect(again.known(id)).toEqual([at(1)]);
});

const identity: Identity = { filters: { kind: 'call' }, columns: ['id'], file: 'calls.csv' };

test.each([
  [{}, undefined],
  [{ filters: { kind: ['call'] } }, undefined],
  [{ filters: { kind: ['call', 'room'] } }, 'other filters'],
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
  '{"version":3,"of":{"columns":[]},"sources":{},"start":null}',
  '{"version":1,"of":{},"sources":{"a":{}}}',
  '{"version":2,"of":{"columns":[]},"sources":{"a":{"watermark":null,"since":null,"ids":{"x":["t","../x","m"]}}},"start":null}',
  '{"version":2,"of":{"columns":[]},"sources":{"a":{"watermark":null,"since":null,"ids":{"x":"t"}}},"start":null}',
])('the text %j is rejected as a state file', (text) => {
  expect(parseState(text)).toBeUndefined();
});

test('the state of an older version is read', () => {
  const old = {
    version: 1,
    of: { accounts: ['plivo voice MA https://api.plivo.com'], ...identity },
    sources: {
      'plivo voice MA https://api.plivo.com': { watermark: at(1), since: at(73), ids: { a: at(1), b: null } },
    },
    files: { 'calls-2026.csv': at(1) },
    start: null,
  };
  expect(parseState(JSON.stringify(old))?.sources['plivo voice MA https://api.plivo.com']).toEqual({
    watermark: at(1),
    since: at(73),
    ids: { a: [at(1)], b: [null] },
  });
});

describe('rows of an exported file are read back as they were written', () => {
  const columns = ['created_at', 'id', 'account_id', 'provider'];
  const rowsIn = async (form: RowForm, chunks: readonly string[]): Promise<readonly string[]> => {
    const rows: string[] = [];
    async function* given(): AsyncGenerator<string> {
      yield* chunks;
    }
    for await (const texts of openRowReader(form).texts(given())) rows.push(...texts);
    return rows;
  };
  const csvForm: RowForm = { format: 'csv', head: 'created_at,id,account_id,provider\n', columns };
  const csvRows = ['t,a,1,p\n', '"x\n,""y""\n",b,1,p\n', ',"c\r\n",,\n'];

  test.each([1, 2, 7, 1000])('in chunks of %d characters', async (size) => {
    const cut = (text: string): readonly string[] => text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    expect(await rowsIn(csvForm, cut(csvForm.head + csvRows.join('')))).toEqual(csvRows);
    const jsonRows = ['{"id":"a"}', '{"id":"],"}'];
    const json: RowForm = { format: 'json', head: '[', columns };
    // Written by this version, by earlier ones, and by both.
    for (const [head, tail] of [
      ['[', ']\n'],
      ['[\n', '\n]\n'],
      ['[\n', ']\n'],
    ] as const)
      expect(await rowsIn(json, cut(head + jsonRows.join(',\n') + tail))).toEqual(jsonRows);
    for (const empty of ['[]\n', '[\n\n]\n', '[\n]\n']) expect(await rowsIn(json, cut(empty))).toEqual([]);
    expect(await rowsIn({ format: 'ndjson', head: '', columns }, cut('{"id":1}\n{"id":2}\n'))).toHaveLength(2);
    const tsvRows = ['t\t"a\t1\tp\n', '\tb\\n"\t\t\n'];
    expect(await rowsIn({ format: 'tsv', head: 'x\n', columns }, cut(`x\n${tsvRows.join('')}`))).toEqual(tsvRows);
    const bare: RowForm = { ...csvForm, head: '\ufeff' };
    expect(await rowsIn(bare, cut(`\ufeff${csvRows.join('')}`))).toEqual(csvRows);
  });

  test.each<[string, RowForm, string]>([
    ['another header', csvForm, 'created_at,id\nt,a\n'],
    ['no header', csvForm, ''],
    ['a torn row', csvForm, `${csvForm.head}t,a`],
    ['an open quote', csvForm, `${csvForm.head}"t,a,1,p\n`],
    ['an array without its end', { ...csvForm, format: 'json' }, '[\n{"id":"a"}\n'],
    ['an array of this version without its end', { ...csvForm, format: 'json' }, '[{"id":"a"},\n{"id":"b"}\n'],
    ['an array without a line end', { ...csvForm, format: 'json' }, '[{"id":"a"}]'],
    ['an indented array', { ...csvForm, format: 'json' }, '[\n  {\n    "id": "a"\n  }\n]\n'],
    ['an array of other values', { ...csvForm, format: 'json' }, '["a"]\n'],
    ['text after the array', { ...csvForm, format: 'json' }, '[]\n[]\n'],
    ['a torn object', { format: 'ndjson', head: '', columns }, '{"id":"a"}\n{"id"'],
  ])('and not with %s', async (_name, form, text) => {
    await expect(rowsIn(form, [text])).rejects.toThrow(OtherForm);
  });

  test('with the key of their recording and their time', () => {
    const csv = openRowReader(csvForm);
    expect(csv.keyOf('t,a,1,p\n')).toBe(csv.keyOf('"later, ""x""",a,1,p\n'));
    expect(csv.keyOf('t,a,1,p\n')).not.toBe(csv.keyOf('t,a,2,p\n'));
    expect([csv.timeOf('t,a,1,p\n'), csv.timeOf(',a,1,p\n')]).toEqual(['t', undefined]);
    expect(() => csv.keyOf('t,a\n')).toThrow(OtherForm);
    const tsv = openRowReader({ ...csvForm, format: 'tsv' });
    expect(tsv.keyOf('t\t"a,\t1\tp\n')).toBe(tsv.keyOf('"later\t"a,\t1\tp\n'));
    expect(tsv.keyOf('t\ta\t1\tp\n')).not.toBe(tsv.keyOf('t\ta\\t\t1\tp\n'));
    expect([tsv.timeOf('t\ta\t1\tp\n'), tsv.timeOf('\ta\t1\tp\n')]).toEqual(['t', undefined]);
    expect(() => tsv.keyOf('t,a,1,p\n')).toThrow(OtherForm);
    const json = openRowReader({ format: 'json', head: '[', columns });
    expect(json.keyOf('{"id":"a","provider":"p","x":1}')).toBe(json.keyOf('{"provider":"p","id":"a"}'));
    const bare = openRowReader({ ...csvForm, columns: ['created_at', 'from'] });
    expect([bare.hasIds, bare.keyOf('t,x\n')]).toEqual([false, 't,x\n']);
  });
});

test.each([
  ['calls.csv', '.', 'calls.csv', '.csv', 'csv', false],
  ['a/b/calls.json.gz', 'a/b', 'calls.json.gz', '.json.gz', 'json', true],
  ['calls.tsv.gz', '.', 'calls.tsv.gz', '.tsv.gz', 'tsv', true],
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
