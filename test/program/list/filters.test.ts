import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../../src/core/decode.ts';
import { SUBACCOUNT } from '../../../src/sandbox/plivo.ts';
import { emptyFolder } from '../../support/cleanup.ts';
import { answer, type Home, homeWith } from '../../support/home.ts';
import { type Run, runHere } from '../../support/run.ts';
import {
  compatibility,
  listArgs,
  plivo,
  sandboxEntries,
  twilio,
  video,
  type WireFormat,
} from '../../support/wire-formats.ts';

const uuid = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-000000000000`;
const sid = (letters: string, digit: string): string => letters + digit.repeat(32);

const idsOf = ({ out }: Run): readonly string[] => JSON.parse(out).map(({ id }: { readonly id: string }) => id);

/** A home whose server knows some fields of its recordings, and does not return them. */
const homeHiding = async (wire: WireFormat, rows: Readonly<Record<string, Row>>): Promise<Home> => {
  const at = Date.now() - 3_600_000;
  const entries = Object.entries(rows).map(([id, hidden]) => {
    const unset = Object.keys(wire.row(id)).filter((key) => hideable.includes(key));
    const row = { ...wire.row(id, {}, at), ...Object.fromEntries(unset.map((key) => [key, null])) };
    return { id, at, row, hidden };
  });
  return homeWith({ entries: { [wire.name]: entries } });
};

const hideable = ['call_uuid', 'from_number', 'to_number', 'call_sid', 'conference_sid', 'room_session_id'];

const cases: readonly (readonly [wire: WireFormat, key: string, flag: string, value: string, other: string])[] = [
  [plivo, 'call_uuid', '--call', 'some-call', 'other-call'],
  [plivo, 'from_number', '--from', '+14155550100', '+14155550199'],
  [plivo, 'from_number', '--from', 'sip:desk@phone.plivo.com', 'sip:door@phone.plivo.com'],
  [plivo, 'to_number', '--to', '+1 (415) 555-0100', '+14155550199'],
  [plivo, 'conference_name', '--conference', 'weekly review', 'standup'],
  [plivo, 'mpc_name', '--conference', 'weekly review', 'standup'],
  [plivo, 'conference_uuid', '--conference', uuid('a'), uuid('b')],
  [plivo, 'mpc_uuid', '--conference', uuid('a'), uuid('b')],
  [plivo, 'mpc_name', '--conference', uuid('a'), uuid('b')],
  [plivo, 'subaccount', '--subaccount', SUBACCOUNT, 'SAOTHER'],
  [twilio, 'call_sid', '--call', sid('CA', '1'), sid('CA', '2')],
  [twilio, 'conference_sid', '--conference', sid('CF', '1'), sid('CF', '2')],
  [compatibility, 'call_sid', '--call', uuid('a'), uuid('b')],
  [compatibility, 'conference_sid', '--conference', uuid('a'), uuid('b')],
  [video, 'room_session_id', '--room-session', uuid('a'), uuid('b')],
];

const inServerForm = (value: string): string => value.replace('+1 (415) 555-0100', '+14155550100');

describe.concurrent('a row that does not repeat the field by which the server found it is kept', () => {
  test.each(cases.map((one) => [one[0].name, ...one] as const))(
    '$0, $2 $3',
    async (_name, wire, key, flag, value, other) => {
      const home = await homeHiding(wire, { wanted: { [key]: inServerForm(value) }, another: { [key]: other } });
      const got = await home.run(['list', ...wire.args, '--since', '2d', flag, value, '-o', 'json']);
      expect({ ids: idsOf(got), code: got.code, err: got.err }).toEqual({ ids: ['wanted'], code: 0, err: '' });
    },
  );

  test.each([
    [plivo, 'conference_name', 'weekly review'],
    [twilio, 'conference_sid', sid('CF', '1')],
    [compatibility, 'conference_sid', uuid('a')],
  ] as const)('$0.name, as a recording of a conference', async (wire, key, value) => {
    const home = await homeHiding(wire, { wanted: { [key]: value } });
    const words = ['list', ...wire.args, '--since', '2d', '--conference', value, '--kind', 'conference', '-o', 'json'];
    expect(idsOf(await home.run(words))).toEqual(['wanted']);
  });

  test('also in downloads, exports and totals', async () => {
    const value = '+14155550100';
    const { run, sandbox } = await homeHiding(plivo, { wanted: { from_number: value }, another: {} });
    const filters = ['-p', 'plivo', '--since', '2d', '--from', value];
    const dir = emptyFolder();
    expect((await run(['download', ...filters, '--dir', dir, '--dry-run'])).out).toContain('1 file');
    const file = join(dir, 'calls.csv');
    expect((await run(['export', ...filters, '--out', file, '--fields', 'id,from', '-q'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('id,from\nwanted,\n');
    expect(JSON.parse((await run(['stats', ...filters, '-o', 'json'])).out)).toMatchObject([{ recordings: 1 }]);
    expect(readdirSync(dir)).toEqual(['calls.csv']);
    expect(sandbox.requests.some(({ url }) => url.searchParams.get('from_number') === value)).toBe(true);
  });
});

describe.concurrent('a value in another form than the API documents', () => {
  test('is not sent, also with all profiles: the others are filtered by recx', async () => {
    const { run, sandbox } = await homeWith();
    for (const flags of [
      ['--conference', 'weekly review'],
      ['--call', 'foo'],
      ['--room-session', 'foo'],
      ['--conference', sid('CF', '1')],
      ['--call', uuid('a')],
    ]) {
      const got = await run(['list', '--all-profiles', '--api', 'all', '--since', '20d', ...flags, '-o', 'json']);
      expect({ flags, code: got.code }).toEqual({ flags, code: 0 });
    }
    const values = sandbox.requests.map(({ url }) => [...url.searchParams.values(), url.pathname].join(' '));
    const twilioAsked = values.filter((text) => text.includes('/2010-04-01/Accounts/AC'));
    expect(twilioAsked.length).toBeGreaterThan(0);
    expect(twilioAsked.filter((text) => /foo|weekly|a{8}-/.test(text))).toEqual([]);
    expect(values.filter((text) => text.includes('/api/') && /foo|weekly|CF1/.test(text))).toEqual([]);
  });

  test('as the name of a conference is compared with what the conferences of the account say', async () => {
    const { run } = await homeWith();
    const named = async (name: string) => {
      const got = await run([
        'list',
        '-p',
        'twilio',
        '--all',
        '--conference',
        name,
        '-o',
        'json',
        '--fields',
        'conference_name',
      ]);
      return { code: got.code, err: got.err, names: JSON.parse(got.out) };
    };
    const found = await named('weekly review');
    expect(found).toMatchObject({ code: 0, err: '' });
    expect(found.names.length).toBeGreaterThan(2);
    expect(new Set(found.names.map((row: { conference_name: string }) => row.conference_name))).toEqual(
      new Set(['weekly review']),
    );
    expect(await named('weekly revue')).toEqual({ code: 0, err: '', names: [] });
  });

  test('as an id is not asked of an API whose ids have another form, and a rejected one is not found', async () => {
    const { run, sandbox } = await homeWith();
    const wanted = sandbox.requests.length;
    const listed = await run(['list', '-p', 'twilio', '-n', '1', '-o', 'json']);
    const [id = ''] = idsOf(listed);
    const found = await run(['get', id, '--all-profiles', '--api', 'all', '-o', 'json']);
    expect({ code: found.code, id: JSON.parse(found.out).id }).toEqual({ code: 0, id });
    const paths = sandbox.requests.slice(wanted).map(({ url }) => url.pathname);
    expect(paths.filter((path) => path.startsWith('/api/'))).toEqual([]);
    const asked = sandbox.requests.length;
    const dir = emptyFolder();
    const ids = await run(['download', '-p', 'twilio', '--ids', '-', '--dir', dir], { input: `${uuid('a')}\n` });
    expect({ code: ids.code, requests: sandbox.requests.length }).toEqual({ code: 6, requests: asked });
  });

  test('as an id that one of several APIs rejects as invalid is looked for in the others', async () => {
    const row = plivo.row('foo');
    const { run } = await homeWith({
      entries: { [plivo.name]: [{ id: 'foo', at: Date.now(), row }] },
      intercept: ({ url }, response) =>
        url.pathname.includes('Recordings/') && answer(response, { message: 'no' }, 422),
    });
    const got = await run(['get', 'foo', '-p', 'twilio', '-p', 'plivo', '-o', 'json']);
    expect({ code: got.code, err: got.err }).toEqual({ code: 0, err: '' });
    expect((await run(['get', 'bar', '-p', 'twilio', '-p', 'plivo'])).code).toBe(6);
    expect((await run(['get', 'bar', '-p', 'twilio'])).code).toBe(6);
  });
});

test.concurrent('deleted recordings are asked for where the API keeps them', async () => {
  const at = Date.now() - 3_600_000;
  const entry = (wire: WireFormat) => ({ id: 'gone', at, row: wire.row('gone', { status: 'deleted' }, at) });
  const { run, sandbox } = await homeWith({ entries: { [twilio.name]: [entry(twilio)] } });
  const list = ['list', '-p', 'twilio', '-o', 'json'];
  expect(idsOf(await run(list))).toEqual([]);
  expect(idsOf(await run([...list, '--status', 'deleted']))).toEqual(['gone']);
  await run(['list', ...compatibility.args, '-o', 'json', '--status', 'deleted']);
  const sent = sandbox.requests.map(({ url }) => url.searchParams.get('IncludeSoftDeleted'));
  expect(sent).toEqual([null, 'true', null]);
});

test.concurrent.each([
  [null, false],
  [undefined, false],
  ['', true],
  ['aes-256-gcm', true],
  [{ encryption_cek: 'x' }, true],
  [['x'], true],
  [true, true],
])('a recording whose encryption details are %j is encrypted: %j', async (details, encrypted) => {
  for (const wire of [plivo, twilio, compatibility, video]) {
    const row = wire.row('one', details === undefined ? {} : { encryption_details: details });
    const { run } = await homeWith({ entries: { [wire.name]: [{ id: 'one', at: Date.now() - 3_600_000, row }] } });
    const { out } = await run(['list', ...wire.args, '--since', '2d', '-o', 'json']);
    expect(JSON.parse(out)).toMatchObject([{ id: 'one', encrypted }]);
  }
});

test.concurrent('a caller is found in every spelling, also by a server that compares text', async () => {
  const at = Date.now() - 3_600_000;
  const callers = ['+14155550100', '14155550100', '4155550100', '+442079460018', 'anonymous', null];
  const entries = callers.map((caller, index) => ({
    id: String(index),
    at,
    row: plivo.row(String(index), { from_number: caller }, at),
  }));
  const { run } = await homeWith({ entries: { [plivo.name]: entries } });
  const found = async (caller: string) =>
    [...idsOf(await run(['list', '-p', 'plivo', '--since', '2d', '--from', caller, '-o', 'json']))].sort();
  expect(await found('+14155550100')).toEqual(['0', '1', '2']);
  expect(await found('415-555-0100')).toEqual(['0', '1', '2']);
  expect(await found('+1415*')).toEqual(['0', '1']);
  expect(await found('+442079460018')).toEqual(['3']);
  expect(await found('Anonymous')).toEqual(['4']);
  expect((await run(['list', '-p', 'plivo', '--from', '()-'])).code).toBe(2);
});

test.concurrent('a conference is found in every Unicode form, also by a server that compares bytes', async () => {
  const at = Date.now() - 3_600_000;
  const names = ['R\u00e9union', 'Re\u0301union'];
  const rows = names.map((name, index) => plivo.row(String(index), { conference_name: name }, at));
  const entries = rows.map((row, index) => ({ id: String(index), at, row }));
  const { run } = await homeWith({ entries: { [plivo.name]: entries } });
  for (const name of names) {
    const got = await run(['list', '-p', 'plivo', '--since', '2d', '--conference', name, '-o', 'json']);
    expect([...idsOf(got)].sort()).toEqual(['0', '1']);
  }
});

describe.concurrent('several values of a filter', () => {
  const at = Date.now() - 3_600_000;
  const entriesOf = (wire: WireFormat, key: string, values: readonly (string | null)[]) => ({
    [wire.name]: values.map((value, index) => ({
      id: String(index),
      at: at - index * 1000,
      row: wire.row(String(index), { [key]: value }, at - index * 1000),
    })),
  });
  const bound = ['--since', '2d'];

  test.each([
    [plivo, 'from_number', '--from', ['+14155550100', '+442079460018', 'anonymous', null], '0,1', 'from_number'],
    [plivo, 'call_uuid', '--call', ['a', 'b', 'c', 'a'], '0,1,3', 'call_uuid'],
    [
      twilio,
      'call_sid',
      '--call',
      [sid('CA', '1'), sid('CA', '2'), sid('CA', '3'), sid('CA', '2')],
      '0,1,3',
      'CallSid',
    ],
    [compatibility, 'call_sid', '--call', [uuid('a'), uuid('b'), uuid('c'), null], '0,1', 'CallSid'],
    [video, 'room_session_id', '--room-session', [uuid('a'), uuid('b'), uuid('c'), null], '0,1', ''],
  ] as const)('is asked of $0.name in a request each, and lists, downloads and counts the same', async (...one) => {
    const [wire, key, flag, values, expected, parameter] = one;
    const { run, sandbox } = await homeWith({ entries: entriesOf(wire, key, values) });
    const repeated = [...wire.args, ...bound, flag, values[0], flag, values[1], flag, values[1]];
    const listed = await run(['list', ...repeated, '-o', 'json']);
    expect({ ids: idsOf(listed).join(), err: listed.err }).toEqual({ ids: expected, err: '' });
    const asked = sandbox.requests.map(({ url }) =>
      parameter === '' ? /room_sessions\/([^/]+)/.exec(url.pathname)?.[1] : url.searchParams.get(parameter),
    );
    for (const value of values.slice(0, 2)) expect(asked).toContain(value);
    expect(asked).not.toContain(values[2]);
    const filtered = [...wire.args, ...bound, flag, `${values[0]},${values[1]}`];
    const count = expected.split(',').length;
    expect(JSON.parse((await run(['stats', ...filtered, '--by', 'provider', '-o', 'json'])).out)).toMatchObject([
      { recordings: count },
    ]);
    expect((await run(['download', ...filtered, '--dir', emptyFolder(), '--dry-run'])).out).toContain(`${count} files`);
  });

  test('stop at the limit, newest first', async () => {
    const { run } = await homeWith({
      entries: entriesOf(twilio, 'call_sid', [sid('CA', '1'), sid('CA', '2'), sid('CA', '1')]),
    });
    const words = ['list', ...twilio.args, '--call', `${sid('CA', '2')},${sid('CA', '1')}`, '-n', '2', '-o', 'json'];
    expect(idsOf(await run(words))).toEqual(['0', '1']);
  });

  test('may hold one in another form than the API documents, which is not asked for', async () => {
    const { run, sandbox } = await homeWith({
      entries: entriesOf(twilio, 'call_sid', [sid('CA', '1'), sid('CA', '2')]),
    });
    const got = await run(['list', ...twilio.args, '--call', `foo,${sid('CA', '2')}`, '-o', 'json']);
    expect({ ids: idsOf(got), err: got.err }).toEqual({ ids: ['1'], err: '' });
    expect(sandbox.requests.map(({ url }) => url.searchParams.get('CallSid'))).toEqual([sid('CA', '2')]);
  });

  test('may include the status of deleted recordings', async () => {
    const { run, sandbox } = await homeWith({
      entries: entriesOf(twilio, 'status', ['deleted', 'completed', 'absent']),
    });
    expect(idsOf(await run(['list', ...twilio.args, '--status', 'completed,deleted', '-o', 'json']))).toEqual([
      '0',
      '1',
    ]);
    expect(sandbox.requests.map(({ url }) => url.searchParams.get('IncludeSoftDeleted'))).toEqual(['true']);
  });

  test('continue an export of an older version, in any order', async () => {
    const { run } = await homeWith({ entries: entriesOf(twilio, 'status', ['completed', 'absent']) });
    const out = join(emptyFolder(), 'calls.csv');
    const state = `${out}.state.json`;
    const exported = async (...flags: readonly string[]) =>
      (await run(['export', ...twilio.args, '--out', out, '--incremental', ...flags])).code;
    expect(await exported('--status', 'completed')).toBe(0);
    const old = readFileSync(state, 'utf8');
    writeFileSync(state, old.replace('["completed"]', '"completed"'));
    expect(old).toContain('["completed"]');
    expect(await exported('--status', 'completed')).toBe(0);
    expect(await exported('--status', 'completed,absent')).toBe(7);
    expect(await exported('--status', 'completed,absent', '--reset-state')).toBe(0);
    expect(await exported('--status', 'absent', '--status', 'completed')).toBe(0);
  });
});

describe.concurrent('a filter that could drop what was typed', () => {
  test.each([
    [['--since', '2d', '--since', '3d'], '--since is given twice'],
    [['--until', 'now', '--until', 'today'], '--until is given twice'],
    [['--min-duration', '1s', '--min-duration', '2s'], '--min-duration is given twice'],
    [['--max-duration', '1s', '--max-duration', '1s'], '--max-duration is given twice'],
    [['-n', '1', '--limit', '2'], '--limit is given twice'],
    [['--status', 'completed,'], '--status: a value of "completed," is empty'],
    [['--from', ''], '--from: the value is empty'],
    [['--from', '+14155550100,'], '--from: the value is empty'],
    [['--conference', ' '], '--conference: the value is empty'],
    [['--kind', 'call,confrence'], '--kind: "confrence" is not one of call, conference, room, unknown'],
    [['--to', '2026-11-24'], '--to: "2026-11-24" is a time, not a number'],
  ] as const)('is refused before any request: %j', async (flags, message) => {
    const { run, sandbox } = await homeWith();
    for (const command of ['list', 'stats', 'download', 'export']) {
      const got = await run([command, '-p', 'twilio', ...flags]);
      expect({ code: got.code, out: got.out, first: got.err.split('\n')[0] }).toEqual({
        code: 2,
        out: '',
        first: `recx: ${message}`,
      });
    }
    expect(sandbox.requests).toEqual([]);
  });
});

test('APIs that do not report what a filter compares are named in one line, once a run', async () => {
  for (const [line, text] of [
    ['list -p demo --from +14155550142 -n 1', '--from leaves out signalwire video (the caller is not reported)'],
    [
      'list -p demo --api relay,video,voice --subaccount SA1',
      '--subaccount leaves out signalwire relay, video; twilio (the subaccount is not reported)',
    ],
    [
      'stats -p demo --from +14155550142 --room-session 12345678-0000-4000-8000-000000000000',
      '--room-session leaves out signalwire relay, compatibility; plivo; twilio (the room session is not reported); --from leaves out signalwire video (the caller is not reported)',
    ],
    [
      'download -p demo --dry-run --from +14155550142',
      '--from leaves out signalwire video (the caller is not reported)',
    ],
  ]) {
    const { err } = await runHere((line ?? '').split(' '));
    expect(err.split('\n').filter((one) => one.includes('leaves out'))).toEqual([`recx: ${text}`]);
  }
});

test.each([
  [
    '0142',
    "--from 0142 matches this number only: numbers are compared completely, or by their beginning, such as '+1415*'",
  ],
  ['02079460018', '--from 02079460018 has no country code; use a number such as +442079460018'],
  [
    'support',
    "--from compares complete numbers and addresses; for all that begin so: --from 'sip:support*,client:support*'",
  ],
  ['anonymous', undefined],
  ['+14155550142', undefined],
  ['0142*', undefined],
])('a value of --from that matches nothing and may mean something else is explained: %s', async (value, text) => {
  const { run } = await homeWith({ entries: sandboxEntries(plivo, [['one', { from_number: '+12025550142' }]]) });
  const words = [...listArgs(plivo), '--from', value];
  // The same as for a form that no number has.
  const jq = (await run([...words.slice(0, -1), '*0142'])).err.split('\n')[1] ?? '';
  const hint = value === '0142' ? `For numbers that end so: ${jq.slice('Use '.length)}\n` : '';
  const { code, out, err } = await run([...words, '-o', 'csv', '--no-header']);
  expect(jq).toContain('--with-calls --all -o json | jq ');
  expect({ code, out, err }).toEqual({ code: 0, out: '', err: text === undefined ? '' : `recx: ${text}\n${hint}` });
});

test('a path is no number, and what a download has searched is said with its filters', async () => {
  const { run } = await homeWith();
  expect(await run(['download', '-p', 'twilio', '--to', 'qa/2026-11-27'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('--dir'),
  });
  const { err } = await run(['download', '-p', 'plivo', '--since', '2d', '--from', '+19995550000'], {
    columns: 100,
    showsErrors: true,
  });
  expect(err.replaceAll(/\s+/g, ' ')).toContain('with --since');
  expect(err).toContain('+19995550000');
});
