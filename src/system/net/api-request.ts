import { setFlagsFromString } from 'node:v8';
import type { KyInstance } from 'ky';
import { Failure } from '../../core/failure.ts';
import { assertSameOrigin } from '../../core/origin.ts';
import type { ApiDefinition } from '../../core/provider.ts';
import type { ObservedResponse, RunClock } from '../clock.ts';
import { describeError, isOutOfDescriptors, RetryableError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import type { Log } from '../terminal/log.ts';
import { connectionFailure, type RequestContext, statusFailure } from './api-response.ts';
import { assessResponse } from './assess-response.ts';
import { type Account, authorization } from './authorization.ts';
import { boundedFetch } from './bounded-fetch.ts';
import type { Connections } from './connections.ts';
import type { Turn } from './pacing/pace.ts';
import type { RetryBudget, RetryDecision, RetryPolicy } from './pacing/retry.ts';
import { isTooHeavy, type PageSizes } from './page-size.ts';
import { type Proxies, withDispatcher } from './route/proxies.ts';
import { statusRule } from './status.ts';

/** Shared state of the requests of one account to one API. */
export interface ApiSession {
  readonly account: Account;
  readonly definition: ApiDefinition;
  readonly runtime: Runtime;
  readonly log: Log;
  readonly clock: RunClock;
  readonly about: RequestContext;
  /** Logs a warning, once for all requests. */
  warnOnce(text: string): void;
  /** Milliseconds for one attempt, its body included. */
  readonly timeout: number;
  readonly proxies: Proxies;
  readonly connections: Connections;
  readonly budget: RetryBudget;
  readonly retryPolicy: RetryPolicy;
  readonly pageSizes: PageSizes;
  /** Aborted when the run ends. */
  readonly signal: AbortSignal;
  /** Waits until the account may send another request. */
  acquire(): Promise<Turn>;
}

/**
 * Sends a request with retries and reads the body; returns any non-transient status, and the URL, which asks for a smaller
 * page if the server did not deliver the larger one.
 */
export const sendApiRequest = async (target: URL, session: ApiSession): Promise<readonly [Response, URL]> => {
  const { account, runtime, signal, retryPolicy, pageSizes } = session;
  let url = pageSizes.fit(target);
  assertSameOrigin(url, account.origin);
  const ky = await loadKy(runtime.nodeVersion);
  const proxy = account.bypassProxy ? undefined : await session.proxies.dispatcherFor(url);
  const route = proxy && withDispatcher(proxy);
  const retries = retryPolicy.openRequest();
  let attempts = 0;
  let tooHeavy = 0;
  let decision: RetryDecision | undefined;
  let latest: ObservedResponse | undefined;
  try {
    const response = await ky(url, {
      method: 'get',
      redirect: 'manual',
      signal,
      timeout: false, // every attempt has its own limit
      throwHttpErrors: false,
      headers: {
        authorization: authorization(account),
        accept: 'application/json',
        'user-agent': `recx/${runtime.version}`,
      },
      retry: {
        limit: Number.POSITIVE_INFINITY, // the policy counts
        shouldRetry: ({ error }) => {
          if (signal.aborted) return false;
          // Once may be chance.
          const smaller = isTooHeavy(error) && ++tooHeavy > 1 ? pageSizes.halve(url) : undefined;
          decision = retries.decide(error, url.host, smaller !== undefined && pageSizes.isLarge(smaller));
          if (decision.retry) url = smaller ?? url;
          return decision.retry;
        },
        delay: () => (decision?.retry === true ? decision.wait : 0),
      },
      fetch: (request) => {
        const onResponse = (observed: ObservedResponse): void => {
          latest = observed;
        };
        const sent = new Request(request);
        const smaller = url === target ? sent : new Request(url, sent);
        return attemptOnce(smaller, { url, route, attempt: ++attempts, onResponse }, session);
      },
    });
    if (statusRule(response.status).kind === 'success') pageSizes.delivered(url);
    return [response, url];
  } catch (error) {
    // The run has already reported the reason.
    if (signal.aborted) throw new Failure('unavailable', 'the run has ended', { reported: true });
    const response = error instanceof RetryableError ? error.response : undefined;
    if (response === undefined) session.clock.checkPlausible();
    if (response === undefined) throw connectionFailure(error, url.host, attempts, session.about);
    throw await statusFailure(response, session, { attempts, retryAfter: decision?.retryAfter });
  } finally {
    // Even an error may be due to the wrong time.
    if (latest !== undefined && !signal.aborted) session.clock.observe(latest);
  }
};

interface Attempt {
  readonly url: URL;
  /** Through a proxy. */
  readonly route: RequestInit | undefined;
  /** Its number, from 1. */
  readonly attempt: number;
  onResponse(response: ObservedResponse): void;
}

/** One attempt, in its turn; throws a `RetryableError` for a response that another attempt may change. */
const attemptOnce = async (
  request: Request,
  { url, route, attempt, onResponse }: Attempt,
  session: ApiSession,
): Promise<Response> => {
  const turn = await session.acquire();
  try {
    const [started, sent] = [performance.now(), session.runtime.now()];
    const send = (connection: RequestInit): ReturnType<typeof boundedFetch> =>
      boundedFetch(new Request(request), connection, session.timeout);
    const [response, bytes] = await (route === undefined ? session.connections.send(url, send) : send(route));
    const { status, headers } = response;
    logRequest(url, status, { started, attempt, bytes }, session);
    onResponse({ host: url.host, headers, sent, received: session.runtime.now() });
    const body = status === 403 ? await response.clone().text() : '';
    const { isTransient, retryAfter, refusal } = assessResponse(
      { status, header: (name) => headers.get(name), body },
      turn,
      session.runtime.now(),
    );
    if (isTransient) throw new RetryableError(`HTTP ${status}`, { retryAfter, refusal, response });
    return response;
  } catch (error) {
    // As if the server had refused it: fewer requests at a time need fewer connections.
    if (!isOutOfDescriptors(error)) throw error;
    throw new RetryableError(describeError(error), { refusal: turn.refuse(undefined), cause: error });
  } finally {
    turn.release();
  }
};

const logRequest = (
  url: URL,
  status: number,
  { started, attempt, bytes }: { readonly started: number; readonly attempt: number; readonly bytes: number },
  { log, about, definition }: ApiSession,
): void => {
  const { host } = url;
  const path = loggedPath(url, definition);
  const milliseconds = Math.round(performance.now() - started);
  const retried = attempt > 1 ? `, attempt ${attempt}` : '';
  log.debug('request', `GET ${host}${path}: ${status} in ${milliseconds} ms, ${bytes} bytes${retried}`, {
    method: 'GET',
    host,
    path,
    status,
    milliseconds,
    attempt,
    bytes,
    ...about,
  });
};

/** The path, and the query without the values that the definition does not list: a page token may be a credential. */
const loggedPath = ({ pathname, searchParams }: URL, { loggedParameters }: ApiDefinition): string => {
  const query = [...searchParams].map(([key, value]) => `${key}=${loggedParameters.includes(key) ? value : '…'}`);
  return pathname + (query.length > 0 ? `?${query.join('&')}` : '');
};

/** ky, imported at the first request, since it loads fetch. */
let loadingKy: Promise<KyInstance> | undefined;

const loadKy = (node: string): Promise<KyInstance> => {
  loadingKy ??= Promise.all([import('ky'), import('./route/address-timeout.ts')]).then(([{ default: ky }, route]) => {
    route.allowSlowAddresses();
    // At exit Node 20 needlessly waits 150 ms for the compiler of fetch's WebAssembly parser; 22 and later do not.
    // This must come after fetch is loaded, which importing ky does. To be removed with support for Node 20.
    if (node.startsWith('20.')) setFlagsFromString('--liftoff-only');
    return ky;
  });
  return loadingKy;
};
