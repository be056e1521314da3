import { describe, expect, test } from 'vitest';
import type { SandboxEntry } from '../../../src/sandbox/api.ts';
import { type Home, homeWith } from '../../support/home.ts';
import { listArgs, plivo, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

/** A home whose recordings were created at these moments, the newest first. */
const homeAt = (wire: WireFormat, moments: readonly string[]): Promise<Home> => {
  const entry = (moment: string): SandboxEntry => {
    const at = Date.parse(moment);
    return { id: moment, at, row: wire.row(moment, {}, at) };
  };
  return homeWith({ entries: { [wire.name]: moments.map(entry) } });
};

const justBefore = (moment: string): string => new Date(Date.parse(moment) - 1).toISOString();
const wireTime = (moment: string): string => moment.slice(0, 19).replace('T', ' ');

/** Typed bounds, the time zone, and the half-open range that they mean. */
const spans = [
  {
    since: '2024-03-10',
    until: '2024-03-10',
    zone: 'America/New_York',
    from: '2024-03-10T05:00:00.000Z',
    to: '2024-03-11T04:00:00.000Z',
  },
  {
    since: '2024-03-10',
    until: '2024-03-10',
    zone: 'UTC',
    from: '2024-03-10T00:00:00.000Z',
    to: '2024-03-11T00:00:00.000Z',
  },
  {
    since: '2024-06-01 13:45',
    until: '2024-06-02T00:00',
    zone: 'Asia/Kolkata',
    from: '2024-06-01T08:15:00.000Z',
    to: '2024-06-01T18:30:00.000Z',
  },
  {
    since: '2024-10-27',
    until: '2024-10-27',
    zone: 'Europe/Berlin',
    from: '2024-10-26T22:00:00.000Z',
    to: '2024-10-27T23:00:00.000Z',
  },
  {
    since: '2024-06-01T13:45:07Z',
    until: '2024-06-01T23:00:00+02:00',
    zone: 'Asia/Kolkata',
    from: '2024-06-01T13:45:07.000Z',
    to: '2024-06-01T21:00:00.000Z',
  },
] as const;

describe.concurrent.each(wireFormats)('the time filters of $profile', (wire) => {
  test('with an offset give the same requests and output in every zone', async () => {
    const moments = [
      '2024-06-20T00:00:00.000Z',
      '2024-06-19T23:59:59.999Z',
      '2024-05-31T18:30:00.000Z',
      '2024-05-31T18:29:59.999Z',
    ];
    const seen = await Promise.all(
      ['UTC', 'Asia/Kolkata', 'America/New_York'].map(async (zone) => {
        const { run, sandbox } = await homeAt(wire, moments);
        const span = ['--since', '2024-06-01T00:00:00+05:30', '--until', '2024-06-20T00:00:00Z'];
        const { code, out } = await run(['--tz', zone, 'list', ...wire.args, ...span, '-o', 'csv']);
        return { code, out, urls: sandbox.requests.map(({ url }) => url.pathname + url.search) };
      }),
    );
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    expect(seen[0]?.code).toBe(0);
    expect(seen[0]?.out.match(/^2024-[^,]+/gm)).toEqual(moments.slice(1, 3));
  });

  test.each(spans)(
    'from $since until $until in $zone select the right range',
    async ({ since, until, zone, from, to }) => {
      const { run, sandbox } = await homeAt(wire, [to, justBefore(to), from, justBefore(from)]);
      const words = ['list', ...wire.args, '--since', since, '--until', until, '--fields', 'id', '-o', 'json'];
      const { code, out } = await run(['--tz', zone, ...words]);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toEqual([{ id: justBefore(to) }, { id: from }]);
      if (wire !== plivo) return;
      for (const { url } of sandbox.requests) {
        const { add_time__gte: first, add_time__lt: end } = Object.fromEntries(url.searchParams);
        expect([first, end]).toEqual([wireTime(from), wireTime(to)]);
      }
    },
  );

  test('have no effect on the output, which is in the zone of --tz in a table and in UTC in JSON', async () => {
    const { run } = await homeAt(wire, ['2024-06-20T18:45:00.000Z']);
    const words = ['list', ...wire.args, '--since', '2024-06-20', '--until', '2024-06-22', '--fields', 'created_at'];
    const [table, json] = await Promise.all(
      ['table', 'json'].map((format) => run(['--tz', 'Asia/Kolkata', ...words, '-o', format])),
    );
    expect(table?.out).toContain('2024-06-21 00:15:00');
    expect(JSON.parse(json?.out ?? '')).toEqual([{ created_at: '2024-06-20T18:45:00.000Z' }]);
  });
});

const impossible = [
  '2026-02-30',
  'foo 1',
  '',
  '2026-13-01',
  '2026-00-10',
  '2026-11-20 24:30',
  '2026-11-20T13:45:00+99:99',
  '2026-11-20T13:45:00Z trailing',
  ' ',
  '5 minutes',
  '1e3d',
  '-3d',
  '99999999999999999999w',
  // The longest argument that Linux passes to a program.
  '('.repeat(131_000),
  '1m'.repeat(65_000),
];

describe('an invalid time is a usage error before any request', () => {
  const since = impossible.map((text) => ({ flag: '--since', text }));
  const until = impossible.slice(0, 3).map((text) => ({ flag: '--until', text }));
  const cases = [...since, ...until].map((one) => ({ ...one, shown: JSON.stringify(one.text.slice(0, 40)) }));
  test.each(cases)('$flag $shown', async ({ flag, text }) => {
    const { run, sandbox } = await homeWith();
    const { code, out, err } = await run(listArgs(plivo, '--fields', 'id', `${flag}=${text}`));
    expect({ code, out, requests: sandbox.requests.length }).toEqual({ code: 2, out: '', requests: 0 });
    expect(err).toContain(flag);
    expect(err.length).toBeLessThan(500);
  });
});
