import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { type Home, homeWith } from '../../support/home.ts';
import { runHere } from '../../support/run.ts';

const stored = ({ folder }: Pick<Home, 'folder'>) => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));

describe.concurrent('profile rename', () => {
  test('keeps the profile, its place and the choice of the default', async () => {
    const home = await homeWith();
    await home.run(['profile', 'use', 'relay']);
    const before = stored(home);
    expect(await home.run(['profile', 'rename', 'relay', 'calls'])).toMatchObject({ code: 0, out: '', err: '' });
    const after = stored(home);
    expect(after.current).toBe('calls');
    expect(after.profiles.calls).toEqual(before.profiles.relay);
    expect(Object.keys(after.profiles)).toEqual(
      Object.keys(before.profiles).map((name) => (name === 'relay' ? 'calls' : name)),
    );
    const { err } = await home.run(['profile', 'rename', 'plivo', 'work'], { env: { RECX_PROFILE: 'plivo' } });
    expect(err).toContain('RECX_PROFILE names "plivo", which is now "work"');
  });

  test.each([
    ['a name that exists', ['relay', 'plivo'], 2],
    ['its own name', ['relay', 'relay'], 2],
    ['demo', ['relay', 'demo'], 2],
    ['a name that is none', ['relay', 'a b'], 2],
    ['the built-in profile', ['demo', 'other'], 2],
    ['an unknown profile', ['nobody', 'other'], 6],
  ])('refuses %s', async (_, names, code) => {
    const home = await homeWith();
    const before = stored(home);
    expect((await home.run(['profile', 'rename', ...names])).code).toBe(code);
    expect(stored(home)).toEqual(before);
  });
});

test('profile current prints the profile of a command without --profile', async () => {
  const home = await homeWith();
  const none = await home.run(['profile', 'current']);
  expect(none).toMatchObject({ code: 6, out: '' });
  expect(none.err).toMatch(/^recx: no default profile\n.*recx profile use /);
  await home.run(['profile', 'use', 'plivo']);
  expect(await home.run(['profile', 'current'])).toMatchObject({ code: 0, out: 'plivo\n', err: '' });
  const named = await home.run(['profile', 'current'], { env: { RECX_PROFILE: 'relay,video' } });
  expect(named.out).toBe('relay\nvideo\n');
  expect((await home.run(['profile', 'current'], { env: { RECX_PROFILE: 'nobody' } })).code).toBe(6);
});

describe.concurrent('profile edit', () => {
  test('changes fields, the secret and the address, and keeps the rest', async () => {
    const home = await homeWith();
    const { plivo } = stored(home).profiles;
    const edit = (flags: readonly string[], input = '') => home.run(['profile', 'edit', 'plivo', ...flags], { input });
    expect(await edit(['--set', 'private_media_hosts=store.example'])).toMatchObject({ code: 0, out: '', err: '' });
    expect(stored(home).profiles.plivo).toEqual({ ...plivo, private_media_hosts: 'store.example' });
    expect((await edit(['--set', 'private_media_hosts='])).code).toBe(0);
    expect(stored(home).profiles.plivo).toEqual(plivo);
    expect((await edit(['--secret-env', 'PLIVO_TOKEN'])).code).toBe(0);
    expect(stored(home).profiles.plivo.secret).toEqual({ field: 'auth_token', env: 'PLIVO_TOKEN' });
    expect((await edit(['--new-secret'], `${plivo.secret.value}\n`)).code).toBe(0);
    expect(stored(home).profiles.plivo).toEqual(plivo);
    expect((await edit(['--set', 'auth_id=other'])).code).toBe(0);
    const { apis: _, ...other } = plivo;
    expect(stored(home).profiles.plivo).toEqual({ ...other, credentials: { auth_id: 'other' } });
  });

  test('saves nothing if the check fails, or the flags make no sense', async () => {
    const home = await homeWith();
    const before = stored(home);
    const edit = async (flags: readonly string[], input = '') =>
      (await home.run(['profile', 'edit', 'plivo', ...flags], { input })).code;
    expect(await edit(['--new-secret', '--check'], 'wrong\n')).toBe(4);
    expect(await edit([])).toBe(2);
    expect(await edit(['--set', 'auth_token=x'])).toBe(2);
    expect(await edit(['--new-secret', '--secret-env', 'X'], 'x\n')).toBe(2);
    expect(await edit(['--no-base-url', '--set', 'auth_id=hello'])).toBe(2);
    expect((await home.run(['profile', 'edit', 'nobody', '--set', 'auth_id=x'])).code).toBe(6);
    expect((await home.run(['profile', 'edit', 'twilio', '--set', 'api_key=SKx'])).code).toBe(2);
    expect(stored(home)).toEqual(before);
  });
});

describe.concurrent('an id of a form that its vendor does not document', () => {
  test.each([
    ['plivo', ['auth_id=hello']],
    ['twilio', ['account_sid=AC12']],
    ['twilio', [`account_sid=AC${'0'.repeat(32)}`, 'api_key=12']],
    ['signalwire', ['space=example', 'project_id=p-1']],
  ])('is refused for %s: %j, but not with --base-url', async (provider, fields) => {
    const env = { RECX_CONFIG_DIR: emptyFolder() };
    const words = ['profile', 'add', 'work', '--provider', provider, ...fields.flatMap((field) => ['--set', field])];
    const refused = await runHere(words, { env, input: 'secret\n' });
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/--set \w+: this is not a valid /);
    const accepted = await runHere([...words, '--base-url', 'http://127.0.0.1:1'], { env, input: 'secret\n' });
    expect(accepted.code).toBe(0);
  });
});
