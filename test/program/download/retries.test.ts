import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import {
  completeContents,
  type DownloadAccount,
  inspectFolder,
  intactMedia,
  openDownloadAccount,
  type WavRecording,
  wavRecordings,
} from '../../support/download-account.ts';
import { answer } from '../../support/home.ts';
import { cut, inSequence, type MediaHandler, sha256, stalled, status } from '../../support/media-faults.ts';
import type { Run } from '../../support/run.ts';
import { LOG_DELAYS, loggedDelays, timeoutFor } from '../../support/timing.ts';
import { relay } from '../../support/wire-formats.ts';

const SIZE = 40_000;
/** Minimum backoff in milliseconds: no client may retry immediately. */
const MIN_BACKOFF = 200;

const gapsOf = ({ requestTimes }: DownloadAccount, { id }: WavRecording): readonly number[] => {
  const times = requestTimes.get(id) ?? [];
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
};

const requestCount = ({ requestTimes }: DownloadAccount): number =>
  [...requestTimes.values()].reduce((sum, times) => sum + times.length, 0);

/** An error response; unlike `status`, it can repeat a header. */
const errorResponse =
  (code: number, headers: Readonly<Record<string, string | readonly string[]>>): MediaHandler =>
  (_, response) =>
    answer(response, { error: 'not today' }, code, headers);

/** Downloads recordings whose media gives these responses first and is served correctly after them. */
const downloadAfter = async (
  ...faults: readonly (readonly MediaHandler[])[]
): Promise<DownloadAccount & { readonly outcome: Run }> => {
  const every = wavRecordings(faults.length, SIZE);
  const media = (recording: WavRecording) => {
    const [first = intactMedia(recording), ...more] = faults[every.indexOf(recording)] ?? [];
    return inSequence(first, ...more, intactMedia(recording));
  };
  const account = await openDownloadAccount(every, { media });
  return { ...account, outcome: await account.download(...LOG_DELAYS) };
};

/** Downloads recordings whose media always gives the same response. */
const downloadWithFault = async (fault: MediaHandler, count: number, ...words: readonly string[]) => {
  const account = await openDownloadAccount(wavRecordings(count, SIZE), { media: () => fault });
  return { ...account, outcome: await account.download(...LOG_DELAYS, ...words) };
};

