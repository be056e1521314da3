import { type IncomingHttpHeaders, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { isCode, StallError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Proxies } from './proxy.ts';
import type { SsrfGuard } from './ssrf-guard.ts';

/** An answer: its headers, and its bytes as they came, nothing decoded. */
export interface WireResponse {
  readonly status: number;
  /** One header by its lower-case name. */
  header(name: string): string | undefined;
  readonly body: Readable;
}

/** Lets go of an answer whose bytes are not wanted; its connection is given up rather than read to the end. */
export const discard = ({ body }: WireResponse): void => {
  body.on('error', () => {});
  body.destroy();
};

/** Kept connections, so many to one server. */
interface Agents {
  readonly plain: PlainAgent;
  readonly secure: SecureAgent;
  close(): void;
}

export const openAgents = (connections: number): Agents => {
  const options = { keepAlive: true, maxSockets: connections };
  const [plain, secure] = [new PlainAgent(options), new SecureAgent(options)];
  const close = (): void => {
    plain.destroy();
    secure.destroy();
  };
  return { plain, secure, close };
};

interface Sending {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly signal: AbortSignal;
}

interface DirectSending extends Sending {
  readonly agents: Agents;
  readonly guard: SsrfGuard;
}

/** The headers of an answer, over Node's own client. */
export const direct = (sending: DirectSending, again = false): Promise<WireResponse> =>
  new Promise((resolve, reject) => {
    const { url, method, headers, agents, guard, timeout, signal } = sending;
    const { lookup } = guard;
    const request =
      url.protocol === 'https:'
        ? secureRequest(url, { method, headers, lookup, signal, agent: agents.secure, rejectUnauthorized: true })
        : plainRequest(url, { method, headers, lookup, signal, agent: agents.plain });
    const giveUp = (reason: string): void => void request.destroy(new StallError(reason));
    let timer = setTimeout(giveUp, Math.min(limits.connectTimeout, timeout), 'connecting took too long');
    const connected = (): void => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, timeout, `no answer within ${timeout / 1000} s`);
    };
    request.once('socket', (socket) => {
      if (socket.connecting) socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
      else connected();
    });
    request.once('response', (response) => {
      clearTimeout(timer);
      resolve({ status: response.statusCode ?? 0, header: headerIn(response.headers), body: response });
    });
    // Not once: an error may follow the answer, and its body tells of that.
    request.on('error', (error) => {
      clearTimeout(timer);
      // The server closed a kept connection at the moment it was used again: that says nothing about this request.
      if (request.reusedSocket && !again && isCode(error, 'ECONNRESET')) resolve(direct(sending, true));
      else reject(error);
    });
    request.end();
  });

/** The same through a proxy, which Node 20's own client does not know. */
export const proxied = async (
  dispatcher: Dispatcher,
  { url, method, headers, timeout, signal }: Sending,
): Promise<WireResponse> => {
  const asked = dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers,
    signal,
    headersTimeout: timeout,
    bodyTimeout: 0,
  });
  asked.catch(() => {});
  // While a proxy keeps it waiting for the way, undici hears neither its signal nor its limit.
  const { statusCode, headers: received, body } = await orTooLate(asked, timeout, signal);
  return { status: statusCode, header: headerIn(received), body };
};

const headerIn =
  (headers: IncomingHttpHeaders): WireResponse['header'] =>
  (name) => {
    const value = headers[name];
    return typeof value === 'string' ? value : value?.[0];
  };

const orTooLate = <T>(promise: Promise<T>, timeout: number, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new StallError(`no answer within ${timeout / 1000} s`)), timeout);
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    });
  });

type Dispatcher = NonNullable<Awaited<ReturnType<Proxies['dispatcherFor']>>>;
