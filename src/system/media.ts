import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { Failure } from '../core/failure.ts';
import { isLoopback } from '../core/origin.ts';
import type { Definition, Login, Media } from '../core/provider.ts';
import { type Account, authorization } from './account.ts';
import { type Fence, fenceOf } from './addresses.ts';
import { limits } from './limits.ts';
import type { Log } from './log.ts';
import { dispatcherFor } from './proxy.ts';
import { isCode, Stalled } from './trouble.ts';
import type { Gate } from './waiting.ts';
import type { World } from './world.ts';

/** A server's answer to a request for media: its headers, and its bytes as they came, nothing decoded. */
export interface MediaAnswer {
  readonly status: number;
  /** One header by its lower-case name. */
  header(name: string): string | undefined;
  readonly body: Readable;
  readonly host: string;
  /** The link led elsewhere first. */
  readonly redirected: boolean;
}

/** Asks for the media of one account. */
export interface MediaSource {
  /** Throws `unsafe` for an address that may not be followed; errors of the connection as they are. */
  get(media: Media, asking: Asking): Promise<MediaAnswer>;
}

interface Asking {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Headers;
  readonly signal: AbortSignal;
  /** Which attempt it is, for the log. */
  readonly attempt: number;
}

export interface MediaClient {
  sourceFor(account: Account, definition: Definition): MediaSource;
  close(): void;
}

type Headers = Readonly<Record<string, string>>;

export interface MediaSettings {
  /** Milliseconds of silence that are borne, at most. */
  readonly timeout: number;
  /** The most connections to one server. */
  readonly connections: number;
}

/**
 * The client for media. Nothing is decoded, no redirect is followed unseen, and credentials go, only when a server asks
 * for them, to the account's own origin and the hosts its provider documents; once a chain of redirects has left these, it
 * gets none any more.
 */
export const openMedia = (world: World, log: Log, gate: Gate, settings: MediaSettings): MediaClient => {
  const closing: (() => void)[] = [];

  const sourceFor = (account: Account, definition: Definition): MediaSource => {
    const { guarded } = definition;
    const about = { provider: definition.family.name, api: definition.api, profile: account.profile };
    const options = { keepAlive: true, maxSockets: settings.connections };
    const agents = { plain: new PlainAgent(options), secure: new SecureAgent(options) };
    closing.push(() => {
      agents.plain.destroy();
      agents.secure.destroy();
    });
    const fence = fenceOf(account.origin);
    /** What each origin accepted. */
    const accepted = new Map<string, Login>();

    const mayKnow = (url: URL): boolean =>
      url.origin === account.origin ||
      (url.protocol === 'https:' && url.port === '' && guarded.hosts.some((host) => isHost(url.hostname, host)));

    const send = async (url: URL, { method, headers, signal, attempt }: Asking): Promise<Wire> => {
      fence.checkHost(url);
      await gate.pass(signal);
      const all = { 'user-agent': `recx/${world.version}`, accept: '*/*', 'accept-encoding': 'identity', ...headers };
      const started = performance.now();
      const dispatcher = account.direct ? undefined : await dispatcherFor(url, world.env);
      const timeout = Math.min(limits.mediaIdle, settings.timeout);
      const wire =
        dispatcher === undefined
          ? await direct({ url, method, headers: all, agents, fence, timeout, signal })
          : await proxied(dispatcher, { url, method, headers: all, timeout, signal });
      const milliseconds = Math.round(performance.now() - started);
      const { host } = url;
      const { status } = wire;
      // The path of a link may be as secret as its query.
      log.note('request', `${method} media at ${host}: ${status} in ${milliseconds} ms`, {
        ...{ method, host, path: 'media', status, milliseconds, attempt, ...about },
        bytes: Number(wire.header('content-length') ?? Number.NaN),
      });
      return wire;
    };

    /** One hop, with the credentials when the server asks for them and may have them. */
    const knock = async (url: URL, trusted: boolean, asking: Asking): Promise<Wire> => {
      const known = trusted ? accepted.get(url.origin) : undefined;
      const withLogin = (login: Login): Asking => ({
        ...asking,
        headers: { ...asking.headers, authorization: authorization(account, login) },
      });
      const first = await send(url, known === undefined ? asking : withLogin(known));
      if (!trusted || known !== undefined) return first;
      let wire = first;
      for (const login of guarded.logins) {
        if (wire.status !== 401 && wire.status !== 403) break;
        discard(wire);
        wire = await send(url, withLogin(login));
        if (wire.status < 400) accepted.set(url.origin, login);
      }
      return wire;
    };

    return {
      get: async (media, asking) => {
        let url = firstAddress(media.url, account.origin);
        let trusted = !media.signed;
        for (let hop = 0; hop <= limits.mediaRedirects; hop++) {
          trusted &&= mayKnow(url);
          const wire = await knock(url, trusted, asking);
          const location = wire.header('location');
          if (!redirects.has(wire.status) || location === undefined)
            return { ...wire, host: url.host, redirected: hop > 0 };
          discard(wire);
          url = nextAddress(location, url);
        }
        throw new Failure('partial', `${url.host} redirected more than ${limits.mediaRedirects} times`);
      },
    };
  };

  return {
    sourceFor,
    close: () => {
      for (const close of closing.splice(0)) close();
    },
  };
};

