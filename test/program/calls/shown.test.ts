import { describe, expect, test } from 'vitest';
import { type SandboxOptions, sandboxApis } from '../../../src/sandbox/server.ts';
import { answer, homeWith } from '../../support/home.ts';
import { parseCsv } from '../../support/parse-csv.ts';

/** The profiles of `homeWith` whose recordings lack what their calls say. */
const profiles = sandboxApis
  .filter(({ related }) => related !== undefined)
  .map(({ provider, api }) => ({ profile: api === 'voice' ? provider : api, provider, api }));
const telephony = profiles.filter(({ api }) => api !== 'video');
const withoutNumbers = telephony.filter(({ profile }) => profile !== 'plivo');
const rowsOf = (out: string): readonly Record<string, unknown>[] => JSON.parse(out);
const callColumns =
  'direction,call_status,call_started_at,call_ended_at,call_duration_seconds,parent_call_id,dialed_to,answered_by,caller_name,forwarded_from';

/** Numbers with and without `+` are the same. */
const plain = (value: unknown): string => String(value).replace(/^\+(?=\d+$)/, '');

describe.concurrent.each(profiles)('the calls of $profile', ({ profile }) => {
  const list = ['list', '-p', profile, '--since', '7d', '--all'];

  test('add columns to JSON, CSV and TSV with --with-calls, and are not read without', async () => {
    const { run, sandbox } = await homeWith();
    const plain = await run([...list, '-o', 'csv']);
    const requests = sandbox.requests.length;
    expect(plain.err).toBe('');
    const joined = await run([...list, '-o', 'csv', '--with-calls']);
    expect(joined.code).toBe(0);
    const [head, fullHead] = [plain.out, joined.out].map((text) => text.split('\n')[0]);
    expect(fullHead).toBe(`${head},${callColumns}`);
    expect(sandbox.requests.length).toBeGreaterThan(2 * requests);
    const json = await run([...list, '--with-calls', '-o', 'json']);
    expect(Object.keys(rowsOf(json.out)[0] ?? {}).join(',')).toBe(fullHead);
    expect(rowsOf(json.out).map(({ id }) => id)).toEqual(
      parseCsv(plain.out)
        .slice(1)
        .map(([id]) => id),
    );
    expect(rowsOf(json.out).some(({ call_started_at: start }) => start !== null)).toBe(true);
    const all = await run([...list, '--with-calls', '--fields', 'all', '-o', 'tsv']);
    expect(all.out.split('\n')[0]?.replaceAll('\t', ',')).toBe(fullHead);
    expect((await run([...list, '--fields', 'all', '-o', 'csv'])).out).toBe(plain.out);
  });

  test('are read for fields and keys of --sort that only they give', async () => {
    const { run } = await homeWith();
    const full = rowsOf((await run([...list, '--with-calls', '-o', 'json'])).out);
    const named = rowsOf((await run([...list, '--fields', 'id,call-started-at,Callee', '-o', 'json'])).out);
    expect(named).toEqual(full.map((row) => ({ id: row.id, call_started_at: row.call_started_at, to: row.to })));
    const sorted = rowsOf((await run([...list, '--sort', '-call_started_at', '--fields', 'id', '-o', 'json'])).out);
    const started = (row: Record<string, unknown>): string => String(row.call_started_at ?? '');
    const expected = [...full].sort((one, other) =>
      started(one) < started(other) ? 1 : started(one) > started(other) ? -1 : 0,
    );
    expect(sorted.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect((await run([...list, '--sort', 'call_start'])).err).toContain('call_started_at');
  });

  test('complete the recordings of get, of one id, of several and of standard input', async () => {
    const { run } = await homeWith();
    const listed = rowsOf((await run([...list, '--with-calls', '-o', 'json'])).out).slice(0, 5);
    // Relay has no request for the legs of one call.
    const rows: typeof listed = profile === 'relay' ? listed.map((row) => ({ ...row, dialed_to: null })) : listed;
    const ids = rows.map(({ id }) => String(id));
    const started = String(rows.find(({ call_started_at: start }) => start !== null)?.id);
    const get = ['get', '-p', profile, '--with-calls', '-o', 'json'];
    expect(rowsOf((await run([...get, ...ids])).out)).toEqual(rows);
    expect(JSON.parse((await run([...get, ids[0] ?? ''])).out)).toEqual(rows[0]);
    expect(rowsOf((await run([...get, '-'], { input: `${ids.join('\n')}\n` })).out)).toEqual(rows);
    const named = await run(['get', '-p', profile, ...ids, '--fields', 'call_started_at,direction', '-o', 'csv']);
    expect(parseCsv(named.out).slice(1)).toEqual(
      rows.map((row) => [row.call_started_at ?? '', row.direction ?? ''].map(String)),
    );
    expect((await run(['get', '-p', profile, started, '-o', 'table'])).out).not.toContain('Call started');
    expect((await run([...get.slice(0, -1), 'table', started])).out).toMatch(/Call started +2/);
  });

  test('that cannot be read leave get with a warning, and failing ones with exit code 3', async () => {
    const refused = await homeWith({ intercept: refuse(403) });
    const ids = (await refused.run([...list, '--fields', 'id', '-o', 'csv', '--no-header'])).out
      .split('\n')
      .slice(0, 3);
    const get = ['get', '-p', profile, '--with-calls', '-o', 'json', ...ids];
    const plain = rowsOf((await refused.run(['get', '-p', profile, '--fields', 'id,from', '-o', 'json', ...ids])).out);
    const left = await refused.run(get);
    expect(left).toMatchObject({ code: 0 });
    expect(rowsOf(left.out).map(({ id, from }) => ({ id, from }))).toEqual(plain);
    expect(left.err).toContain('so their fields stay empty');
    expect(left.err).toContain('(recx help calls)');
    const broken = await (await homeWith({ intercept: refuse(501) })).run(get);
    expect(broken).toMatchObject({ code: 3 });
    expect(rowsOf(broken.out)).toHaveLength(3);
  });
});

/** Answers lists of calls, conferences and sessions, and entries of these, with an error. */
const refuse =
  (status: number): NonNullable<SandboxOptions['intercept']> =>
  ({ url }, response) =>
    /\/(?:Calls?|Conferences|logs|room_sessions)\b/.test(url.pathname) && answer(response, { error: 'no' }, status);

describe.concurrent.each(telephony)('a table of $profile at 80 columns', ({ profile }) => {
  test('shows who called whom, and in which direction, whatever the rows are', async () => {
    const { onTerminal } = await homeWith();
    const heads = await Promise.all(
      [
        ['-n', '1'],
        ['-n', '30'],
        ['--since', '7d', '--all'],
      ].map(
        async (more) => (await onTerminal(['list', '-p', profile, '--with-calls', ...more], 80)).out.split('\n')[0],
      ),
    );
    for (const head of heads) expect(head).toMatch(/^Created +Duration +Dir +From +To +ID$/);
    const { out } = await onTerminal(['list', '-p', profile, '--with-calls', '--since', '7d'], 80);
    expect(out).toMatch(/ in {3}\S+ +\S+ /);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe.concurrent.each(withoutNumbers)('filters and groups at $profile', ({ profile }) => {
  const since = ['-p', profile, '--since', '7d'];

  test('by number and direction agree with the joined list; a table then shows the numbers', async () => {
    const { run, onTerminal } = await homeWith();
    const full = rowsOf((await run(['list', ...since, '--all', '--with-calls', '-o', 'json'])).out);
    const caller = String(full.find(({ from }) => from !== null)?.from);
    const matching = full.filter(({ from }) => from === caller).length;
    expect((await run(['list', ...since, '--from', caller, '--count'])).out).toBe(`${matching}\n`);
    const directed = full.filter(({ direction }) => direction !== null).length;
    expect((await run(['list', ...since, '--direction', 'inbound,outbound', '--count'])).out).toBe(`${directed}\n`);
    expect((await onTerminal(['list', ...since, '--from', caller], 80)).out).toMatch(/^Created +Duration +From +To /);
    expect((await onTerminal(['list', ...since], 80)).out).not.toMatch(/From/);
  });

  test('stats groups by what calls say, counts each recording once, and leaves the unknown apart', async () => {
    const { run } = await homeWith();
    const full = rowsOf((await run(['list', ...since, '--all', '--with-calls', '-o', 'json'])).out);
    for (const [by, key] of [
      ['caller', 'from'],
      ['to', 'to'],
      ['direction', 'direction'],
    ] as const) {
      const groups = rowsOf((await run(['stats', ...since, '--by', by, '-o', 'json'])).out);
      expect(groups.length).toBeGreaterThan(1);
      for (const group of groups)
        expect(group.recordings).toBe(full.filter((row) => plain(row[key]) === plain(group[key])).length);
      const sum = (rows: readonly Record<string, unknown>[]): number =>
        rows.reduce((total, { duration_seconds: seconds }) => total + Number(seconds ?? 0), 0);
      expect(sum(groups)).toBeCloseTo(sum(full), 3);
    }
  });
});

test('stats --with-calls says when it changes nothing, and --count counts by what calls say', async () => {
  const { run } = await homeWith();
  const plain = await run(['stats', '-p', 'twilio', '--since', '7d', '-o', 'csv']);
  const joined = await run(['stats', '-p', 'twilio', '--since', '7d', '--with-calls', '-o', 'csv']);
  expect(joined).toMatchObject({ code: 0, out: plain.out });
  expect(joined.err).toContain('--by from, to or direction');
  expect(
    (await run(['stats', '-p', 'twilio', '--since', '7d', '--with-calls', '--by', 'from', '-o', 'csv'])).err,
  ).not.toContain('--by');
  const count = async (...words: readonly string[]): Promise<number> =>
    Number((await run(['list', '-p', 'plivo', '--since', '30d', '--count', ...words])).out);
  const rows = rowsOf(
    (await run(['list', '-p', 'plivo', '--since', '30d', '--all', '--with-calls', '-o', 'json'])).out,
  );
  const dialled = rows.filter((row) => [row.dialed_to].flat().includes('+13125550151'));
  expect(dialled.length).toBeGreaterThan(2);
  expect(await count('--to', '+13125550151', '--with-calls')).toBe(dialled.length);
  expect(await count('--to', '+13125550151')).toBe(0);
});

test('a list of numbers in CSV has no apostrophe, but one with a formula has', async () => {
  const { run } = await homeWith();
  const { out } = await run(['list', '-p', 'compatibility', '--fields', 'dialed_to', '--all', '-o', 'csv']);
  expect(out).toMatch(/^\+\d+ \+\d+/m);
  expect(out).not.toContain("'+");
});
