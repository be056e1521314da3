import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { homeWith } from '../../support/home.ts';
import { runHere } from '../../support/run.ts';
import { type TwoTokens, twoTokens } from '../../support/two-tokens.ts';

const stored = ({ folder }: TwoTokens) => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));

describe.concurrent('profile check', () => {
  test('checks several profiles, or all of them, whatever they remember', async () => {
    const account = await twoTokens();
    account.refused.swB.add('video');
    account.remember('swB', ['relay', 'compatibility']);
    for (const words of [['swA', 'swB'], ['swA,swB'], ['swA', 'swB', '--api', 'video']]) {
      const { code, out, err } = await account.run(['profile', 'check', ...words, '-o', 'csv']);
      expect(code).toBe(4);
      expect(out).toMatch(/^swA,signalwire,video,true,/m);
      expect(out).toMatch(/^swB,signalwire,video,false,/m);
      if (words.includes('--api')) continue;
      expect(err).toMatch(/^recx: the token of profile "swB" lacks the scope Video\n/m);
    }
    const every = await account.run(['profile', 'check', '--all-profiles', '-o', 'csv']);
    expect(every.out.match(/^\w+,/gm)).toEqual(
      ['profile', 'swA', 'swA', 'swA', 'swB', 'swB', 'swB', 'plv', 'tw'].map((name) => `${name},`),
    );
    expect(stored(account).profiles).toMatchObject({
      swA: { apis: ['relay', 'video', 'compatibility'] },
      swB: { apis: ['relay', 'compatibility'] },
    });
    expect((await account.run(['profile', 'check', 'swA', '--all-profiles'])).code).toBe(2);
    account.refused.swA.add('relay');
    const several = await account.run(['profile', 'check', '--all-profiles']);
    expect(several.code).toBe(4);
    expect(several.err).toContain('not all APIs work for 2 of 4 profiles\n');
  });

  test.each([50, 60, 80, 120])('shows a problem in full on a terminal of %i columns', async (columns) => {
    const account = await twoTokens();
    account.refused.swB.add('video');
    const { out } = await account.onTerminal(['profile', 'check', 'swA', 'swB'], columns);
    const lines = out.split('\n');
    const start = lines[0]?.indexOf('Problem') ?? -1;
    expect(start).toBeGreaterThan(0);
    expect(lines.every((line) => line.length <= columns)).toBe(true);
    const words = lines.map((line) => line.slice(start).trim()).join('');
    expect(words.replaceAll(' ', '')).toMatch(
      /SignalWirerejectedthecredentialsofprofile"swB"\(HTTP401from127\.0\.0\.1:\d+\):Unauthorized/,
    );
    expect(out).not.toContain('…');
    expect(out).toContain('compatibility');
    expect((await account.onTerminal(['profile', 'check', 'plv'], columns)).out).not.toContain('Problem');
  });
});

test('profile list tells the profiles of one provider apart in 80 columns', async () => {
  const account = await twoTokens();
  account.remember('swB', ['relay', 'compatibility']);
  await account.run(['profile', 'use', 'swB']);
  const { out } = await account.onTerminal(['profile', 'list'], 80);
  expect(out).toMatch(/^swA +signalwire +sandbox 5a4db0c5-\S* +stored +all$/m);
  expect(out).toMatch(/^swB +signalwire +yes +sandbox 5a4db0c5-\S* +stored +relay, compatibility$/m);
  expect(out).toMatch(/^plv +plivo +MASANDBOXSANDBOX0000 +stored +voice$/m);
  expect(out.split('\n').every((line) => line.length <= 80)).toBe(true);
});

test('profile list at 120 columns has complete ids before addresses', async () => {
  const account = await twoTokens();
  const long = 'https://a-proxy-of-a-long-name.in-a-network.example.com:8443';
  const id = '4781eddb-ffbb-411a-8a0d-7df24f213e0d';
  const set = ['--set', 'space=example-of-a-name', '--set', `project_id=${id}`];
  await account.run(['profile', 'add', 'long', '--provider', 'signalwire', ...set, '--base-url', long, '--no-check'], {
    input: 'secret\n',
  });
  const { out } = await account.onTerminal(['profile', 'list'], 120);
  expect(out).toContain(` example-of-a-name ${id} `);
  expect((await account.onTerminal(['profile', 'list'], 200)).out).toContain(long);
});

