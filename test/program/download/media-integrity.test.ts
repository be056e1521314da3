import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  expectFiles,
  nativeFile,
  nativeFormat,
  openMediaAccount,
  type ServedRecording,
  sizeKey,
  withExtensions,
} from '../../support/media-account.ts';
import {
  completeFile,
  cut,
  errorPages,
  expiredLink,
  fileBytes,
  framed,
  framings,
  gzipped,
  inSequence,
  type MediaHandler,
  reply,
  stalled,
  status,
  typeOf,
} from '../../support/media-faults.ts';
import { timeoutFor } from '../../support/timing.ts';
import { wireFormats } from '../../support/wire-formats.ts';

/** Options for this number of attempts with a short timeout. */
const attempts = (count: number): readonly string[] => ['--retries', String(count - 1), '--timeout', timeoutFor(1)];

describe.concurrent.each(wireFormats)('media of $profile', (wire) => {
  const bytes = nativeFile(wire, 3);
  const type = typeOf(nativeFormat(wire));
  const size = sizeKey(wire);
  const half = Math.floor(bytes.length / 2);
  const good = completeFile(bytes, { type });
  /** Whether the file itself declares its size, as a WAV header does. */
  const declaresSize = nativeFormat(wire) === 'wav';
  const run = async (recordings: readonly ServedRecording[], count: number) => {
    const account = await openMediaAccount(wire, recordings);
    const words = ['download', ...wire.args, '--since', '7d', '--dir', account.out];
    return {
      account,
      again: () => account.run([...attempts(count), ...words]),
      ...(await account.run([...attempts(count), ...words])),
    };
  };
  const asked = (account: { readonly mediaRequests: readonly { readonly url: URL }[] }, id: string): number =>
    account.mediaRequests.filter(({ url }) => url.pathname.includes(`/${id}.`)).length;

  test('that is always cut off is requested no more than the allowed number of times and never kept', async () => {
    // Without any declared size, the end of the connection is the end of the file.
    const known = size === undefined && !declaresSize ? framings.slice(0, 2) : framings;
    const more = size === undefined ? {} : { [size]: bytes.length };
    const cuts = known.flatMap((framing) =>
      [0, 1, half, bytes.length - 1].map(
        (at): ServedRecording => ({ id: `${framing}-${at}`, media: cut(bytes, at, framing, { type }), more }),
      ),
    );
    const { account, code, err } = await run(
      [...cuts, { id: 'stalled', media: stalled(bytes, half, { type }) }, { id: 'good', media: good }],
      2,
    );
    expect(code).toBe(3);
    for (const { id } of cuts) {
      expect(err).toMatch(new RegExp(`^recx: ${id}: .`, 'm'));
      expect(asked(account, id)).toBeLessThanOrEqual(2);
      // A few bytes without a length cannot be recognised as a cut file.
      if (!/-0$|^close-1$/.test(id)) expect(`${id} ${asked(account, id)}`).toBe(`${id} 2`);
    }
    expectFiles(account.out, withExtensions(wire, { good: bytes }));
  });

  test('that is cut off once or fails with another transient error is complete after a retry', async () => {
    const known = size === undefined && !declaresSize ? framings.slice(0, 2) : framings;
    const more = size === undefined ? {} : { [size]: bytes.length };
    const once: Readonly<Record<string, MediaHandler>> = {
      ...Object.fromEntries(known.map((framing) => [framing, cut(bytes, half, framing, { type })])),
      stall: stalled(bytes, half, { type }),
      ...Object.fromEntries([408, 425, 429, 500, 502, 503, 504].map((code) => [`status-${code}`, status(code)])),
    };
    const recordings = Object.entries(once).map(
      ([id, fault]): ServedRecording => ({ id, media: inSequence(fault, good), more }),
    );
    const { account, code, err } = await run(recordings, 2);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(account.mediaRequests).toHaveLength(2 * recordings.length);
    expectFiles(account.out, withExtensions(wire, Object.fromEntries(recordings.map(({ id }) => [id, bytes]))));
  });

  test('is resumed by the date of its last change only if that was long before the response', async () => {
    const changed = 'Fri, 20 Nov 2026 10:00:00 GMT';
    const other = Buffer.from(bytes).fill(0x55, half + 100, half + 200);
    const served = (headers: Readonly<Record<string, string>>, next: Uint8Array = other): MediaHandler =>
      inSequence(cut(bytes, half, 'length', { type, headers }), (request, response) => {
        const { range, 'if-range': version } = request.headers;
        const isPart = range !== undefined && version === headers['last-modified'];
        const span = { 'content-range': `bytes ${half}-${bytes.length - 1}/${bytes.length}` };
        const body = isPart ? next.subarray(half) : next;
        return reply(isPart ? 206 : 200, body, type, { ...headers, ...(isPart ? span : {}) })(request, response);
      });
    const recordings = (): readonly ServedRecording[] => [
      { id: 'now', media: served({ 'last-modified': changed, date: changed }) },
      { id: 'later', media: served({ 'last-modified': changed, date: 'Fri, 20 Nov 2026 09:00:00 GMT' }) },
      { id: 'no-date', media: served({ 'last-modified': changed, date: 'x' }) },
      { id: 'before', media: served({ 'last-modified': changed, date: 'Fri, 20 Nov 2026 10:05:00 GMT' }, bytes) },
    ];
    const { account, code, err } = await run(recordings(), 2);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const ranges = account.mediaRequests.flatMap(({ url, headers: { range } }) =>
      range === undefined ? [] : [url.pathname.replace(/^.*\/(.+)\..*$/, '$1')],
    );
    expect(ranges).toEqual(['before']);
    expectFiles(account.out, withExtensions(wire, { now: other, later: other, 'no-date': other, before: bytes }));

    // Another run resumes under the same condition.
    const given = await run(recordings(), 1);
    expect(given.code).toBe(3);
    expect(readdirSync(given.account.out).filter((name) => /part\.json$/.test(name))).toEqual([
      expect.stringContaining('before'),
    ]);
    expect(await given.again()).toMatchObject({ code: 0, err: '' });
    expectFiles(given.account.out, withExtensions(wire, { now: other, later: other, 'no-date': other, before: bytes }));
  });

  test.runIf(size !== undefined)(
    'that ends before its known size is requested again, however early it ends',
    async () => {
      const more = { [`${size}`]: bytes.length };
      const cuts = [0, 1, 31, 32].map(
        (at): ServedRecording => ({ id: `at-${at}`, media: inSequence(cut(bytes, at, 'close', { type }), good), more }),
      );
      const { account, code, err } = await run(cuts, 2);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expectFiles(account.out, withExtensions(wire, Object.fromEntries(cuts.map(({ id }) => [id, bytes]))));
    },
  );

  test('in any framing is kept when a length, the API or its header confirms its size', async () => {
    const more = size === undefined ? {} : { [size]: bytes.length };
    const recordings = framings.map(
      (framing): ServedRecording => ({ id: framing, media: framed(bytes, framing, { type }), more }),
    );
    const { account, code, err } = await run(recordings, 1);
    const isVerifiable = size !== undefined || declaresSize;
    expect(code).toBe(isVerifiable ? 0 : 3);
    if (!isVerifiable) expect(err).toMatch(/^recx: close: .*cannot verify that the media is complete/m);
    const had = isVerifiable ? framings : framings.slice(0, 2);
    expectFiles(account.out, withExtensions(wire, Object.fromEntries(had.map((framing) => [framing, bytes]))));
  });

  test('whose size differs from its header or from the provider is rejected', async () => {
    const more = size === undefined ? {} : { [size]: bytes.length };
    const longer = nativeFile(wire, 4);
    const wrong: readonly ServedRecording[] = [
      ...(declaresSize
        ? framings.map(
            (framing): ServedRecording => ({
              id: `riff-${framing}`,
              media: framed(bytes.subarray(0, half), framing, { type }),
            }),
          )
        : []),
      ...(size === undefined
        ? []
        : [
            ...framings.map(
              (framing): ServedRecording => ({ id: `size-${framing}`, media: framed(longer, framing, { type }), more }),
            ),
            { id: 'shorter', media: completeFile(nativeFile(wire, 2), { type }), more },
          ]),
      { id: 'good', media: good, more },
    ];
    const { account, code, err } = await run(wrong, 1);
    expect(code).toBe(wrong.length > 1 ? 3 : 0);
    for (const { id } of wrong.slice(0, -1))
      expect(err).toMatch(new RegExp(`^recx: ${id}: .*size mismatch: expected \\d+ bytes, got \\d+`, 'm'));
    expectFiles(account.out, withExtensions(wire, { good: bytes }));
  });

  test('that is compressed is never stored compressed', async () => {
    const recordings: readonly ServedRecording[] = [
      { id: 'complete', media: gzipped(bytes, { type }) },
      { id: 'truncated', media: gzipped(bytes, { type }, 200) },
      { id: 'silent', media: completeFile(gzipSync(bytes), { type }) },
      { id: 'good', media: good },
    ];
    const { account, code, err } = await run(recordings, 1);
    expect(code).toBe(3);
    for (const id of ['complete', 'truncated']) expect(err).toMatch(new RegExp(`^recx: ${id}: .*gzip`, 'm'));
    expect(err).toMatch(/^recx: silent: .*gzip/m);
    expect(account.mediaRequests.map(({ headers }) => headers['accept-encoding'])).toEqual(
      account.mediaRequests.map(() => 'identity'),
    );
    expectFiles(account.out, withExtensions(wire, { good: bytes }));
  });

  test('that is an HTML, JSON or XML page is rejected under any content type', async () => {
    const strange = Object.entries(errorPages).flatMap(([name, [body, honest]]) => [
      { name, id: `${name}-honest`, media: reply(200, body, honest) },
      { name, id: `${name}-lying`, media: reply(200, body, type) },
      { name, id: `${name}-spaced`, media: reply(200, `\n  ${body}`, type) },
      { name, id: `${name}-marked`, media: reply(200, `\ufeff${body}`, type) },
    ]);
    const other = nativeFormat(wire) === 'wav' ? 'mp3' : 'wav';
    const recordings = [
      ...strange,
      { id: 'other', media: completeFile(fileBytes(other), { type }) },
      { id: 'good', media: good },
    ];
    const { account, code, err } = await run(recordings, 2);
    expect(code).toBe(3);
    for (const { name, id } of strange) {
      expect(err).toMatch(
        new RegExp(`^recx: ${id}: expected (?:audio|media|${nativeFormat(wire)}), got ${name}$`, 'm'),
      );
      expect(asked(account, id)).toBe(1);
    }
    expect(err).toMatch(new RegExp(`^recx: other: expected .*, got ${other}$`, 'm'));
    expectFiles(account.out, withExtensions(wire, { good: bytes }));
  });

  test('that is empty or has an unexpected status is not kept', async () => {
    const statuses = [204, 205, 206, 300, 304, 400, 402, 405, 406, 409, 422, 451, 501, 505];
    const recordings: readonly ServedRecording[] = [
      ...framings.map(
        (framing): ServedRecording => ({ id: `empty-${framing}`, media: framed(Buffer.alloc(0), framing, { type }) }),
      ),
      ...statuses.map((code): ServedRecording => ({ id: `status-${code}`, media: status(code) })),
      {
        id: 'part',
        media: reply(206, bytes.subarray(half), type, {
          'content-range': `bytes ${half}-${bytes.length - 1}/${bytes.length}`,
        }),
      },
      { id: 'good', media: good },
    ];
    const { account, code, err } = await run(recordings, 1);
    expect(code).toBe(3);
    for (const { id } of recordings.slice(0, -1)) expect(err).toMatch(new RegExp(`^recx: ${id}: \\S`, 'm'));
    for (const status of statuses) expect(err).toMatch(new RegExp(`^recx: status-${status}: .*${status}`, 'm'));
    expectFiles(account.out, withExtensions(wire, { good: bytes }));
  });

  test('whose link has expired is downloaded with a renewed link and requested at most three times', async () => {
    const { account, code, err } = await run(
      [
        { id: 'once', media: inSequence(expiredLink, good) },
        { id: 'ever', media: expiredLink },
      ],
      3,
    );
    expect(code).toBe(3);
    expect(err).toMatch(/^recx: ever: .*403/m);
    expect(err).not.toContain('once');
    expect(asked(account, 'once')).toBeLessThanOrEqual(3);
    // Each link may be requested without credentials and with each form of them.
    expect(asked(account, 'ever')).toBeLessThanOrEqual(wire.profile === 'video' ? 3 : 9);
    const again = account.sandbox.requests.filter(
      ({ url }) => decodeURIComponent(url.pathname) === wire.recordingPath('ever'),
    );
    expect(again.length).toBeLessThanOrEqual(3);
    expectFiles(account.out, withExtensions(wire, { once: bytes }));
  });
});
