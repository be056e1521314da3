import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adding, answer, emptyFolder, type Run, runProgram, SIGNATURE, stranger } from './harness.ts';
import { listing, relay } from './wires.ts';

/** One value of DER: a tag, its length, its content. */
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const octets = (...parts: readonly Uint8Array[]): Buffer => der(0x04, ...parts);
const time = (epoch: number): Buffer =>
  der(0x18, Buffer.from(`${new Date(epoch).toISOString().replaceAll(/[-:T]|\.\d+/g, '')}`));
const commonName = hex('0603550403');
const ecdsaWithSha256 = sequence(hex('06082a8648ce3d040302'));

/** A certificate of 127.0.0.1 that vouches for itself, valid for a day around now, as PEM. */
const certificate = (publicKey: KeyObject, privateKey: KeyObject): string => {
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from('recx test')))));
  const alternative = octets(sequence(der(0x87, Buffer.from([127, 0, 0, 1]))));
  const authority = octets(sequence(der(0x01, hex('ff'))));
  const keyId = octets(octets(createHash('sha1').update(key).digest()));
  const extensions = [
    sequence(hex('0603551d11'), alternative),
    sequence(hex('0603551d13'), der(0x01, hex('ff')), authority),
    sequence(hex('0603551d0e'), keyId),
  ];
  const body = sequence(
    der(0xa0, hex('020102')), // version 3
    hex('02020539'), // any serial number
    ecdsaWithSha256,
    name,
    sequence(time(Date.now() - 43_200_000), time(Date.now() + 43_200_000)),
    name,
    key,
    der(0xa3, sequence(...extensions)),
  );
  const signature = createSign('sha256').update(body).sign(privateKey);
  const whole = sequence(body, ecdsaWithSha256, der(0x03, hex('00'), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
};

const seen = { requests: 0, connections: 0 };
let reply: RequestListener = (_, response) => response.end();
let origin = '';
let authority = '';
let close = (): void => {};

beforeAll(async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = certificate(publicKey, privateKey);
  authority = join(emptyFolder(), 'authority.pem');
  writeFileSync(authority, cert);
  const server = createServer(
    { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) },
    (request, response) => {
      seen.requests++;
      reply(request, response);
    },
  );
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
  expect((await runProgram(words, { input, env: home })).code).toBe(0);
  return runProgram(listing(relay), { env: { ...home, ...env } });
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
