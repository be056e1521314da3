import { describe, expect, onTestFinished, test } from 'vitest';
import { sandboxApis, startSandbox } from '../../src/sandbox/server.ts';

/* The sandbox is as strict as the providers' documents: otherwise no test could show that recx follows them. */

const NOW = Date.UTC(2026, 10, 20, 12);
const HOUR = 3_600_000;

const startApi = async (name: string) => {
  const clock = { now: NOW };
  const sandbox = await startSandbox({ now: () => clock.now });
  onTestFinished(() => sandbox.close());
  const api = sandboxApis.find((one) => `${one.provider}/${one.api}` === name);
  if (api === undefined) throw new Error(`no sandbox simulates ${name}`);
  const authorization = `Basic ${Buffer.from(api.basicAuth.join(':')).toString('base64')}`;
  const request = async (path: string) => {
    const response = await fetch(new URL(path, sandbox.origin), { headers: { authorization } });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  };
  return { api, request, clock };
};

describe('page links of the sandbox', () => {
  test.each(['signalwire/relay', 'signalwire/video'])(
    'of %s contain a page token, except the link to the first page',
    async (name) => {
      const { api, request } = await startApi(name);
      const first = await request(`${api.listPath}?page_size=50`);
      const second = await request(first.body.links.next);
      expect(second.status).toBe(200);
      expect(second.body.links.self).toContain('page_token=');
      expect(second.body.links.first).not.toContain('page_token=');
      expect((await request(second.body.links.first)).body.data).toEqual(first.body.data);
      expect((await request(`${api.listPath}?page_number=1&page_size=50`)).status).toBe(422);
    },
  );
});

test('a media link of the SignalWire Video sandbox works until it expires', async () => {
  const { api, request, clock } = await startApi('signalwire/video');
  const { body } = await request(`${api.listPath}?page_size=5`);
  const uri = body.data.find(({ status }: { readonly status: string }) => status === 'completed').uri;
  expect((await request(uri)).status).toBe(200);
  clock.now += HOUR;
  const late = await request(uri);
  expect(late.status).toBe(403);
  expect(late.body).toContain('Request has expired');
});

describe('the Plivo sandbox', () => {
  const span = (days: number): string => {
    const at = (epoch: number): string => new Date(epoch).toISOString().slice(0, 19).replace('T', ' ');
    return String(new URLSearchParams({ add_time__gte: at(NOW - days * 24 * HOUR), add_time__lt: at(NOW) }));
  };

  test.each([
    [30, 200],
    [31, 400],
    [59, 400],
  ])('answers a time window of %i days with status %i', async (days, status) => {
    const { api, request } = await startApi('plivo/voice');
    expect((await request(`${api.listPath}?${span(days)}`)).status).toBe(status);
  });

  test('links a next page exactly as long as there are more rows', async () => {
    const { api, request } = await startApi('plivo/voice');
    const { meta } = (await request(`${api.listPath}?${span(30)}`)).body;
    const last = await request(`${api.listPath}?${span(30)}&limit=1&offset=${meta.total_count - 2}`);
    expect(last.body.meta.next).not.toBeNull();
    const end = await request(`${api.listPath}?${span(30)}&limit=1&offset=${meta.total_count - 1}`);
    expect(end.body.meta.next).toBeNull();
  });
});

describe('the Plivo sandbox answers for calls', () => {
  const CALLS = '/v1/Account/MASANDBOXSANDBOX0000/Call/';
  const within = (first: number, last: number): string => {
    const at = (days: number): string => new Date(NOW - days * 24 * HOUR).toISOString().slice(0, 19).replace('T', ' ');
    return String(new URLSearchParams({ end_time__gte: at(first), end_time__lt: at(last) }));
  };

  test.each([
    ['', 200],
    ['call_direction=inbound&bill_duration__gte=10', 200],
    ['call_direction=sideways', 400],
    ['bill_duration__gte=long', 400],
    ['limit=21', 400],
    ['from=12025550101', 400],
    ['add_time__gte=2026-11-20 00:00', 400],
    ['end_time__gte=2026-11-20T00:00:00Z', 400],
    [within(30, 0), 200],
    [within(31, 0), 400],
  ])('of the list with %s with status %i', async (query, status) => {
    const { request } = await startApi('plivo/voice');
    expect((await request(`${CALLS}?${query}`)).status).toBe(status);
  });

  test('those that ended in the last 7 days, unless a window is given, and whose numbers begin as asked', async () => {
    const { request } = await startApi('plivo/voice');
    const count = async (query: string): Promise<number> => (await request(`${CALLS}?${query}`)).body.meta.total_count;
    expect(await count('')).toBe(await count(within(7, 0)));
    expect(await count(within(14, 0))).toBeGreaterThan(await count(''));
    expect(await count(`${within(30, 0)}&from_number=%2B4420`)).toBeGreaterThan(0);
    expect(await count(`${within(30, 0)}&from_number=anonymous&call_direction=outbound`)).toBe(0);
  });

  test('no call after 90 days', async () => {
    const { request, clock } = await startApi('plivo/voice');
    const { call_uuid: id } = (await request(`${CALLS}?limit=1`)).body.objects[0];
    expect((await request(`${CALLS}${id}/`)).status).toBe(200);
    clock.now += 91 * 24 * HOUR;
    expect((await request(`${CALLS}${id}/`)).status).toBe(404);
    expect((await request(`${CALLS}?${within(1, 0)}`)).body.objects).toEqual([]);
  });
});

