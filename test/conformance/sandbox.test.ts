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