test('profile use --none leaves no default profile', async () => {
  const account = await twoTokens();
  await account.run(['profile', 'use', 'swA']);
  const none = await account.run(['profile', 'use', 'none']);
  expect(none).toMatchObject({ code: 6 });
  expect(none.err).toContain('recx profile use --none');
  for (const words of [['--none', 'swA'], []]) {
    expect((await account.run(['profile', 'use', ...words])).code).toBe(2);
    expect(stored(account).current).toBe('swA');
  }
  expect(await account.run(['profile', 'use', '--none'])).toMatchObject({ code: 0, out: '', err: '' });
  expect(stored(account).current).toBeUndefined();
  await account.run(['profile', 'rename', 'tw', 'none']);
  expect((await account.run(['profile', 'use', 'none'])).code).toBe(0);
  expect(stored(account).current).toBe('none');
});

describe.concurrent('a run whose account is not chosen', () => {
  test('names the stored profiles', async () => {
    const account = await twoTokens();
    const { code, err } = await account.run(['ls']);
    expect({ code, err }).toEqual({
      code: 4,
      err: 'recx: no default profile is set\nChoose with -p: swA, swB, plv, tw; or set a default with recx profile use swA\n',
    });
  });

  test('names the profiles of the provider that --provider means', async () => {
    const account = await twoTokens();
    const twilio = await account.run(['list', '--provider', 'twilio']);
    expect(twilio.code).toBe(4);
    expect(twilio.err).toMatch(/^recx: Twilio requires .*\nUse -p tw\n$/);
    expect((await account.run(['list', '--provider', 'signalwire'])).err).toContain('\nUse -p swA,swB\n');
    const all = ['list', '--all-profiles', '--all', '-o', 'json'];
    const { out } = await account.run([...all, '--provider', 'twilio']);
    const every = JSON.parse((await account.run(all)).out);
    expect(JSON.parse(out)).toEqual(every.filter((row: { provider: string }) => row.provider === 'twilio'));
    const other = await account.run(['list', '-p', 'tw', '--provider', 'signalwire']);
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining('\nUse -p swA,swB\n') });
    const demo = ['list', '--count', '-o', 'json'];
    const own = async (...words: readonly string[]) =>
      (await account.run([...demo, ...words], { env: { RECX_PROFILE: 'demo' } })).out;
    expect(await own('--provider', 'plivo')).toBe(await own('-p', 'demo', '--provider', 'plivo'));
    expect(Number(await own('--provider', 'plivo'))).toBeLessThan(Number(await own()));
    // The flag comes before the environment.
    const { out: profiles } = await account.run(
      ['list', '--all-profiles', '-n', '9', '-o', 'csv', '--fields', 'profile'],
      {
        env: { RECX_PROFILE: 'demo' },
      },
    );
    expect(profiles).not.toContain('demo');
  });

  test('edits nothing in a pipe without a flag, and names the one for the secret', async () => {
    const account = await twoTokens();
    const { code, err } = await account.run(['profile', 'edit', 'swA'], { input: 'secret\n' });
    expect(code).toBe(2);
    expect(err).toContain('--new-secret');
  });
});

test.concurrent('--all-profiles without stored profiles says so, whatever RECX_PROFILE names', async () => {
  for (const env of [{}, { RECX_PROFILE: 'demo' }])
    expect(await runHere(['list', '--all-profiles'], { env })).toMatchObject({
      code: 4,
      out: '',
      err: 'recx: --all-profiles: no profile is stored\nAdd one with recx profile add; for the sample data: --profile demo\n',
    });
});

describe.concurrent('--api with several profiles', () => {
  test('asks those that have it', async () => {
    const account = await twoTokens();
    const video = ['--api', 'video', '-o', 'json', '--fields', 'id', '--all'];
    const alone = await account.run(['list', '-p', 'swA', ...video]);
    expect(await account.run(['list', '-p', 'plv,swA,tw', ...video])).toMatchObject({
      code: 0,
      err: '',
      out: alone.out,
    });
    const mixed = await account.run(['list', '-p', 'plv,swA', '--api', 'video,voice', '--all', '-o', 'ndjson']);
    expect(mixed.code).toBe(0);
    expect(new Set(mixed.out.match(/"api":"\w+"/g))).toEqual(new Set(['"api":"video"', '"api":"voice"']));
  });

  test('asks a profile that remembers others only if no other profile has it', async () => {
    const account = await twoTokens();
    account.refused.swB.add('video');
    account.remember('swB', ['relay']);
    const list = ['list', '--api', 'video', '--limit', '1', '-p'];
    expect(await account.run([...list, 'swB,swA'])).toMatchObject({ code: 0, err: '' });
    expect((await account.run([...list, 'swB,plv'])).code).toBe(4);
    account.refused.swB.clear();
    expect((await account.run([...list, 'swB,plv'])).code).toBe(0);
  });

  test('is a usage error if no profile has it, before any request', async () => {
    const account = await twoTokens();
    for (const [profiles, apis, message, hint] of [
      ['plv,tw', 'video', 'no chosen profile has the API "video"', 'plv has voice; tw has voice'],
      ['plv', 'video,voice', 'profile "plv" has no API "video"', 'plv has voice'],
      ['swA', 'relay,voice', 'profile "swA" has no API "voice"', 'swA has relay, video, compatibility'],
    ] as const)
      expect(await account.run(['list', '-p', profiles, '--api', apis])).toMatchObject({
        code: 2,
        out: '',
        err: `recx: ${message}\n${hint}\n`,
      });
    expect(account.sandbox.requests).toHaveLength(0);
  });
});