describe('the SignalWire sandbox answers for calls', () => {
  const ID = '00000000-0000-4000-8000-000000000000';

  test.each([
    ['signalwire/relay', '/api/voice/logs', 200],
    ['signalwire/relay', '/api/voice/logs?created_on=2026-11-19&include_deleted=true', 200],
    ['signalwire/relay', '/api/voice/logs?created_after=2026-11-19T00:00:00Z', 422],
    ['signalwire/relay', '/api/voice/logs?from=%2B12025550101', 422],
    ['signalwire/relay', '/api/voice/logs?page_size=1001', 422],
    ['signalwire/relay', '/api/voice/logs?page_number=1', 422],
    ['signalwire/relay', `/api/voice/logs/${ID}`, 404],
    ['signalwire/relay', `/api/voice/logs/${ID}/events`, 404],
    ['signalwire/relay', '/api/voice/recordings', 404],
    ['signalwire/relay', '/api/logs/conferences?created_before=2026-11-19', 200],
    ['signalwire/relay', `/api/logs/conferences/${ID}`, 404],
    ['signalwire/video', '/api/video/room_sessions?room_name=support', 200],
    ['signalwire/video', '/api/video/room_sessions?status=open', 422],
    ['signalwire/video', '/api/video/room_sessions?created_after=2026-11-19', 422],
    ['signalwire/video', `/api/video/room_sessions/${ID}`, 404],
  ])('of %s at %s with status %i', async (name, path, status) => {
    const { request } = await startApi(name);
    expect((await request(path)).status).toBe(status);
  });

  test('with the days between two dates, and discarded ones only if asked', async () => {
    const { request } = await startApi('signalwire/relay');
    const rows = async (query: string) => (await request(`/api/voice/logs?page_size=1000&${query}`)).body.data;
    const days = async (query: string) => [
      ...new Set((await rows(query)).map((row: { readonly created_at: string }) => row.created_at.slice(0, 10))),
    ];
    expect(await days('created_after=2026-11-15&created_before=2026-11-18')).toEqual(['2026-11-17', '2026-11-16']);
    expect(await days('created_on=2026-11-16')).toEqual(['2026-11-16']);
    const all = await rows('include_deleted=true');
    const kept = await rows('include_deleted=false');
    expect(all.length - kept.length).toBe(1);
  });
});

describe('the sandbox of Twilio and Compatibility answers for calls', () => {
  const ID = 'CA00000000000000000000000000000000';

  test.each([
    ['twilio/voice', '/Calls.json?StartTime%3E=2026-11-19&StartTime%3C=2026-11-20&Status=completed', 200],
    ['twilio/voice', `/Calls.json?EndTime%3E=2026-11-19&ParentCallSid=${ID}`, 200],
    ['twilio/voice', '/Calls.json?PageSize=1001', 400],
    ['twilio/voice', '/Calls.json?PageSize=0', 400],
    ['twilio/voice', '/Calls.json?Page=1', 400],
    ['twilio/voice', '/Calls.json?startTimeAfter=2026-11-19', 400],
    ['twilio/voice', '/Calls.json?DateCreated%3E=2026-11-19', 400],
    ['twilio/voice', '/Calls.json?StartTime%3E=2026-11-19T00:00:00Z', 400],
    ['twilio/voice', '/Calls.json?Status=answered', 400],
    ['twilio/voice', '/Calls.json?ParentCallSid=1', 400],
    ['twilio/voice', '/Calls', 404],
    ['twilio/voice', `/Calls/${ID}.json`, 404],
    ['twilio/voice', '/Conferences.json?Status=completed&FriendlyName=standup&DateUpdated=2026-11-18', 200],
    ['twilio/voice', '/Conferences.json?StartTime%3E=2026-11-19', 400],
    ['twilio/voice', '/Conferences.json?Status=busy', 400],
    ['signalwire/compatibility', '/Calls?StartTime=2026-11-19', 200],
    ['signalwire/compatibility', `/Calls?ParentCallSid=${ID}`, 400],
    ['signalwire/compatibility', '/Conferences?DateCreated%3C=2026-11-19', 200],
  ])('of %s at %s with status %i', async (name, path, status) => {
    const { api, request } = await startApi(name);
    expect((await request(api.listPath.replace('/Recordings', path))).status).toBe(status);
  });

  test('with conferences in progress unless Twilio is asked for others', async () => {
    const { api, request } = await startApi('twilio/voice');
    const statuses = async (query: string): Promise<readonly string[]> => {
      const { body } = await request(`${api.listPath.replace('/Recordings', '/Conferences.json')}?${query}`);
      return [...new Set<string>(body.conferences.map((row: { readonly status: string }) => row.status))];
    };
    expect(await statuses('')).toEqual(['in-progress']);
    expect(await statuses('Status=completed')).toEqual(['completed']);
  });
});