describe.concurrent('a media request', () => {
  test('waits for the seconds of Retry-After', async () => {
    const account = await downloadAfter([status(429, { 'retry-after': '2' })]);
    expect(account.outcome.code).toBe(0);
    expect(inspectFolder(account)).toEqual(completeContents(account));
    const [gap, ...more] = account.recordings.flatMap((recording) => gapsOf(account, recording));
    expect(more).toEqual([]);
    expect(gap).toBeGreaterThanOrEqual(2000);
    expect(loggedDelays(account.outcome.err)[0]).toBeLessThanOrEqual(3000);
  });

  test.each([{ 'retry-after': '2.0' }, { 'ratelimit-reset': '2' }, { 'x-ratelimit-reset-after': '2' }])(
    'waits until the reset of the rate limit: %o',
    async (headers) => {
      const account = await downloadAfter([status(429, headers)]);
      expect(account.outcome.code).toBe(0);
      const [gap] = account.recordings.flatMap((recording) => gapsOf(account, recording));
      expect(gap).toBeGreaterThanOrEqual(2000);
    },
  );

  test('waits until the date of Retry-After, and so do the other requests', async () => {
    const due = Math.ceil(Date.now() / 1000) * 1000 + 3000;
    const dated = status(503, { 'retry-after': new Date(due).toUTCString() });
    const started = Date.now() - performance.now();
    const every = wavRecordings(6, SIZE);
    const media = (recording: WavRecording) =>
      recording === every[0] ? inSequence(dated, intactMedia(recording)) : intactMedia(recording);
    const account = await openDownloadAccount(every, { media });
    const { code, err } = await account.download('--concurrency', '1', ...LOG_DELAYS);
    expect(code).toBe(0);
    const times = [...account.requestTimes.values()].flat().sort((one, other) => one - other);
    expect(times).toHaveLength(7);
    for (const time of times.slice(1)) expect(started + time).toBeGreaterThanOrEqual(due - 5);
    // The time left until then, plus the jitter of any wait.
    expect(loggedDelays(err)[0]).toBeLessThanOrEqual(4000 + 500);
  });

  test('uses the normal backoff when Retry-After is invalid or in the past', async () => {
    const values = ['Thu, 01 Jan 2015 00:00:00 GMT', '-1', '0', 'abc', '1e9', '', ['1', '1']];
    const account = await downloadAfter(...values.map((value) => [errorResponse(429, { 'retry-after': value })]));
    expect(account.outcome.code).toBe(0);
    for (const [index, recording] of account.recordings.entries()) {
      const [gap, ...more] = gapsOf(account, recording);
      expect(more).toEqual([]);
      expect(gap, `after ${values[index]}`).toBeGreaterThanOrEqual(MIN_BACKOFF);
    }
    expect(Math.max(...loggedDelays(account.outcome.err))).toBeLessThanOrEqual(2000);
  });

  test.each([
    ['99999999', 1],
    ['99999999', 40],
    ['301', 40],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 40],
  ])('ends the run at once when Retry-After is %s, with %i files', async (value, count) => {
    const account = await downloadWithFault(status(429, { 'retry-after': value }), count);
    const { code, err } = account.outcome;
    expect({ code, waits: loggedDelays(err, '429') }).toEqual({ code: 5, waits: [] });
    expect(requestCount(account)).toBeLessThanOrEqual(count === 1 ? 2 : 8);
    expect(err).toMatch(/^\d+$/.test(value) ? new RegExp(`\\b${value} s`) : /\b\d{7,} s/);
    expect(inspectFolder(account)).toMatchObject({ files: [], hidden: [], entries: [] });
  });

  test('is made at most four times, with delays that grow and have jitter', async () => {
    const account = await downloadWithFault(status(429), 6);
    expect(account.outcome.code).toBe(3);
    expect(account.outcome.err).toContain('429');
    for (const recording of account.recordings) {
      const gaps = gapsOf(account, recording);
      expect(gaps).toHaveLength(3);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MIN_BACKOFF);
    }
    // The delays of each attempt are longer than those of the attempt before, and differ between files.
    const waits = account.outcome.err
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .filter(({ event, reason }) => event === 'retry' && String(reason).includes('429'));
    const spans = [2, 3, 4].map((attempt) =>
      waits.filter((wait) => wait.attempt === attempt).map(({ milliseconds }) => Number(milliseconds)),
    );
    expect(spans.map(({ length }) => length)).toEqual([6, 6, 6]);
    const [first = [], second = [], third = []] = spans;
    expect(Math.max(...first)).toBeLessThanOrEqual(Math.min(...second));
    expect(Math.max(...second)).toBeLessThanOrEqual(Math.min(...third));
    expect(Math.max(...spans.map((some) => Math.max(...some) - Math.min(...some)))).toBeGreaterThan(80);
    expect(inspectFolder(account)).toMatchObject({ files: [], hidden: [], entries: [] });
  });

  test('is retried after each transient error', async () => {
    const statuses = [500, 502, 503, 504, 520, 524, 530, 599, 408, 425, 429];
    const account = await downloadAfter(...statuses.map((code) => [status(code)]), [
      status(500),
      status(502),
      status(504),
    ]);
    expect(account.outcome.code).toBe(0);
    expect(account.recordings.map((recording) => gapsOf(account, recording).length)).toEqual([
      ...statuses.map(() => 1),
      3,
    ]);
    expect(Math.min(...account.recordings.flatMap((recording) => gapsOf(account, recording)))).toBeGreaterThanOrEqual(
      MIN_BACKOFF,
    );
    expect(inspectFolder(account)).toEqual(completeContents(account));
  });

  test.each([400, 422, 501, 505, 402, 418])(
    'is not retried after %i, and the other recordings are downloaded',
    async (code) => {
      const account = await downloadAfter([], [status(code)], [], []);
      expect(account.outcome.code).toBe(3);
      expect(account.outcome.err).toMatch(new RegExp(`"tape-0001: [^\\n]*\\b${code}\\b`));
      expect(requestCount(account)).toBe(4);
      expect(inspectFolder(account)).toMatchObject({ files: ['tape-0000', 'tape-0002', 'tape-0003'], hidden: [] });
    },
  );

  test.each([401, 403])('is the last one when the API rejects the credentials with %i during the run', async (code) => {
    const every = wavRecordings(60, SIZE);
    let refusals = 0;
    const account = await openDownloadAccount(every, {
      before: ({ url }, response) => {
        const place = every.findIndex(({ id }) => relay.recordingPath(id) === url.pathname);
        if (place < 20) return false;
        refusals++;
        return answer(response, { error: 'no more' }, code);
      },
    });
    const list = join(emptyFolder(), 'ids.txt');
    writeFileSync(list, every.map(({ id }) => `${id}\n`).join(''));
    const { code: ending, err } = await account.download('--concurrency', '4', '--ids', list);
    expect(ending).toBe(4);
    expect(err).toContain('"relay"');
    const { files } = inspectFolder(account);
    // Downloads in progress end with the run.
    expect(files.length).toBeGreaterThanOrEqual(16);
    expect(files).toEqual(every.slice(0, 20).flatMap(({ id }) => (files.includes(id) ? [id] : [])));
    expect(err).toContain(`stopped: ${files.length} downloaded to ${account.dir}/, ${60 - files.length} remaining (`);
    expect(refusals).toBeLessThanOrEqual(4);
  });

  test('that gets no response times out and is retried', async () => {
    const limit = timeoutFor(1);
    const account = await downloadWithFault(() => true, 3, '--timeout', limit);
    const { code, err } = account.outcome;
    expect(code).toBe(3);
    expect(err).toContain(`no response within ${limit.slice(0, -1)} s`);
    expect(requestCount(account)).toBe(12);
    expect(inspectFolder(account)).toMatchObject({ files: [], hidden: [], entries: [] });
  });

  test('whose response stalls halfway times out and is resumed', async () => {
    const every = wavRecordings(2, SIZE);
    const ranges: (string | undefined)[] = [];
    const half = ({ bytes }: WavRecording) => stalled(bytes, SIZE / 2, { etag: `"${sha256(bytes)}"` });
    const account = await openDownloadAccount(every, {
      media: (recording) => inSequence(half(recording), intactMedia(recording)),
      before: ({ url, headers }) => {
        if (url.pathname.startsWith('/media/')) ranges.push(headers.range);
        return false;
      },
    });
    expect((await account.download('--timeout', timeoutFor(1))).code).toBe(0);
    expect(ranges).toEqual([undefined, undefined, `bytes=${SIZE / 2}-`, `bytes=${SIZE / 2}-`]);
    expect(inspectFolder(account)).toEqual(completeContents(account));
  });

  test('whose response always stalls halfway leaves no file', async () => {
    const account = await openDownloadAccount(wavRecordings(2, SIZE), {
      media: ({ bytes }) => stalled(bytes, SIZE / 2),
    });
    const limit = timeoutFor(1);
    const { code, err } = await account.download('--timeout', limit);
    expect(code).toBe(3);
    expect(err).toContain(`no data received for ${limit.slice(0, -1)} s`);
    expect(requestCount(account)).toBe(8);
    expect(inspectFolder(account)).toMatchObject({ files: [], entries: [] });
  });

  test('whose response is always cut leaves no file and is made four times', async () => {
    const account = await openDownloadAccount(wavRecordings(2, SIZE), {
      media: ({ bytes }) => cut(bytes, SIZE / 2, 'length'),
    });
    const { code } = await account.download();
    expect({ code, visits: requestCount(account) }).toEqual({ code: 3, visits: 8 });
    expect(inspectFolder(account)).toMatchObject({ files: [], entries: [] });
  });
});

test.each([
  ['JSON', JSON.stringify({ code: 16113, message: 'Invalid channels' })],
  ['XML', '<TwilioResponse><RestException><Code>16113</Code><Message>Invalid channels</Message></RestException>'],
  ['a body that never ends', undefined],
])('media rejected with 400 and %s fails that recording after one request', async (_, body) => {
  const fault: MediaHandler = (_, response) => {
    response.writeHead(400, { 'content-length': 1000 });
    response.write(body === undefined ? '{"message":' : body.padEnd(1000));
    return true;
  };
  const account = await downloadWithFault(fault, 1, '--log-format', 'json');
  const [error] = account.outcome.err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ level }) => level === 'error');
  expect({ code: account.outcome.code, requests: requestCount(account) }).toEqual({ code: 3, requests: 1 });
  expect(error).toMatchObject({ code: 11, retryable: false });
  expect(error.message).toContain(`returned HTTP 400${body === undefined ? '' : ': Invalid channels'}`);
});
