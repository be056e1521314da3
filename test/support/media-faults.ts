import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { MediaFormat } from '../../src/core/recording.ts';
import { clipBytes, clipType } from '../../src/sandbox/media.ts';
import type { SeenRequest } from '../../src/sandbox/server.ts';
import { cleanUp } from './cleanup.ts';
import { SIGNATURE } from './run.ts';

/** Responds to a media request, correctly or with a fault; returns true, like an intercept of the sandbox that responded. */
export type MediaHandler = (request: SeenRequest, response: ServerResponse) => true;

/** How the end of a body is marked: by content length, by chunks, or by the end of the connection only. */
export type Framing = 'length' | 'chunked' | 'close';
export const framings: readonly Framing[] = ['length', 'chunked', 'close'];

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const typeOf = (format: MediaFormat): string => clipType({ format, seconds: 1, channels: 1 });

/** A complete, playable file: 16,000 bytes per second, for MP3 2,000. */
export const fileBytes = (format: MediaFormat, seconds = 1): Buffer => {
  const clip = clipBytes({ format, seconds, channels: 1 });
  if (format !== 'mp4') return clip;
  // A free box, which players skip, brings it to the requested length.
  const free = Buffer.alloc(seconds * 16_000, 'recx');
  free.writeUInt32BE(free.length, 0);
  free.write('free', 4);
  return Buffer.concat([clip, free]);
};

/** A file that contains a number, so that files differ. */
export const numberedFile = (format: MediaFormat, number: number): Buffer => {
  const bytes = fileBytes(format);
  bytes.writeUInt32BE(number, bytes.length - 4);
  return bytes;
};

/** A media server on a loopback port, closed after the tests of the file. */
export interface MediaServer {
  /** With the host as an IP address, and as a name, which counts as another host. */
  readonly origin: string;
  readonly originByName: string;
  /** Every request so far. */
  readonly requests: readonly SeenRequest[];
}

/** Starts a server that handles every path with one handler. */
export const startMediaServer = async (fault: MediaHandler): Promise<MediaServer> => {
  const requests: SeenRequest[] = [];
  let origin = '';
  const server = createServer(({ method = '', url = '/', headers }, response) => {
    const request = { method, url: new URL(url, origin), headers };
    requests.push(request);
    fault(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo; // a TCP server has one
  origin = `http://127.0.0.1:${port}`;
  return { origin, originByName: `http://localhost:${port}`, requests };
};

/** Handles the first request with the first handler, the next with the next, and all further ones with the last. HEAD counts. */
export const inSequence = (...faults: readonly [MediaHandler, ...MediaHandler[]]): MediaHandler => {
  let count = 0;
  return (request, response) => (faults[count++] ?? faults.at(-1) ?? faults[0])(request, response);
};

export interface MediaOptions {
  readonly type?: string;
  /** `"…"` for a strong ETag. Without one, range requests are ignored. */
  readonly etag?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const isPart = ({ headers }: SeenRequest, etag: string | undefined): boolean =>
  etag !== undefined && headers.range !== undefined && (headers['if-range'] ?? etag) === etag;

/** Serves the complete file, or with an `etag` the requested range. */
export const completeFile =
  (bytes: Uint8Array, { type = 'application/octet-stream', etag, headers }: MediaOptions = {}): MediaHandler =>
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

/** Sends the headers of a complete file in a framing, and then the body. */
const begin = (
  { method }: SeenRequest,
  response: ServerResponse,
  bytes: Uint8Array,
  [framing, { type = 'application/octet-stream', etag, headers }]: readonly [Framing, MediaOptions],
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

/** Sends the first bytes of a file and then closes the connection. */
export const cut =
  (bytes: Uint8Array, at: number, framing: Framing, given: MediaOptions = {}): MediaHandler =>
  (request, response) =>
    begin(request, response, bytes, [framing, given], () => {
      if (at === 0) setTimeout(() => response.socket?.end(), 5);
      else response.write(bytes.subarray(0, at), () => response.socket?.end());
    });

/** Serves the complete file in this framing. */
export const framed =
  (bytes: Uint8Array, framing: Framing, given: MediaOptions = {}): MediaHandler =>
  (request, response) =>
    begin(request, response, bytes, [framing, given], () => response.end(bytes));

/** Sends the first bytes of a file and then nothing more. */
export const stalled =
  (bytes: Uint8Array, at: number, given: MediaOptions = {}): MediaHandler =>
  (request, response) =>
    begin(request, response, bytes, ['length', given], () => response.write(bytes.subarray(0, at)));

/** Serves the file compressed although that was not requested; can be cut, with a consistent content length. */
export const gzipped = (bytes: Uint8Array, given: MediaOptions = {}, cutAt?: number): MediaHandler =>
  completeFile(gzipSync(bytes).subarray(0, cutAt), {
    ...given,
    headers: { 'content-encoding': 'gzip', ...given.headers },
  });

/** Responds with a status and a body. */
export const reply =
  (
    code: number,
    body: string | Uint8Array,
    type: string,
    headers: Readonly<Record<string, string>> = {},
  ): MediaHandler =>
  ({ method }, response) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    response.writeHead(code, { 'content-type': type, ...(code === 204 ? {} : length), ...headers });
    response.end(method === 'HEAD' ? undefined : body);
    return true;
  };

export const status = (code: number, headers: Readonly<Record<string, string>> = {}): MediaHandler =>
  reply(code, code === 204 ? '' : 'no', 'text/plain', headers);

/** The response of a storage server to an expired link. */
export const expiredLink: MediaHandler = reply(
  403,
  `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired ${SIGNATURE}</Message></Error>`,
  'application/xml',
);

export const redirect = (location: string, code = 302): MediaHandler => status(code, { location });

/** Pages served instead of media, by kind. */
export const errorPages: Readonly<Record<'HTML' | 'JSON' | 'XML', readonly [body: string, type: string]>> = {
  HTML: [
    `<!DOCTYPE html><html><title>Log in</title><body>${'<p>Please log in</p>'.repeat(90)}</body></html>`,
    'text/html',
  ],
  JSON: [`{"error":"not today","padding":"${'x'.repeat(900)}"}`, 'application/json'],
  XML: [`<?xml version="1.0"?><Error><Code>NoSuchKey</Code>${'<a/>'.repeat(200)}</Error>`, 'application/xml'],
};

/** A storage server that rejects credentials on signed links and repeats the received headers in its error. */
export const rejectingCredentials =
  (answer: MediaHandler): MediaHandler =>
  (request, response) =>
    request.headers.authorization === undefined
      ? answer(request, response)
      : reply(400, JSON.stringify(request.headers), 'application/xml')(request, response);

/** Media that requires credentials: this value of `Authorization`. */
export const requiringCredentials =
  (login: string, answer: MediaHandler): MediaHandler =>
  (request, response) =>
    request.headers.authorization === login ? answer(request, response) : status(401)(request, response);
