import { setFlagsFromString } from 'node:v8';
import type { KyInstance } from 'ky';
import { Failure } from '../../core/failure.ts';
import { assertSameOrigin } from '../../core/origin.ts';
import type { ApiClient, ApiResponse, Definition } from '../../core/provider.ts';
import { parseJson } from '../../core/text/lossless-json.ts';
import { openAbortController } from '../abort.ts';
import { describeError, errorDetail, isTransient, responseOf, unreachable } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Runtime } from '../runtime.ts';
import type { Log } from '../terminal/log.ts';
import { type Account, authorization } from './authorization.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { openProxies, type Proxies, routeThrough } from './proxy.ts';
import { backoff, openRateLimiter, openRetryBudget, type RateLimiter, type RetryBudget, retryAfter } from './retry.ts';

export interface ApiClients {
  clientFor(account: Account, definition: Definition): ApiClient;
  /** The retries that are left to the run. */
  readonly budget: RetryBudget;
  /** The ways through proxies, for all requests of the run. */
  readonly proxies: Proxies;
  /** Ends what is under way. */
  close(): Promise<void>;
}

export interface ApiClientSettings {
  /** Milliseconds for one attempt, its body included. */
  readonly timeout: number;
  readonly attempts: number;
  /** What every request of the run passes, beside the limits of its account. */
  readonly rateLimiter?: RateLimiter;
}

/** The client of one run: retries within one budget, and every credential attached in one place. */
export const openApiClients = (runtime: Runtime, log: Log, settings: ApiClientSettings): ApiClients => {
  const ending = openAbortController();
  const budget = openRetryBudget();
  const proxies = openProxies(runtime.env);

  const gates = new Map<string, RateLimiter>();
  /** One for an account and API, whichever profiles lead there: the provider counts them together. */
  const gateOf = ({ origin, login }: Account, { api, rate }: Definition): RateLimiter => {
    const name = [origin, login[0], api].join(' ');
    const rateLimiter = gates.get(name) ?? openRateLimiter(rate);
    gates.set(name, rateLimiter);
    return rateLimiter;
  };

  const clientFor = (account: Account, definition: Definition): ApiClient => {
    const host = new URL(account.origin).host;
    const rateLimiter = gateOf(account, definition);
    const about = { provider: definition.vendor.name, api: definition.api, profile: account.profile };
    const pass = async (): Promise<void> => {
      await rateLimiter.acquire(ending.signal);
      await settings.rateLimiter?.acquire(ending.signal);
    };

    /** One request with its retries; the response's body is already here. */
    const send = async (url: URL): Promise<Response> => {
      assertSameOrigin(url, account.origin);
      const ky = await client(runtime.node);
      const route = routeThrough(account.direct ? undefined : await proxies.dispatcherFor(url));
      let attempt = 0;
      let wait = 0;
      let demanded: number | undefined;
      try {
        await pass();
        return await ky(url, {
          method: 'get',
          redirect: 'manual',
          signal: ending.signal,
          timeout: settings.timeout,
          headers: {
            authorization: authorization(account),
            accept: 'application/json',
            'user-agent': `recx/${runtime.version}`,
          },
          throwHttpErrors: (status) => retryable.has(status),
          retry: {
            limit: settings.attempts - 1,
            shouldRetry: ({ error, retryCount }) => {
              demanded = retryAfter(responseOf(error)?.headers.get('retry-after'), runtime.now());
              const worthIt = !ending.signal.aborted && isTransient(error);
              if (!worthIt || (demanded ?? 0) > limits.longestRetryAfter || !budget.spend()) return false;
              wait = (demanded ?? 0) + backoff(retryCount);
              // A server that asks for a pause asks all requests of the account.
              if (demanded !== undefined) rateLimiter.pause(demanded);
              const [milliseconds, reason] = [Math.round(wait), describeError(error)];
              log.debug('retry', `waiting ${milliseconds} ms before attempt ${retryCount + 1} at ${host}: ${reason}`, {
                host,
                milliseconds,
                attempt: retryCount + 1,
                reason,
              });
              return true;
            },
            delay: () => Math.max(wait, rateLimiter.pausedFor()),
          },
          fetch: async (request) => {
            if (++attempt > 1) await pass();
            const started = performance.now();
            const [response, bytes] = await boundedFetch(new Request(request), route, settings.timeout);
            const { status } = response;
            const milliseconds = Math.round(performance.now() - started);
            const path = shapeOf(url);
            const times = attempt > 1 ? `, attempt ${attempt}` : '';
            log.debug('request', `GET ${host}${path}: ${status} in ${milliseconds} ms, ${bytes} bytes${times}`, {
              method: 'GET',
              host,
              path,
              status,
              milliseconds,
              attempt,
              bytes,
              ...about,
            });
            return response;
          },
        });
      } catch (error) {
        // Nobody waits for an answer any more.
        if (ending.signal.aborted) throw new Failure('unavailable', 'the run has ended', { told: true });
        const response = responseOf(error);
        if (response === undefined) throw unreachable(error, host, attempt, about);
        const times = attempt > 1 ? ` ${attempt} times` : '';
        const asked = demanded === undefined ? '' : `, asking for a wait of ${Math.ceil(demanded / 1000)} s`;
        throw new Failure(
          'unavailable',
          `${host} answered ${response.status}${times} for profile "${account.profile}"${asked}${await errorDetail(response)}`,
          {
            ...(budget.isEmpty() ? { hint: `The run's ${limits.retriesPerRun} retries are used up` } : {}),
            about: { ...about, status: response.status },
          },
        );
      }
    };

    /** Follows redirects that stay at home. */
    const follow = async (target: string | URL): Promise<readonly [Response, URL]> => {
      let url = new URL(target, account.origin);
      for (let hop = 0; hop <= limits.apiRedirects; hop++) {
        const response = await send(url);
        const location = response.headers.get('location');
        if (response.status < 300 || response.status > 399) return [response, url];
        url = redirectTarget(location, url);
      }
      throw new Failure('unavailable', `${host} redirected more than ${limits.apiRedirects} times`);
    };

    const find = async (target: string | URL): Promise<ApiResponse | undefined> => {
      const [response, url] = await follow(target);
      if (response.status === 404) return undefined;
      if (response.status === 401 || response.status === 403) {
        const scope = definition.scope === undefined ? '' : ` (the token needs the scope ${definition.scope})`;
        throw new Failure(
          'credentials',
          `${host} answered ${response.status} for profile "${account.profile}"${scope}${await errorDetail(response)}`,
          { hint: account.remedy, about: { ...about, status: response.status } },
        );
      }
      const described = `${host} answered ${response.status} with ${typeOf(response)}`;
      if (response.status !== 200) {
        throw new Failure(
          'unavailable',
          `${host} answered ${response.status} for profile "${account.profile}"${await errorDetail(response)}`,
          { about: { ...about, status: response.status } },
        );
      }
      budget.earn();
      return { body: parse(await response.text(), described), url, described };
    };

    return {
      profile: account.profile,
      origin: account.origin,
      now: runtime.now,
      debug: (event, text) => log.debug(event, text, about),
      find,
      get: async (target) => {
        const answer = await find(target);
        if (answer !== undefined) return answer;
        throw new Failure('unavailable', `${host} answered 404 for profile "${account.profile}"`, {
          about: { ...about, status: 404 },
        });
      },
    };
  };

  return {
    clientFor,
    budget,
    proxies,
    close: async () => {
      ending.abort();
      await proxies.close();
    },
  };
};

