import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cut, type Fault, inTurn, said, stalled, status, typeOf, whole } from '../support/media-faults.ts';
import { expectPromptly, timeout } from '../support/pace.ts';
import { expectKept, fileOf, kept, nativeOf, type Piece, type Stock, stocked } from '../support/stock.ts';
import { type Wire, wires } from '../support/wires.ts';

const ETAG = '"version-1"';
const CONCURRENCY = ['--concurrency', '32'];

/** The names of a partial file and of the note that is needed to resume it. */
const partOf = (wire: Wire, id: string): readonly [part: string, note: string] => {
  const part = `.${id}.${nativeOf(wire)}.part`;
  return [part, `${part}.json`];
};

const downloading = (stock: Stock, wire: Wire): readonly string[] => [
  'download',
  ...wire.asked,
  '--since',
  '7d',
  '--dir',
  stock.out,
  ...CONCURRENCY,
];

/** Kills a run once a part of each file is on disk. */
const killOnceStarted = async (
  stock: Stock,
  wire: Wire,
  ids: readonly string[],
  signal: 'TERM' | 'KILL',
): Promise<void> => {
  const there = `while :; do [ $(find ${stock.out} -name '*.part' -size +0 | wc -l) -ge ${ids.length} ] && break; sleep 0.02; done`;
  const script = `$RECX ${downloading(stock, wire).join(' ')} 2>/dev/null & ${there}; kill -${signal} $!; wait $!; true`;
  expect(await stock.shell(script)).toMatchObject({ code: 0, out: '' });
  const found = readdirSync(stock.out).filter((name) => name !== '.recx.lock');
  expect(found.sort()).toEqual(ids.flatMap((id) => partOf(wire, id)).sort());
};

