import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import type { KyInstance } from 'ky';
import { Failure } from '../core/failure.ts';
import { isRow } from '../core/fields.ts';
import { stayHome } from '../core/origin.ts';
import type { Answer, Definition, Tools } from '../core/provider.ts';
import { limits } from './limits.ts';
import type { Log } from './log.ts';
import { proxyFor } from './proxy.ts';
import type { World } from './world.ts';

/** Where requests of one profile go and what opens the door there. */
export interface Account {
  readonly profile: string;
  /** `https://host[:port]`; plain http only on loopback. */
  readonly origin: string;
  readonly login: readonly [user: string, password: string];
  /** What to type when the credentials are refused. */
  readonly remedy: string;
  /** Never through a proxy: the server is part of this process. */
  readonly direct: boolean;
}

export interface Http {
  toolsFor(account: Account, definition: Definition): Tools;
  /** Ends what is under way. */
  close(): void;
}

export interface HttpSettings {
  /** Milliseconds for one attempt, its body included. */
  readonly timeout: number;
  readonly attempts: number;
}

/** The client of one run: retries within one budget, and every credential attached in one place. */
export const openHttp = (world: World, log: Log, settings: HttpSettings): Http => {
  const ending = new AbortController();
  const budget = { retries: limits.retriesPerRun, successes: 0 };

  const toolsFor = (account: Account, definition: Definition): Tools => {
    const host = new URL(account.origin).host;
    const authorization = `Basic ${Buffer.from(account.login.join(':')).toString('base64')}`;
    const pace = paceOf(definition.rate);
    let pausedUntil = 0;

    /** One request with its retries; the response's body is already here. */
    const send = async (url: URL): Promise<Response> => {
      stayHome(url, account.origin);
      const ky = await client(world.node);
      const route = account.direct ? {} : await proxyFor(url, world.env);
      let attempt = 0;
      let wait = 0;
      let demanded: number | undefined;
      try {
        return await ky(url, {
          ...{ method: 'get', redirect: 'manual', signal: ending.signal, timeout: settings.timeout },
          headers: { authorization, accept: 'application/json', 'user-agent': `recx/${world.version}` },
          throwHttpErrors: (status) => retryable.has(status),
          retry: {
            limit: settings.attempts - 1,
            shouldRetry: ({ error, retryCount }) => {
              demanded = retryAfter(responseOf(error)?.headers.get('retry-after'), world.now());
              const worthIt = !ending.signal.aborted && passing(error);
              if (!worthIt || (demanded ?? 0) > limits.longestRetryAfter || budget.retries < 1) return false;
              budget.retries--;
              wait = (demanded ?? 0) + backoff(retryCount);
              // A server that asks for a pause asks all requests of the account.
              if (demanded !== undefined) pausedUntil = Math.max(pausedUntil, performance.now() + demanded);
              log.note(
                `waiting ${Math.round(wait)} ms before attempt ${retryCount + 1} at ${host}: ${reasonOf(error)}`,
              );
              return true;
            },
            delay: () => wait,
          },
          fetch: async (request) => {
            await sleep(pausedUntil - performance.now(), ending.signal);
            await pace(ending.signal);
            attempt++;
            const started = performance.now();
            const response = await exchange(new Request(request), route, settings.timeout);
            const took = `${Math.round(performance.now() - started)} ms`;
            log.note(
              `GET ${host}${shapeOf(url)}: ${response.status} in ${took}${attempt > 1 ? `, attempt ${attempt}` : ''}`,
            );
            return response;
          },
        });
      } catch (error) {
        const response = responseOf(error);
        if (response === undefined) throw unreachable(error, host, attempt);
        const times = attempt > 1 ? ` ${attempt} times` : '';
        const asked = demanded === undefined ? '' : `, asking for a wait of ${Math.ceil(demanded / 1000)} s`;
        throw new Failure(
          'unavailable',
          `${host} answered ${response.status}${times} for profile "${account.profile}"${asked}${await said(response)}`,
          budget.retries < 1 ? { hint: `The run's ${limits.retriesPerRun} retries are used up` } : {},
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

    const find = async (target: string | URL): Promise<Answer | undefined> => {
      const [response, url] = await follow(target);
      if (response.status === 404) return undefined;
      if (response.status === 401 || response.status === 403) {
        const scope = definition.scope === undefined ? '' : ` (the token needs the scope ${definition.scope})`;
        throw new Failure(
          'credentials',
          `${host} answered ${response.status} for profile "${account.profile}"${scope}${await said(response)}`,
          { hint: account.remedy },
        );
      }
      const described = `${host} answered ${response.status} with ${typeOf(response)}`;
      if (response.status !== 200) {
        throw new Failure(
          'unavailable',
          `${host} answered ${response.status} for profile "${account.profile}"${await said(response)}`,
        );
      }
      budget.successes++;
      if (budget.successes % limits.successesPerRetry === 0) budget.retries++;
      return { body: parse(await response.text(), described), url, described };
    };

    return {
      profile: account.profile,
      origin: account.origin,
      now: world.now,
      note: (text) => log.note(text),
      find,
      get: async (target) => {
        const answer = await find(target);
        if (answer !== undefined) return answer;
        throw new Failure('unavailable', `${host} answered 404 for profile "${account.profile}"`);
      },
    };
  };

  return { toolsFor, close: () => ending.abort() };
};

/** Worth another attempt: the server or the way to it may be better in a moment. */
const retryable: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

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

/** Fetches headers within their limit and the whole body up to its limit, so that ky retries a body that breaks off. */
const exchange = async (request: Request, route: RequestInit, timeout: number): Promise<Response> => {
  const patience = new AbortController();
  const giveUp = (): void => patience.abort(request.signal.reason);
  request.signal.addEventListener('abort', giveUp, { once: true });
  const headersLimit = Math.min(limits.headersTimeout, timeout);
  const timer = setTimeout(() => patience.abort(new HeadersTimeout(headersLimit)), headersLimit);
  try {
    const response = await fetch(request, { ...route, signal: patience.signal });
    clearTimeout(timer);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > limits.pageBytes) {
        patience.abort();
        throw new Failure('unavailable', `an answer is larger than ${limits.pageBytes / 2 ** 20} MiB`);
      }
      chunks.push(chunk);
    }
    const empty = [101, 204, 205, 304].includes(response.status);
    const { status, headers } = response;
    if (status < 200 || status > 599)
      throw new Failure('unavailable', `the answer has the impossible status ${status}`);
    return new Response(empty ? null : Buffer.concat(chunks), { status, headers });
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener('abort', giveUp);
  }
};

class HeadersTimeout extends Error {
  constructor(limit: number) {
    super(`no answer within ${limit / 1000} s`);
    this.name = 'TimeoutError';
  }
}

/** Waits so many milliseconds, or until the run ends. */
const sleep = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  if (milliseconds > 0) await setTimeoutPromise(Math.ceil(milliseconds), undefined, { signal });
};

