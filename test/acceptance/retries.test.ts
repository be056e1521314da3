import { createSign } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  acceptanceTest,
  downloadArgs,
  intactResponse,
  mediaBytes,
  type Workspace,
  type WorkspaceRecording,
} from '../support/acceptance.ts';
import { selfSigned } from '../support/certificate.ts';
import { answer } from '../support/home.ts';
import { cut, stalled } from '../support/media-faults.ts';
import { LOG_DELAYS, loggedDelays, timeoutFor } from '../support/timing.ts';
import { listArgs, plivo, relay } from '../support/wire-formats.ts';

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** Minimum backoff in milliseconds: no client may retry immediately. */
const MIN_BACKOFF = 200;
const DAY_BEFORE = 'Thu, 01 Jan 2015 00:00:00 GMT';

/** Serves a list that gives these responses first and then a row; the times of the requests. */
const serveResponses = async (
  workspace: Workspace,
  answers: readonly (readonly [number, Headers])[],
): Promise<readonly number[]> => {
  const times: number[] = [];
  await workspace.startProviders((_, response, count) => {
    times.push(Date.now());
    const [status, headers] = answers[Math.min(count, answers.length + 1) - 1] ?? [200, {}];
    return answer(response, relay.page([relay.row('one')], null), status, headers);
  });
  return times;
};
const always = (status: number, headers: Headers = {}) => Array.from({ length: 50 }, () => [status, headers] as const);
const gapsOf = (times: readonly number[]): readonly number[] =>
  times.slice(1).map((time, index) => time - (times[index] ?? 0));

acceptanceTest('E01 a Retry-After of 2 s is respected without waiting much longer', async (workspace) => {
  const times = await serveResponses(workspace, [[429, { 'retry-after': '2' }]]);
  const { code, err } = await workspace.run([...LOG_DELAYS, ...listArgs(relay)]);
  expect(code).toBe(0);
  expect(gapsOf(times)[0]).toBeGreaterThanOrEqual(2000);
  expect(loggedDelays(err)).toHaveLength(1);
  expect(loggedDelays(err)[0]).toBeLessThanOrEqual(4000);
});

acceptanceTest(
  'E02 a Retry-After date is respected, and an invalid Retry-After falls back to the normal backoff',
  async (workspace) => {
    const values = [DAY_BEFORE, '-1', 'abc', '1e9', '', ['1', '1']];
    const due = Math.ceil(Date.now() / 1000) * 1000 + 3000;
    const times = new Map<string, number[]>();
    const ids = ['date', ...values.map((_, index) => `id-${index}`)];
    await workspace.startProviders(({ url }, response) => {
      const id = ids.find((name) => relay.recordingPath(name) === url.pathname) ?? '';
      const seen = [...(times.get(id) ?? []), Date.now()];
      times.set(id, seen);
      const value = id === 'date' ? new Date(due).toUTCString() : (values[ids.indexOf(id) - 1] ?? '');
      return answer(response, relay.row(id), seen.length === 1 ? 429 : 200, { 'retry-after': value });
    });
    const { code, err } = await workspace.run([...LOG_DELAYS, 'get', ...ids, ...relay.args]);
    expect(code).toBe(0);
    expect(times.get('date')?.[1]).toBeGreaterThanOrEqual(due);
    // The time left until the date, plus the jitter of any wait.
    expect(loggedDelays(err)[0]).toBeLessThanOrEqual(4000 + 500);
    for (const id of ids.slice(1)) {
      const [gap, ...more] = gapsOf(times.get(id) ?? []);
      expect({ id, more }).toEqual({ id, more: [] });
      expect(gap).toBeGreaterThanOrEqual(MIN_BACKOFF);
    }
    expect(loggedDelays(err)).toHaveLength(ids.length);
    expect(Math.max(...loggedDelays(err).slice(1))).toBeLessThanOrEqual(1000);
  },
);

acceptanceTest(
  'E03 a Retry-After of three years ends the run at once and the error shows the demanded wait',
  async (workspace) => {
    const times = await serveResponses(workspace, always(429, { 'retry-after': '99999999' }));
    const { code, err } = await workspace.run([...LOG_DELAYS, ...listArgs(relay)]);
    expect({ code, waits: loggedDelays(err) }).toEqual({ code: 5, waits: [] });
    expect(err).toContain('99999999 s');
    expect(times.length).toBeLessThanOrEqual(2);
  },
);

