import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import { homeWith } from '../support/home.ts';
import { runShell } from '../support/packed.ts';
import { runHere } from '../support/run.ts';

describe.concurrent('the output of the program', () => {
  test.each(['help list', 'help', 'help profile add', '--version', '-V'])(
    'with recx %s fails with exit code 7 when the disk is full',
    async (words) => {
      const { code, err } = await runShell(`$RECX ${words} >/dev/full`, { env: { HOME: emptyFolder() } });
      expect(code).toBe(7);
      expect(err).toMatch(/^recx: [^\n]*no space left[^\n]*\n$/);
    },
  );

  test.each(['help list', 'help', 'list --help', 'help exit-codes', '--version', '-V', 'demo', 'profile list'])(
    'with recx %s ends the run with SIGPIPE when the reader is gone',
    async (words) => {
      // The reader has exited before the program starts.
      const script = `exec 3> >(exit 0); wait $!; exec $RECX ${words} >&3`;
      const { signal, err } = await runShell(script, { env: { HOME: emptyFolder() } });
      expect({ signal, err }).toEqual({ signal: 'SIGPIPE', err: '' });
    },
  );

  test('with recx demo can be piped to head, which ends the run with SIGPIPE', async () => {
    const script = `$RECX demo | head -1; echo "\${PIPESTATUS[@]}"`;
    const { out, err } = await runShell(script, { env: { HOME: emptyFolder() } });
    expect(out).toMatch(/^[^\n]+\n141 0\n$/);
    expect(err).toBe('');
  });
});

describe.concurrent('recx demo', () => {
  const demo = (...words: readonly string[]) => runHere([...words, 'demo'], { env: { HOME: emptyFolder() } });

  test('shows times in the zone of --tz', async () => {
    const [tokyo, london] = await Promise.all(['Asia/Tokyo', 'UTC'].map((zone) => demo('--tz', zone)));
    const times = (text = ''): readonly number[] =>
      (text.match(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g) ?? []).map((time) => Date.parse(`${time.replace(' ', 'T')}Z`));
    const [there, here] = [times(tokyo?.out), times(london?.out)];
    expect([tokyo?.code, london?.code]).toEqual([0, 0]);
    expect(here.length).toBeGreaterThan(8);
    // The samples depend on the current hour, and an hour may start between the two runs.
    for (const [index, time] of there.slice(0, 8).entries()) {
      expect(Math.abs((time - (here[index] ?? 0)) / 3_600_000 - 9)).toBeLessThanOrEqual(1);
    }
  });

  test('accepts --log-format and --quiet', async () => {
    for (const words of [
      ['--log-format', 'json'],
      ['--log-format=json', '--quiet'],
    ]) {
      const { code, err, out } = await demo(...words);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/recx help\n$/);
    }
  });
});

describe.concurrent('a run is rejected before any request', () => {
  test.each([
    ['an unknown API beside all', ['list', '-p', 'relay', '--api', 'all', '--api', 'nope'], /nope/],
    ['an unknown API before all', ['list', '-p', 'relay', '--api', 'nope', '--api', 'all'], /nope/],
    ['an unknown API of a check', ['profile', 'check', 'relay', '--api', 'all', '--api', 'nope'], /nope/],
    ['a field named twice', ['list', '-p', 'relay', '--fields', 'id,id'], /"id"/],
    ['a field named twice with spaces', ['get', 'x', '-p', 'relay', '--fields', 'id,from, id'], /"id"/],
    ['an empty format', ['list', '-p', 'relay', '-o', ''], /--output/],
    ['an empty format of a list of profiles', ['profile', 'list', '-o', ''], /--output/],
  ] as const)('with %s', async (_, words, named) => {
    const { run, sandbox } = await homeWith();
    const { code, out, err } = await run(words);
    expect({ code, out, requests: sandbox.requests.length }).toEqual({ code: 2, out: '', requests: 0 });
    expect(err).toMatch(named);
  });

  test.each(['http', 'tls,undici'])('with NODE_DEBUG=%s, which would print credentials', async (value) => {
    const { run, sandbox } = await homeWith();
    const { code, out, err } = await run(['list', '-p', 'relay'], { env: { NODE_DEBUG: value } });
    expect({ code, out, requests: sandbox.requests.length }).toEqual({ code: 8, out: '', requests: 0 });
    expect(err).toContain('NODE_DEBUG');
    expect(err).not.toMatch(/authorization/i);
  });

  test.each([
    '--tls-min-v1.0',
    '--max-old-space-size=200 --tls_min_v1.1',
    '"--tls-cipher-list=ALL"',
    '--tls-keylog=/tmp/keys',
    '--openssl-legacy-provider',
    '--insecure-http-parser',
  ])('with NODE_OPTIONS=%s, which weakens TLS', async (value) => {
    const { run, sandbox } = await homeWith();
    const { code, out, err } = await run(['list', '-p', 'relay'], { env: { NODE_OPTIONS: value } });
    expect({ code, out, requests: sandbox.requests.length }).toEqual({ code: 8, out: '', requests: 0 });
    expect(err).toContain('NODE_OPTIONS');
  });

  test.each(['--max-old-space-size=200 --enable-source-maps', '--tls-min-v1.3', '--title=--tls-min-v1.0x'])(
    'but not with NODE_OPTIONS=%s',
    async (value) => {
      const { run } = await homeWith();
      expect((await run(['list', '-p', 'relay'], { env: { NODE_OPTIONS: value } })).code).toBe(0);
    },
  );
});
