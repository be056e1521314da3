import { describe, expect, test } from 'vitest';
import { answer, homeWith, profileAddArgs } from '../../support/home.ts';
import type { Run } from '../../support/run.ts';
import {
  compatibility,
  listArgs,
  plivo,
  relay,
  twilio,
  type WireFormat,
  wireFormats,
} from '../../support/wire-formats.ts';

interface Listed {
  readonly id: string;
  readonly created_at: string | null;
}

const rowsOf = ({ out }: Run): readonly Listed[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const idsOf = (run: Run): readonly string[] => rowsOf(run).map(({ id }) => id);

describe.concurrent.each(wireFormats)('get with several ids of $profile', (wire) => {
  const server = ({ url }: { readonly url: URL }, response: Parameters<typeof answer>[0]) => {
    const id = ['good1', 'boom', 'good2'].find((name) => wire.recordingPath(name) === url.pathname);
    if (id === undefined) return answer(response, { error: 'no such thing' }, 404);
    return id === 'boom' ? answer(response, { error: 'not here' }, 501) : answer(response, wire.row(id));
  };

  test('prints the other recordings when one of them fails', async () => {
    const { run } = await homeWith({ intercept: server });
    const words = ['get', 'good1', 'boom', 'good2', ...wire.args];
    const lines = await run([...words, '-o', 'ndjson']);
    expect({ code: lines.code, ids: idsOf(lines) }).toEqual({ code: 3, ids: ['good1', 'good2'] });
    expect(lines.err).toContain('501');
    const array = await run([...words, '-o', 'json']);
    expect(array.code).toBe(3);
    expect(array.out).toContain('good2');
    expect(() => JSON.parse(array.out)).toThrow();
  });

  test('prints the found recordings and names the missing ids when one of them fails', async () => {
    const { run } = await homeWith({ intercept: server });
    const got = await run(['get', 'nowhere', 'boom', 'good2', 'gone', ...wire.args, '-o', 'ndjson']);
    expect({ code: got.code, ids: idsOf(got) }).toEqual({ code: 3, ids: ['good2'] });
    expect(got.err).toContain('501');
    expect(got.err).toMatch(/nowhere[^\n]*gone/);
  });
});

describe.concurrent('a profile whose credentials are unavailable', () => {
  test('does not prevent listing another profile, and the list is reported as incomplete', async () => {
    const { run, sandbox } = await homeWith();
    const [words] = profileAddArgs('plivo', 'broken', sandbox.origin);
    expect((await run([...words, '--secret-env', 'NOT_SET_ANYWHERE'])).code).toBe(0);
    const whole = await run(['list', '-p', 'relay', '--all', '-o', 'ndjson']);
    for (const order of [
      ['-p', 'relay', '-p', 'broken'],
      ['-p', 'broken', '-p', 'relay'],
    ]) {
      const rows = await run(['list', ...order, '--all', '-o', 'ndjson']);
      expect({ code: rows.code, ids: idsOf(rows) }).toEqual({ code: 3, ids: idsOf(whole) });
      expect(rows.err).toMatch(/"broken"[^\n]*NOT_SET_ANYWHERE/);
      const array = await run(['list', ...order, '--all', '-o', 'json']);
      expect(array.code).toBe(3);
      expect(() => JSON.parse(array.out)).toThrow();
      expect(JSON.parse(`${array.out}]`)).toHaveLength(rowsOf(rows).length);
    }
    expect(await run(['list', '-p', 'broken'])).toMatchObject({ code: 4, out: '' });
  });
});

describe.concurrent('listing several APIs of an account', () => {
  const words = ['list', '-p', 'relay', '--all', '-o', 'ndjson'];

  test('yields each recording once, newest first', async () => {
    const { run } = await homeWith();
    const apart: string[][] = [];
    for (const api of ['relay', 'compatibility', 'video']) apart.push([...idsOf(await run([...words, '--api', api]))]);
    const every = apart.flat();
    const known = new Set(every);
    expect(known.size).toBeLessThan(every.length);
    const all = await run([...words, '--api', 'all']);
    expect(all).toMatchObject({ code: 0, err: '' });
    expect([...idsOf(all)].sort()).toEqual([...known].sort());
    const times = rowsOf(all).map(({ created_at: at }) => at);
    expect(times).not.toContain(null);
    expect(times).toEqual([...times].sort().reverse());
  });

  test.each([
    ['compatibility', '/api/laml/', 'relay'],
    ['relay', '/api/relay/', 'compatibility'],
  ])('continues without %s when it always responds with 500', async (failing, prefix, other) => {
    const { run, sandbox } = await homeWith({
      intercept: ({ url }, response) => url.pathname.startsWith(prefix) && answer(response, { error: 'broken' }, 500),
    });
    const [added, input] = profileAddArgs('signalwire', 'work', sandbox.origin);
    expect(await run(added, { input })).toMatchObject({ code: 0, err: '' });
    const list = ['--retries', '1', 'list', '-p', 'work', '--all', '-o', 'ndjson'];
    const alone = await run([...list, '--api', other]);
    expect(alone.code).toBe(0);
    const both = await run([...list, '--api', 'relay', '--api', 'compatibility']);
    expect({ code: both.code, ids: idsOf(both) }).toEqual({ code: 3, ids: idsOf(alone) });
    expect(both.err).toContain('500');
    expect(both.err).toMatch(new RegExp(`\\b${failing}\\b`, 'i'));
    expect(both.err).not.toMatch(new RegExp(`\\b${other}\\b`, 'i'));
  });
});

describe.concurrent.each(wireFormats)('an unexpected list response of $profile', (wire: WireFormat) => {
  test('with status 206 is not treated as complete', async () => {
    const { run } = await homeWith({
      intercept: (_, response) => answer(response, wire.page([wire.row('one')], null), 206),
    });
    const { code, out, err } = await run(listArgs(wire, '-o', 'json'));
    expect({ code, out }).toEqual({ code: 5, out: '' });
    expect(err).toContain('206');
  });

  test('with a next-page link to a blob: URL of its own origin is not followed', async () => {
    let origin = '';
    const { run, sandbox } = await homeWith({
      intercept: (_, response) => answer(response, wire.page([wire.row('one')], `blob:${origin}/1-2?offset=20`)),
    });
    origin = sandbox.origin;
    const { code, err } = await run(listArgs(wire, '-o', 'json'));
    expect({ code, requests: sandbox.requests.length }).toEqual({ code: 8, requests: 1 });
    expect(err).toContain('blob:');
  });
});

describe.concurrent('invalid links of a Relay page', () => {
  test.each([['/api/relay/rest/recordings?page_number=1'], [['next']], [[]], [7], [true]])(
    'such as %j are reported after the rows are printed',
    async (links) => {
      const { run, sandbox } = await homeWith({
        intercept: (_, response, count) => {
          const page = relay.page([relay.row(`one-${count}`), relay.row(`two-${count}`)], null);
          return answer(response, count === 1 ? { ...page, links } : page);
        },
      });
      const lines = await run(listArgs(relay, '-o', 'ndjson'));
      expect({ code: lines.code, ids: idsOf(lines) }).toEqual({ code: 5, ids: ['one-1', 'two-1'] });
      expect(lines.err).toContain('next page');
      expect(sandbox.requests).toHaveLength(1);
    },
  );
});

describe.concurrent('a full page that neither links the next one nor ends the list', () => {
  const twenty = (wire: WireFormat) => Array.from({ length: 20 }, (_, index) => wire.row(`row-${index}`));
  test.each([
    [plivo, { objects: twenty(plivo) }],
    [plivo, { meta: { limit: 20 }, objects: twenty(plivo) }],
    [twilio, { page_size: 20, recordings: twenty(twilio) }],
    [compatibility, { page_size: 20, recordings: twenty(compatibility) }],
  ] as const)('of $profile is no complete list', async (wire, body) => {
    const { run } = await homeWith({ intercept: (_, response) => answer(response, body) });
    expect((await run(listArgs(wire, '-o', 'ndjson'))).code).toBe(5);
    const [rows] = Object.values(body).filter(Array.isArray);
    const key = 'objects' in body ? 'objects' : 'recordings';
    const shorter = await homeWith({
      intercept: (_, response) => answer(response, { ...body, [key]: rows?.slice(1) }),
    });
    expect((await shorter.run(listArgs(wire, '-o', 'ndjson'))).code).toBe(0);
  });
});

describe.concurrent('a list filter', () => {
  test.each(wireFormats)('by time matches rows of $profile whose time is unknown', async (wire) => {
    const old = wire.row('old', {}, Date.now() - 20 * 86_400_000);
    const strange = ['the day before', '2026-13-45T99:00:00Z', null, {}, 1e300].map((value, index) =>
      wire.row(`strange-${index}`, { [wire.keys.time]: value }),
    );
    const rows = [wire.row('new'), ...strange, old];
    const { run } = await homeWith({ intercept: (_request, response) => answer(response, wire.page(rows, null)) });
    const got = await run(listArgs(wire, '-o', 'ndjson'));
    const kept = ['new', ...strange.map((_row, index) => `strange-${index}`)];
    expect({ code: got.code, ids: idsOf(got) }).toEqual({ code: 0, ids: kept });
    expect(rowsOf(got).map(({ created_at: at }) => at === null)).toEqual(kept.map((id) => id !== 'new'));
  });

  test.each([
    ['video', '--from', '+12025550101'],
    ['video', '--to', '+12025550101'],
    ['video', '--direction', 'inbound'],
    ['relay', '--room-session', 'x'],
    ['compatibility', '--subaccount', 'x'],
    ['video', '--call', 'x'],
    ['plivo', '--room-session', 'x'],
  ])('on a field not reported by %s warns that nothing can match: %s', async (profile, flag, value) => {
    const { run, sandbox } = await homeWith();
    const api = ['compatibility', 'video'].includes(profile) ? ['--api', profile] : [];
    const { code, out, err } = await run(['list', '-p', profile, ...api, flag, value, '-o', 'json']);
    expect({ code, out, requests: sandbox.requests.length }).toEqual({ code: 0, out: '[]\n', requests: 0 });
    expect(err).toMatch(new RegExp(`^recx: [^\\n]*${flag}[^\\n]*\\n$`));
  });
});
