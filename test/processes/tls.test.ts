import { writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { selfSigned } from '../support/certificate.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { answer, profileAddArgs, unrelatedServer } from '../support/home.ts';
import { runPacked } from '../support/packed.ts';
import { type Run, runHere, SIGNATURE } from '../support/run.ts';
import { listArgs, relay } from '../support/wire-formats.ts';

const counts = { requests: 0, connections: 0 };
let reply: RequestListener = (_, response) => response.end();
let origin = '';
let authority = '';
let close = (): void => {};

beforeAll(async () => {
  const { cert, key } = selfSigned();
  authority = join(emptyFolder(), 'authority.pem');
  writeFileSync(authority, cert);
  const server = createServer({ cert, key }, (request, response) => {
    counts.requests++;
    reply(request, response);
  });
  server.on('connection', () => counts.connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server has a port
  close = () => {
    server.close();
    server.closeAllConnections();
  };
});
afterAll(() => close());

/** Lists an account on the HTTPS server, with the environment deciding whether its authority is trusted. */
const list = async (env: Readonly<Record<string, string>>): Promise<Run> => {
  Object.assign(counts, { requests: 0, connections: 0 });
  const home = { HOME: emptyFolder() };
  const [words, input] = profileAddArgs('signalwire', 'relay', origin);
  expect((await runHere(words, { input, env: home })).code).toBe(0);
  return runPacked(listArgs(relay, '--api', 'relay'), { env: { ...home, ...env } });
};

test('a list over HTTPS works with an authority from NODE_EXTRA_CA_CERTS', async () => {
  reply = (_, response) => answer(response, relay.page([relay.row('one')], null));
  const { code, out, err } = await list({ NODE_EXTRA_CA_CERTS: authority });
  expect({ code, err, rows: JSON.parse(out).length }).toEqual({ code: 0, err: '', rows: 1 });
});

test.each(['another port', 'the same port'])(
  'a redirect from HTTPS to HTTP on %s is refused without a connection',
  async (place) => {
    const other = await unrelatedServer();
    const target = place === 'the same port' ? origin.replace('https:', 'http:') : `http://127.0.0.1:${other.port}`;
    reply = (_, response) => answer(response, '', 302, { location: `${target}/list?signature=${SIGNATURE}` });
    const { code, out } = await list({ NODE_EXTRA_CA_CERTS: authority });
    expect({ code, out }).toEqual({ code: 8, out: '' });
    expect({ ...counts, other: other.connections() }).toEqual({ requests: 1, connections: 1, other: 0 });
  },
);

test('a next-page link to HTTP is refused without a connection', async () => {
  const other = await unrelatedServer();
  reply = (_, response) => answer(response, relay.page([relay.row('one')], `http://127.0.0.1:${other.port}/list`));
  const { code } = await list({ NODE_EXTRA_CA_CERTS: authority });
  expect({ code, ...counts, other: other.connections() }).toEqual({ code: 8, requests: 1, connections: 1, other: 0 });
});

test.each([{}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }])(
  'a server with an untrusted certificate receives no request, with environment %o',
  async (env) => {
    reply = (_, response) => answer(response, relay.page([relay.row('one')], null));
    const { code, out, err } = await list(env);
    expect({ code, out, requests: counts.requests }).toEqual({ code: 5, out: '', requests: 0 });
    expect(counts.connections).toBe(1);
    expect(err).toMatch(/SELF_SIGNED|certificate/i);
  },
);
