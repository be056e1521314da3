import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataFiles, openTimedAccount, readIds, runInHome } from '../../support/export-account.ts';
import { homeWith } from '../../support/home.ts';
import { fullOrQuick, repetitions } from '../../support/thoroughness.ts';
import { plivo, relay, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** An account with ten thousand recordings over two and a half years, newest first. */
const withManyRecordings = async (wire: WireFormat, count = 10_000) => {
  const account = await openTimedAccount(wire);
  for (let index = 0; index < count; index++) {
    const at = account.clock.now - HOUR - Math.floor((index * 900 * DAY) / count);
    account.entries.push({
      id: `rec-${index}-0123456789abcdef`,
      at,
      row: wire.row(`rec-${index}-0123456789abcdef`, {}, at),
    });
  }
  return account;
};

const hourly = [
  ['relay', 'calls.csv', 4],
  ['relay', 'calls-{year}-{month}.csv', 4],
  ['plivo', 'calls.csv', 8],
  ['plivo', 'calls-{year}-{month}-{day}.csv', 8],
] as const;

describe('an hourly export of an account with 10,000 recordings', () => {
  test.each(fullOrQuick(hourly, [hourly[0], hourly[3]]))('makes few requests to %s for %s', async (name, out, most) => {
    const wire = { relay, plivo }[name];
    const account = await withManyRecordings(wire);
    // Otherwise Plivo is queried for every window since 2011.
    const first = ['--fields', 'id', ...(wire === plivo ? ['--since', '60d'] : [])];
    expect(await account.run(out, ...first)).toEqual({ code: 0, out: '', err: '' });
    const before = account.requests();
    expect(before).toBeGreaterThan(wire === plivo ? 30 : 9);
    account.put('fresh-0123456789abcdef', account.clock.now - 60_000);
    expect(await account.run(out, ...first)).toEqual({ code: 0, out: '', err: '' });
    expect(account.requests()).toBeLessThanOrEqual(most);
    expect(dataFiles(account.folder).flatMap(readIds)).toContain('fresh-0123456789abcdef');
  });

  test.each([relay, plivo])('makes fewer requests to $profile with a lookback of one hour', async (wire) => {
    const account = await withManyRecordings(wire);
    const words = ['--fields', 'id', '--since', '60d', '--lookback', '1h'];
    expect((await account.run('calls.csv', ...words)).code).toBe(0);
    account.requests();
    expect((await account.run('calls.csv', ...words)).code).toBe(0);
    expect(account.requests()).toBeLessThanOrEqual(4);
  });

  test('reads all of an account until it has a recording, which a wrong clock could not tell, and little from then on', async () => {
    const account = await openTimedAccount(plivo);
    for (const round of ['the first', 'the second']) {
      expect((await account.run('calls.csv')).code).toBe(0);
      expect(account.requests(), round).toBeGreaterThan(100);
    }
    account.put('first-0123456789abcdef', account.clock.now - 40 * DAY);
    expect((await account.run('calls.csv')).code).toBe(0);
    expect(readIds(join(account.folder, 'calls.csv'))).toEqual(['first-0123456789abcdef']);
    account.requests();
    expect((await account.run('calls.csv')).code).toBe(0);
    expect(account.requests()).toBeLessThanOrEqual(8);
  });

  test('makes few requests to the other APIs when one API is empty', async () => {
    const account = await withManyRecordings(relay, 5000);
    const apis = ['--api', 'video', '--fields', 'id'];
    const words = (out: string) => [
      'export',
      '-p',
      'relay',
      '--api',
      'relay',
      ...apis,
      '--incremental',
      '--out',
      join(account.folder, out),
    ];
    const home = await homeWith({ entries: { [relay.name]: account.entries, 'signalwire/video': [] } });
    for (const out of ['calls.csv', 'calls-{year}-{month}-{day}.csv']) {
      expect((await runInHome(words(out), home)).code).toBe(0);
      const before = home.sandbox.requests.length;
      expect((await runInHome(words(out), home)).code).toBe(0);
      expect(home.sandbox.requests.length - before, out).toBeLessThanOrEqual(5);
    }
  });
});

describe.concurrent('an incremental list of Relay', () => {
  const run = async (order: (ids: number[]) => number[]) => {
    const account = await openTimedAccount(relay);
    const base = account.clock.now - HOUR;
    const places = order(Array.from({ length: 5000 }, (_, index) => index));
    for (const index of places) {
      const at = base - index * 0.1 * HOUR;
      account.entries.push({
        id: `rec-${index}-0123456789abcdef`,
        at,
        row: relay.row(`rec-${index}-0123456789abcdef`, {}, at),
      });
    }
    expect((await account.run('calls.csv')).code).toBe(0);
    account.requests();
    // The newest recording is at the very end of the list.
    account.entries.push({ id: 'last', at: base, row: relay.row('last', {}, base) });
    const { code, err } = await account.run('calls.csv', '-v');
    expect(code).toBe(0);
    const ids = readIds(join(account.folder, 'calls.csv'));
    return { requests: account.requests(), err, last: ids.includes('last'), rows: ids.length };
  };

  test('in order of time is read until a whole page is older, which --verbose reports', async () => {
    const { requests, err } = await run((ids) => ids);
    expect(requests).toBeLessThanOrEqual(4);
    expect(err).toMatch(/stopped early: [^\n]*in order of time/);
  });

  test('in order of arrival, with old recordings taken over before new ones, is read to its end', async () => {
    const account = await openTimedAccount(relay);
    const add = (id: string, at: number): void => {
      account.entries.unshift({ id, at, row: relay.row(id, {}, at) });
    };
    const base = account.clock.now - HOUR;
    for (let index = 2500; index > 0; index--) add(`rec-${index}-0123456789abcdef`, base - index * HOUR);
    expect((await account.run('calls.csv')).code).toBe(0);
    expect((await account.run('calls.csv', '-v')).err).toContain('stopped early');
    add('new', base);
    for (let index = 0; index < 1050; index++) add(`taken-over-${index}-0123456789abcdef`, base - 400 * DAY - index);
    const { code, err } = await account.run('calls.csv', '-v');
    expect(code).toBe(0);
    expect(readIds(join(account.folder, 'calls.csv'))).toContain('new');
    expect(err).not.toContain('stopped early');
    expect(err).toMatch(/the whole list: it is not newest first/);
    // Until a run has seen the order again.
    expect((await account.run('calls.csv', '-v')).err).toMatch(/the whole list: no earlier run has read all of it/);
  });

  test.each([
    ['in order from old to new', (ids: number[]) => ids.reverse()],
    ['with the first two swapped', ([first = 0, second = 0, ...ids]: number[]) => [second, first, ...ids]],
    ['with an old recording at its head', (ids: number[]) => [4999, ...ids.slice(0, -1)]],
  ])('%s is read to the end, which --verbose reports', async (_name, order) => {
    const { err, last, rows } = await run(order);
    expect({ last, rows }).toEqual({ last: true, rows: 5001 });
    expect(err).not.toContain('stopped early');
    expect(err).toMatch(/read from|to the end/);
  });
});

describe.concurrent.each(wireFormats)('an incremental export of $name with late changes', (wire) => {
  test('includes late recordings within the lookback, whatever its length', async () => {
    for (const [lookback, late, arrives] of [
      ['72h', 71, true],
      ['72h', 74, false],
      ['10h', 9, true],
      ['10h', 12, false],
      ['0s', 0, true],
    ] as const) {
      const account = await openTimedAccount(wire);
      const newest = Math.floor((account.clock.now - HOUR) / 1000) * 1000;
      for (let hour = 0; hour < 100; hour += 5) account.put(`old-${hour}-0123456789abcdef`, newest - hour * HOUR);
      const words = ['--lookback', lookback, '--since', '6d'];
      expect((await account.run('calls.csv', ...words)).code).toBe(0);
      account.put('late-0123456789abcdef', newest - late * HOUR);
      expect(await account.run('calls.csv', ...words)).toEqual({ code: 0, out: '', err: '' });
      const ids = readIds(join(account.folder, 'calls.csv'));
      expect({ lookback, late, there: ids.includes('late-0123456789abcdef') }).toEqual({
        lookback,
        late,
        there: arrives,
      });
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('updates changed and deleted recordings in files partitioned by time', async () => {
    const account = await openTimedAccount(wire);
    const newest = account.clock.now - HOUR;
    for (let hour = 0; hour < 60; hour += 2) account.put(`rec-${hour}-0123456789abcdef`, newest - hour * HOUR);
    const run = () =>
      account.run('c-{year}-{month}-{day}.ndjson', '--since', '6d', '--fields', `id,${wire.textColumn}`);
    expect((await run()).code).toBe(0);
    const [gone] = account.entries.splice(20, 1);
    const [changed] = account.entries.splice(10, 1);
    if (changed === undefined) throw new Error('there are more');
    account.put(changed.id, changed.at, { [wire.textKey]: 'changed' });
    expect((await run()).code).toBe(0);
    const texts = dataFiles(account.folder)
      .map((path) => readFileSync(path, 'utf8'))
      .join('');
    expect(texts).not.toContain(gone?.id);
    expect(texts).toContain('"changed"');
    expect(texts.split('\n')).toHaveLength(30);
  });
});

const DAYS = repetitions(60, 30);

test.concurrent.each(['calls.ndjson.gz', 'calls-{year}-{month}-{day}.csv'])(
  'the state file of %s does not grow over many days',
  async (out) => {
    const account = await openTimedAccount(relay, Date.UTC(2026, 2, 1));
    let most = 0;
    for (let day = 0; day < DAYS; day++) {
      account.clock.now += DAY;
      for (let index = 0; index < 20; index++)
        account.put(`rec-${day}-${index}-0123456789abcdef`, account.clock.now - index * HOUR);
      expect((await account.run(out)).code).toBe(0);
      if (day === 10) most = statSync(join(account.folder, `${out}.state.json`)).size;
    }
    expect(statSync(join(account.folder, `${out}.state.json`)).size).toBeLessThan(most * 1.2);
    const ids = dataFiles(account.folder).flatMap(readIds);
    expect({ rows: ids.length, ids: new Set(ids).size }).toEqual({ rows: 20 * DAYS, ids: 20 * DAYS });
  },
);

test('a run that waited for the first run uses the state of that run, although it started earlier', async () => {
  const account = await openTimedAccount(relay);
  const { folder, clock } = account;
  const words = ['--since', '6d'];
  const began = clock.now;
  clock.now += 1000;
  account.put('one-0123456789abcdef', began - HOUR);
  expect(await account.run('calls.csv', ...words)).toEqual({ code: 0, out: '', err: '' });
  // The clock is read before the run has the lock, and again once it has it.
  const now = (): number => (existsSync(join(folder, '.calls.csv.lock')) ? began + 2000 : began);
  const late = ['export', ...relay.args, '--out', join(folder, 'calls.csv'), '--incremental', ...words];
  expect(await runInHome(late, account.home, now)).toEqual({ code: 0, out: '', err: '' });
});
