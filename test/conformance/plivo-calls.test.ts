import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import type { CallList, CallRequest } from '../../src/core/provider.ts';
import type { Call } from '../../src/core/recording.ts';
import { DAY, HOUR } from '../../src/core/time/duration.ts';
import { plivoVoice } from '../../src/providers/plivo.ts';
import type { SandboxEntry } from '../../src/sandbox/api.ts';
import { plivoSandbox } from '../../src/sandbox/plivo.ts';
import { type OpenedProvider, openOnSandbox, outcomeOf } from '../support/open-provider.ts';

const { now } = plivoSandbox.answerKey;
const at = (epoch: number): string => new Date(epoch).toISOString();

/** Plivo's calls on the sandbox, with these instead of the built-in ones. */
const openCalls = async (calls?: readonly SandboxEntry[], options: Parameters<typeof openOnSandbox>[1] = {}) => {
  const opened = await openOnSandbox(plivoVoice, {
    ...(calls === undefined ? {} : { related: { 'plivo/voice': { calls } } }),
    ...options,
  });
  const [list, ...others] = opened.provider.calls ?? [];
  if (list === undefined || others.length > 0) throw new Error('Plivo has one list of calls');
  return { ...opened, list };
};

const readAll = async ({ pages }: CallList, request: CallRequest = {}): Promise<readonly Call[]> => {
  const calls = new Map<string, Call>();
  for await (const { rows } of pages(request)) for (const row of rows) calls.set(row.id, row);
  return [...calls.values()];
};

const windowsOf = ({ sandbox }: OpenedProvider): readonly (readonly [from: string, to: string])[] => {
  const first = sandbox.requests.filter(({ url }) => url.searchParams.get('offset') === '0');
  const bound = (url: URL, name: string): string => `${url.searchParams.get(name)?.replace(' ', 'T')}.000Z`;
  return first.map(({ url }) => [bound(url, 'end_time__gte'), bound(url, 'end_time__lt')] as const);
};

/** The local time of Kolkata, as in Plivo's own examples. */
const local = (epoch: number): string =>
  `${at(epoch + 5.5 * HOUR)
    .slice(0, 19)
    .replace('T', ' ')}+05:30`;

const entry = (id: string, ended: number, more: Row = {}): SandboxEntry => ({
  id,
  at: ended,
  row: {
    answer_time: local(ended - HOUR),
    call_direction: 'outbound',
    call_duration: 3600,
    call_uuid: id,
    end_time: local(ended),
    from_number: '+12025550101',
    hangup_cause_name: 'Normal Hangup',
    initiation_time: local(ended - HOUR - 9000),
    parent_call_uuid: null,
    to_number: '13125550100',
    ...more,
  },
});

test('a call is read as its documents describe it: local times, numbers as given, the cause of its end as its status', async () => {
  const ended = Date.UTC(2026, 10, 19, 22, 0, 5);
  const { list } = await openCalls([entry('one', ended, { parent_call_uuid: 'parent' })]);
  const expected: Call = {
    id: 'one',
    createdAt: '2026-11-19T22:00:05.000Z',
    parentId: 'parent',
    from: '+12025550101',
    to: '13125550100',
    direction: 'outbound',
    status: 'Normal Hangup',
    startedAt: '2026-11-19T21:00:05.000Z',
    endedAt: '2026-11-19T22:00:05.000Z',
    durationSeconds: 3600,
    answeredBy: null,
    callerName: null,
    forwardedFrom: null,
    name: null,
    isFinal: true,
  };
  expect(await readAll(list)).toEqual([expected]);
  expect(await list.find?.('one')).toEqual(expected);
});

test('a call that nobody answered began when it was dialled', async () => {
  const { list } = await openCalls([entry('one', now - HOUR, { answer_time: null, hangup_cause_name: 'Busy Line' })]);
  expect(await readAll(list)).toMatchObject([{ startedAt: at(now - 2 * HOUR - 9000).replace(/\d{3}Z$/, '000Z') }]);
});

test('a call that lasts has no end: it is found, not listed, and not final', async () => {
  const lasting = entry('one', now - HOUR, { end_time: null, hangup_cause_name: undefined, call_duration: null });
  const { list } = await openCalls([lasting]);
  expect(await readAll(list)).toEqual([]);
  expect(await list.find?.('one')).toMatchObject({
    createdAt: null,
    endedAt: null,
    durationSeconds: null,
    status: null,
    isFinal: false,
  });
});

test('strange values are null, and a call without an id is counted', async () => {
  const odd = entry('one', now - HOUR, {
    answer_time: 'soon',
    initiation_time: 7,
    call_direction: 'sideways',
    call_duration: -1,
    from_number: { number: 1 },
    to_number: 'anonymous',
    hangup_cause_name: ['x'],
    parent_call_uuid: '',
  });
  const { list, notes } = await openCalls([
    odd,
    entry('none', now - 2 * HOUR, { call_uuid: null }),
    entry('none', now - 3 * HOUR, { call_uuid: '' }),
  ]);
  let unreadable = 0;
  for await (const page of list.pages({ since: at(now - DAY) })) unreadable += page.unreadable;
  expect(unreadable).toBe(2);
  expect(await readAll(list)).toMatchObject([
    { id: 'one', startedAt: null, direction: null, durationSeconds: null, from: null, to: 'anonymous', status: null },
  ]);
  expect(notes).toContain('call one: cannot read the value of "call_direction"');
});

