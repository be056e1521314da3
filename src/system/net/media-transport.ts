import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  Agent as PlainAgent,
  request as plainRequest,
} from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { Readable } from 'node:stream';
import { StallError } from '../errors.ts';
import { limits } from '../limits.ts';
import { isClosedEarly } from './connections.ts';
import type { Proxies } from './route/proxies.ts';
import type { SsrfGuard } from './route/ssrf-guard.ts';

/** A raw response: headers and an undecoded body stream. */
export interface WireResponse {
  readonly status: number;
  /** One header by its lower-case name. */
  header(name: string): string | undefined;
  readonly body: Readable;
}

/** Closes an unread response and its connection. */
export const discardResponse = ({ body }: WireResponse): void => {
  body.on('error', () => {});
  body.destroy();
};

/** The first bytes of an error response as text; what had arrived if it stalls or breaks off. */
export const readErrorBody = async (body: Readable): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => body.destroy(), ERROR_BODY_TIMEOUT);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      // a response without an encoding yields buffers
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_ERROR_BODY) break;
    }
  } catch {
    // The status is what matters.
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString();
};

const MAX_ERROR_BODY = 64 * 1024;
const ERROR_BODY_TIMEOUT = 2000;

/** Keep-alive connections, a limited number per server. */
export interface Agents {
  readonly plain: PlainAgent;
  readonly secure: SecureAgent;
  /** Closes the connections that no request uses. */
  closeIdle(): void;
  close(): void;
}

export const openAgents = (connections: number): Agents => {
  const options = { keepAlive: true, maxSockets: connections };
  const [plain, secure] = [new PlainAgent(options), new SecureAgent(options)];
  const closeIdle = (): void => {
    for (const { freeSockets } of [plain, secure])
      for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  };
  const close = (): void => {
    plain.destroy();
    secure.destroy();
  };
  return { plain, secure, closeIdle, close };
};

interface WireRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds until the headers of the response. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

interface DirectRequest extends WireRequest {
  readonly agents: Agents;
  readonly guard: SsrfGuard;
}

/** Sends a request with Node's client; resolves once the response headers have arrived. */
export const sendDirect = (request: DirectRequest, isRepeated = false): Promise<WireResponse> =>
  new Promise((resolve, reject) => {
    const { url, method, headers, agents, guard, timeout, signal } = request;
    const options = { method, headers, lookup: guard.lookup, signal };
    const isSecure = url.protocol === 'https:';
    const sent = isSecure
      ? secureRequest(url, { ...options, agent: isRepeated ? false : agents.secure, rejectUnauthorized: true })
      : plainRequest(url, { ...options, agent: isRepeated ? false : agents.plain });
    const abort = (reason: string): void => void sent.destroy(new StallError(reason));
    let timer = setTimeout(abort, Math.min(limits.connectTimeout, timeout), 'connection timed out');
    const onConnected = (): void => {
      clearTimeout(timer);
      timer = setTimeout(abort, timeout, noResponse(timeout));
    };
    sent.once('socket', (socket) => {
      if (socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', onConnected);
      else onConnected();
    });
    let hasResponse = false;
    const respond = (response: IncomingMessage, body: Readable): void => {
      hasResponse = true;
      resolve({ status: response.statusCode ?? 0, header: headerIn(response.headers), body });
    };
    sent.once('response', (response) => {
      clearTimeout(timer);
      respond(response, response);
    });
    // 101, which nothing asked for: without a listener Node closes the connection and reports neither response nor error.
    sent.once('upgrade', (response, socket) => {
      socket.destroy();
      respond(response, Readable.from([]));
    });
    // Follows every other event, so no request can end without an answer.
    sent.once('close', () => {
      clearTimeout(timer);
      if (!hasResponse) reject(new StallError('connection closed without a response'));
    });
    // `on`, not `once`: an error after the response is reported by its body.
    sent.on('error', (error) => {
      clearTimeout(timer);
      // The server closed a kept connection. Others may be closed as well, so this takes a new one.
      if (sent.reusedSocket && !isRepeated && isClosedEarly(error)) resolve(sendDirect(request, true));
      else reject(error);
    });
    sent.end();
  });

/** Same through a proxy, which Node 20's client does not support. */
export const sendThroughProxy = async (
  dispatcher: Dispatcher,
  { url, method, headers, timeout, signal }: WireRequest,
): Promise<WireResponse> => {
  const responding = dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers,
    signal,
    headersTimeout: timeout,
    bodyTimeout: 0,
  });
  responding.catch(() => {});
  // While a proxy delays the connection, undici ignores its signal and timeout.
  const { statusCode, headers: received, body } = await withTimeout(responding, timeout, signal);
  return { status: statusCode, header: headerIn(received), body };
};

const headerIn =
  (headers: IncomingHttpHeaders): WireResponse['header'] =>
  (name) => {
    const value = headers[name];
    return typeof value === 'string' ? value : name.endsWith('-encoding') ? value?.join(', ') : value?.[0];
  };

const withTimeout = <T>(promise: Promise<T>, timeout: number, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new StallError(noResponse(timeout))), timeout);
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    });
  });

const noResponse = (timeout: number): string => `no response within ${timeout / 1000} s`;

type Dispatcher = NonNullable<Awaited<ReturnType<Proxies['dispatcherFor']>>>;
