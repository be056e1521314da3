import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { answer, homeWith } from '../../support/home.ts';
import { listArgs, wireFormats } from '../../support/wire-formats.ts';

type Encode = (json: string) => Buffer;

/** Responses that are unusual and yet complete. */
const readable: readonly (readonly [name: string, headers: Readonly<Record<string, string>>, encode: Encode])[] = [
  ['gzip', { 'content-encoding': 'gzip' }, (json) => gzipSync(json)],
  ['x-gzip', { 'content-encoding': 'x-gzip' }, (json) => gzipSync(json)],
  ['gzip in two members', { 'content-encoding': 'gzip' }, (json) => gzipInTwo(json)],
  ['gzip twice', { 'content-encoding': 'gzip, gzip' }, (json) => gzipSync(gzipSync(json))],
  ['gzip and zeros', { 'content-encoding': 'gzip' }, (json) => Buffer.concat([gzipSync(json), Buffer.alloc(16)])],
  ['brotli', { 'content-encoding': 'br' }, (json) => brotliCompressSync(json)],
  ['deflate', { 'content-encoding': 'deflate' }, (json) => deflateSync(json)],
  ['raw deflate', { 'content-encoding': 'deflate' }, (json) => deflateRawSync(json)],
  ['an empty content-encoding', { 'content-encoding': '' }, (json) => Buffer.from(json)],
  ['a byte order mark', {}, (json) => Buffer.from(`\ufeff${json}`)],
  ['a quoted charset', { 'content-type': 'application/json; charset="utf-8"' }, (json) => Buffer.from(json)],
  ['text/plain', { 'content-type': 'text/plain' }, (json) => Buffer.from(json)],
  ['a key that occurs twice', {}, (json) => Buffer.from(json.replace('{', '{"extra":1,"extra":2,'))],
];

const gzipInTwo = (json: string): Buffer => {
  const half = Math.floor(json.length / 2);
  return Buffer.concat([gzipSync(json.slice(0, half)), gzipSync(json.slice(half))]);
};

/** Responses that only resemble JSON. */
const unreadable: readonly (readonly [name: string, headers: Readonly<Record<string, string>>, encode: Encode])[] = [
  ['NaN', {}, (json) => Buffer.from(json.replace('{', '{"extra":NaN,'))],
  ['a raw control character', {}, (json) => Buffer.from(json.replace('{', '{"extra":"\u0001",'))],
  ['a trailing comma', {}, (json) => Buffer.from(json.replace(/\}$/, ',}'))],
  ['UTF-16', {}, (json) => Buffer.from(`\ufeff${json}`, 'utf16le')],
  ['a notice before the JSON', {}, (json) => Buffer.from(`Notice: undefined index in x.php\n${json}`)],
  ['text that claims to be gzip', { 'content-encoding': 'gzip' }, (json) => Buffer.from(json)],
  ['gzip that is cut', { 'content-encoding': 'gzip' }, (json) => gzipSync(json).subarray(0, -12)],
];

describe.concurrent.each(wireFormats)('a page of $profile', (wire) => {
  const json = JSON.stringify(wire.page([wire.row('only')], null));
  const listed = async (headers: Readonly<Record<string, string>>, encode: Encode) => {
    const body = encode(json);
    const { run } = await homeWith({
      intercept: (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length, ...headers });
        response.end(body);
        return true;
      },
    });
    return run(listArgs(wire, '-o', 'ndjson', '--fields', 'id', '--retries', '0'));
  };

  test.each(readable)('with %s is read', async (_, headers, encode) => {
    expect(await listed(headers, encode)).toMatchObject({ code: 0, out: '{"id":"only"}\n', err: '' });
  });

  test.each(unreadable)(
    'with %s is an error of the provider, and no row of it is printed',
    async (_, headers, encode) => {
      expect(await listed(headers, encode)).toMatchObject({ code: 5, out: '' });
    },
  );

  test('is requested again when a server closes idle connections with 408', async () => {
    const { run } = await homeWith({
      intercept: (_, response, count) =>
        answer(response, count === 1 ? '' : json, count === 1 ? 408 : 200, { connection: 'close' }),
    });
    expect(await run(listArgs(wire, '-o', 'ndjson', '--fields', 'id'))).toMatchObject({
      code: 0,
      out: '{"id":"only"}\n',
    });
  });
});
