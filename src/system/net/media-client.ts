import { Failure } from '../../core/failure.ts';
import { matchesHost } from '../../core/origin.ts';
import type { ApiDefinition, AuthScheme, Media } from '../../core/provider.ts';
import type { ObservedResponse } from '../clock.ts';
import { collectYoungFirst } from '../heap-growth.ts';
import { limits } from '../limits.ts';
import type { Runtime } from '../runtime.ts';
import type { Log } from '../terminal/log.ts';
import { assessResponse, type ResponseAssessment } from './assess-response.ts';
import { type Account, authorization } from './authorization.ts';
import {
  type Agents,
  discardResponse,
  openAgents,
  readErrorBody,
  sendDirect,
  sendThroughProxy,
  type WireResponse,
} from './media-transport.ts';
import { mediaUrl, redirectedMediaUrl } from './media-url.ts';
import type { Paces } from './pacing/pace.ts';
import type { RateLimiter } from './pacing/rate-limiter.ts';
import { allowSlowAddresses } from './route/address-timeout.ts';
import type { Proxies } from './route/proxies.ts';
import { openSsrfGuard, type SsrfGuard } from './route/ssrf-guard.ts';
import { isErrorStatus, statusRule } from './status.ts';

/** A response to a media request, and what it means for the next attempt. */
interface AssessedResponse extends WireResponse, ResponseAssessment {
  /** The first bytes of an error's body. */
  errorText(): Promise<string>;
}

/** The last response after redirects, and the host that sent it. */
export interface MediaResponse extends AssessedResponse {
  readonly host: string;
  /** The URL of the link, and those that redirects led to. */
  readonly urls: readonly URL[];
}

/** Requests the media of one account. */
export interface MediaSource {
  /** Throws `unsafe` for a URL that must not be followed; errors of the connection unchanged. */
  get(media: Media, options: RequestOptions): Promise<MediaResponse>;
}

interface RequestOptions {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Headers;
  readonly signal: AbortSignal;
  /** The number of the attempt, for the log. */
  readonly attempt: number;
}

type Headers = Readonly<Record<string, string>>;

export interface MediaClient {
  sourceFor(account: Account, definition: ApiDefinition): MediaSource;
  /** Closes the connections that no request uses. */
  closeIdle(): void;
  close(): void;
}

export interface MediaSettings {
  /** Timeout for the headers of a response, in milliseconds. */
  readonly timeout: number;
  /** Maximum connections to one server. */
  readonly connections: number;
  readonly proxies: Proxies;
  readonly paces: Paces;
  /** Called with every response. */
  onResponse(response: ObservedResponse): void;
}

/** Shared state of the media requests of one account. */
interface MediaSession {
  readonly account: Account;
  readonly definition: ApiDefinition;
  readonly runtime: Runtime;
  readonly log: Log;
  readonly rateLimiter: RateLimiter;
  readonly settings: MediaSettings;
  readonly agents: Agents;
  readonly guard: SsrfGuard;
  /** The authentication scheme that each origin accepted. */
  readonly acceptedSchemes: Map<string, AuthScheme>;
}

/**
 * The client for media. Nothing is decoded, and every redirect is checked before it is followed. Credentials are sent
 * only to a server that demands them, and only to the account's own origin and the hosts its provider documents; never
 * after a redirect has left these hosts.
 */
export const openMediaClient = (
  runtime: Runtime,
  log: Log,
  rateLimiter: RateLimiter,
  settings: MediaSettings,
): MediaClient => {
  allowSlowAddresses();
  collectYoungFirst();
  const opened: Agents[] = [];
  return {
    sourceFor: (account, definition) => {
      const agents = openAgents(settings.connections);
      opened.push(agents);
      const guard = openSsrfGuard(account.origin, account.privateMediaHosts);
      const common = { runtime, log, rateLimiter, settings };
      return sourceOf({ account, definition, ...common, agents, guard, acceptedSchemes: new Map() });
    },
    closeIdle: () => {
      for (const agents of opened) agents.closeIdle();
    },
    close: () => {
      for (const agents of opened.splice(0)) agents.close();
    },
  };
};

