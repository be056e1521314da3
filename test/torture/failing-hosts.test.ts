import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../support/certificate.ts';
import { emptyFolder } from '../support/cleanup.ts';
import {
  completeContents,
  inspectFolder,
  intactMedia,
  openDownloadAccount,
  wavRecordings,
} from '../support/download-account.ts';
import { expectPromptly } from '../support/timing.ts';

const SIZE = 4000;

const open: (() => void)[] = [];
afterAll(() => {
  for (const close of open.splice(0)) close();
});

interface RunningServer {
  readonly port: number;
  readonly seen: { connections: number; requests: number };
  close(): void;
}

/** Counts connections and requests of a server that is closed after the tests. */
const listen = async (server: Server & { closeAllConnections(): void }): Promise<RunningServer> => {
  const seen = { connections: 0, requests: 0 };
  server.on('connection', () => seen.connections++).on('request', () => seen.requests++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  open.push(close);
  return { port: (server.address() as AddressInfo).port, seen, close }; // a TCP server has a port
};

const every = wavRecordings(500, SIZE);
const byPath = new Map(every.map((recording) => [`/media/${recording.id}.wav`, intactMedia(recording)]));

/** Serves the recordings as an ordinary host. */
const serveRecordings: RequestListener = ({ method = '', url = '', headers }, response) => {
  byPath.get(url)?.({ method, url: new URL(url, 'http://host'), headers }, response);
};

describe.concurrent('a media host', () => {
  test.each([1, 12, 300])('that refuses connections ends the run soon, with %i files', async (count) => {
    const { port, close } = await listen(createServer());
    close();
    const account = await openDownloadAccount(every.slice(0, count), { host: `http://127.0.0.1:${port}` });
    const { code, err, took } = await account.download();
    expect(code).toBe(count === 1 ? 3 : 5);
    expect(err).toContain('ECONNREFUSED');
    if (count > 1) expect(err).toMatch(/ [1-9]\d* remaining/);
    await expectPromptly(took, 10_000);
    expect(inspectFolder(account)).toMatchObject({ files: [], hidden: [], entries: [] });
  });

  const { cert, key } = selfSigned();
  test.each([{}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }])(
    'with a certificate of an unknown authority receives no request, with environment %o',
    async (env) => {
      const { port, seen } = await listen(createSecure({ cert, key }, serveRecordings));
      const account = await openDownloadAccount(every.slice(0, 12), { host: `https://127.0.0.1:${port}` });
      const { code, err } = await account.start(account.args(), env).ended;
      expect({ code, requests: seen.requests }).toEqual({ code: 5, requests: 0 });
      expect(seen.connections).toBeLessThanOrEqual(12);
      expect(err).toMatch(/SELF_SIGNED|certificate/i);
      expect(inspectFolder(account)).toMatchObject({ files: [], hidden: [], entries: [] });
    },
  );

  test('with a certificate of an authority in NODE_EXTRA_CA_CERTS serves its files', async () => {
    const authority = join(emptyFolder(), 'authority.pem');
    writeFileSync(authority, cert);
    const { port, seen } = await listen(createSecure({ cert, key }, serveRecordings));
    const account = await openDownloadAccount(every.slice(0, 12), { host: `https://127.0.0.1:${port}` });
    const { code } = await account.start(account.args(), { NODE_EXTRA_CA_CERTS: authority }).ended;
    expect({ code, requests: seen.requests }).toEqual({ code: 0, requests: 12 });
    expect(inspectFolder(account)).toEqual(completeContents(account));
  });

  // A hundred files and the pages of the list add retries to the budget of fifty; files given up or in progress were
  // requested once.
  const MAX_REQUESTS = 100 + 50 + 10 + 5 + 20 + 8;
  const failureModes: readonly [how: string, most: number, dead: RequestListener][] = [
    ['ends every connection', 150, (_, response) => void response.socket?.destroy()],
    ['answers 500', MAX_REQUESTS, (_, response) => void response.writeHead(500).end('no')],
    [
      'sends half of each file',
      MAX_REQUESTS,
      (_, response) => {
        response.writeHead(200, { 'content-length': String(SIZE), 'content-type': 'audio/x-wav' });
        response.write(every[0]?.bytes.subarray(0, SIZE / 2), () => response.socket?.end());
      },
    ],
  ];
  test.each(failureModes)('that %s after 100 of 500 files stops the run soon', async (_, most, dead) => {
    let served = 0;
    const { port, seen } = await listen(
      createServer((request, response) => (served++ < 100 ? serveRecordings : dead)(request, response)),
    );
    const account = await openDownloadAccount(every, { host: `http://127.0.0.1:${port}` });
    const { code, err, took } = await account.download();
    const { files, entries } = inspectFolder(account);
    expect({ code, files: files.length, entries: entries.length }).toEqual({ code: 5, files: 100, entries: 100 });
    expect(err).toMatch(/stopped: 100 downloaded to \S+, \d+ remaining; failed \d+/);
    expect(seen.requests).toBeLessThanOrEqual(most);
    await expectPromptly(took, 30_000);
  });

  test('that dies during a run stops the run soon, and a later run downloads the rest', async () => {
    let alive = true;
    let served = 0;
    const { port, seen } = await listen(
      createServer((request, response) => {
        if (served++ === 100) alive = false;
        if (alive) serveRecordings(request, response);
        else response.socket?.resetAndDestroy();
      }),
    );
    const account = await openDownloadAccount(every, { host: `http://127.0.0.1:${port}` });
    const first = await account.download();
    expect(first.code).toBe(5);
    expect(seen.requests).toBeLessThanOrEqual(150);
    expect(inspectFolder(account).files.length).toBe(100);
    alive = true;
    const before = seen.requests;
    expect((await account.download()).code).toBe(0);
    expect(seen.requests - before).toBe(400);
    expect(inspectFolder(account)).toEqual(completeContents(account));
  });
});

describe('a download respects', () => {
  test.each([1, 3, 20])('the number of parallel downloads set by --concurrency %i', async (width) => {
    let [now, most] = [0, 0];
    let letThrough = (): void => {};
    const allThere = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    const account = await openDownloadAccount(every.slice(0, 60), {
      before: async ({ url }, response) => {
        if (!url.pathname.startsWith('/media/')) return false;
        most = Math.max(most, ++now);
        response.once('close', () => now--);
        // The first ones wait for each other, and all for one more that must not come.
        if (most >= width) letThrough();
        await allThere;
        await new Promise((resolve) => setTimeout(resolve, 30));
        return false;
      },
    });
    const { code, err } = await account.download('--concurrency', String(width));
    expect({ code, err, most }).toEqual({ code: 0, err: '', most: width });
    expect(inspectFolder(account)).toEqual(completeContents(account));
  });

  test('the rate limit set by --rps, for API and media requests alike', async () => {
    const times: number[] = [];
    const account = await openDownloadAccount(every.slice(0, 60), {
      before: () => {
        times.push(performance.now());
        return false;
      },
    });
    expect(await account.download('--rps', '20')).toMatchObject({ code: 0, err: '' });
    expect(inspectFolder(account)).toEqual(completeContents(account));
    expect(times.length).toBeGreaterThan(60);
    // A request may arrive later than it was sent, so single gaps prove little.
    const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
    expect(seconds).toBeGreaterThan(0.9 * (times.length / 20 - 1));
  });
});
