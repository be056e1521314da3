import { expect } from 'vitest';
import { acceptanceTest, type Workspace } from '../support/acceptance.ts';
import { answer } from '../support/home.ts';
import { expectPromptly } from '../support/timing.ts';
import { listArgs, plivo, relay } from '../support/wire-formats.ts';

const zones = ['UTC', 'Asia/Kolkata', 'America/New_York'];

/** Serves a Plivo recording for each moment; its API is queried by time. */
const serveMoments = (workspace: Workspace, moments: readonly string[]) =>
  workspace.startProviders(undefined, {
    entries: {
      [plivo.name]: moments.map((moment) => {
        const time = Date.parse(moment);
        return { id: moment, at: time, row: plivo.row(moment, {}, time) };
      }),
    },
  });

/** The time range in a request: the first moment, and the moment after the last. */
const spanOf = (url: URL | undefined): readonly (string | null | undefined)[] =>
  ['add_time__gte', 'add_time__lt'].map((name) => url?.searchParams.get(name));

acceptanceTest(
  'G01 times with an offset give the same requests and output in every local time zone',
  async (workspace) => {
    const moments = ['2024-06-20T00:00:00.000Z', '2024-06-19T23:59:59.999Z', '2024-05-31T18:30:00.000Z'];
    const span = ['--since', '2024-06-01T00:00:00+05:30', '--until', '2024-06-20T00:00:00Z'];
    const seen = [];
    for (const zone of zones) {
      const { requests } = await serveMoments(workspace, moments);
      const { code, out, err } = await workspace.run(['list', '-p', 'plivo', ...span, '-o', 'csv'], {
        env: { TZ: zone },
      });
      seen.push({ code, out, err, queries: requests.map(({ url }) => url.search) });
    }
    expect(seen[0]).toMatchObject({ code: 0, err: '' });
    expect(seen[0]?.out.match(/^2024-[^,]+/gm)).toEqual(moments.slice(1));
    expect(seen.slice(1)).toEqual([seen[0], seen[0]]);
  },
);

acceptanceTest(
  'G02 times without a zone are read in the zone of --tz or the system and sent in UTC',
  async (workspace) => {
    const meanings = [
      ['2024-03-10', '2024-03-10', 'America/New_York', '2024-03-10 05:00:00', '2024-03-11 04:00:00'],
      ['2024-06-01 13:45', '2024-06-02T00:00', 'Asia/Kolkata', '2024-06-01 08:15:00', '2024-06-01 18:30:00'],
    ] as const;
    for (const [since, until, zone, first, end] of meanings) {
      for (const how of ['system', 'flag']) {
        const { requests } = await serveMoments(workspace, []);
        const words = ['list', '-p', 'plivo', '--since', since, '--until', until];
        const given = how === 'flag' ? ['--tz', zone, ...words] : words;
        expect((await workspace.run(given, { env: { TZ: how === 'flag' ? 'Pacific/Auckland' : zone } })).code).toBe(0);
        expect({ how, span: spanOf(requests[0]?.url) }).toEqual({ how, span: [first, end] });
      }
    }
  },
);

acceptanceTest(
  'G03 a local time that a clock change skips or repeats is rejected, or the chosen time is printed',
  async (workspace) => {
    const moments = [
      ['2026-03-29 02:30', 'Europe/Berlin', ['2026-03-29 00:30:00', '2026-03-29 01:00:00', '2026-03-29 01:30:00']],
      ['2026-11-01 01:30', 'America/New_York', ['2026-11-01 05:30:00', '2026-11-01 06:30:00']],
    ] as const;
    for (const [since, zone, choices] of moments) {
      const { requests } = await serveMoments(workspace, []);
      const { code, err } = await workspace.run(['--tz', zone, 'list', '-p', 'plivo', '--since', since]);
      expect([0, 2]).toContain(code);
      expect(err).toContain(since);
      const firsts = requests.map(({ url }) => spanOf(url)[0]).sort();
      if (code === 0) expect(choices).toContain(firsts[0]);
      else expect(requests).toHaveLength(0);
    }
  },
);

acceptanceTest(
  'G04 an invalid time is a usage error within a second (131,000 brackets, because no system passes 500,000 as an argument)',
  async (workspace) => {
    const sandbox = await workspace.startProviders((_, response) => answer(response, relay.page([], null)));
    for (const text of ['2026-02-30', '2026-13-01', 'foo 1', '', '('.repeat(131_000)]) {
      const { code, out, err, took } = await workspace.run(listArgs(relay, `--until=${text}`));
      expect({ text: text.slice(0, 12), code, out }).toEqual({ text: text.slice(0, 12), code: 2, out: '' });
      expect(err).toContain('--until');
      expect(err.length).toBeLessThan(500);
      await expectPromptly(took, 1000);
    }
    expect(sandbox.requests).toHaveLength(0);
  },
);