/** Worth another attempt: the server or the way to it may be better in a moment. */
export const retryable: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

let loading: Promise<KyInstance> | undefined;
/** ky, loaded at the first request: it brings the whole of fetch with it. */
const client = (node: string): Promise<KyInstance> => {
  loading ??= import('ky').then(({ default: ky }) => {
    // Node 20 waits at exit for the compiler of fetch's WebAssembly parser, 150 ms for nothing; 22 and later do not.
    // It must come after fetch is loaded, which importing ky does. Goes when Node 20 goes.
    if (node.startsWith('20.')) setFlagsFromString('--liftoff-only');
    return ky;
  });
  return loading;
};

const originOf = (url: URL): string => `${url.protocol}//${url.host}`;

const redirectTarget = (location: string | null, from: URL): URL => {
  const target = location !== null && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (target === undefined) throw new Failure('unavailable', `${from.host} redirected to nowhere`);
  if (target.origin === from.origin) return target;
  const kind = from.protocol === 'https:' && target.protocol === 'http:' ? 'unsafe' : 'unavailable';
  throw new Failure(kind, `${originOf(from)} redirected to ${originOf(target)}, which was not followed`, {
    hint: 'If the account has moved there, add a profile with that --base-url',
  });
};

/** The path, and the query with the values that recx itself sends: others may be as good as a key. */
const shapeOf = (url: URL): string => {
  const query = [...url.searchParams].map(([key, value]) => `${key}=${plainParameter.test(key) ? value : '…'}`);
  return url.pathname + (query.length > 0 ? `?${query.join('&')}` : '');
};

const plainParameter =
  /^(?:limit|offset|page|page_?size|page_number|add_time__\w+|datecreated[<>]?|\w+_number|call_?uuid|callsid|conferencesid|media_ttl)$/i;

const typeOf = (response: Response): string => response.headers.get('content-type')?.split(';')[0] || 'no content type';

const parse = (text: string, described: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    const what = text.trim() === '' ? 'an empty body' : 'something that is not JSON';
    throw new Failure('unavailable', `${described}: ${what}`, {
      hint: 'A login page, a proxy or a wrong --base-url may have answered instead of the provider',
    });
  }
};
