import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import * as media from '../support/media-faults.ts';
import { MANIFEST, nativeOf } from '../support/stock.ts';
import { acceptance, downloading, goodOf, mediaOf, type Piece, type Trial } from '../support/trial.ts';
import { plivo, relay, twilio, type Wire } from '../support/wires.ts';

const wav = mediaOf(relay);
const half = wav.length >> 1;
const wavType = { type: media.typeOf('wav') };

/** Downloads with at most two attempts per file and returns the names of the final files. */
const downloadFiles = async (
  trial: Trial,
  wire: Wire,
  code: number,
  ...more: readonly string[]
): Promise<readonly string[]> => {
  const outcome = await trial.run(['--retries', '1', ...downloading(wire, ...more)]);
  expect({ code: outcome.code, err: code === 0 ? outcome.err : '' }).toEqual({ code, err: '' });
  const names = existsSync(trial.out) ? readdirSync(trial.out) : [];
  for (const name of names.filter((one) => one.startsWith('.'))) expect(name).toMatch(/\.part(?:\.json)?$/);
  return names.filter((name) => !name.startsWith('.') && name !== MANIFEST).sort();
};

/** Checks that no file is kept and that each recording is reported with its error. */
const expectNoFiles = async (trial: Trial, pieces: readonly Piece[], message: RegExp, wire = relay): Promise<void> => {
  await trial.stock(wire, pieces);
  const { code, err } = await trial.run(['--retries', '1', ...downloading(wire)]);
  expect(code).toBe(3);
  const told = err.split('\n').filter((line) => message.test(line));
  expect(pieces.filter(({ id }) => !told.some((line) => line.startsWith(`recx: ${id}: `)))).toEqual([]);
  expect(readdirSync(trial.out).filter((name) => !name.startsWith('.'))).toEqual([]);
};

acceptance(
  'D01 media that is always cut in the middle leaves no file after a bounded number of attempts',
  async (trial) => {
    const asked = await trial.stock(relay, [{ id: 'one', media: media.cut(wav, half, 'length', wavType) }]);
    expect(await downloadFiles(trial, relay, 3)).toEqual([]);
    expect(asked).toHaveLength(2);
  },
);

acceptance('D02 media that is cut once is complete after a retry', async (trial) => {
  for (const wire of [relay, plivo]) {
    const cut = media.cut(mediaOf(wire), mediaOf(wire).length >> 1, 'length', { type: media.typeOf(nativeOf(wire)) });
    await trial.stock(wire, [{ id: `one-${wire.profile}`, media: media.inTurn(cut, goodOf(wire)) }]);
    expect(await downloadFiles(trial, wire, 0)).toContain(`one-${wire.profile}.${nativeOf(wire)}`);
  }
});

acceptance(
  'D04 media whose length differs from the size in the API or in its own header is not kept',
  async (trial) => {
    const row = { byte_size: wav.length };
    const pieces = [
      { id: 'cut', media: media.cut(wav, half, 'close', wavType), row },
      { id: 'header', media: media.cut(wav, half, 'close', wavType) },
      { id: 'longer', media: media.whole(Buffer.concat([wav, wav]), wavType), row },
    ];
    await expectNoFiles(trial, pieces, /size mismatch: expected \d+ bytes, got \d+/);
  },
);

acceptance('D05 truncated gzip with a consistent content length is not kept', (trial) =>
  expectNoFiles(trial, [{ id: 'one', media: media.gzipped(wav, wavType, 200) }], /gzip/),
);

acceptance('D06 media served with complete gzip encoding is decoded or refused, never stored as gzip', (trial) =>
  expectNoFiles(trial, [{ id: 'one', media: media.gzipped(mediaOf(plivo), { type: 'audio/mpeg' }) }], /gzip/, plivo),
);

acceptance(
  'D08 a login page, a JSON error or an XML error is not accepted as audio, whatever content type it has',
  async (trial) => {
    const pieces = Object.entries(media.pages).flatMap(([name, [body, type]]) => [
      { id: `${name}-honest`, media: media.said(200, body, type) },
      { id: `${name}-lying`, media: media.said(200, body, 'audio/mpeg') },
    ]);
    await expectNoFiles(trial, pieces, /expected (?:audio|mp3), got (?:HTML|JSON|XML)$/, plivo);
  },
);

