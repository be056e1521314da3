import { Failure } from '../../core/failure.ts';
import { isLoopback } from '../../core/origin.ts';
import type { Definition, Login, Media } from '../../core/provider.ts';
import { limits } from '../limits.ts';
import type { Runtime } from '../runtime.ts';
import type { Log } from '../terminal/log.ts';
import { type Account, authorization } from './authorization.ts';
import { direct, discard, openAgents, proxied, type WireResponse } from './media-transport.ts';
import type { Proxies } from './proxy.ts';
import type { RateLimiter } from './retry.ts';
import { openSsrfGuard } from './ssrf-guard.ts';

/** A server's answer to a request for media, and who gave it. */
export interface MediaResponse extends WireResponse {
  readonly host: string;
}

/** Asks for the media of one account. */
export interface MediaSource {
  /** Throws `unsafe` for an address that may not be followed; errors of the connection as they are. */
  get(media: Media, asking: Asking): Promise<MediaResponse>;
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
  /** Milliseconds without an answer that are borne. */
  readonly timeout: number;
  /** The most connections to one server. */
  readonly connections: number;
  readonly proxies: Proxies;
}

/**
 * The client for media. Nothing is decoded, no redirect is followed unseen, and credentials go, only when a server asks
 * for them, to the account's own origin and the hosts its provider documents; once a chain of redirects has left these, it
 * gets none any more.
 */
export const openMediaClient = (
  runtime: Runtime,
  log: Log,
  rateLimiter: RateLimiter,
  settings: MediaSettings,
): MediaClient => {
  const closing: (() => void)[] = [];

  const sourceFor = (account: Account, definition: Definition): MediaSource => {
    const { protectedMedia } = definition;
    const about = { provider: definition.vendor.name, api: definition.api, profile: account.profile };
    const agents = openAgents(settings.connections);
    closing.push(agents.close);
    const guard = openSsrfGuard(account.origin);
    /** What each origin accepted. */
    const accepted = new Map<string, Login>();

    const mayKnow = (url: URL): boolean =>
      url.origin === account.origin ||
      (url.protocol === 'https:' && url.port === '' && protectedMedia.hosts.some((host) => isHost(url.hostname, host)));

    const send = async (url: URL, { method, headers, signal, attempt }: Asking): Promise<WireResponse> => {
      guard.checkHost(url);
      await rateLimiter.acquire(signal);
      const all = { 'user-agent': `recx/${runtime.version}`, accept: '*/*', 'accept-encoding': 'identity', ...headers };
      const started = performance.now();
      const dispatcher = account.direct ? undefined : await settings.proxies.dispatcherFor(url);
      const sending = { url, method, headers: all, timeout: settings.timeout, signal };
      const wire =
        dispatcher === undefined ? await direct({ ...sending, agents, guard }) : await proxied(dispatcher, sending);
      const milliseconds = Math.round(performance.now() - started);
      const { host } = url;
      const { status } = wire;
      // The path of a link may be as secret as its query.
      log.debug('request', `${method} media at ${host}: ${status} in ${milliseconds} ms`, {
        method,
        host,
        path: 'media',
        status,
        milliseconds,
        attempt,
        ...about,
        bytes: Number(wire.header('content-length') ?? Number.NaN),
      });
      return wire;
    };

    /** One hop, with the credentials when the server asks for them and may have them. */
    const requestWithAuth = async (url: URL, trusted: boolean, asking: Asking): Promise<WireResponse> => {
      const known = trusted ? accepted.get(url.origin) : undefined;
      const withLogin = (login: Login): Asking => ({
        ...asking,
        headers: { ...asking.headers, authorization: authorization(account, login) },
      });
      const first = await send(url, known === undefined ? asking : withLogin(known));
      if (!trusted || known !== undefined) return first;
      let wire = first;
      for (const login of protectedMedia.logins) {
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
          const wire = await requestWithAuth(url, trusted, asking);
          const location = wire.header('location');
          if (!redirects.has(wire.status) || location === undefined) return { ...wire, host: url.host };
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
