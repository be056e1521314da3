import { describe, expect, test } from 'vitest';
import { columns } from '../../../src/core/columns.ts';
import { sandboxApis } from '../../../src/sandbox/server.ts';
import { emptyFolder } from '../../support/cleanup.ts';
import { homeWith } from '../../support/home.ts';
import { parseCsv } from '../../support/parse-csv.ts';

const list = ['list', '--since', '20d', '-n', '400', '-o', 'csv'];
const headerOf = (out: string): readonly string[] => parseCsv(out)[0] ?? [];

describe.concurrent('--fields', () => {
  test('is repeatable, takes commas, and compares names like other words', async () => {
    const { run } = await homeWith();
    const words = [...list, '-p', 'twilio', '--fields', 'id, Created-At', '--fields', 'CALLER'];
    expect(headerOf((await run(words)).out)).toEqual(['id', 'created_at', 'from']);
  });

  test('all means every column that is shown without it, beside those that are named', async () => {
    const { run } = await homeWith();
    const all = columns.map(({ key }) => key);
    const header = async (...fields: readonly string[]) =>
      headerOf((await run([...list, '-p', 'twilio', ...fields.flatMap((one) => ['--fields', one])])).out);
    expect(await header('all')).toEqual(all);
    expect(await header('media_url,all')).toEqual(['media_url', ...all]);
    expect(await header('ALL', 'id')).toEqual([...all.filter((key) => key !== 'id'), 'id']);
  });

  test.each([
    ['id,', '--fields: a value of "id," is empty'],
    ['', '--fields: the value is empty'],
    ['id,ID', '--fields: "id" is given twice'],
    ['all,all', '--fields: "all" is given twice'],
    ['id,durration', '--fields: "durration" is not a field'],
  ])('%j is a usage error', async (fields, message) => {
    const { run, sandbox } = await homeWith();
    for (const command of ['list', 'export', 'get']) {
      const got = await run([command, ...(command === 'get' ? ['x'] : []), '-p', 'twilio', '--fields', fields]);
      expect({ code: got.code, first: got.err.split('\n')[0] }).toEqual({ code: 2, first: `recx: ${message}` });
    }
    expect(sandbox.requests).toEqual([]);
  });
});

