import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll } from 'vitest';
import type { MediaFormat } from '../../src/core/recording.ts';
import { clipBytes, clipType } from '../../src/sandbox/media.ts';
import type { SeenRequest } from '../../src/sandbox/server.ts';
import { SIGNATURE } from './run.ts';

/** An answer to a request for media, right or wrong; true since it always answers, as an intercept of the sandbox. */
export type Fault = (request: SeenRequest, response: ServerResponse) => true;

/** How the end of a body is told: by its length, in chunks, or by the end of the connection alone. */
export type Framing = 'length' | 'chunked' | 'close';
export const framings: readonly Framing[] = ['length', 'chunked', 'close'];

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const typeOf = (format: MediaFormat): string => clipType({ format, seconds: 1, channels: 1 });

/** A whole file that plays: 16,000 bytes a second, or of MP3 2,000. */
export const fileBytes = (format: MediaFormat, seconds = 1): Buffer => {
  const clip = clipBytes({ format, seconds, channels: 1 });
  if (format !== 'mp4') return clip;
  // A box that players pass over makes it as long as is asked for.
  const free = Buffer.alloc(seconds * 16_000, 'recx');
  free.writeUInt32BE(free.length, 0);
  free.write('free', 4);
  return Buffer.concat([clip, free]);
};

/** The same with a number in it, so that no two are alike. */
export const numbered = (format: MediaFormat, number: number): Buffer => {
  const bytes = fileBytes(format);
  bytes.writeUInt32BE(number, bytes.length - 4);
  return bytes;
};

/** A server for media on a loopback port, closed after the file's tests. */
export interface MediaServer {
  /** With the host written as an address, and as a name, which is another host to the providers. */
  readonly origin: string;
  readonly named: string;
  /** Every request so far. */
  readonly requests: readonly SeenRequest[];
}

const open: (() => void)[] = [];
afterAll(() => {
  for (const close of open.splice(0)) close();
});

/** Serves every path by one answer. */
export const serve = async (fault: Fault): Promise<MediaServer> => {
  const requests: SeenRequest[] = [];
  let origin = '';
  const server = createServer(({ method = '', url = '/', headers }, response) => {
    const request = { method, url: new URL(url, origin), headers };
    requests.push(request);
    fault(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo; // a TCP server has one
  origin = `http://127.0.0.1:${port}`;
  return { origin, named: `http://localhost:${port}`, requests };
};

/** Answers the first request by the first, the next by the next, and all that come then by the last. HEAD counts, too. */
export const inTurn = (...faults: readonly [Fault, ...Fault[]]): Fault => {
  let count = 0;
  return (request, response) => (faults[count++] ?? faults.at(-1) ?? faults[0])(request, response);
};

export interface Given {
  readonly type?: string;
  /** `"…"` for a strong one. Without it, no request for a part is understood. */
  readonly etag?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const isPart = ({ headers }: SeenRequest, etag: string | undefined): boolean =>
  etag !== undefined && headers.range !== undefined && (headers['if-range'] ?? etag) === etag;

/** The whole file, or with an `etag` the part that is asked for. */
export const whole =
  (bytes: Uint8Array, { type = 'application/octet-stream', etag, headers }: Given = {}): Fault =>
  (request, response) => {
    const from = isPart(request, etag) ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]) : Number.NaN;
    const tag = etag === undefined ? {} : { etag, 'accept-ranges': 'bytes' };
    if (from >= bytes.length) {
      response.writeHead(416, { ...tag, 'content-range': `bytes */${bytes.length}` }).end();
      return true;
    }
    const body = bytes.subarray(from || 0);
    response.writeHead(Number.isNaN(from) ? 200 : 206, {
      'content-type': type,
      'content-length': String(body.length),
      ...tag,
      ...headers,
      ...(Number.isNaN(from) ? {} : { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
    return true;
  };

/** Sends the headers of a whole file in a framing, and so much of the file. */
const begin = (
  { method }: SeenRequest,
  response: ServerResponse,
  bytes: Uint8Array,
  [framing, { type = 'application/octet-stream', etag, headers }]: readonly [Framing, Given],
  after: () => void,
): true => {
  if (framing === 'length') response.setHeader('content-length', String(bytes.length));
  if (framing === 'close') response.removeHeader('transfer-encoding');
  if (etag !== undefined) response.setHeader('etag', etag);
  response.writeHead(200, { 'content-type': type, ...headers });
  response.flushHeaders();
  if (method === 'HEAD') response.end();
  else after();
  return true;
};

/** The first bytes of a file, and then the end of the connection without a word. */
export const cut =
  (bytes: Uint8Array, at: number, framing: Framing, given: Given = {}): Fault =>
  (request, response) =>
    begin(request, response, bytes, [framing, given], () => {
      if (at === 0) setTimeout(() => response.socket?.end(), 5);
      else response.write(bytes.subarray(0, at), () => response.socket?.end());
    });

/** The whole file in a framing other than its length. */
export const framed =
  (bytes: Uint8Array, framing: Framing, given: Given = {}): Fault =>
  (request, response) =>
    begin(request, response, bytes, [framing, given], () => response.end(bytes));

/** The first bytes of a file, and then nothing for ever. */
export const stalled =
  (bytes: Uint8Array, at: number, given: Given = {}): Fault =>
  (request, response) =>
    begin(request, response, bytes, ['length', given], () => response.write(bytes.subarray(0, at)));

/** The file compressed although nobody asked for that; cut, with a length that agrees with what is sent. */
export const gzipped = (bytes: Uint8Array, given: Given = {}, cutAt?: number): Fault =>
  whole(gzipSync(bytes).subarray(0, cutAt), { ...given, headers: { 'content-encoding': 'gzip', ...given.headers } });

/** A body with a status. */
export const said =
  (code: number, body: string | Uint8Array, type: string, headers: Readonly<Record<string, string>> = {}): Fault =>
  ({ method }, response) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    response.writeHead(code, { 'content-type': type, ...(code === 204 ? {} : length), ...headers });
    response.end(method === 'HEAD' ? undefined : body);
    return true;
  };

export const status = (code: number, headers: Readonly<Record<string, string>> = {}): Fault =>
  said(code, code === 204 ? '' : 'no', 'text/plain', headers);

/** What storage says of a link whose time is up. */
export const expired: Fault = said(
  403,
  `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired ${SIGNATURE}</Message></Error>`,
  'application/xml',
);

export const redirect = (location: string, code = 302): Fault => status(code, { location });

/** Pages that come instead of media, by what they are. */
export const pages: Readonly<Record<'HTML' | 'JSON' | 'XML', readonly [body: string, type: string]>> = {
  HTML: [
    `<!DOCTYPE html><html><title>Log in</title><body>${'<p>Please log in</p>'.repeat(90)}</body></html>`,
    'text/html',
  ],
  JSON: [`{"error":"not today","padding":"${'x'.repeat(900)}"}`, 'application/json'],
  XML: [`<?xml version="1.0"?><Error><Code>NoSuchKey</Code>${'<a/>'.repeat(200)}</Error>`, 'application/xml'],
};

/** Storage that refuses a login beside its signed links, and says all that it saw. */
export const foreign =
  (answer: Fault): Fault =>
  (request, response) =>
    request.headers.authorization === undefined
      ? answer(request, response)
      : said(400, JSON.stringify(request.headers), 'application/xml')(request, response);

/** Media that only a login opens, which is the text of `Authorization`. */
export const guarded =
  (login: string, answer: Fault): Fault =>
  (request, response) =>
    request.headers.authorization === login ? answer(request, response) : status(401)(request, response);
