import { expect, test } from 'vitest';
import { homeWith } from '../../support/home.ts';
import { plivo } from '../../support/wire-formats.ts';

/** The bounds that Plivo was asked for, in UTC; null for none. */
const boundsOf = async (words: readonly string[], now: string) => {
  const at = Date.parse(now);
  const home = await homeWith({
    entries: { [plivo.name]: [] },
    intercept: (_, response) => {
      response.setHeader('date', new Date(at).toUTCString());
      return false;
    },
  });
  const { code } = await home.run(['list', ...plivo.args, ...words, '-o', 'json'], { now: () => at, released: at });
  const asked = (name: string) =>
    home.sandbox.requests.map(({ url }) => url.searchParams.get(name)?.replace(' ', 'T') ?? null).sort();
  return { code, from: asked('add_time__gte')[0] ?? null, to: asked('add_time__lt').at(-1) ?? null };
};

test.each([
  [['--tz', 'Asia/Tokyo', '--since', 'today'], '2026-11-20T23:30:00Z', '2026-11-20T15:00:00', undefined],
  [
    ['--tz', 'America/New_York', '--since', '2026-03-08', '--until', '2026-03-08'],
    '2026-11-20T23:30:00Z',
    '2026-03-08T05:00:00',
    '2026-03-09T04:00:00',
  ],
  [['--tz', 'UTC', '--since', '1mo'], '2026-03-31T12:00:00Z', '2026-02-28T12:00:00', undefined],
  [
    ['--tz', 'UTC', '--since', '2026-02', '--until', '2026-02'],
    '2026-03-31T12:00:00Z',
    '2026-02-01T00:00:00',
    '2026-03-01T00:00:00',
  ],
  [
    ['--tz', 'UTC', '--since', 'Last Week', '--until', 'last week'],
    '2026-11-20T23:30:00Z',
    '2026-11-09T00:00:00',
    '2026-11-16T00:00:00',
  ],
])('%j at %s asks for recordings from %s to %s', async (words, now, from, to) => {
  const bounds = await boundsOf(words, now);
  expect({ code: bounds.code, from: bounds.from }).toEqual({ code: 0, from });
  if (to !== undefined) expect(bounds.to).toBe(to);
});

test.each([
  ['list', '--since', '3M', '3mo'],
  ['list', '--until', '7D', '7d'],
  ['list', '--since', 'last monday', 'monday'],
  ['list', '--since', '11/24/2026', '2026-11-24'],
  ['list', '--min-duration', '3M', '3m'],
  ['export', '--lookback', '72', '72h'],
  ['download', '--max-time', '3mo', 'days'],
])('%s %s %j is exit code 2 with a hint, and makes no request', async (command, flag, value, hint) => {
  const home = await homeWith();
  const more = flag === '--lookback' ? ['--incremental', '--out', 'calls.csv'] : [];
  const { code, out, err } = await home.run([command, ...plivo.args, flag, value, ...more]);
  expect({ code, out, requests: home.sandbox.requests.length }).toEqual({ code: 2, out: '', requests: 0 });
  expect(err).toContain(`${flag}: "${value}" is not a`);
  expect(err.split('\n')[1]).toContain(hint);
});
