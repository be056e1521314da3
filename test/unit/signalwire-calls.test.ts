import { describe, expect, test } from 'vitest';
import type { CallList, CallRequest } from '../../src/core/provider.ts';
import type { Call } from '../../src/core/recording.ts';
import { DAY } from '../../src/core/time/duration.ts';
import { signalwireRelay } from '../../src/providers/signalwire-relay.ts';
import { signalwireVideo } from '../../src/providers/signalwire-video.ts';
import type { SandboxEntry } from '../../src/sandbox/api.ts';
import { relayRelated, relaySandbox } from '../../src/sandbox/signalwire-relay.ts';
import { listAll, openOnSandbox, outcomeOf } from '../support/open-provider.ts';

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

  test('that was discarded is neither listed nor found, since only its id is left', async () => {
    const { list } = await callsOf({
      id: ID,
      discarded_at: '2024-05-07T00:00:00Z',
      created_at: '2024-05-06T12:20:00Z',
    });
    expect(await allOf(list)).toEqual([]);
    expect(await list.find?.(ID)).toBeUndefined();
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
    expect(byLeg.length).toBe(ids === 'legs' ? recordings.length : 0);
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
    expect(found.size).toBe(recordings.length);
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

describe('a range of time at Relay', () => {
  test.each(['callId', 'conferenceId'] as const)('loses no entry of %s at its ends, and saves others', async (key) => {
    const { provider, sandbox } = await openOnSandbox(signalwireRelay);
    const list = listOf(provider.calls, key);
    const all = await allOf(list);
    expect(all.length).toBeGreaterThan(20);
    for (const { createdAt } of all.filter((_entry, index) => index % 7 === 3)) {
      const since = createdAt ?? '';
      const until = new Date(Date.parse(since) + 1).toISOString();
      const found = await allOf(list, { since, until });
      expect(found.map((entry) => entry.createdAt)).toContain(createdAt);
      expect(found.length).toBeLessThan(all.length / 3);
    }
    expect(new Set(sandbox.requests.slice(1).flatMap(({ url }) => [...url.searchParams.keys()]))).toEqual(
      new Set(['page_size', 'created_after', 'created_before']),
    );
  });

  test('in years that no server need understand is asked from the year 2000', async () => {
    const { provider, sandbox } = await openOnSandbox(signalwireRelay);
    await allOf(listOf(provider.calls, 'callId'), {
      since: '0001-01-01T00:00:00.000Z',
      until: '9999-12-31T23:59:59.999Z',
    });
    expect(sandbox.requests[0]?.url.search).toBe('?page_size=1000&created_after=2000-01-01&created_before=9999-12-31');
  });
});

describe('conferences at Relay', () => {
  test('are those of Relay and cXML, and rooms, of which some have no name', async () => {
    const { provider } = await openOnSandbox(signalwireRelay);
    const list = listOf(provider.calls, 'conferenceId');
    const all = await allOf(list);
    const recordings = (await listAll(provider)).filter(({ kind }) => kind === 'conference');
    const named = recordings.map(({ conferenceId }) => all.find(({ id }) => id === conferenceId)?.name);
    expect(new Set(named)).toEqual(new Set(['standup', 'weekly review', 'Störungsdienst', '顧客会議']));
    expect(all.some(({ name }) => name === null)).toBe(true);
    expect(all.find(({ name }) => name === 'support')).toMatchObject({ status: 'completed', isFinal: true });
    expect(list.find).toBeUndefined();
  });

  test.each([
    [
      { type: 'relay_conference', name: 'standup', status: 'in-progress', updated_at: '2025-03-12T01:49:49.630Z' },
      { name: 'standup', status: 'in-progress', isFinal: false, startedAt: null, endedAt: null },
    ],
    [
      {
        type: 'video_conference_session',
        room_name: 'dmjj',
        status: 'completed',
        started_at: '2025-03-11T01:49:51.069Z',
        ended_at: '2025-03-11T01:50:55.752Z',
      },
      {
        name: 'dmjj',
        status: 'completed',
        isFinal: true,
        startedAt: '2025-03-11T01:49:51.069Z',
        endedAt: '2025-03-11T01:50:55.752Z',
      },
    ],
    [
      { type: 'cxml_conference', name: null, status: null },
      { name: null, status: null, isFinal: false },
    ],
  ])('are read by their type: %j', async (fields, expected) => {
    const row = { id: ID, created_at: '2025-03-11T01:49:49.630Z', ...fields };
    const related = { 'signalwire/relay': { conferences: [{ id: ID, at: now, row }] } };
    const { provider } = await openOnSandbox(signalwireRelay, { related });
    const all = await allOf(listOf(provider.calls, 'conferenceId'));
    expect(all).toMatchObject([{ id: ID, createdAt: '2025-03-11T01:49:49.630Z', from: null, to: null, ...expected }]);
  });
});

describe('room sessions at Video', () => {
  test('are those of every recording, one of them open', async () => {
    const { provider, sandbox } = await openOnSandbox(signalwireVideo);
    const list = listOf(provider.calls, 'roomSessionId');
    const all = await allOf(list);
    expect(sandbox.requests).toHaveLength(1);
    const ids = new Set((await listAll(provider)).map(({ roomSessionId }) => roomSessionId));
    const recorded = all.filter(({ id }) => ids.has(id));
    expect(recorded.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(recorded.filter(({ isFinal }) => !isFinal)).toMatchObject([
      { status: 'in-progress', endedAt: null, durationSeconds: null },
    ]);
    for (const one of recorded) expect(await list.find?.(one.id)).toEqual(one);
  });

  test('take the duration that is reported, not the difference of the times', async () => {
    const row = {
      id: ID,
      name: 'my_example_room',
      display_name: "My Room's Name",
      start_time: '2022-01-01T10:00:00Z',
      end_time: '2022-01-01T11:00:00Z',
      duration: 120,
      status: 'completed',
    };
    const related = { 'signalwire/video': { sessions: [{ id: ID, at: now, row }] } };
    const { provider } = await openOnSandbox(signalwireVideo, { related });
    expect(await allOf(listOf(provider.calls, 'roomSessionId'))).toMatchObject([
      {
        name: 'my_example_room',
        createdAt: '2022-01-01T10:00:00.000Z',
        startedAt: '2022-01-01T10:00:00.000Z',
        endedAt: '2022-01-01T11:00:00.000Z',
        durationSeconds: 120,
        direction: null,
        isFinal: true,
      },
    ]);
  });
});

test.each([
  ['logs', 'callId', signalwireRelay],
  ['conferences', 'conferenceId', signalwireRelay],
  ['sessions', 'roomSessionId', signalwireVideo],
] as const)('a token without the scope for %s is refused there and lists recordings', async (name, key, definition) => {
  const list = `signalwire/${definition.api}/${name}`;
  const { provider } = await openOnSandbox(definition, { refuses: (api) => api === list });
  expect(await outcomeOf(allOf(listOf(provider.calls, key)))).toBe('credentials');
  expect((await listAll(provider)).length).toBeGreaterThan(100);
});

test.each([
  ['callId', signalwireRelay, 'a list of calls'],
  ['conferenceId', signalwireRelay, 'a list of conferences'],
  ['roomSessionId', signalwireVideo, 'a list of room sessions'],
] as const)('a response without the list of %s is described', async (key, definition, words) => {
  const { provider } = await openOnSandbox(definition, { alter: () => ({ status: 200, body: {} }) });
  await expect(allOf(listOf(provider.calls, key))).rejects.toThrow(words);
});
