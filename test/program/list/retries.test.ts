import { describe, expect, test } from 'vitest';
import { answer, homeWith } from '../../support/home.ts';
import type { Run } from '../../support/run.ts';
import { LOG_DELAYS, loggedDelays } from '../../support/timing.ts';
import { listArgs, plivo, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

interface Retried extends Run {
  /** Milliseconds between each of these responses and the request after it. */
  readonly gaps: readonly number[];
  /** The delays in milliseconds that the run logged. */
  readonly waits: readonly number[];
  readonly requests: number;
}

/** Requests one recording per reply; the server returns the reply on the first request and the recording on the second. */
const requestAfterReplies = async (wire: WireFormat, replies: readonly Reply[]): Promise<Retried> => {
  const ids = replies.map((_, index) => `id-${index}`);
  const refused = new Map<string, number>();
  const gaps = new Map<string, number>();
  const { run, sandbox } = await homeWith({
    intercept: ({ url }, response) => {
      const index = ids.findIndex((id) => wire.recordingPath(id) === url.pathname);
      const [id = '', reply, before] = [ids[index], replies[index], refused.get(url.pathname)];
      if (before !== undefined) gaps.set(id, performance.now() - before);
      refused.set(url.pathname, performance.now());
      return before === undefined && reply !== undefined
        ? answer(response, { error: 'not today' }, reply.status, reply.headers)
        : answer(response, wire.row(id));
    },
  });
  const outcome = await run([...LOG_DELAYS, 'get', ...ids, ...wire.args]);
  return {
    ...outcome,
    waits: loggedDelays(outcome.err),
    gaps: ids.map((id) => gaps.get(id) ?? Number.NaN),
    requests: sandbox.requests.length,
  };
};

/** Requests from a server that always gives the same reply. */
const requestWithSameReply = async (
  wire: WireFormat,
  { status, headers }: Reply,
  words = listArgs(wire),
): Promise<Retried> => {
  const gaps: number[] = [];
  let before: number | undefined;
  const { run, sandbox } = await homeWith({
    intercept: (_, response) => {
      if (before !== undefined) gaps.push(performance.now() - before);
      before = performance.now();
      return answer(response, { error: 'not today' }, status, headers);
    },
  });
  const outcome = await run([...LOG_DELAYS, ...words]);
  return { ...outcome, waits: loggedDelays(outcome.err), gaps, requests: sandbox.requests.length };
};

/** Minimum backoff in milliseconds: no client may retry immediately. */
const MIN_BACKOFF = 200;
/** Tolerance between the clocks of timers and of tests, in milliseconds. */
const CLOCK_TOLERANCE = 20;

test.concurrent('a list request that always fails is attempted four times, with delays that grow and differ between runs', async () => {
  const runs = await Promise.all(
    [...wireFormats, ...wireFormats].map((wire) => requestWithSameReply(wire, { status: 429 })),
  );
  for (const { code, out, err, requests, gaps, waits } of runs) {
    expect({ code, out, requests }).toEqual({ code: 5, out: '', requests: 4 });
    expect(err).toContain('429');
    const [first = 0, second = 0, third = 0, ...more] = waits;
    expect(more).toEqual([]);
    expect(second + third).toBeGreaterThan(2 * first);
    expect(third).toBeGreaterThan(first);
    for (const [index, gap] of gaps.entries())
      expect(gap).toBeGreaterThanOrEqual((waits[index] ?? 0) - CLOCK_TOLERANCE);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MIN_BACKOFF);
  }
  // Each delay has a jitter of at least a quarter of a second, so some of this many delays are well apart.
  const spreads = [0, 1, 2].map((index) => {
    const some = runs.map(({ waits }) => waits[index] ?? 0);
    return Math.max(...some) - Math.min(...some);
  });
  expect(Math.max(...spreads)).toBeGreaterThan(80);
});