describe.concurrent.each(wires)('a partial file that a killed run of $profile left', (wire) => {
  const bytes = fileOf(wire, 6);
  const type = typeOf(nativeOf(wire));
  const half = Math.floor(bytes.length / 2);
  const good = whole(bytes, { type, etag: ETAG });
  const stalledHalfway = stalled(bytes, half, { type, etag: ETAG });
  const other = fileOf(wire, 6);
  other.fill(0x55, 4000, 5000);
  const changed = whole(other, { type, etag: '"version-2"' });
  /** A 206 response that can misstate its range. */
  const part = (first: number, body: Buffer, total: number | '*' = bytes.length, headers = {}): Fault =>
    said(206, body, type, {
      etag: ETAG,
      'content-range': `bytes ${first}-${first + body.length - 1}/${total}`,
      ...headers,
    });
  const rest = bytes.subarray(half);

  /** The responses of the next run, by ids that describe them. */
  const next = (): Readonly<Record<string, Fault>> => ({
    'proper-part': good,
    'no-total': part(half, rest, '*'),
    'range-ignored': whole(bytes, { type }),
    'range-ignored-and-cut': inTurn(cut(bytes, 100, 'length', { type }), whole(bytes, { type })),
    'starts-before': inTurn(part(half - 7, bytes.subarray(half - 7)), good),
    'starts-behind': inTurn(part(half + 7, bytes.subarray(half + 7)), good),
    'no-range': inTurn(said(206, rest, type, { etag: ETAG }), good),
    'other-unit': inTurn(part(half, rest, '*', { 'content-range': `items ${half}-9/10` }), good),
    'other-total': inTurn(part(half, rest, bytes.length + 1), good),
    'many-parts': inTurn(said(206, rest, 'multipart/byteranges; boundary=x', { etag: ETAG }), good),
    'no-such-range': inTurn(status(416, { 'content-range': `bytes */${half}` }), good),
    'less-than-asked': inTurn(part(half, bytes.subarray(half, half + 1000)), good),
    'trouble-first': inTurn(status(503), cut(bytes, 100, 'length', { type, etag: ETAG }), good),
  });
  const nextOther = (): Readonly<Record<string, Fault>> => ({
    changed,
    'changed-in-spite-of-if-range': inTurn(
      part(half, other.subarray(half), other.length, { etag: '"version-2"' }),
      changed,
    ),
  });

  test.each(['TERM', 'KILL'] as const)(
    'after SIG%s is resumed or downloaded from scratch, and the file is complete',
    async (signal) => {
      const all = { ...next(), ...nextOther() };
      const ids = Object.keys(all);
      const pieces: Piece[] = ids.map((id) => ({ id, media: stalledHalfway }));
      const stock = await stocked(wire, pieces);
      await killOnceStarted(stock, wire, ids, signal);
      const before = stock.media.length;
      pieces.splice(0, pieces.length, ...Object.entries(all).map(([id, media]) => ({ id, media })));
      const { code, err } = await stock.run(['--timeout', timeout(2), ...downloading(stock, wire)]);
      for (const id of ids) {
        const asked = stock.media.slice(before).filter(({ url }) => url.pathname.includes(`/${id}.`));
        const { range, 'if-range': version } = asked[0]?.headers ?? {};
        expect({ id, range, version }).toEqual({ id, range: `bytes=${half}-`, version: ETAG });
        if (id === 'proper-part' || id === 'no-total') expect(asked).toHaveLength(1);
      }
      expect({ code, err }).toEqual({ code: 0, err: '' });
      const right = [
        ...Object.keys(next()).map((id) => [id, bytes]),
        ...Object.keys(nextOther()).map((id) => [id, other]),
      ];
      expectKept(stock.out, kept(wire, Object.fromEntries(right)));
    },
  );

  test('without a note, or with an invalid note, is downloaded from scratch', async () => {
    const notes = [undefined, '', '{', '{}', '{"validator":7}', '{"validator":""}', 'null', '{"validator":"a\\nb"}'];
    const stock = await stocked(
      wire,
      notes.map((_, index): Piece => ({ id: `id-${index}`, media: good })),
    );
    mkdirSync(stock.out, 0o700);
    for (const [index, text] of notes.entries()) {
      const [name, note] = partOf(wire, `id-${index}`).map((file) => join(stock.out, file));
      writeFileSync(name ?? '', other.subarray(0, half), { mode: 0o600 });
      if (text !== undefined) writeFileSync(note ?? '', text, { mode: 0o600 });
    }
    expect(await stock.download()).toMatchObject({ code: 0, err: '' });
    expect(stock.media.map(({ headers }) => headers.range)).toEqual(notes.map(() => undefined));
    expectKept(stock.out, kept(wire, Object.fromEntries(notes.map((_, index) => [`id-${index}`, bytes]))));
  });

  test('is downloaded from scratch without delay when the server closes the connection while the file is truncated', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `id-${index}`);
    const hangsUp = (): Fault => inTurn(cut(bytes, 100, 'length', { type }), whole(bytes, { type }));
    const stock = await stocked(
      wire,
      ids.map((id): Piece => ({ id, media: hangsUp() })),
    );
    mkdirSync(stock.out, 0o700);
    for (const id of ids) {
      const [name, note] = partOf(wire, id).map((file) => join(stock.out, file));
      writeFileSync(name ?? '', bytes.subarray(0, half), { mode: 0o600 });
      writeFileSync(note ?? '', JSON.stringify({ validator: ETAG }), { mode: 0o600 });
    }
    const { code, took } = await stock.run(['--timeout', '1m', ...downloading(stock, wire)]);
    expect(code).toBe(0);
    await expectPromptly(took, 20_000);
    expectKept(stock.out, kept(wire, Object.fromEntries(ids.map((id) => [id, bytes]))));
  });

  test('with an unexpected length ends as a complete file', async () => {
    const lefts: Readonly<Record<string, Buffer>> = {
      empty: Buffer.alloc(0),
      whole: bytes,
      'too-long': Buffer.concat([bytes, bytes]),
      'one-byte': bytes.subarray(0, 1),
      'one-missing': bytes.subarray(0, -1),
    };
    const stock = await stocked(
      wire,
      Object.keys(lefts).map((id): Piece => ({ id, media: good })),
    );
    mkdirSync(stock.out, 0o700);
    for (const [id, left] of Object.entries(lefts)) {
      const [name, note] = partOf(wire, id).map((file) => join(stock.out, file));
      writeFileSync(name ?? '', left, { mode: 0o600 });
      writeFileSync(note ?? '', JSON.stringify({ validator: ETAG }), { mode: 0o600 });
      expect(existsSync(note ?? '') && statSync(name ?? '').size).toBe(left.length);
    }
    expect(await stock.download()).toMatchObject({ code: 0, err: '' });
    expectKept(stock.out, kept(wire, Object.fromEntries(Object.keys(lefts).map((id) => [id, bytes]))));
  });
});