interface Wire {
  readonly status: number;
  header(name: string): string | undefined;
  readonly body: Readable;
}

/** Lets go of an answer whose bytes are not wanted; its connection is given up rather than read to the end. */
export const discard = ({ body }: Pick<Wire, 'body'>): void => {
  body.on('error', () => {});
  body.destroy();
};

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** `.example.com` stands for every host below it. */
const isHost = (hostname: string, known: string): boolean =>
  known.startsWith('.') ? hostname.endsWith(known) : hostname === known;

/** The address of a link as an API gave it. Plain http, which old recordings still have, is tried as https. */
const firstAddress = (link: string, home: string): URL => {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  if (url === undefined || !isWeb(url)) throw new Failure('partial', 'the link to the media is no web address');
  return mayBePlain(url, new URL(home)) ? url : upgraded(url);
};

const upgraded = (url: URL): URL => {
  if (url.protocol === 'https:') return url;
  const secure = new URL(url);
  secure.protocol = 'https:';
  return secure;
};

const nextAddress = (location: string, from: URL): URL => {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (url === undefined || !isWeb(url)) throw new Failure('partial', `${from.host} redirected to no web address`);
  if (url.protocol === 'https:' || mayBePlain(url, from)) return url;
  throw new Failure(
    'unsafe',
    `${from.protocol}//${from.host} redirected to plain http at ${url.host}, which was not followed`,
  );
};

const isWeb = ({ protocol, username, password }: URL): boolean =>
  /^https?:$/.test(protocol) && username === '' && password === '';

/** Plain http stays on this machine, and is never come to from https. */
const mayBePlain = (url: URL, from: URL): boolean =>
  url.protocol === 'http:' && from.protocol === 'http:' && isLoopback(url.hostname) && isLoopback(from.hostname);

interface Sending {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly timeout: number;
  readonly signal: AbortSignal;
}

interface DirectSending extends Sending {
  readonly agents: { readonly plain: PlainAgent; readonly secure: SecureAgent };
  readonly fence: Fence;
}

/** The headers of an answer, over Node's own client. */
const direct = (sending: DirectSending, again = false): Promise<Wire> =>
  new Promise((resolve, reject) => {
    const { url, method, headers, agents, fence, timeout, signal } = sending;
    const { lookup } = fence;
    const request =
      url.protocol === 'https:'
        ? secureRequest(url, { method, headers, lookup, signal, agent: agents.secure, rejectUnauthorized: true })
        : plainRequest(url, { method, headers, lookup, signal, agent: agents.plain });
    const giveUp = (reason: string): void => void request.destroy(new Stalled(reason));
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
      const header = (name: string): string | undefined => {
        const value = response.headers[name];
        return typeof value === 'string' ? value : value?.[0];
      };
      resolve({ status: response.statusCode ?? 0, header, body: response });
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
const proxied = async (dispatcher: Dispatcher, { url, method, headers, timeout, signal }: Sending): Promise<Wire> => {
  const asked = dispatcher.request({
    ...{ origin: url.origin, path: url.pathname + url.search, method, headers, signal },
    ...{ headersTimeout: timeout, bodyTimeout: 0 },
  });
  asked.catch(() => {});
  // While a proxy keeps it waiting for the way, undici hears neither its signal nor its limit.
  const { statusCode, headers: received, body } = await orTooLate(asked, timeout, signal);
  const header = (name: string): string | undefined => {
    const value = received[name];
    return typeof value === 'string' ? value : value?.[0];
  };
  return { status: statusCode, header, body };
};

const orTooLate = <T>(promise: Promise<T>, timeout: number, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Stalled(`no answer within ${timeout / 1000} s`)), timeout);
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    });
  });

type Dispatcher = NonNullable<Awaited<ReturnType<typeof dispatcherFor>>>;
