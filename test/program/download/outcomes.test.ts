import { describe, expect, test } from 'vitest';
import type { Row } from '../../../src/core/decode.ts';
import { numbered, status, whole } from '../../support/media-faults.ts';
import { expectKept, fileOf, kept, nativeOf, type Piece, stocked } from '../../support/stock.ts';
import { relay, type Wire, wires } from '../../support/wires.ts';

const tenRecordings = (wire: Wire): readonly Piece[] =>
  Array.from({ length: 10 }, (_, index) => ({ id: `id-${index}`, media: whole(numbered(nativeOf(wire), index)) }));
const files = (wire: Wire): Record<string, Buffer> =>
  Object.fromEntries(tenRecordings(wire).map(({ id }, index) => [id, numbered(nativeOf(wire), index)]));

describe.concurrent.each(wires)('a download of several recordings of $profile', (wire) => {
  test.each([404, 410])('continues when the media of one recording responds with %i', async (code) => {
    const pieces = tenRecordings(wire).map((piece, index) => (index === 4 ? { ...piece, media: status(code) } : piece));
    const stock = await stocked(wire, pieces);
    const run = await stock.download();
    expect(run.code).toBe(3);
    expect(run.err).toMatch(new RegExp(`^recx: id-4: .*${code}.*gone`, 'm'));
    expect(run.err).toMatch(/^done 9, gone 1\b/m);
    const { 'id-4': _gone, ...rest } = files(wire);
    expect(stock.media.filter(({ url }) => url.pathname.includes('/id-4.'))).toHaveLength(
      wire.profile === 'video' ? stock.media.length - 9 : 1,
    );
    expect(stock.media.length).toBeLessThanOrEqual(11);
    expectKept(stock.out, kept(wire, rest));
  });

  test('reports recordings that are not ready as pending, and a later run downloads them', async () => {
    const { status: word } = wire.keys;
    const states: Readonly<Record<string, Row>> =
      word === undefined
        ? {}
        : {
            running: { [word]: 'in-progress' },
            processing: { [word]: 'processing' },
            queued: { [word]: 'queued' },
            strange: { [word]: 'unheard-of' },
          };
    const pieces: Piece[] = [...Object.entries(states).map(([id, more]) => ({ id, more })), { id: 'good' }];
    const stock = await stocked(wire, pieces);
    const first = await stock.download();
    const count = Object.keys(states).length;
    expect(first.code).toBe(0);
    expect(first.err).toMatch(count > 0 ? new RegExp(`^done 1, pending ${count}: .*\\n$`) : /^$/);
    expect(stock.media).toHaveLength(1);
    expectKept(stock.out, kept(wire, { good: fileOf(wire) }));
    for (const [index, { id }] of pieces.entries()) pieces[index] = { id };
    expect(await stock.download()).toMatchObject({ code: 0, err: '' });
    expect(stock.media).toHaveLength(1 + count);
    const all = Object.fromEntries(pieces.map(({ id }) => [id, fileOf(wire)]));
    expectKept(stock.out, kept(wire, all));
  });

  test('requests no media for a recording whose status means that nothing was recorded', async () => {
    const { status: word } = wire.keys;
    const absent = { plivo: undefined, relay: 'no_input', video: undefined, compatibility: 'absent', twilio: 'absent' }[
      wire.profile
    ];
    if (word === undefined || absent === undefined) return;
    const stock = await stocked(wire, [{ id: 'nothing', more: { [word]: absent } }, { id: 'good' }]);
    const { code } = await stock.download();
    expect({ code, media: stock.media.length }).toEqual({ code: 0, media: 1 });
    expectKept(stock.out, kept(wire, { good: fileOf(wire) }));
  });

  test('reports an id that is not found and downloads the others', async () => {
    const stock = await stocked(wire, tenRecordings(wire).slice(0, 2));
    const { code, err } = await stock.fetch('id-0', 'nowhere', 'id-1', 'id-0');
    expect(code).toBe(6);
    expect(err).toMatch(/^recx: nowhere: there is no such recording$/m);
    expect(stock.media).toHaveLength(2);
    const { 'id-0': first = Buffer.of(), 'id-1': second = Buffer.of() } = files(wire);
    expectKept(stock.out, kept(wire, { 'id-0': first, 'id-1': second }));
  });

  test('counts every outcome in its summary', async () => {
    const pieces = tenRecordings(wire).map((piece, index) =>
      index === 4 ? { ...piece, media: status(404) } : index === 5 ? { ...piece, media: status(400) } : piece,
    );
    const stock = await stocked(wire, pieces);
    const { code, out } = await stock.download('--summary', '-');
    const sizes = Object.entries(files(wire))
      .filter(([id]) => id !== 'id-4' && id !== 'id-5')
      .map(([, { length }]) => length);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      done: 8,
      gone: 1,
      failed: 1,
      skipped: 0,
      pending: 0,
      absent: 0,
      missing: 0,
      listed: 10,
      exit_code: 3,
      bytes: sizes.reduce((sum, length) => sum + length, 0),
    });
  });

  test('ends at the first response that rejects the credentials', async () => {
    let refusing = false;
    const stock = await stocked(wire, tenRecordings(wire), (_, response) => {
      if (!refusing) return false;
      response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
      return true;
    });
    refusing = true;
    const { code } = await stock.fetch(...tenRecordings(wire).map(({ id }) => id), '--concurrency', '1');
    expect({ code, requests: stock.sandbox.requests.length }).toEqual({ code: 4, requests: 1 });
    // The same holds while file names are collected before the download.
    const names = await stock.fetch(
      ...tenRecordings(wire).map(({ id }) => id),
      '--concurrency',
      '1',
      '--name',
      '{created_at}',
    );
    expect({ code: names.code, requests: stock.sandbox.requests.length }).toEqual({ code: 4, requests: 2 });
    expectKept(stock.out, {});
  });
});

test.concurrent('a download of many recordings in parallel prints nothing on success', async () => {
  const pieces = Array.from({ length: 60 }, (_, index): Piece => ({ id: `id-${index}` }));
  const stock = await stocked(relay, pieces);
  expect(await stock.download('--concurrency', '40')).toMatchObject({ code: 0, out: '', err: '' });
  expectKept(stock.out, kept(relay, Object.fromEntries(pieces.map(({ id }) => [id, fileOf(relay)]))));
});