describe.concurrent('profiles and APIs', () => {
  const asked = async (words: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const { run } = await homeWith();
    const got = await run([...list, '--fields', 'profile,api', '--no-header', ...words], { env });
    expect({ code: got.code, err: got.err }).toEqual({ code: 0, err: '' });
    return [...new Set(got.out.trim().split('\n'))].sort();
  };

  test('are named with commas or by repeated flags, by the same rule as in RECX_PROFILE', async () => {
    const both = ['plivo,voice', 'twilio,voice'];
    expect(await asked(['-p', 'plivo, twilio'])).toEqual(both);
    expect(await asked(['-p', 'plivo', '--profile', 'twilio,plivo'])).toEqual(both);
    expect(await asked([], { RECX_PROFILE: 'twilio,plivo' })).toEqual(both);
    const apis = ['relay,relay', 'relay,video'];
    expect(await asked(['-p', 'relay', '--api', 'Relay,VIDEO'])).toEqual(apis);
    expect(await asked(['-p', 'relay', '--api', 'video', '--api', 'relay,relay'])).toEqual(apis);
  });

  test('several providers choose their profiles, or their credentials in the environment', async () => {
    const both = ['plivo,voice', 'twilio,voice'];
    expect(await asked(['--all-profiles', '--provider', 'Twilio, plivo'])).toEqual(both);
    expect(await asked(['-p', 'relay,plivo,twilio', '--provider', 'twilio', '--provider', 'plivo'])).toEqual(both);
    const demo = ['demo,voice', 'demo,relay', 'demo,video', 'demo,compatibility'].sort();
    expect(await asked(['-p', 'demo', '--provider', 'signalwire,plivo'])).toEqual(demo);
    expect(await asked(['--provider', 'plivo'], { RECX_PROFILE: 'relay,plivo' })).toEqual(['plivo,voice']);
  });

  test('of several providers, those in the environment go with the profiles of the others', async () => {
    const { run, sandbox } = await homeWith();
    const { credentials = {} } = sandboxApis.find(({ provider }) => provider === 'signalwire') ?? {};
    const env = {
      SIGNALWIRE_SPACE: sandbox.origin,
      SIGNALWIRE_PROJECT_ID: credentials.project_id ?? '',
      SIGNALWIRE_API_TOKEN: credentials.token ?? '',
    };
    const words = [...list, '--fields', 'profile', '--no-header', '--provider', 'signalwire,plivo'];
    const got = await run(words, { env: { ...env, RECX_PROFILE: 'plivo' } });
    expect({ code: got.code, err: got.err }).toEqual({ code: 0, err: '' });
    expect([...new Set(got.out.trim().split('\n'))].sort()).toEqual(['plivo', 'signalwire']);
    expect(await run(words, { env })).toMatchObject({
      code: 4,
      out: '',
      err: 'recx: Plivo requires PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN in the environment\nUse -p plivo\n',
    });
  });

  test.each([
    [['-p', 'plivo,'], '--profile: a value of "plivo," is empty'],
    [['-p', ''], '--profile: the value is empty'],
    [['-p', 'relay', '--api', 'relay,'], '--api: a value of "relay," is empty'],
    [['-p', 'relay', '--api', 'relay,vidio'], '--api: "vidio" is not one of relay, video, compatibility, voice, all'],
    [['-p', 'relay', '--provider', 'signalwire,'], '--provider: a value of "signalwire," is empty'],
    [['-p', 'relay', '--api', 'relay,plivo'], '--api: plivo is a provider\nUse --provider plivo'],
    [['-p', 'relay', '--provider', 'Video'], '--provider: video is an API\nUse --api video'],
    [['-p', 'plivo', '--provider', 'plivo,twilio'], '--provider: no chosen profile is of Twilio\nUse -p twilio'],
  ])('%j is a usage error', async (words, message) => {
    const { run, sandbox } = await homeWith();
    const got = await run([...list, ...words]);
    expect({ code: got.code, err: got.err }).toEqual({
      code: 2,
      err: expect.stringContaining(`recx: ${message}\n`),
    });
    expect(sandbox.requests).toEqual([]);
  });

  test('an empty name in RECX_PROFILE is a usage error, an empty variable is none', async () => {
    const { run } = await homeWith();
    const got = await run(list, { env: { RECX_PROFILE: 'plivo,' } });
    expect([got.code, got.err]).toEqual([2, 'recx: RECX_PROFILE: a value of "plivo," is empty\n']);
    expect((await run([...list, '-p', 'plivo'], { env: { RECX_PROFILE: '' } })).code).toBe(0);
  });
});

test.concurrent('--media is repeatable and takes commas', async () => {
  const { run } = await homeWith();
  const dry = ['download', '-p', 'twilio', '--since', '3d', '--dir', emptyFolder(), '--dry-run'];
  expect((await run([...dry, '--media', 'mp3', '--media', 'wav'])).code).toBe(0);
  const got = await run([...dry, '--media', 'mp3,']);
  expect([got.code, got.err]).toEqual([2, 'recx: --media: a value of "mp3," is empty\n']);
});

test.concurrent.each([
  [
    ['--provider', 'plivo,tw'],
    ['words', 'plivo,twilio'],
  ],
  [
    ['--status', 'completed,pro'],
    ['words', 'completed,processing'],
  ],
  [['--kind=call,ca'], ['words']],
  [
    ['--kind', 'room,ca'],
    ['words', 'room,call'],
  ],
  [
    ['--api', 'relay,vi'],
    ['words', 'relay,video'],
  ],
  [
    ['-p', 'twilio,pl'],
    ['words', 'twilio,plivo'],
  ],
  [
    ['--fields', 'id,al'],
    ['open', 'id,all'],
  ],
] as const)('completion goes on after a comma: %j', async (words, expected) => {
  const { run } = await homeWith();
  const { out } = await run(['complete', '--', 'list', ...words]);
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0]),
  ).toEqual(expected);
});
