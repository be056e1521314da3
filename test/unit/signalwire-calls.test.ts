import { describe, expect, test } from 'vitest';
import type { CallList, CallRequest } from '../../src/core/provider.ts';
import type { Call } from '../../src/core/recording.ts';
import { DAY } from '../../src/core/time/duration.ts';
import { signalwireRelay } from '../../src/providers/signalwire-relay.ts';
import type { SandboxEntry } from '../../src/sandbox/api.ts';
import { relayRelated, relaySandbox } from '../../src/sandbox/signalwire-relay.ts';
import { listAll, openOnSandbox } from '../support/open-provider.ts';

const { now } = relaySandbox.answerKey;

const listOf = (calls: readonly CallList[] | undefined, key: CallList['key']): CallList => {
  const list = calls?.find((candidate) => candidate.key === key);
  if (list === undefined) throw new Error(`no list of ${key}`);
  return list;
};

const allOf = async (list: CallList, request: CallRequest = {}): Promise<readonly Call[]> => {
  const rows: Call[] = [];
  for await (const page of list.pages(request)) rows.push(...page.rows);
  return rows;
};

/** The list of calls of a Relay whose logs are these rows. */
const callsOf = async (...rows: readonly Readonly<Record<string, unknown>>[]) => {
  const logs = rows.map((row, index): SandboxEntry => ({ id: String(row.id ?? index), at: now - index * DAY, row }));
  const { provider, notes } = await openOnSandbox(signalwireRelay, { related: { 'signalwire/relay': { logs } } });
  return { list: listOf(provider.calls, 'callId'), notes };
};

const ID = 'b7182dc2-00f3-40e4-a5ce-20f164b329df';
const documented = {
  id: ID,
  from: '+12065551212',
  to: 'sip:agent@example.com',
  source: 'realtime_api',
  charge: 0.01,
  charge_details: [],
  created_at: '2024-05-06T12:20:00Z',
  type: 'relay_sip_call',
  url: null,
  direction: 'outbound-dial',
  status: 'completed',
  duration: 9,
  duration_ms: 9638,
  billing_ms: 60000,
  parent_id: '00000000-0000-4000-8000-000000000001',
};
const unsaid = { answeredBy: null, callerName: null, forwardedFrom: null, name: null };

describe('a log of a call at Relay', () => {
  test('is read as documented; its end is computed', async () => {
    const { list } = await callsOf(documented);
    expect(await allOf(list)).toEqual([
      {
        ...unsaid,
        id: ID,
        createdAt: '2024-05-06T12:20:00.000Z',
        parentId: '00000000-0000-4000-8000-000000000001',
        from: '+12065551212',
        to: 'sip:agent@example.com',
        direction: 'outbound',
        status: 'completed',
        startedAt: '2024-05-06T12:20:00.000Z',
        endedAt: '2024-05-06T12:20:09.638Z',
        durationSeconds: 9.638,
        isFinal: true,
      },
    ]);
  });

  test.each([
    [
      'of Dialogflow has no direction',
      { direction: undefined, duration_ms: undefined },
      { direction: null, durationSeconds: 9, endedAt: '2024-05-06T12:20:09.000Z' },
    ],
    [
      'of a fabric device has neither status nor duration',
      { status: null, duration: undefined, duration_ms: undefined },
      { status: null, durationSeconds: null, endedAt: null, isFinal: false },
    ],
    [
      'of a call that goes on has no end',
      { status: 'answered', duration: 4, duration_ms: 4000 },
      { endedAt: null, isFinal: false },
    ],
    [
      'of a call that nobody answered ends when it began',
      { status: 'no-answer', duration: 0, duration_ms: 0, billing_ms: null },
      { endedAt: '2024-05-06T12:20:00.000Z', isFinal: true },
    ],
    [
      'with a word of another kind is not final',
      { status: 'transferring', direction: 'sideways' },
      { status: 'transferring', direction: null, isFinal: false },
    ],
    [
      'of one leg that was not dialled by another',
      { parent_id: null, direction: 'inbound' },
      { parentId: null, direction: 'inbound' },
    ],
    ['without numbers', { from: '', to: null }, { from: null, to: null }],
  ])('%s', async (_name, fields, expected) => {
    const { list } = await callsOf({ ...documented, ...fields });
    expect(await allOf(list)).toMatchObject([expected]);
  });

  test('that was discarded has only an id, and is found by it', async () => {
    const { list } = await callsOf({
      id: ID,
      discarded_at: '2024-05-07T00:00:00Z',
      created_at: '2024-05-06T12:20:00Z',
    });
    expect(await allOf(list)).toEqual([]);
    expect(await list.find?.(ID)).toMatchObject({ id: ID, from: null, status: null, isFinal: true });
  });

  test.each([null, '', {}, [], true, -1, 1e300, 'x', '\u0000'])(
    'is listed whichever of its fields is %j',
    async (odd) => {
      const keys = Object.keys(documented).filter((key) => key !== 'id');
      const { list } = await callsOf(...keys.map((key) => ({ ...documented, id: key, [key]: odd })));
      expect((await allOf(list)).map(({ id }) => id)).toEqual(keys);
    },
  );

  test('with a number for an id beyond 2^53 keeps its digits', async () => {
    const { list } = await callsOf({ id: '9007199254740993' }, { other: 1 });
    expect(await allOf(list)).toMatchObject([{ id: '9007199254740993', createdAt: null }]);
  });

  test('names what it cannot read', async () => {
    const { list, notes } = await callsOf({ ...documented, duration_ms: 'long' });
    expect(await allOf(list)).toMatchObject([{ durationSeconds: 9 }]);
    expect(notes).toContain(`call ${ID}: cannot read the value of "duration_ms"`);
  });
});

