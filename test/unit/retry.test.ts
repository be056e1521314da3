import { describe, expect, test } from 'vitest';
import { Failure, ServerError } from '../../src/core/failure.ts';
import { ProxyError, RetryableError, StallError } from '../../src/system/errors.ts';
import { limits } from '../../src/system/limits.ts';
import { openRateLimiter } from '../../src/system/net/rate-limiter.ts';
import {
  openCircuitBreaker,
  openRetryBudget,
  openRetryPolicy,
  type RetryDecision,
} from '../../src/system/net/retry.ts';

const now = Date.parse('2026-11-20T12:00:00Z');

/** An error as ky throws it for a response. */
const httpError = (status: number, headers: Readonly<Record<string, string>> = {}): Error =>
  Object.assign(new Error('failed'), { response: new Response(null, { status, headers }) });

const coded = (code: string): Error => new Error('fetch failed', { cause: Object.assign(new Error('no'), { code }) });

/** A policy, what it logs, and the budget and limiter behind it. */
const policyOf = ({ attempts = 4 }: { readonly attempts?: number } = {}) => {
  const logged: unknown[] = [];
  const budget = openRetryBudget();
  const rateLimiter = openRateLimiter(undefined);
  const log = { debug: (event: string, text: string, details: unknown) => logged.push({ event, text, details }) };
  const policy = openRetryPolicy({ attempts, budget, rateLimiter, log, now: () => now });
  return { policy, logged, budget, rateLimiter };
};

const waitOf = (decision: RetryDecision): number => (decision.retry ? decision.wait : Number.NaN);

describe('the retry policy', () => {
  test.each<[string, unknown, true | 'permanent' | 'retry-after', string]>([
    ['a busy server', httpError(503), true, 'HTTP 503'],
    ['rejected credentials', httpError(401), 'permanent', 'HTTP 401'],
    ['a method that is not implemented', httpError(501), 'permanent', 'HTTP 501'],
    ['a wait of five minutes', httpError(429, { 'retry-after': '300' }), true, 'HTTP 429'],
    ['a longer wait', httpError(429, { 'retry-after': '301' }), 'retry-after', 'HTTP 429'],
    ['an interrupted transfer', new RetryableError('cdn.example: the transfer was interrupted'), true, 'interrupted'],
    [
      'a transfer that demands a longer wait',
      new RetryableError('busy', { retryAfter: 301_000 }),
      'retry-after',
      'busy',
    ],
    ['a stall', new StallError('no response within 30 s'), true, 'no response within 30 s'],
    ['a refused connection', coded('ECONNREFUSED'), true, 'ECONNREFUSED'],
    ['a proxy without a connection', new ProxyError(new Error('no')), true, 'proxy connection failed'],
    ['a certificate that has expired', coded('CERT_HAS_EXPIRED'), 'permanent', 'CERT_HAS_EXPIRED'],
    ['a blocked port', new Error('fetch failed', { cause: new Error('bad port') }), 'permanent', 'port blocked'],
    ['a failure', new Failure('unavailable', 'too large'), 'permanent', ''],
  ])('decides whether to retry after %s', (_, error, expected, reason) => {
    const decision = policyOf().policy.decide(error, 1);
    expect(decision.retry ? true : decision.because).toBe(expected);
    expect(decision.reason).toContain(reason);
  });

  test('waits longer after each attempt, at least half of its ceiling, and logs every wait', () => {
    const { policy, logged } = policyOf({ attempts: 20 });
    for (let attempt = 1; attempt < 20; attempt++) {
      const wait = waitOf(policy.decide(httpError(500), attempt, 'api.example'));
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

  test('adds the backoff to the wait that a server demands, and pauses all requests for that wait', () => {
    const { policy, rateLimiter } = policyOf();
    const wait = waitOf(policy.decide(httpError(429, { 'retry-after': '7' }), 1));
    expect(wait).toBeGreaterThanOrEqual(7000 + limits.firstBackoff / 2);
    expect(wait).toBeLessThanOrEqual(7000 + limits.firstBackoff);
    expect(rateLimiter.pausedFor()).toBeGreaterThan(6000);
    // Another request of the account waits for the end of that pause, too.
    expect(waitOf(policy.decide(httpError(500), 1))).toBeGreaterThan(6000);
  });

  test('retries without delay after an error that is marked as immediate', () => {
    expect(waitOf(policyOf().policy.decide(new RetryableError('restart', { isImmediate: true }), 1))).toBe(0);
  });

  test('gives up after the last attempt without using the budget', () => {
    const { policy, budget, logged } = policyOf({ attempts: 2 });
    expect(policy.decide(httpError(503), 1).retry).toBe(true);
    expect(policy.decide(httpError(503), 2)).toMatchObject({ retry: false, because: 'attempts' });
    for (let retry = 1; retry < limits.retriesPerRun; retry++) expect(budget.takeRetry()).toBe(true);
    expect(budget.takeRetry()).toBe(false);
    expect(logged).toHaveLength(1);
  });

  test('gives up when the retries of the run are used up, until ten successes add another', () => {
    const { policy, budget } = policyOf();
    for (let retry = 0; retry < limits.retriesPerRun; retry++)
      expect(policy.decide(httpError(503), 1).retry).toBe(true);
    expect(policy.decide(httpError(503), 1)).toMatchObject({ retry: false, because: 'budget' });
    expect(budget.isEmpty()).toBe(true);
    for (let success = 0; success < limits.successesPerRetry; success++) budget.recordSuccess();
    expect(policy.decide(httpError(503), 1).retry).toBe(true);
  });

  test('reports the wait that the server demanded when it gives up', () => {
    const error = httpError(429, { 'retry-after': '99999999' });
    expect(policyOf().policy.decide(error, 1)).toEqual({
      retry: false,
      because: 'retry-after',
      reason: 'HTTP 429',
      retryAfter: 99_999_999_000,
    });
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