/** At most so many requests in any span: the next one waits until the oldest of them is a span ago. */
const paceOf = (rate: Definition['rate']): ((signal: AbortSignal) => Promise<void>) => {
  const sent: number[] = [];
  return async (signal) => {
    if (rate === undefined) return;
    while (sent.length >= rate.requests && !signal.aborted) {
      const due = (sent[0] ?? 0) + rate.milliseconds - performance.now();
      if (due <= 0) sent.shift();
      else await sleep(due, signal);
    }
    sent.push(performance.now());
  };
};

/** Milliseconds before the next attempt: doubling, of which half is chance, so that waits grow and clients spread out. */
const backoff = (retry: number): number => {
  const ceiling = Math.min(limits.longestBackoff, limits.firstBackoff * 2 ** (retry - 1));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
};

/** Milliseconds that `Retry-After` demands, as seconds or an HTTP date; undefined for anything else. */
export const retryAfter = (header: string | null | undefined, now: number): number | undefined => {
  const value = header?.trim() ?? '';
  if (/^\d{1,15}$/.test(value)) return Number(value) * 1000;
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) || date <= now ? undefined : date - now;
};

/** Whether an error may pass: a retryable status, or a connection that failed for another reason than TLS. */
const passing = (error: unknown): boolean => {
  if (responseOf(error) !== undefined) return true; // ky throws only the retryable ones
  if (error instanceof Failure) return false;
  return !isUntrusted(error) && !isForbidden(error);
};

/** Ports that fetch never opens, such as 5060. */
const isForbidden = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Error && error.cause.message === 'bad port';

