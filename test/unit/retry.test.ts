import { describe, expect, test } from 'vitest';
import { Failure, ServerError } from '../../src/core/failure.ts';
import { ProxyError, RetryableError, StallError } from '../../src/system/errors.ts';
import { limits } from '../../src/system/limits.ts';
import {
  openCircuitBreaker,
  openRetryBudget,
  openRetryPolicy,
  type RetryBudget,
  type RetryDecision,
} from '../../src/system/net/pacing/retry.ts';

/** The error of a response, as the clients throw it. */
const httpError = (status: number, more: ConstructorParameters<typeof RetryableError>[1] = {}): Error =>
  new RetryableError(`HTTP ${status}`, more);

const coded = (code: string): Error => new Error('fetch failed', { cause: Object.assign(new Error('no'), { code }) });

/** The retries of requests, what they log, and the budget behind them. */
const policyOf = ({ attempts = 4 }: { readonly attempts?: number } = {}) => {
  const logged: unknown[] = [];
  const budget = openRetryBudget();
  const log = { debug: (event: string, text: string, details: unknown) => logged.push({ event, text, details }) };
  const { openRequest } = openRetryPolicy({ attempts, budget, log });
  return { openRequest, decide: (error: unknown) => openRequest().decide(error), logged, budget };
};

const waitOf = (decision: RetryDecision): number => (decision.retry ? decision.wait : Number.NaN);

const retriesLeft = (budget: RetryBudget): number => {
  let count = 0;
  while (budget.takeRetry()) count++;
  return count;
};

describe('the retry policy', () => {
  test.each<[string, unknown, true | 'permanent' | 'retry-after', string]>([
    ['a busy server', httpError(503), true, 'HTTP 503'],
    ['a wait of five minutes', httpError(429, { retryAfter: 300_000 }), true, 'HTTP 429'],
    ['a longer wait', httpError(429, { retryAfter: 301_000 }), 'retry-after', 'HTTP 429'],
    ['an interrupted transfer', new RetryableError('cdn.example: the transfer was interrupted'), true, 'interrupted'],
    ['a stall', new StallError('no response within 30 s'), true, 'no response within 30 s'],
    ['a refused connection', coded('ECONNREFUSED'), true, 'ECONNREFUSED'],
    ['a proxy without a connection', new ProxyError(new Error('no')), true, 'proxy connection failed'],
    [
      'a proxy without a known certificate',
      new Error('fetch failed', { cause: new ProxyError(coded('DEPTH_ZERO_SELF_SIGNED_CERT')) }),
      'permanent',
      'proxy connection failed: its certificate is self-signed',
    ],
    ['a certificate that is not valid yet', coded('CERT_NOT_YET_VALID'), 'permanent', 'not valid yet'],
    ['a certificate that has expired', coded('CERT_HAS_EXPIRED'), 'permanent', 'CERT_HAS_EXPIRED'],
    ['a blocked port', new Error('fetch failed', { cause: new Error('bad port') }), 'permanent', 'port blocked'],
    ['a failure', new Failure('unavailable', 'too large'), 'permanent', ''],
  ])('decides whether to retry after %s', (_, error, expected, reason) => {
    const decision = policyOf().decide(error);
    expect(decision.retry ? true : decision.because).toBe(expected);
    expect(decision.reason).toContain(reason);
  });

  test('waits longer after each attempt, at least half of its ceiling, and logs every wait', () => {
    const { openRequest, logged } = policyOf({ attempts: 20 });
    const { decide } = openRequest();
    for (let attempt = 1; attempt < 20; attempt++) {
      const wait = waitOf(decide(httpError(500), 'api.example'));
      const ceiling = Math.min(limits.maxBackoff, limits.firstBackoff * 2 ** (attempt - 1));
      expect(wait).toBeGreaterThanOrEqual(ceiling / 2);
      expect(wait).toBeLessThanOrEqual(ceiling);
      expect(logged.at(-1)).toEqual({
        event: 'retry',
        text: `waiting ${Math.round(wait)} ms before attempt ${attempt + 1} at api.example: HTTP 500`,
        details: {
          host: 'api.example',
          milliseconds: Math.round(wait),
          attempt: attempt + 1,
          reason: 'HTTP 500',
        },
      });
    }
  });

  test('adds the backoff to the wait that a server demands', () => {
    const wait = waitOf(policyOf().decide(httpError(429, { retryAfter: 7000 })));
    expect(wait).toBeGreaterThanOrEqual(7000 + limits.firstBackoff / 2);
    expect(wait).toBeLessThanOrEqual(7000 + limits.firstBackoff);
  });

  test('retries without delay after an error that is marked as immediate', () => {
    expect(waitOf(policyOf().decide(new RetryableError('restart', { isImmediate: true })))).toBe(0);
  });

  test('spends no attempt if the next one asks for less', () => {
    const { openRequest, budget } = policyOf({ attempts: 2 });
    const { decide } = openRequest();
    for (let half = 0; half < 5; half++) expect(decide(httpError(504), 'api.example', true).retry).toBe(true);
    expect(decide(httpError(504)).retry).toBe(true);
    expect(decide(httpError(504))).toMatchObject({ retry: false, because: 'attempts' });
    expect(retriesLeft(budget)).toBe(limits.retriesPerRun - 6);
  });

  test('gives up after the last attempt without using the budget', () => {
    const { openRequest, budget, logged } = policyOf({ attempts: 2 });
    const { decide } = openRequest();
    expect(decide(httpError(503)).retry).toBe(true);
    expect(decide(httpError(503))).toMatchObject({ retry: false, because: 'attempts' });
    expect(retriesLeft(budget)).toBe(limits.retriesPerRun - 1);
    expect(logged).toHaveLength(1);
  });

  test('gives up when the retries of the run are used up, until ten successes add another', () => {
    const { decide, budget } = policyOf();
    for (let retry = 0; retry < limits.retriesPerRun; retry++) expect(decide(httpError(503)).retry).toBe(true);
    expect(decide(httpError(503))).toMatchObject({ retry: false, because: 'budget' });
    expect(budget.isEmpty()).toBe(true);
    for (let success = 0; success < limits.successesPerRetry; success++) budget.recordSuccess();
    expect(decide(httpError(503)).retry).toBe(true);
  });

  test('reports the wait that the server demanded when it gives up', () => {
    expect(policyOf().decide(httpError(429, { retryAfter: 99_999_999_000 }))).toEqual({
      retry: false,
      because: 'retry-after',
      reason: 'HTTP 429',
      retryAfter: 99_999_999_000,
    });
  });
});