const sourceOf = (session: MediaSession): MediaSource => ({
  get: async (media, options) => {
    let url = mediaUrl(media.url, session.account.origin);
    let isTrusted = !media.signed;
    const urls = [url];
    for (let hop = 0; hop <= limits.maxMediaRedirects; hop++) {
      isTrusted &&= mayReceiveCredentials(url, session);
      const response = await requestWithAuth(url, isTrusted, options, session);
      const location = response.header('location');
      if (statusRule(response.status).kind !== 'redirect' || location === undefined)
        return { ...response, host: url.host, urls };
      discardResponse(response);
      url = redirectedMediaUrl(location, url);
      urls.push(url);
    }
    throw new Failure('partial', `${url.host} redirected more than ${limits.maxMediaRedirects} times`);
  },
});

/**
 * Requests one URL. If a trusted server demands credentials, the request is repeated with each documented authentication
 * scheme; if it reports the media as not found, once, since servers hide what is not public.
 */
const requestWithAuth = async (
  url: URL,
  isTrusted: boolean,
  options: RequestOptions,
  session: MediaSession,
): Promise<AssessedResponse> => {
  const { account, definition, acceptedSchemes } = session;
  const known = isTrusted ? acceptedSchemes.get(url.origin) : undefined;
  const withScheme = (scheme: AuthScheme): RequestOptions => ({
    ...options,
    headers: { ...options.headers, authorization: authorization(account, scheme) },
  });
  let response = await send(url, known === undefined ? options : withScheme(known), session);
  if (!isTrusted || known !== undefined) return response;
  for (const [index, scheme] of definition.protectedMedia.authSchemes.entries()) {
    if (response.isTransient) break;
    const { kind } = statusRule(response.status);
    if (kind !== 'credentials' && !(kind === 'missing' && index === 0)) break;
    discardResponse(response);
    response = await send(url, withScheme(scheme), session);
    if (!isErrorStatus(response.status)) acceptedSchemes.set(url.origin, scheme);
  }
  return response;
};

const mayReceiveCredentials = (url: URL, { account, definition }: MediaSession): boolean =>
  url.origin === account.origin ||
  (url.protocol === 'https:' &&
    url.port === '' &&
    definition.protectedMedia.hosts.some((host) => matchesHost(url.hostname, host)));

/** Sends a request in its turn, which lasts until the body of the response ends. */
const send = async (url: URL, options: RequestOptions, session: MediaSession): Promise<AssessedResponse> => {
  const { account, rateLimiter, settings, runtime, guard } = session;
  guard.checkHost(url);
  const turn = await settings.paces(account.id, url.origin).acquire(options.signal, [rateLimiter]);
  try {
    const response = await transmit(url, options, session);
    const { status, header, body } = response;
    if (body.closed) turn.release();
    else body.once('close', turn.release);
    let reading: Promise<string> | undefined;
    const errorText = (): Promise<string> => {
      reading ??= readErrorBody(body);
      return reading;
    };
    const text = status === 403 ? await errorText() : '';
    return { ...response, errorText, ...assessResponse({ status, header, body: text }, turn, runtime.now()) };
  } catch (error) {
    turn.release();
    throw error;
  }
};

const transmit = async (
  url: URL,
  { method, headers, signal, attempt }: RequestOptions,
  { account, definition, runtime, log, settings, agents, guard }: MediaSession,
): Promise<WireResponse> => {
  const allHeaders = {
    'user-agent': `recx/${runtime.version}`,
    accept: '*/*',
    'accept-encoding': 'identity',
    ...headers,
  };
  const [started, sent] = [performance.now(), runtime.now()];
  const dispatcher = account.bypassProxy ? undefined : await settings.proxies.dispatcherFor(url);
  const request = { url, method, headers: allHeaders, timeout: settings.timeout, signal };
  const response =
    dispatcher === undefined
      ? await sendDirect({ ...request, agents, guard })
      : await sendThroughProxy(dispatcher, request);
  const milliseconds = Math.round(performance.now() - started);
  const { host } = url;
  const { status } = response;
  const get = (name: string): string | null => response.header(name) ?? null;
  settings.onResponse({ host, headers: { get }, sent, received: runtime.now() });
  log.debug('request', `${method} media at ${host}: ${status} in ${milliseconds} ms`, {
    method,
    host,
    path: 'media', // the path of a link may be as secret as its query
    status,
    milliseconds,
    attempt,
    provider: definition.vendor.name,
    api: definition.api,
    profile: account.profile,
    bytes: Number(response.header('content-length') ?? Number.NaN),
  });
  return response;
};
