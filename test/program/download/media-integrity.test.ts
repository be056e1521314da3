import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  cut,
  expired,
  type Fault,
  fileBytes,
  framed,
  framings,
  gzipped,
  inTurn,
  pages,
  said,
  stalled,
  status,
  typeOf,
  whole,
} from '../../support/media-faults.ts';
import { timeout } from '../../support/pace.ts';
import { expectKept, fileOf, kept, nativeOf, type Piece, sizeKey, stocked } from '../../support/stock.ts';
import { wires } from '../../support/wires.ts';

/** Options for this number of attempts with a short timeout. */
const attempts = (count: number): readonly string[] => ['--retries', String(count - 1), '--timeout', timeout(1)];

describe.concurrent.each(wires)('media of $profile', (wire) => {
  const bytes = fileOf(wire, 3);
  const type = typeOf(nativeOf(wire));
  const size = sizeKey(wire);
  const half = Math.floor(bytes.length / 2);
  const good = whole(bytes, { type });
  /** Whether the file itself declares its size, as a WAV header does. */
  const declaresSize = nativeOf(wire) === 'wav';
  const run = async (pieces: readonly Piece[], count: number) => {
    const stock = await stocked(wire, pieces);
    const words = ['download', ...wire.asked, '--since', '7d', '--dir', stock.out];
    return {
      stock,
      again: () => stock.run([...attempts(count), ...words]),
      ...(await stock.run([...attempts(count), ...words])),
    };
  };
  const asked = (stock: { readonly media: readonly { readonly url: URL }[] }, id: string): number =>
    stock.media.filter(({ url }) => url.pathname.includes(`/${id}.`)).length;

  test('that is always cut off is requested no more than the allowed number of times and never kept', async () => {
    // Without any declared size, the end of the connection is the end of the file.
    const known = size === undefined && !declaresSize ? framings.slice(0, 2) : framings;
    const more = size === undefined ? {} : { [size]: bytes.length };
    const cuts = known.flatMap((framing) =>
      [0, 1, half, bytes.length - 1].map(
        (at): Piece => ({ id: `${framing}-${at}`, media: cut(bytes, at, framing, { type }), more }),
      ),
    );
    const { stock, code, err } = await run(
      [...cuts, { id: 'stalled', media: stalled(bytes, half, { type }) }, { id: 'good', media: good }],
      2,
    );
    expect(code).toBe(3);
    for (const { id } of cuts) {
      expect(err).toMatch(new RegExp(`^recx: ${id}: .`, 'm'));
      expect(asked(stock, id)).toBeLessThanOrEqual(2);
      // A few bytes without a length cannot be recognised as a cut file.
      if (!/-0$|^close-1$/.test(id)) expect(`${id} ${asked(stock, id)}`).toBe(`${id} 2`);
    }
    expectKept(stock.out, kept(wire, { good: bytes }));
  });

  test('that is cut off once or fails with another transient error is complete after a retry', async () => {
    const known = size === undefined && !declaresSize ? framings.slice(0, 2) : framings;
    const more = size === undefined ? {} : { [size]: bytes.length };
    const once: Readonly<Record<string, Fault>> = {
      ...Object.fromEntries(known.map((framing) => [framing, cut(bytes, half, framing, { type })])),
      stall: stalled(bytes, half, { type }),
      ...Object.fromEntries([408, 425, 429, 500, 502, 503, 504].map((code) => [`status-${code}`, status(code)])),
    };
    const pieces = Object.entries(once).map(([id, fault]): Piece => ({ id, media: inTurn(fault, good), more }));
    const { stock, code, err } = await run(pieces, 2);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(stock.media).toHaveLength(2 * pieces.length);
    expectKept(stock.out, kept(wire, Object.fromEntries(pieces.map(({ id }) => [id, bytes]))));
  });

  test.runIf(size !== undefined)(
    'that ends before its known size is requested again, however early it ends',
    async () => {
      const more = { [`${size}`]: bytes.length };
      const cuts = [0, 1, 31, 32].map(
        (at): Piece => ({ id: `at-${at}`, media: inTurn(cut(bytes, at, 'close', { type }), good), more }),
      );
      const { stock, code, err } = await run(cuts, 2);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expectKept(stock.out, kept(wire, Object.fromEntries(cuts.map(({ id }) => [id, bytes]))));
    },
  );

  test('in any framing is kept when a length, the API or its header confirms its size', async () => {
    const more = size === undefined ? {} : { [size]: bytes.length };
    const pieces = framings.map((framing): Piece => ({ id: framing, media: framed(bytes, framing, { type }), more }));
    const { stock, code, err } = await run(pieces, 1);
    const vouched = size !== undefined || declaresSize;
    expect(code).toBe(vouched ? 0 : 3);
    if (!vouched) expect(err).toMatch(/^recx: close: .*whole/m);
    const had = vouched ? framings : framings.slice(0, 2);
    expectKept(stock.out, kept(wire, Object.fromEntries(had.map((framing) => [framing, bytes]))));
  });

  test('whose size differs from its header or from the provider is rejected', async () => {
    const more = size === undefined ? {} : { [size]: bytes.length };
    const longer = fileOf(wire, 4);
    const wrong: readonly Piece[] = [
      ...(declaresSize
        ? framings.map(
            (framing): Piece => ({ id: `riff-${framing}`, media: framed(bytes.subarray(0, half), framing, { type }) }),
          )
        : []),
      ...(size === undefined
        ? []
        : [
            ...framings.map(
              (framing): Piece => ({ id: `size-${framing}`, media: framed(longer, framing, { type }), more }),
            ),
            { id: 'shorter', media: whole(fileOf(wire, 2), { type }), more },
          ]),
      { id: 'good', media: good, more },
    ];
    const { stock, code, err } = await run(wrong, 1);
    expect(code).toBe(wrong.length > 1 ? 3 : 0);
    for (const { id } of wrong.slice(0, -1))
      expect(err).toMatch(new RegExp(`^recx: ${id}: .*size mismatch: expected \\d+ bytes, got \\d+`, 'm'));
    expectKept(stock.out, kept(wire, { good: bytes }));
  });

  test('that is compressed is never stored compressed', async () => {
    const pieces: readonly Piece[] = [
      { id: 'complete', media: gzipped(bytes, { type }) },
      { id: 'truncated', media: gzipped(bytes, { type }, 200) },
      { id: 'silent', media: whole(gzipSync(bytes), { type }) },
      { id: 'good', media: good },
    ];
    const { stock, code, err } = await run(pieces, 1);
    expect(code).toBe(3);
    for (const id of ['complete', 'truncated']) expect(err).toMatch(new RegExp(`^recx: ${id}: .*gzip`, 'm'));
    expect(err).toMatch(/^recx: silent: .*gzip/m);
    expect(stock.media.map(({ headers }) => headers['accept-encoding'])).toEqual(stock.media.map(() => 'identity'));
    expectKept(stock.out, kept(wire, { good: bytes }));
  });

  test('that is an HTML, JSON or XML page is rejected under any content type', async () => {
    const strange = Object.entries(pages).flatMap(([name, [body, honest]]) => [
      { name, id: `${name}-honest`, media: said(200, body, honest) },
      { name, id: `${name}-lying`, media: said(200, body, type) },
      { name, id: `${name}-spaced`, media: said(200, `\n  ${body}`, type) },
      { name, id: `${name}-marked`, media: said(200, `\ufeff${body}`, type) },
    ]);
    const other = nativeOf(wire) === 'wav' ? 'mp3' : 'wav';
    const pieces = [...strange, { id: 'other', media: whole(fileBytes(other), { type }) }, { id: 'good', media: good }];
    const { stock, code, err } = await run(pieces, 2);
    expect(code).toBe(3);
    for (const { name, id } of strange) {
      expect(err).toMatch(new RegExp(`^recx: ${id}: expected (?:audio|media|${nativeOf(wire)}), got ${name}$`, 'm'));
      expect(asked(stock, id)).toBe(1);
    }
    expect(err).toMatch(new RegExp(`^recx: other: expected .*, got ${other}$`, 'm'));
    expectKept(stock.out, kept(wire, { good: bytes }));
  });

  test('that is empty or has an unexpected status is not kept', async () => {
    const statuses = [204, 205, 206, 300, 304, 400, 402, 405, 406, 409, 422, 451, 501, 505];
    const pieces: readonly Piece[] = [
      ...framings.map(
        (framing): Piece => ({ id: `empty-${framing}`, media: framed(Buffer.alloc(0), framing, { type }) }),
      ),
      ...statuses.map((code): Piece => ({ id: `status-${code}`, media: status(code) })),
      {
        id: 'part',
        media: said(206, bytes.subarray(half), type, {
          'content-range': `bytes ${half}-${bytes.length - 1}/${bytes.length}`,
        }),
      },
      { id: 'good', media: good },
    ];
    const { stock, code, err } = await run(pieces, 1);
    expect(code).toBe(3);
    for (const { id } of pieces.slice(0, -1)) expect(err).toMatch(new RegExp(`^recx: ${id}: \\S`, 'm'));
    for (const status of statuses) expect(err).toMatch(new RegExp(`^recx: status-${status}: .*${status}`, 'm'));
    expectKept(stock.out, kept(wire, { good: bytes }));
  });

  test('whose link has expired is downloaded with a renewed link and requested at most three times', async () => {
    const { stock, code, err } = await run(
      [
        { id: 'once', media: inTurn(expired, good) },
        { id: 'ever', media: expired },
      ],
      3,
    );
    expect(code).toBe(3);
    expect(err).toMatch(/^recx: ever: .*403/m);
    expect(err).not.toContain('once');
    expect(asked(stock, 'once')).toBeLessThanOrEqual(3);
    // Each link may be requested without credentials and with each form of them.
    expect(asked(stock, 'ever')).toBeLessThanOrEqual(wire.profile === 'video' ? 3 : 9);
    const again = stock.sandbox.requests.filter(({ url }) => decodeURIComponent(url.pathname) === wire.one('ever'));
    expect(again.length).toBeLessThanOrEqual(3);
    expectKept(stock.out, kept(wire, { once: bytes }));
  });
});