describe('a request refused because there were too many', () => {
  const pace = {};
  const refused = (progressAtStart: number, progress: number, isFirst = true): Error =>
    httpError(429, { refusal: { isFirst, pace, progressAtStart, progress } });

  test('costs neither an attempt nor the budget while others get through', () => {
    const { openRequest, budget } = policyOf({ attempts: 2 });
    const { decide } = openRequest();
    // Others got through while the request was under way, then while it waited for its next attempt.
    expect(decide(refused(0, 1)).retry).toBe(true);
    expect(decide(refused(2, 2)).retry).toBe(true);
    expect(retriesLeft(budget)).toBe(limits.retriesPerRun);
  });

  test('costs attempts and budget when nothing gets through', () => {
    const { openRequest, budget } = policyOf({ attempts: 3 });
    const { decide } = openRequest();
    expect(decide(refused(5, 5)).retry).toBe(true);
    expect(decide(refused(5, 5)).retry).toBe(true);
    expect(decide(refused(5, 5))).toMatchObject({ retry: false, because: 'attempts' });
    expect(retriesLeft(budget)).toBe(limits.retriesPerRun - 2);
  });

  test('waits no longer after refusals that cost nothing', () => {
    const { decide } = policyOf().openRequest();
    for (let progress = 1; progress < 15; progress++)
      expect(waitOf(decide(refused(0, progress)))).toBeLessThanOrEqual(limits.firstBackoff);
  });

  test('is given up when only others get through for too long', () => {
    const { decide } = policyOf().openRequest();
    let requests = 1;
    while (decide(refused(0, requests)).retry) requests++;
    expect(requests).toBe(limits.maxFreeRefusals + 4);
  });

  test('uses one retry of the budget together with all others of a burst', () => {
    const { decide, budget } = policyOf();
    for (let request = 0; request < 100; request++) expect(decide(refused(0, 0, request === 0)).retry).toBe(true);
    expect(retriesLeft(budget)).toBe(limits.retriesPerRun - 1);
  });
});

describe('the circuit breaker', () => {
  const silent = new ServerError('connection refused', false);
  const broken = new ServerError('HTTP 500', true);
  const own = new Failure('partial', 'expected audio, got HTML');
  /** The number of failures after which it stops the run, with other outcomes in between. */
  const failures = (error: unknown, between: (breaker: ReturnType<typeof openCircuitBreaker>) => void): number => {
    const breaker = openCircuitBreaker();
    for (let count = 1; count <= 100; count++) {
      try {
        breaker.failure(error);
      } catch (stopped) {
        expect(stopped).toMatchObject({
          kind: 'unavailable',
          message: expect.stringContaining(`${count} consecutive`),
        });
        return count;
      }
      between(breaker);
    }
    return Number.POSITIVE_INFINITY;
  };

  test.each([
    ['servers that cannot be reached', silent, () => {}, limits.maxUnreachableInARow],
    ['servers that return errors', broken, () => {}, limits.maxFailedInARow],
    ['failures of the recordings themselves', own, () => {}, Number.POSITIVE_INFINITY],
  ])('stops a run after consecutive failures: %s', (_, error, between, expected) => {
    expect(failures(error, between)).toBe(expected);
  });

  test('starts counting again after a success', () => {
    expect(failures(silent, ({ success }) => success())).toBe(Number.POSITIVE_INFINITY);
    expect(failures(broken, ({ success }) => success())).toBe(Number.POSITIVE_INFINITY);
  });

  test('continues to count unreachable servers across files that exist already', () => {
    expect(failures(silent, ({ skip }) => skip())).toBe(limits.maxUnreachableInARow);
    expect(failures(broken, ({ skip }) => skip())).toBe(Number.POSITIVE_INFINITY);
  });
});