const isUntrusted = (error: unknown): boolean => /CERT|SSL|TLS|ISSUER|SIGNATURE|EPROTO|CRL/.test(codeOf(error) ?? '');

const unreachable = (error: unknown, host: string, attempts: number): Error => {
  if (error instanceof Failure) return error;
  const times = attempts > 1 ? ` after ${attempts} attempts` : '';
  const hint = isUntrusted(error)
    ? { hint: 'The server could not prove who it is; for a private authority set NODE_EXTRA_CA_CERTS' }
    : {};
  return new Failure('unavailable', `${host} cannot be reached${times}: ${reasonOf(error)}`, { ...hint, cause: error });
};

/** What went wrong, in words free of addresses: messages of fetch can hold a URL or a header. */
const reasonOf = (error: unknown): string => {
  const response = responseOf(error);
  if (response !== undefined) return `status ${response.status}`;
  if (error instanceof HeadersTimeout) return error.message;
  if (error instanceof Error && error.name === 'TimeoutError') return 'no whole answer in time';
  if (isForbidden(error)) return 'web clients refuse its port';
  const code = codeOf(error);
  return code === undefined ? 'the connection failed' : (reasons[code] ?? `the connection failed (${code})`);
};

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused (ECONNREFUSED)',
  ECONNRESET: 'the connection was reset (ECONNRESET)',
  UND_ERR_SOCKET: 'the connection broke off',
  UND_ERR_CONNECT_TIMEOUT: 'connecting took too long',
  ENOTFOUND: 'the host name is unknown (ENOTFOUND)',
  EAI_AGAIN: 'the host name could not be looked up (EAI_AGAIN)',
  CERT_HAS_EXPIRED: 'its certificate has expired (CERT_HAS_EXPIRED)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host (ERR_TLS_CERT_ALTNAME_INVALID)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)',
};

/** The system's or TLS's code of an error, wherever fetch hid it. */
const codeOf = (error: unknown, depth = 0): string | undefined => {
  if (!(error instanceof Error) || depth > 4) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return codeOf(inner, depth + 1);
};

const responseOf = (error: unknown): Response | undefined =>
  error instanceof Error && 'response' in error && error.response instanceof Response ? error.response : undefined;

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
    return JSON.parse(text.length > 15 && /\d{16}/.test(text) ? quoteHugeIntegers(text) : text);
  } catch {
    const what = text.trim() === '' ? 'an empty body' : 'something that is not JSON';
    throw new Failure('unavailable', `${described}: ${what}`, {
      hint: 'A login page, a proxy or a wrong --base-url may have answered instead of the provider',
    });
  }
};

/** Integers that a float would round become text, digit for digit. */
const quoteHugeIntegers = (text: string): string => {
  const parts: string[] = [];
  let place = 0;
  while (place < text.length) {
    const quote = text.indexOf('"', place);
    const end = quote === -1 ? text.length : quote;
    parts.push(text.slice(place, end).replace(numbers, quoteHuge));
    place = quote === -1 ? end : endOfString(text, quote);
    parts.push(text.slice(end, place));
  }
  return parts.join('');
};

const numbers = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const quoteHuge = (number: string): string =>
  /^-?\d{16,}$/.test(number) && !Number.isSafeInteger(Number(number)) ? `"${number}"` : number;

/** The place after the string that begins at a quote. */
const endOfString = (text: string, start: number): number => {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text[before] === '\\') before--;
    if ((quote - before) % 2 === 1) return quote + 1;
  }
  return text.length;
};

/** `: Not found`, what an error body says, in any of the shapes the providers use; empty when it says nothing. */
const said = async (response: Response): Promise<string> => {
  try {
    const message = messageIn(JSON.parse(await response.text()));
    return message === undefined ? '' : `: ${message}`;
  } catch {
    return '';
  }
};

const messageIn = (body: unknown, depth = 0): string | undefined => {
  if (typeof body === 'string') return body.trim() || undefined;
  if (Array.isArray(body)) return messageIn(body[0], depth + 1);
  if (!isRow(body) || depth > 4) return undefined;
  const keys = ['message', 'detail', 'error', 'errors', 'description', 'title'];
  for (const key of keys) {
    const message = messageIn(body[key], depth + 1);
    if (message !== undefined) return message;
  }
  return undefined;
};