acceptanceTest(
  'E04 a permanent 429 is attempted four times, with delays that grow and differ between runs',
  async (workspace) => {
    const gaps = [];
    for (const _ of [1, 2]) {
      const times = await serveResponses(workspace, always(429));
      const { code, err } = await workspace.run([...LOG_DELAYS, ...listArgs(relay)]);
      expect({ code, requests: times.length }).toEqual({ code: 5, requests: 4 });
      expect(Math.min(...gapsOf(times))).toBeGreaterThanOrEqual(MIN_BACKOFF);
      gaps.push(loggedDelays(err));
    }
    for (const [first = 0, second = 0, third = 0] of gaps) {
      expect(third).toBeGreaterThan(first);
      expect(second + third).toBeGreaterThan(2 * first);
    }
    expect(gaps[0]).not.toEqual(gaps[1]);
  },
);

acceptanceTest('E05 responses 500, 502, 503 and 504 are retried, 501 and 505 are not', async (workspace) => {
  const passing = [500, 502, 503, 504];
  const asked = new Map<string, number>();
  await workspace.startProviders(({ url }, response) => {
    const code = passing.find((status) => relay.recordingPath(String(status)) === url.pathname) ?? 0;
    const count = (asked.get(url.pathname) ?? 0) + 1;
    asked.set(url.pathname, count);
    return answer(response, relay.row(String(code)), count === 1 ? code : 200);
  });
  expect(await workspace.run(['get', ...passing.map(String), ...relay.args])).toMatchObject({ code: 0, err: '' });
  expect([...asked.values()]).toEqual(passing.map(() => 2));
  for (const status of [501, 505]) {
    const times = await serveResponses(workspace, always(status));
    expect({ ...(await workspace.run(listArgs(relay))), requests: times.length }).toMatchObject({
      code: 5,
      requests: 1,
    });
  }
});

acceptanceTest(
  'E06 responses 400, 401, 403, 404 and 422 are not retried, and rejected credentials end a batch',
  async (workspace) => {
    for (const status of [400, 401, 403, 404, 422]) {
      const times = await serveResponses(workspace, always(status));
      const { code, err } = await workspace.run(listArgs(relay));
      expect({ status, code, requests: times.length }).toEqual({
        status,
        code: { 400: 11, 401: 4, 403: 4, 422: 11 }[status] ?? 5,
        requests: 1,
      });
      if (code === 4) expect(err).toContain('"relay"');
    }
    const times = await serveResponses(workspace, always(401));
    const { code } = await workspace.run(['download', ...relay.args, 'one', 'two', 'three', '--concurrency', '1']);
    expect({ code, requests: times.length }).toEqual({ code: 4, requests: 1 });
  },
);

