import { Failure } from '../../core/failure.ts';
import type { ApiClient, ApiDefinition } from '../../core/provider.ts';
import { openAbortController } from '../abort.ts';
import type { RunClock } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Runtime } from '../runtime.ts';
import type { Log } from '../terminal/log.ts';
import { type ApiSession, sendApiRequest } from './api-request.ts';
import { readApiResponse } from './api-response.ts';
import type { Account } from './authorization.ts';
import { openConnections } from './connections.ts';
import { resolveLocation } from './location.ts';
import { openPaces, type Paces } from './pacing/pace.ts';
import { openRateLimiter, type RateLimiter } from './pacing/rate-limiter.ts';
import { openRetryBudget, openRetryPolicy, type RetryBudget } from './pacing/retry.ts';
import { openPageSizes } from './page-size.ts';
import { openProxies, type Proxies } from './route/proxies.ts';
import { statusRule } from './status.ts';

export interface ApiClients {
  clientFor(account: Account, definition: ApiDefinition): ApiClient;
  /** The run's remaining retries. */
  readonly budget: RetryBudget;
  /** The proxy connections of the run. */
  readonly proxies: Proxies;
  /** The pace of the run's requests, for media as well. */
  readonly paces: Paces;
  /** Aborts the requests in progress. */
  close(): Promise<void>;
}

export interface ApiClientSettings {
  /** Milliseconds for one attempt, its body included. */
  readonly timeout: number;
  readonly attempts: number;
  /** The rate limit of the run, in addition to those of its accounts. */
  readonly rateLimiter?: RateLimiter;
}

/** The API clients of one run: all retries come from one budget, and credentials are attached in one place. */
export const openApiClients = (
  runtime: Runtime,
  log: Log,
  clock: RunClock,
  settings: ApiClientSettings,
): ApiClients => {
  const abortController = openAbortController();
  const { signal } = abortController;
  const budget = openRetryBudget();
  const proxies = openProxies(runtime.env);
  const limiterFor = openAccountLimiters();
  const paces = openPaces();
  const connections = openConnections();

  const warned = new Set<string>();
  const warnOnce = (text: string): void => {
    if (!warned.has(text)) log.warn(text);
    warned.add(text);
  };

  const sessionFor = (account: Account, definition: ApiDefinition): ApiSession => {
    const { timeout, attempts } = settings;
    const pace = paces(account.id, account.origin);
    const limiters = [limiterFor(account, definition), settings.rateLimiter].filter((limiter) => limiter !== undefined);
    return {
      account,
      definition,
      runtime,
      log,
      clock,
      about: { provider: definition.vendor.name, api: definition.api, profile: account.profile },
      warnOnce,
      timeout,
      proxies,
      connections,
      budget,
      retryPolicy: openRetryPolicy({ attempts, budget, log }),
      pageSizes: openPageSizes(definition.pageSizeParameter),
      signal,
      acquire: () => pace.acquire(signal, limiters),
    };
  };

  return {
    clientFor: (account, definition) => clientOf(sessionFor(account, definition)),
    budget,
    proxies,
    paces,
    close: async () => {
      abortController.abort();
      await Promise.all([proxies.close(), connections.close()]);
    },
  };
};

/** One rate limiter per account and API across profiles: the provider counts their requests together. */
const openAccountLimiters = (): ((account: Account, definition: ApiDefinition) => RateLimiter) => {
  const limiters = new Map<string, RateLimiter>();
  return ({ origin, id }, { api, rate }) => {
    const key = [origin, id, api].join(' ');
    const limiter = limiters.get(key) ?? openRateLimiter(rate);
    limiters.set(key, limiter);
    return limiter;
  };
};

const clientOf = (session: ApiSession): ApiClient => {
  const { account, clock, log, about } = session;
  return {
    profile: account.profile,
    origin: account.origin,
    now: clock.now,
    oldest: account.oldest,
    debug: (event, text) => log.debug(event, text, about),
    find: async (target) => {
      const [response, url] = await followRedirects(target, session);
      return ['missing', 'gone'].includes(statusRule(response.status).kind)
        ? undefined
        : readApiResponse(response, url, session);
    },
    get: async (target) => {
      const [response, url] = await followRedirects(target, session);
      return readApiResponse(response, url, session);
    },
  };
};

/** The response at the end of a chain of redirects within the account's origin, and its URL. */
const followRedirects = async (
  target: string | URL,
  session: ApiSession,
): Promise<readonly [response: Response, url: URL]> => {
  let url = new URL(target, session.account.origin);
  for (let hop = 0; hop <= limits.maxApiRedirects; hop++) {
    const [response, requested] = await sendApiRequest(url, session);
    if (statusRule(response.status).kind !== 'redirect') return [response, requested];
    url = redirectTarget(response.headers.get('location'), requested);
  }
  throw new Failure('unavailable', `${url.host} redirected more than ${limits.maxApiRedirects} times`);
};

const redirectTarget = (location: string | null, from: URL): URL => {
  const target = location === null ? undefined : resolveLocation(location, from);
  if (target === undefined) throw new Failure('unavailable', `${from.host} redirected without a valid location`);
  if (target.origin === from.origin) return target;
  const kind = from.protocol === 'https:' && target.protocol === 'http:' ? 'unsafe' : 'unavailable';
  throw new Failure(kind, `refused to follow a redirect from ${schemeAndHost(from)} to ${schemeAndHost(target)}`, {
    hint: 'If the account has moved there, add a profile with that --base-url',
  });
};

const schemeAndHost = ({ protocol, host }: URL): string => `${protocol}//${host}`;