describe('windows of calls', () => {
  test('reach a day after the last start, since a call ends up to a day later', async () => {
    const [since, until] = [now - 20 * DAY, now - 10 * DAY];
    const long = entry('long', until + 23 * HOUR, { initiation_time: local(until - HOUR), answer_time: null });
    const opened = await openCalls([long]);
    const found = await readAll(opened.list, { since: at(since), until: at(until) });
    expect(found.map(({ id }) => id)).toEqual(['long']);
    expect(windowsOf(opened)).toEqual([[at(since), at(until + DAY)]]);
  });

  test('follow each other without a gap, the newest first, over the days for which Plivo keeps calls', async () => {
    const opened = await openCalls([]);
    expect(opened.list.keptFor).toBe(90 * DAY);
    await readAll(opened.list, { since: '2011-01-01T00:00:00.000Z' });
    const windows = windowsOf(opened);
    expect(windows[0]?.[1]).toBe(at(now + DAY));
    expect(windows.at(-1)?.[0]).toBe(at(now - 91 * DAY));
    for (const [index, [from, to]] of windows.entries()) {
      expect(Date.parse(to) - Date.parse(from)).toBeLessThanOrEqual(30 * DAY);
      if (index > 0) expect(to).toBe(windows[index - 1]?.[0]);
    }
  });

  test('say of each page how far back the search has come', async () => {
    const { list } = await openCalls();
    let bound: string | undefined;
    for await (const { rows, olderThan } of list.pages({ since: at(now - 70 * DAY) })) {
      for (const { createdAt } of rows) if (bound !== undefined) expect((createdAt ?? '') < bound).toBe(true);
      bound = olderThan ?? bound;
    }
    expect(bound).toBe(at(now - 70 * DAY));
  });
});

describe('the search for calls', () => {
  const calls = Array.from({ length: 45 }, (_, index) => entry(`call-${index}`, now - (index + 1) * HOUR));

  test('ends with the page at which the reader has enough, and gives it each call once', async () => {
    const { list, sandbox } = await openCalls(calls);
    const given: string[] = [];
    const isEnough = (entries: readonly Call[]): boolean => given.push(...entries.map(({ id }) => id)) >= 20;
    await readAll(list, { isEnough });
    expect(given).toEqual(calls.slice(0, 20).map(({ id }) => id));
    expect(sandbox.requests).toHaveLength(1);
    given.length = 0;
    await readAll(list, { isEnough: (entries) => !isEnough(entries) && false });
    expect(given).toEqual(calls.map(({ id }) => id));
  });

  test('asks for one number, or for the legs of one call, as it was spelled', async () => {
    const { list, sandbox } = await openCalls([
      entry('plus', now - HOUR, { from_number: '+12025550142', parent_call_uuid: 'a&b' }),
      entry('bare', now - 2 * HOUR, { from_number: '12025550142', to_number: 'sip:a+b@example.com' }),
    ]);
    const ids = async (request: CallRequest): Promise<readonly string[]> =>
      (await readAll(list, { ...request, since: at(now - DAY) })).map(({ id }) => id);
    expect(await ids({ from: '+12025550142' })).toEqual(['plus']);
    expect(await ids({ from: '12025550142' })).toEqual(['bare']);
    expect(await ids({ to: 'sip:a+b@example.com' })).toEqual(['bare']);
    expect(await ids({ parent: 'a&b' })).toEqual(['plus']);
    expect(sandbox.requests.map(({ url }) => url.search.split('&')[0])).toEqual([
      '?from_number=%2B12025550142',
      '?from_number=12025550142',
      '?to_number=sip%3Aa%2Bb%40example.com',
      '?parent_call_uuid=a%26b',
    ]);
  });

  test('finds no call that Plivo has removed, and takes no other call for the one that was asked for', async () => {
    const { list } = await openCalls([entry('old', now - 91 * DAY), entry('here', now - HOUR, { call_uuid: 'other' })]);
    expect(await list.find?.('old')).toBeUndefined();
    expect(await list.find?.('..')).toBeUndefined();
    expect(await outcomeOf(list.find?.('here') ?? Promise.resolve())).toBe('unavailable');
  });

  test('fails on a list of another shape, and on credentials that may not read calls', async () => {
    const alter = await openCalls(calls, { alter: (reply) => ({ ...reply, body: { objects: 'none', meta: {} } }) });
    expect(await outcomeOf(readAll(alter.list))).toBe('unavailable');
    const refused = await openCalls(calls, { refuses: (list) => list === 'plivo/voice/calls' });
    expect(await outcomeOf(readAll(refused.list))).toBe('credentials');
    expect(await outcomeOf(refused.provider.find('none'))).toBe('done');
  });
});

describe('the calls of the sandbox', () => {
  test('agree with its recordings', async () => {
    const { list } = await openCalls();
    const { calls = [] } = plivoSandbox.related?.(now) ?? {};
    const recordings = plivoSandbox.samples(now, 'http://x');
    const found = new Map((await readAll(list)).map((each) => [each.id, each]));
    const listed = calls.filter(({ row }) => row.end_time !== null);
    expect([...found.keys()]).toEqual(listed.map(({ id }) => id));
    const unknown = recordings.filter(({ row }) => !found.has(String(row.call_uuid)));
    // One lasts.
    expect(unknown.map(({ id }) => recordings.findIndex((each) => each.id === id))).toEqual([1]);
    const digits = (value: unknown): string => String(value).replace('+', '');
    for (const { row } of recordings) {
      const own = found.get(String(row.call_uuid));
      if (own === undefined || row.from_number === undefined) continue;
      expect([digits(own.from), digits(own.to)]).toEqual([digits(row.from_number), digits(row.to_number)]);
      expect(own.startedAt && own.endedAt && own.startedAt < own.endedAt).toBe(true);
    }
  });
});