describe.concurrent.each(wireFormats)('an API request to $profile', (wire) => {
  test('waits for the reset of a used-up limit after 503, and not for that of another', async () => {
    const { code, waits, requests } = await requestAfterReplies(wire, [
      { status: 503, headers: { 'ratelimit-reset': '2' } },
      { status: 503, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2' } },
      { status: 503, headers: { 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': '2000' } },
    ]);
    expect({ code, requests }).toEqual({ code: 0, requests: 6 });
    expect(waits.map((wait) => wait >= 2000)).toEqual([true, true, false]);
  });

  test.each([
    [401, 4],
    [403, 4],
    [404, 5],
    [422, 11],
    [500, 5],
  ])('answered with HTTP %i and a page of any size ends by the status', async (status, exitCode) => {
    const { run } = await homeWith({
      intercept: (_, response) => answer(response, ' '.repeat(34_000_000), status, { 'content-type': 'text/html' }),
    });
    const { code, err } = await run(listArgs(wire, '--retries', '0'));
    expect({ code, err }).toEqual({ code: exitCode, err: expect.stringContaining(`HTTP ${status}`) });
  });

  test('waits for the seconds of Retry-After', async () => {
    const { code, gaps, waits, requests } = await requestAfterReplies(wire, [
      { status: 429, headers: { 'retry-after': '2' } },
    ]);
    expect({ code, requests }).toEqual({ code: 0, requests: 2 });
    expect(gaps[0]).toBeGreaterThanOrEqual(2000);
    expect(waits[0]).toBeGreaterThanOrEqual(2000);
    expect(waits[0]).toBeLessThanOrEqual(3000);
  });

  test('waits until the date of Retry-After', async () => {
    const due = Math.ceil(Date.now() / 1000) * 1000 + 3000;
    const headers = { 'retry-after': new Date(due).toUTCString() };
    let asked = 0;
    const { run } = await homeWith({
      intercept: (_, response, count) => {
        asked = Date.now();
        return count === 1 ? answer(response, '', 503, headers) : answer(response, wire.page([], null));
      },
    });
    const { code, err } = await run([...LOG_DELAYS, ...listArgs(wire)]);
    expect(code).toBe(0);
    expect(asked).toBeGreaterThanOrEqual(due);
    // The time left until then, plus the jitter of any wait.
    expect(loggedDelays(err)[0]).toBeLessThanOrEqual(4000 + 500);
  });

  test('waits until the reset of the rate limit', async () => {
    const reset = String(Math.ceil(Date.now() / 1000) + 2);
    const headers = [
      { 'ratelimit-reset': '2' },
      { 'x-ratelimit-reset': reset },
      { 'x-ratelimit-reset-after': '2.0' },
      { 'retry-after': '2.0' },
    ];
    const { code, waits, requests } = await requestAfterReplies(
      wire,
      headers.map((given) => ({ status: 429, headers: given })),
    );
    expect({ code, requests }).toEqual({ code: 0, requests: 8 });
    const [first = 0, , third = 0, fourth = 0] = waits;
    expect(Math.min(first, third, fourth)).toBeGreaterThanOrEqual(2000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3000);
  });

  test.each([-600_000, 600_000])(
    'measures a date against the clock of the server, which is off by %i ms here',
    async (difference) => {
      const server = Math.floor((Date.now() + difference) / 1000) * 1000;
      const date = new Date(server).toUTCString();
      const due = new Date(server + 2000);
      const [weekday, month] = ['long', 'short'].map((style, index) =>
        due.toLocaleDateString('en-US', { timeZone: 'UTC', [index === 0 ? 'weekday' : 'month']: style }),
      );
      const [day, time] = [due.toISOString().slice(8, 10), due.toISOString().slice(11, 19)];
      const year = due.getUTCFullYear();
      const { code, waits, requests } = await requestAfterReplies(
        wire,
        [
          due.toUTCString(),
          `${weekday}, ${day}-${month}-${String(year).slice(2)} ${time} GMT`,
          `${weekday?.slice(0, 3)} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`,
        ].map((value) => ({ status: 503, headers: { date, 'retry-after': value } })),
      );
      expect({ code, requests }).toEqual({ code: 0, requests: 6 });
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(2000);
      expect(Math.max(...waits)).toBeLessThanOrEqual(3000);
    },
  );

  test('uses the normal backoff when Retry-After is invalid or in the past', async () => {
    const values = ['Thu, 01 Jan 2015 00:00:00 GMT', '-1', '0', 'abc', '1e9', '', ['1', '1']];
    const replies = values.map((value) => ({ status: 429, headers: { 'retry-after': value } }));
    const { code, gaps, waits, requests } = await requestAfterReplies(wire, replies);
    expect({ code, requests }).toEqual({ code: 0, requests: 2 * values.length });
    for (const [index, gap] of gaps.entries()) {
      expect(gap, `after ${values[index]}`).toBeGreaterThanOrEqual(MIN_BACKOFF);
    }
    expect(waits).toHaveLength(values.length);
    expect(Math.max(...waits)).toBeLessThanOrEqual(2000);
  });

  test.each(['99999999', '301', '9007199254740993', '9'.repeat(100), 'Fri, 01 Jan 2100 00:00:00 GMT'])(
    'fails at once when Retry-After is %s',
    async (value) => {
      const { code, out, err, waits, requests } = await requestWithSameReply(wire, {
        status: 429,
        headers: { 'retry-after': value },
      });
      expect({ code, out }).toEqual({ code: 5, out: '' });
      expect({ requests, waits }).toEqual({ requests: 1, waits: [] });
      expect(err).toMatch(/^\d{1,15}$/.test(value) ? new RegExp(`\\b${value} s`) : /\b\d{7,} s/);
    },
  );

  test('is retried after each transient error', async () => {
    const statuses = [500, 502, 503, 504, 520, 524, 530, 599, 408, 425, 429];
    const { code, gaps, requests } = await requestAfterReplies(
      wire,
      statuses.map((status) => ({ status })),
    );
    expect({ code, requests }).toEqual({ code: 0, requests: 2 * statuses.length });
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MIN_BACKOFF);
  });

  test('is retried up to three times', async () => {
    const { run, sandbox } = await homeWith({
      intercept: (_, response, count) =>
        answer(response, wire.page([wire.row('one')], null), [500, 502, 504][count - 1] ?? 200),
    });
    expect(await run(listArgs(wire))).toMatchObject({ code: 0, err: '' });
    expect(sandbox.requests).toHaveLength(4);
  });

  test.each([
    [501, 5],
    [505, 5],
    [400, 11],
    [401, 4],
    [403, 4],
    [404, 5],
    [405, 11],
    [409, 5],
    [410, 11],
    [415, 11],
    [416, 11],
    [422, 11],
  ])('is not retried after %i', async (status, ending) => {
    const { code, out, err, requests } = await requestWithSameReply(wire, { status });
    expect({ code, out, requests }).toEqual({ code: ending, out: '', requests: 1 });
    expect(err).toContain(String(status));
    if (ending === 4) expect(err).toContain(`"${wire.profile}"`);
  });

  test.each([
    [401, 4, 1],
    [403, 4, 1],
    [404, 6, 3],
    [410, 6, 3],
    // An id whose form is not the documented one cannot exist.
    [422, wire === plivo ? 3 : 6, 3],
  ])('for three ids that each get %i ends with exit code %i after %i requests', async (status, ending, most) => {
    const words = ['get', 'one', 'two', 'three', ...wire.args];
    const { code, requests } = await requestWithSameReply(wire, { status }, words);
    expect({ code, requests }).toEqual({ code: ending, requests: most });
  });
});

test('a request rejected as invalid is logged as an error that no later run changes, with the words of the provider', async () => {
  const { code, err } = await requestWithSameReply(plivo, { status: 422 }, [
    '--log-format',
    'json',
    ...listArgs(plivo),
  ]);
  const error = err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .find(({ level }) => level === 'error');
  expect(code).toBe(11);
  expect(error).toMatchObject({ code: 11, kind: 'invalid', retryable: false, status: 422 });
  expect(error.message).toContain('not today');
});

test('a later page that is rejected as invalid ends the listing with exit code 11 after its rows', async () => {
  const { run } = await homeWith({
    intercept: ({ url }, response) => {
      const offset = Number(url.searchParams.get('offset') ?? 0);
      if (offset > 0) return answer(response, { error: 'offset too large' }, 400);
      return answer(
        response,
        plivo.page(
          Array.from({ length: 20 }, (_, index) => plivo.row(`id-${index}`)),
          '/more?offset=20',
        ),
      );
    },
  });
  const { code, out, err } = await run([...listArgs(plivo), '--fields', 'id', '-o', 'csv']);
  expect(code).toBe(11);
  expect(out).toContain('id-0');
  expect(err).toContain('offset too large');
});
