import { describe, expect, test } from 'vitest';
import type { SandboxEntry } from '../../src/sandbox/api.ts';
import { type Home, homeWith } from '../support/home.ts';
import { plivo } from '../support/wire-formats.ts';

/** A home whose recordings were created at these moments, the newest first. */
const homeAt = (...moments: readonly string[]): Promise<Home> => {
  const entry = (moment: string): SandboxEntry => {
    const at = Date.parse(moment);
    return { id: moment, at, row: plivo.row(moment, {}, at) };
  };
  return homeWith({ entries: { [plivo.name]: moments.map(entry) } });
};

const justBefore = (moment: string): string => new Date(Date.parse(moment) - 1).toISOString();

describe('the time zone of the system', () => {
  test.each([
    ['America/New_York', '2024-03-10T05:00:00.000Z', '2024-03-11T04:00:00.000Z'],
    ['UTC', '2024-03-10T00:00:00.000Z', '2024-03-11T00:00:00.000Z'],
    ['Europe/Berlin', '2024-03-09T23:00:00.000Z', '2024-03-10T23:00:00.000Z'],
  ])('determines the bounds of a date without a zone: %s', async (TZ, from, to) => {
    const home = await homeAt(to, justBefore(to), from, justBefore(from));
    const day = ['--since', '2024-03-10', '--until', '2024-03-10'];
    const { code, out } = await home.runPacked(['list', ...plivo.args, ...day, '--fields', 'id', '-o', 'json'], {
      env: { TZ },
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([{ id: justBefore(to) }, { id: from }]);
  });

  test('is overridden by --tz', async () => {
    const home = await homeAt('2024-06-20T18:45:00.000Z');
    const span = ['--since', '2024-06-20', '--until', '2024-06-22', '--fields', 'created_at', '-o', 'table'];
    const words = ['--tz', 'Asia/Kolkata', 'list', ...plivo.args, ...span];
    const { out } = await home.runPacked(words, { env: { TZ: 'Pacific/Auckland' } });
    expect(out).toContain('2024-06-21 00:15:00');
  });

  test('does not affect a time that has an offset', async () => {
    const moments = ['2024-06-19T23:59:59.999Z', '2024-05-31T18:30:00.000Z'];
    const { runPacked, sandbox } = await homeAt(...moments);
    const span = ['--since', '2024-06-01T00:00:00+05:30', '--until', '2024-06-20T00:00:00Z'];
    const seen = [];
    for (const TZ of ['Asia/Kolkata', 'America/New_York']) {
      const { out } = await runPacked(['list', ...plivo.args, ...span, '--fields', 'id', '-o', 'csv'], {
        env: { TZ },
      });
      expect(out).toBe(['id', ...moments, ''].join('\n'));
      seen.push(sandbox.requests.at(-1)?.url.search);
    }
    expect(seen[0]).toBe(seen[1]);
  });

  test('determines the days of stats', async () => {
    const home = await homeAt('2026-03-29T22:00:00.000Z', '2026-03-29T21:59:59.000Z');
    const words = ['stats', ...plivo.args, '--since', '2026-03-27', '--until', '2026-04-02', '-o', 'csv'];
    const { out } = await home.runPacked(words, { env: { TZ: 'Europe/Berlin' } });
    const days = out.split('\n').map((line) => line.split(',').slice(0, 2).join(' '));
    expect(days).toEqual(['day recordings', '2026-03-29 1', '2026-03-30 1', '']);
  });

  test.each([
    ['EST5EDT', 5],
    [':America/New_York', 5],
    ['/usr/share/zoneinfo/America/New_York', 5],
    ['america/new_york', 5],
    ['EST5', 5],
    ['JST-9', -9],
    ['UTC0', 0],
    ['', 0],
  ])('is read from TZ=%s', async (TZ, hours) => {
    const home = await homeAt('2026-01-20T18:45:00.000Z');
    const words = ['list', ...plivo.args, '--since', '2026-01-20', '-o', 'json'];
    const { code, err } = await home.runPacked(words, { env: { TZ } });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const asked = home.sandbox.requests.map(({ url }) => url.searchParams.get('add_time__gte') ?? '').sort()[0];
    const midnight = new Date(Date.UTC(2026, 0, 20, hours)).toISOString();
    expect(asked).toBe(midnight.slice(0, 19).replace('T', ' '));
  });

  test.each(['EST5EDT,M3.2.0,M11.1.0', 'CET-1CEST,M3.5.0,M10.5.0/3', '<-05>5', 'Nowhere/City', 'nonsense'])(
    'that is not known, TZ=%s, is an error for a local time, and a warning otherwise',
    async (TZ) => {
      const home = await homeAt(new Date(Date.now() - 3_600_000).toISOString());
      const list = ['list', ...plivo.args, '-o', 'json'];
      for (const time of ['2026-01-20', '2026-01-20 13:45', 'today', 'yesterday']) {
        for (const flag of ['--since', '--until']) {
          const { code, err } = await home.runPacked([...list, flag, time], { env: { TZ } });
          expect({ code, lines: err.trim().split('\n').length }).toEqual({ code: 2, lines: 2 });
          expect(err).toContain('--tz America/New_York');
        }
      }
      for (const time of ['24h', '2026-01-20T00:00:00Z', 'now'].slice(0, 2)) {
        const { code, err } = await home.runPacked([...list, '--since', time], { env: { TZ } });
        const quoted = JSON.stringify(TZ);
        expect({ code, err }).toEqual({
          code: 0,
          err: `recx: TZ=${quoted} is not a known time zone; times are in UTC\nUse --tz America/New_York\n`,
        });
      }
      const { code, err } = await home.runPacked(['--tz', 'UTC', ...list, '--since', '2026-01-20'], { env: { TZ } });
      expect({ code, err }).toEqual({ code: 0, err: '' });
    },
  );
});
