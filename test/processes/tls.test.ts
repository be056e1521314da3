import { writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { selfSigned } from '../support/certificate.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { adding, answer, stranger } from '../support/home.ts';
import { runPacked } from '../support/packed.ts';
import { type Run, runHere, SIGNATURE } from '../support/run.ts';
import { listing, relay } from '../support/wires.ts';

const seen = { requests: 0, connections: 0 };
let reply: RequestListener = (_, response) => response.end();
let origin = '';
let authority = '';
let close = (): void => {};

beforeAll(async () => {
  const { cert, key } = selfSigned();
  authority = join(emptyFolder(), 'authority.pem');
  writeFileSync(authority, cert);
  const server = createServer({ cert, key }, (request, response) => {
    seen.requests++;
    reply(request, response);
  });
  server.on('connection', () => seen.connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server has a port
  close = () => {
    server.close();
    server.closeAllConnections();
  };
});
afterAll(() => close());

/** Lists an account of the server under https, with its authority known or not. */
const list = async (env: Readonly<Record<string, string>>): Promise<Run> => {
  Object.assign(seen, { requests: 0, connections: 0 });
  const home = { HOME: emptyFolder() };
  const [words, input] = adding('signalwire', 'relay', origin);
  expect((await runHere(words, { input, env: home })).code).toBe(0);
  return runPacked(listing(relay), { env: { ...home, ...env } });
};

test('a list over https works with the authority that NODE_EXTRA_CA_CERTS names', async () => {
  reply = (_, response) => answer(response, relay.page([relay.row('one')], null));
  const { code, out, err } = await list({ NODE_EXTRA_CA_CERTS: authority });
  expect({ code, err, rows: JSON.parse(out).length }).toEqual({ code: 0, err: '', rows: 1 });
});

test.each(['another port', 'the same port'])(
  'a redirect from https to http on %s is refused unopened',
  async (place) => {
    const other = await stranger();
    const target = place === 'the same port' ? origin.replace('https:', 'http:') : `http://127.0.0.1:${other.port}`;
    reply = (_, response) => answer(response, '', 302, { location: `${target}/list?signature=${SIGNATURE}` });
    const { code, out } = await list({ NODE_EXTRA_CA_CERTS: authority });
    expect({ code, out }).toEqual({ code: 8, out: '' });
    expect({ ...seen, other: other.connections() }).toEqual({ requests: 1, connections: 1, other: 0 });
  },
);

test('a next page under http is refused unopened', async () => {
  const other = await stranger();
  reply = (_, response) => answer(response, relay.page([relay.row('one')], `http://127.0.0.1:${other.port}/list`));
  const { code } = await list({ NODE_EXTRA_CA_CERTS: authority });
  expect({ code, ...seen, other: other.connections() }).toEqual({ code: 8, requests: 1, connections: 1, other: 0 });
});

test.each([{}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }])('an unknown authority gets no request, with %o', async (env) => {
  reply = (_, response) => answer(response, relay.page([relay.row('one')], null));
  const { code, out, err } = await list(env);
  expect({ code, out, requests: seen.requests }).toEqual({ code: 5, out: '', requests: 0 });
  expect(seen.connections).toBe(1);
  expect(err).toMatch(/SELF_SIGNED|certificate/i);
});
