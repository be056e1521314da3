import { describe, expect, test } from 'vitest';
import type { ApiDefinition, CallList, CallRequest } from '../../src/core/provider.ts';
import type { Call } from '../../src/core/recording.ts';
import { DAY } from '../../src/core/time/duration.ts';
import { signalwireCompatibility } from '../../src/providers/signalwire-compatibility.ts';
import { twilioVoice } from '../../src/providers/twilio.ts';
import type { Reply, SandboxEntry } from '../../src/sandbox/api.ts';
import { twilioSandbox } from '../../src/sandbox/twilio.ts';
import { openOnSandbox } from '../support/open-provider.ts';

const { now } = twilioSandbox.answerKey;
type Title = 'calls' | 'conferences';
type Rows = readonly Readonly<Record<string, unknown>>[];

/** A list of an account that has these rows, a day between one and the next. */
const listOf = async (definition: ApiDefinition, title: Title, rows?: Rows, alter = (reply: Reply): Reply => reply) => {
  const entries = rows?.map((row, index): SandboxEntry => ({ id: String(row.sid), at: now - index * DAY, row }));
  const { provider, sandbox } = await openOnSandbox(definition, {
    alter,
    ...(entries === undefined
      ? {}
      : {
          related: {
            [`${definition.vendor.name}/${definition.api}`]: { calls: [], conferences: [], [title]: entries },
          },
        }),
  });
  const list = provider.calls?.find((one) => one.title === title);
  if (list === undefined) throw new Error(`no list of ${title}`);
  return { list, sandbox };
};

const allOf = async (list: CallList, request: CallRequest = {}): Promise<readonly Call[]> => {
  const rows: Call[] = [];
  for await (const page of list.pages(request)) rows.push(...page.rows);
  return rows;
};

const sid = (letters: string, digit: string): string => letters + digit.repeat(32);

/** As the documentation of Twilio shows it. */
const twilioCall = {
  sid: sid('CA', 'a'),
  parent_call_sid: sid('CA', 'd'),
  answered_by: 'machine_start',
  caller_name: 'callerid1',
  date_created: 'Fri, 18 Oct 2019 17:00:00 +0000',
  direction: 'outbound-api',
  duration: '4',
  end_time: 'Fri, 18 Oct 2019 17:03:00 +0000',
  forwarded_from: 'calledvia1',
  from: '+13051416799',
  from_formatted: '(305) 141-6799',
  price: '-0.200',
  start_time: 'Fri, 18 Oct 2019 17:02:00 +0000',
  status: 'completed',
  to: '+13051913581',
};

describe('a call', () => {
  test('of Twilio is read as documented', async () => {
    const { list } = await listOf(twilioVoice, 'calls', [twilioCall]);
    expect(await allOf(list)).toEqual([
      {
        id: sid('CA', 'a'),
        createdAt: '2019-10-18T17:02:00.000Z',
        parentId: sid('CA', 'd'),
        from: '+13051416799',
        to: '+13051913581',
        direction: 'outbound',
        status: 'completed',
        startedAt: '2019-10-18T17:02:00.000Z',
        endedAt: '2019-10-18T17:03:00.000Z',
        durationSeconds: 4,
        answeredBy: 'machine_start',
        callerName: 'callerid1',
        forwardedFrom: 'calledvia1',
        name: null,
        isFinal: true,
      },
    ]);
  });

  test('of Compatibility is read as documented: numbers, and no names of callers', async () => {
    const id = 'b3877c40-da60-4998-90ad-b792e98472ca';
    const row = { ...twilioCall, sid: id, duration: 20, price: 0.003, direction: 'inbound', caller_name: null };
    const { list } = await listOf(signalwireCompatibility, 'calls', [row]);
    expect(await allOf(list)).toMatchObject([
      { id, durationSeconds: 20, direction: 'inbound', callerName: null, answeredBy: 'machine_start' },
    ]);
  });

  test('that was never dialled is ordered by the time when it was made', async () => {
    const { list } = await listOf(twilioVoice, 'calls', [
      { ...twilioCall, start_time: null, end_time: '', duration: '0', status: 'failed' },
    ]);
    expect(await allOf(list)).toMatchObject([
      { createdAt: '2019-10-18T17:00:00.000Z', startedAt: null, endedAt: null, durationSeconds: 0, isFinal: true },
    ]);
  });

  test.each([
    ['inbound', 'inbound'],
    ['Inbound', 'inbound'],
    ['outbound', 'outbound'],
    ['outbound-api', 'outbound'],
    ['outbound-dial', 'outbound'],
    ['trunking-terminating', 'outbound'],
    ['trunking-originating', 'outbound'],
    ['outboundish', null],
    ['internal', null],
    ['', null],
    [7, null],
  ])('with the direction %j is %j', async (word, direction) => {
    const { list } = await listOf(twilioVoice, 'calls', [{ ...twilioCall, direction: word }]);
    expect((await allOf(list))[0]?.direction).toBe(direction);
  });

  test.each([
    ['completed', true],
    ['busy', true],
    ['failed', true],
    ['no-answer', true],
    ['canceled', true],
    ['queued', false],
    ['ringing', false],
    ['in-progress', false],
    ['transferred', false],
    [null, false],
  ])('with the status %j is final: %j', async (status, isFinal) => {
    const { list } = await listOf(twilioVoice, 'calls', [{ ...twilioCall, status }]);
    expect(await allOf(list)).toMatchObject([{ status, isFinal }]);
  });

  test.each(['12025550142', 'anonymous', 'sip:alice@example.com', 'client:alice', 'sim:DE0', 'Restricted'])(
    'has the address %j as it was given',
    async (from) => {
      const { list } = await listOf(twilioVoice, 'calls', [{ ...twilioCall, from, to: '' }]);
      expect(await allOf(list)).toMatchObject([{ from, to: null }]);
    },
  );

  test('that Twilio keeps no longer is neither listed nor found', async () => {
    const old = { id: sid('CA', 'f'), at: Date.UTC(2025, 8, 1), row: { ...twilioCall, sid: sid('CA', 'f') } };
    const { provider } = await openOnSandbox(twilioVoice, { related: { 'twilio/voice': { calls: [old] } } });
    const [calls] = provider.calls ?? [];
    expect(calls && (await allOf(calls))).toEqual([]);
    expect(await calls?.find?.(old.id)).toBeUndefined();
    expect((calls?.keptFor ?? 0) / DAY).toBeGreaterThan(395);
  });
});