test('a refusal by the only API that is checked leads to the check of all', async () => {
  const account = await twoTokens();
  account.refused.swB.add('video');
  const one = await account.run(['profile', 'check', 'swB', '--api', 'video']);
  expect(one.err).toMatch(/^recx: SignalWire rejected [^\n]*\nCheck the credentials: recx profile check swB\n$/);
  const all = await account.run(['profile', 'check', 'swB']);
  expect(all.err).toContain('the token lacks the scope Video\n');
});

test('a wholly wrong token is not told to need a scope', async () => {
  const account = await twoTokens();
  for (const api of ['relay', 'video', 'compatibility']) account.refused.swA.add(api);
  for (const words of [
    ['list', '-p', 'swA'],
    ['list', '-p', 'swA', '--api', 'relay'],
    ['profile', 'check', 'swA'],
  ]) {
    const { code, err } = await account.run(words);
    expect(code).toBe(4);
    expect(err).toMatch(
      /^recx: SignalWire rejected the credentials of profile "swA" \(HTTP 401 from 127\.0\.0\.1:\d+\)/,
    );
    expect(err).not.toContain('scope');
  }
});

test('on a terminal, profile use and remove say what is the default now, and profile list names the demo', async () => {
  const home = await homeWith();
  const onTerminal = async (...words: readonly string[]) => {
    const { code, out, err } = await home.run(['profile', ...words], { columns: 100, showsErrors: true });
    expect(code).toBe(0);
    return out + err;
  };
  expect(await onTerminal('use', 'relay')).toContain('profile "relay" is the default now; try: recx list');
  expect(await onTerminal('list')).not.toContain('The default is demo');
  expect(await onTerminal('remove', 'plivo')).toMatch(/removed profile "plivo"\s*$/);
  expect(await onTerminal('remove', 'relay')).toContain('removed profile "relay"; no profile is the default now');
  await onTerminal('use', 'demo');
  expect(await onTerminal('list')).toContain('The default is demo, the built-in sample data');
  expect(await onTerminal('use', '--none')).toContain('no profile is the default now');
  expect(await home.run(['profile', 'use', 'demo'])).toMatchObject({ code: 0, out: '', err: '' });
});

test.concurrent('a provider that no profile has gets the command that stores one', async () => {
  const { run } = await homeWith();
  for (const name of ['relay', 'video', 'compatibility', 'twilio']) await run(['profile', 'remove', name]);
  const got = await run(['list', '-p', 'plivo', '--provider', 'twilio']);
  expect([got.code, got.err]).toEqual([
    2,
    'recx: --provider: no chosen profile is of Twilio\nStore one: recx profile add --provider twilio\n',
  ]);
  expect((await run(['list', '--provider', 'plivo,twilio'])).err).toBe(
    'recx: Plivo requires PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN in the environment\nUse -p plivo\n',
  );
  expect((await run(['list', '--provider', 'twilio'])).err).toContain(
    '\nSet them, or store a profile: recx profile add --provider twilio\n',
  );
  expect((await run(['list', '-p', 'nobody'])).err).toContain('\nStored are plivo\n');
});

test('the name of a provider that is typed for a profile gets the flag for it', async () => {
  const { code, err } = await runHere(['list', '-p', 'twilio', '--since', '3d'], {
    env: { RECX_CONFIG_DIR: emptyFolder() },
  });
  expect({ code, err }).toEqual({ code: 6, err: 'recx: profile "twilio" not found\nUse --provider twilio\n' });
});