acceptance('D09 an empty response and a 204 are not accepted as a recording', (trial) =>
  expectNoFiles(
    trial,
    [
      { id: 'empty', media: media.said(200, '', wavType.type) },
      { id: 'silent', media: media.framed(Buffer.alloc(0), 'close', wavType) },
      { id: 'nothing', media: media.status(204) },
    ],
    /\S/,
  ),
);

acceptance('D11 a partial file is downloaded from scratch when the server cannot resume it', async (trial) => {
  const range = (headers: Record<string, string>, code = 206): media.Fault =>
    media.inTurn(
      (request, response) =>
        (request.headers.range === undefined
          ? goodOf(relay)
          : media.said(code, wav.subarray(half), wavType.type, headers))(request, response),
      goodOf(relay),
    );
  const etag = { etag: '"x"' };
  const answers: Readonly<Record<string, media.Fault>> = {
    ignored: media.whole(wav, wavType),
    wrong: range({ ...etag, 'content-range': `bytes 0-${wav.length - 1}/${wav.length}` }),
    other: range({ ...etag, 'content-range': `bytes ${half}-${wav.length - 1}/${wav.length + 1}` }),
    changed: media.whole(wav, { ...wavType, etag: '"y"' }),
    unsatisfied: range({ 'content-range': `bytes */${wav.length}` }, 416),
  };
  mkdirSync(trial.out, { mode: 0o700 });
  for (const id of Object.keys(answers)) {
    const part = join(trial.out, `.${id}.wav.part`);
    writeFileSync(part, Buffer.alloc(half, 'old'), { mode: 0o600 });
    writeFileSync(`${part}.json`, JSON.stringify({ validator: '"x"' }), { mode: 0o600 });
  }
  const ids = Object.keys(answers);
  await trial.stock(
    relay,
    ids.map((id) => ({ id, media: answers[id] ?? goodOf(relay) })),
  );
  for (const id of ids) trial.expects(`${id}.wav`, wav);
  expect(await downloadFiles(trial, relay, 0)).toEqual(ids.map((id) => `${id}.wav`).sort());
  expect(readdirSync(trial.out).filter((name) => name.startsWith('.'))).toEqual([]);
});

acceptance('D12 an expired media link is renewed at most twice', async (trial) => {
  let renewed = 0;
  await trial.stock(
    relay,
    [
      { id: 'once', media: media.inTurn(media.expired, media.expired, goodOf(relay)) },
      { id: 'ever', media: media.expired },
    ],
    ({ url }) => {
      if (url.pathname === relay.one('ever')) renewed++;
      return false;
    },
  );
  expect(await downloadFiles(trial, relay, 3)).toEqual(['once.wav']);
  expect(renewed).toBeGreaterThan(0);
  expect(renewed).toBeLessThanOrEqual(2);
});

acceptance('D13 deleted media is requested once, and the other nine recordings are downloaded', async (trial) => {
  for (const code of [404, 410]) {
    const dir = trial.allow(join(trial.cwd, String(code)));
    const pieces = Array.from({ length: 10 }, (_, index) => ({
      id: `id-${index}`,
      ...(index === 4 && { media: media.status(code) }),
    }));
    const asked = await trial.stock(relay, pieces);
    const { code: ending, err } = await trial.run(downloading(relay, '--dir', dir));
    expect(ending).toBe(3);
    expect(err).toMatch(/^recx: id-4: .*gone/m);
    expect(err).toMatch(/\bgone 1\b/);
    expect(asked.filter(({ pathname }) => pathname.includes('/id-4.'))).toHaveLength(1);
    expect(readdirSync(dir)).toHaveLength(10);
  }
});

acceptance('D14 recordings that are not ready are reported as pending and downloaded by a later run', async (trial) => {
  const wire = twilio;
  const states = ['in-progress', 'processing', 'queued', 'unheard-of', 'absent', 'completed'];
  const pieces = states.map((status): Piece => ({ id: status, row: { status } }));
  const asked = await trial.stock(wire, pieces);
  const { code, err } = await trial.run(downloading(wire));
  expect({ code, asked: asked.map(({ pathname }) => pathname.includes('completed')) }).toEqual({
    code: 0,
    asked: [true],
  });
  expect(err).toMatch(/\bpending 4\b/);
  for (const [index, id] of states.entries()) pieces[index] = { id };
  expect(await downloadFiles(trial, wire, 0)).toHaveLength(states.length);
  expect(asked).toHaveLength(states.length);
});