describe('the recordings of a call at Relay', () => {
  test.each(['legs', 'segments'] as const)('are named by its events, whether logs have the ids of %s', async (ids) => {
    const related = relayRelated(now, ids);
    const { provider, sandbox } = await openOnSandbox(signalwireRelay, { related: { 'signalwire/relay': related } });
    const list = listOf(provider.calls, 'callId');
    const calls = await allOf(list);
    const recordings = (await listAll(provider)).filter(({ kind }) => kind === 'call');
    const byLeg = recordings.filter(({ callId }) => calls.some(({ id }) => id === callId));
    expect(byLeg.length).toBe(ids === 'legs' ? recordings.length - 2 : 0);
    const found = new Map<string, Call>();
    const before = sandbox.requests.length;
    for (const one of calls) for (const id of (await list.recordingsOf?.(one)) ?? []) found.set(id, one);
    expect(sandbox.requests.length - before).toBe(calls.length);
    expect([...found.keys()].sort()).toEqual(
      recordings
        .filter(({ id }) => found.has(id))
        .map(({ id }) => id)
        .sort(),
    );
    expect(found.size).toBe(recordings.length - 2);
  });

  test('say the same of every recording in both worlds', async () => {
    const calls = async (ids: 'legs' | 'segments') => {
      const related = { 'signalwire/relay': relayRelated(now, ids) };
      const { provider } = await openOnSandbox(signalwireRelay, { related });
      return (await allOf(listOf(provider.calls, 'callId'))).map(({ id: _id, parentId: _parent, ...rest }) => rest);
    };
    expect(await calls('segments')).toEqual(await calls('legs'));
  });

  test.each([
    ['an unknown call', { status: 404, body: { error: 'Not Found' } }, []],
    [
      'events of other names',
      { status: 200, body: { data: [{ name: 'calling_call_play', details: { params: { recording_id: 'r1' } } }] } },
      [],
    ],
    [
      'events without details',
      {
        status: 200,
        body: {
          data: [
            null,
            1,
            {},
            { name: 'calling_call_record' },
            { name: 'calling_call_record', details: { params: [] } },
          ],
        },
      },
      [],
    ],
    [
      'a recording that is named twice',
      {
        status: 200,
        body: {
          data: ['recording', 'finished'].map((state) => ({
            name: 'calling_call_record',
            details: { params: { state, recording_id: 'r1' } },
          })),
        },
      },
      ['r1'],
    ],
    [
      'two recordings',
      {
        status: 200,
        body: {
          data: ['r1', 'r2'].map((id) => ({ name: 'calling_call_record', details: { params: { recording_id: id } } })),
        },
      },
      ['r1', 'r2'],
    ],
  ])('of %s', async (_name, reply, expected) => {
    const { provider, sandbox } = await openOnSandbox(signalwireRelay, { alter: () => reply });
    const list = listOf(provider.calls, 'callId');
    expect(await list.recordingsOf?.({ ...unsaid, id: ID } as Call)).toEqual(expected);
    expect(sandbox.requests.map(({ url }) => url.pathname + url.search)).toEqual([`/api/voice/logs/${ID}/events`]);
  });

  test('follow a link to further events, though none is documented', async () => {
    const event = (id: string) => ({ name: 'calling_call_record', details: { params: { recording_id: id } } });
    const { provider } = await openOnSandbox(signalwireRelay, {
      alter: (_reply, { url }) => ({
        status: 200,
        body:
          url.search === ''
            ? { links: { next: `${url.pathname}?page=2` }, data: [event('r1')] }
            : { data: [event('r2')] },
      }),
    });
    expect(await listOf(provider.calls, 'callId').recordingsOf?.({ ...unsaid, id: ID } as Call)).toEqual(['r1', 'r2']);
  });
});