/** An HTTPS server with a certificate; counts its connections and requests. */
const startSecure = async (workspace: Workspace, pair: { readonly cert: string; readonly key: string }) => {
  const seen = { connections: 0, requests: 0, port: 0 };
  const server = createServer(pair, (_, response) => {
    seen.requests++;
    answer(response, relay.page([], null));
  }).on('connection', () => seen.connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  seen.port = (server.address() as AddressInfo).port; // a TCP server has a port
  workspace.cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return seen;
};

/** A key with a certificate that expired long ago. */
const expiredPair = (): { readonly cert: string; readonly key: string } => {
  const { cert, key } = selfSigned();
  const old = Buffer.from(cert.replaceAll(/-----[^-]+-----|\n/g, ''), 'base64');
  // A sequence of the content, the algorithm and the signature, each as tag, length and value.
  const body = old.subarray(4, 8 + old.readUInt16BE(6));
  const [start, size] = [4 + body.length, 2 + (old[5 + body.length] ?? 0)];
  for (let at = body.indexOf('\u0018\u000f'); at >= 0; at = body.indexOf('\u0018\u000f', at + 17))
    body.write('2020', at + 2);
  const signature = createSign('sha256').update(body).sign(key);
  const bits = Buffer.concat([Buffer.of(3, signature.length + 1, 0), signature]);
  const whole = Buffer.concat([Buffer.alloc(4), body, old.subarray(start, start + size), bits]);
  whole.writeUInt16BE(0x3082, 0);
  whole.writeUInt16BE(whole.length - 4, 2);
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return { key, cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n') };
};

acceptanceTest(
  'E07 a refused connection, an unknown host, an untrusted or mismatched certificate and an expired one end with exit code 5 and no request',
  async (workspace) => {
    const own = selfSigned();
    const expired = expiredPair();
    const authorities = join(workspace.root, 'authorities.pem');
    writeFileSync(authorities, own.cert + expired.cert);
    const known = { NODE_EXTRA_CA_CERTS: authorities };
    const [good, old] = [await startSecure(workspace, own), await startSecure(workspace, expired)];
    const expectNoRequest = async (
      origin: string,
      env: Readonly<Record<string, string>>,
      message: RegExp,
    ): Promise<void> => {
      workspace.storeProfiles(origin);
      Object.assign(good, { connections: 0 });
      Object.assign(old, { connections: 0 });
      const { code, out, err } = await workspace.run(['--retries', '1', ...listArgs(relay)], { env });
      expect({ origin, code, out, requests: good.requests + old.requests }).toEqual({
        origin,
        code: 5,
        out: '',
        requests: 0,
      });
      expect(err).toMatch(message);
      expect(good.connections + old.connections).toBeLessThanOrEqual(1);
    };
    const closed = await workspace.unrelatedServer();
    await closed.close();
    await expectNoRequest(`http://127.0.0.1:${closed.port}`, {}, /ECONNREFUSED/);
    await expectNoRequest('https://recx-test.invalid', {}, /ENOTFOUND|EAI_AGAIN/);
    for (const weakening of [{}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }]) {
      await expectNoRequest(`https://127.0.0.1:${good.port}`, weakening, /SELF_SIGNED|certificate/i);
      await expectNoRequest(`https://localhost:${good.port}`, { ...known, ...weakening }, /ALTNAME|certificate/i);
      await expectNoRequest(`https://127.0.0.1:${old.port}`, { ...known, ...weakening }, /EXPIRED|certificate/i);
    }
  },
);

acceptanceTest('E08 a server that accepts a connection and never responds times out', async (workspace) => {
  const sandbox = await workspace.startProviders(() => true);
  const { code, err } = await workspace.run(['--timeout', '500ms', '--retries', '1', ...listArgs(plivo)]);
  expect({ code, requests: sandbox.requests.length }).toEqual({ code: 5, requests: 2 });
  expect(err).toMatch(/no response within|in time/);
});

acceptanceTest('E09 media that stalls in the middle times out and is retried', async (workspace) => {
  const wav = mediaBytes(relay);
  const asked = await workspace.serveRecordings(relay, [{ id: 'one', media: stalled(wav, wav.length >> 1) }]);
  const limit = timeoutFor(1);
  const { code, err } = await workspace.run(['--timeout', limit, '--retries', '1', ...downloadArgs(relay)]);
  expect({ code, asked: asked.length }).toEqual({ code: 3, asked: 2 });
  expect(err).toContain(`no data received for ${limit.slice(0, -1)} s`);
  expect(readdirSync(workspace.out).filter((name) => !name.startsWith('.'))).toEqual([]);
});

acceptanceTest(
  'E11 when a host dies during a batch of 500 the run stops soon and keeps the downloaded files',
  async (workspace) => {
    let served = 0;
    const recordings = Array.from({ length: 500 }, (_, index): WorkspaceRecording => ({ id: `id-${index}` }));
    const storage = await workspace.mediaServer((request, response) => {
      const index = Number(/\d+/.exec(request.url.pathname)?.[0]);
      const media = served++ < 100 ? intactResponse(relay, index) : cut(mediaBytes(relay), 0, 'length');
      return media(request, response);
    });
    await workspace.serveRecordings(
      relay,
      recordings.map((recording) => ({ ...recording, link: `${storage.origin}/${recording.id}.wav` })),
    );
    const { code, err } = await workspace.run(['--timeout', timeoutFor(1), ...downloadArgs(relay)]);
    expect(code).toBe(5);
    expect(err).toMatch(/100 downloaded to \S+, \d+ remaining/);
    expect(readdirSync(workspace.out).filter((name) => name.endsWith('.wav'))).toHaveLength(100);
    // A hundred successes add ten retries to the budget of fifty, and each file given up was requested once.
    expect(storage.requests.length).toBeLessThanOrEqual(100 + 60 + 20 + 8);
  },
);
