import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SandboxEntry } from '../../../src/sandbox/api.ts';
import { emptyFolder } from '../../support/cleanup.ts';
import { dataFiles, openTimedAccount, readIds, runInHome } from '../../support/export-account.ts';
import { homeWith } from '../../support/home.ts';
import { compatibility, plivo, relay } from '../../support/wire-formats.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe.concurrent('an incremental export of two APIs with the same recordings', () => {
  test('contains each recording once, even when one API is far behind', async () => {
    const now = { value: Date.UTC(2026, 5, 1) };
    const entries = { relay: [] as SandboxEntry[], compatibility: [] as SandboxEntry[] };
    const put = (api: keyof typeof entries, id: string, at: number): void => {
      entries[api].unshift({ id, at, row: { relay, compatibility }[api].row(id, {}, at) });
    };
    const home = await homeWith({
      now: () => now.value,
      entries: { [relay.name]: entries.relay, [compatibility.name]: entries.compatibility },
    });
    const path = join(emptyFolder(), 'calls.csv');
    const words = ['export', '-p', 'relay', '--api', 'relay', '--api', 'compatibility', '--incremental', '--out', path];
    put('compatibility', 'its-own-0123456789abcdef', now.value - HOUR);
    for (let day = 0; day < 12; day++) {
      now.value += DAY;
      for (const api of ['relay', 'compatibility'] as const) put(api, `both-${day}-0123456789abcdef`, now.value - HOUR);
      expect(await runInHome(words, home, () => now.value)).toEqual({ code: 0, out: '', err: '' });
      const ids = readIds(path);
      expect([...ids].sort(), `after day ${day}`).toEqual([...new Set(ids)].sort());
      expect(ids).toHaveLength(day + 2);
    }
  });
});

describe.concurrent('an incremental export', () => {
  test.each([
    ['set to 1999', Date.UTC(1999, 0, 1)],
    ['set to 2029', Date.UTC(2029, 0, 1)],
    ['set to 1970', 0],
  ])('loses and duplicates nothing after a run with the clock %s', async (_name, wrong) => {
    for (const wire of [relay, plivo]) {
      for (const out of ['calls.csv', 'c-{year}-{month}-{day}.csv']) {
        const account = await openTimedAccount(wire, Date.UTC(2026, 5, 10));
        const since = ['--since', '2026-06-01'];
        account.put('one-0123456789abcdef', account.clock.now - 2 * DAY);
        expect((await account.run(out, ...since)).code).toBe(0);
        const right = account.clock.now;
        account.put('two-0123456789abcdef', right - HOUR);
        account.clock.now = wrong;
        await account.run(out, ...since);
        account.clock.now = right + HOUR;
        account.put('three-0123456789abcdef', right);
        expect((await account.run(out, ...since)).code).toBe(0);
        expect(dataFiles(account.folder).flatMap(readIds).length).toBe(3);
      }
    }
  });

  test('finds later recordings after one whose time is years ahead', async () => {
    for (const out of ['calls.csv', 'c-{year}-{month}-{day}.csv']) {
      const account = await openTimedAccount(relay);
      account.put('ahead-0123456789abcdef', Date.UTC(2045, 0, 1));
      for (let round = 0; round < 5; round++) {
        account.put(`rec-${round}-0123456789abcdef`, account.clock.now - HOUR);
        expect((await account.run(out)).code).toBe(0);
        account.clock.now += DAY;
      }
      expect(dataFiles(account.folder).flatMap(readIds)).toHaveLength(6);
    }
  });
});