describe('the requests for calls', () => {
  const range = { since: '2026-11-10T08:00:00.000Z', until: '2026-11-12T08:00:00.000Z' };

  test.each([
    [twilioVoice, '/2010-04-01/Accounts/', '/Calls.json'],
    [signalwireCompatibility, '/api/laml/2010-04-01/Accounts/', '/Calls'],
  ] as const)(
    'of $title have encoded operators and numbers, and days that lose nothing',
    async (definition, root, end) => {
      const { list, sandbox } = await listOf(definition, 'calls');
      const parent = definition === twilioVoice ? sid('CA', '0') : '00000000-0000-4000-8000-000000000000';
      await allOf(list, { ...range, from: '+12025550101', to: 'sip:a@b', parent });
      const [url] = sandbox.requests.map((request) => request.url);
      expect(url?.pathname.startsWith(root) && url.pathname.endsWith(end)).toBe(true);
      expect(url?.search).toBe(
        `?PageSize=1000&StartTime%3E=2026-11-09&StartTime%3C=2026-11-14&From=%2B12025550101&To=sip%3Aa%40b&ParentCallSid=${parent}`,
      );
    },
  );

  test('of one call have the documented path', async () => {
    const [twilio, compatibility] = [
      await listOf(twilioVoice, 'calls'),
      await listOf(signalwireCompatibility, 'calls'),
    ] as const;
    await twilio.list.find?.('CA1');
    await compatibility.list.find?.('x-1');
    expect(twilio.sandbox.requests[0]?.url.pathname).toMatch(/\/Calls\/CA1\.json$/);
    expect(compatibility.sandbox.requests[0]?.url.pathname).toMatch(/\/Calls\/x-1$/);
  });
});

describe('the conferences of Twilio', () => {
  const conference = (digit: string, status: string) => ({
    sid: sid('CF', digit),
    friendly_name: `room ${digit}`,
    status,
    date_created: `Fri, 20 Nov 2026 0${digit}:00:00 +0000`,
  });
  const rows = [conference('4', 'completed'), conference('3', 'in-progress'), conference('2', 'completed')];

  test('are asked for by status, since a list has those of one status only, and come newest first', async () => {
    const { list, sandbox } = await listOf(twilioVoice, 'conferences', rows);
    const found = await allOf(list, { since: '2026-11-19T00:00:00.000Z' });
    expect(found.map(({ name }) => name)).toEqual(['room 4', 'room 3', 'room 2']);
    expect(found.map(({ isFinal }) => isFinal)).toEqual([true, false, true]);
    expect(sandbox.requests.map(({ url }) => url.searchParams.get('Status')).sort()).toEqual([
      'completed',
      'in-progress',
    ]);
    for (const { url } of sandbox.requests) expect(url.search).toContain('DateCreated%3E=2026-11-18');
  });

  test('are each there once if the server ignores the status', async () => {
    const { list } = await listOf(twilioVoice, 'conferences', rows, (reply) => ({
      ...reply,
      body: { next_page_uri: null, conferences: rows },
    }));
    expect((await allOf(list)).map(({ name }) => name)).toEqual(['room 4', 'room 3', 'room 2']);
  });

  test('of Compatibility are one list', async () => {
    const { list, sandbox } = await listOf(signalwireCompatibility, 'conferences');
    expect((await allOf(list)).some(({ isFinal }) => !isFinal)).toBe(true);
    expect(sandbox.requests.map(({ url }) => url.search)).toEqual(['?PageSize=1000']);
  });

  test('say nothing of who called, and have no time but that of their making', async () => {
    const { list } = await listOf(twilioVoice, 'conferences', rows.slice(0, 1));
    expect(await allOf(list)).toEqual([
      {
        id: sid('CF', '4'),
        createdAt: '2026-11-20T04:00:00.000Z',
        parentId: null,
        from: null,
        to: null,
        direction: null,
        status: 'completed',
        startedAt: null,
        endedAt: null,
        durationSeconds: null,
        answeredBy: null,
        callerName: null,
        forwardedFrom: null,
        name: 'room 4',
        isFinal: true,
      },
    ]);
  });
});
