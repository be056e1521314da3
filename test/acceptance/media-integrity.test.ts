import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  acceptanceTest,
  downloadArgs,
  intactResponse,
  mediaBytes,
  type Workspace,
  type WorkspaceRecording,
} from '../support/acceptance.ts';
import { MANIFEST, nativeFormat } from '../support/media-account.ts';
import * as media from '../support/media-faults.ts';
import { plivo, relay, twilio, type WireFormat } from '../support/wire-formats.ts';

const wav = mediaBytes(relay);
const half = wav.length >> 1;
const wavType = { type: media.typeOf('wav') };

/** Downloads with at most two attempts per file and returns the names of the final files. */
const downloadFiles = async (
  workspace: Workspace,
  wire: WireFormat,
  code: number,
  ...more: readonly string[]
): Promise<readonly string[]> => {
  const outcome = await workspace.run(['--retries', '1', ...downloadArgs(wire, ...more)]);
  expect({ code: outcome.code, err: code === 0 ? outcome.err : '' }).toEqual({ code, err: '' });
  const names = existsSync(workspace.out) ? readdirSync(workspace.out) : [];
  for (const name of names.filter((one) => one.startsWith('.'))) expect(name).toMatch(/\.part(?:\.json)?$/);
  return names.filter((name) => !name.startsWith('.') && name !== MANIFEST).sort();
};

/** Checks that no file is kept and that each recording is reported with its error. */
const expectNoFiles = async (
  workspace: Workspace,
  recordings: readonly WorkspaceRecording[],
  message: RegExp,
  wire = relay,
): Promise<void> => {
  await workspace.serveRecordings(wire, recordings);
  const { code, err } = await workspace.run(['--retries', '1', ...downloadArgs(wire)]);
  expect(code).toBe(3);
  const told = err.split('\n').filter((line) => message.test(line));
  expect(recordings.filter(({ id }) => !told.some((line) => line.startsWith(`recx: ${id}: `)))).toEqual([]);
  expect(readdirSync(workspace.out).filter((name) => !name.startsWith('.'))).toEqual([]);
};

acceptanceTest(
  'D01 media that is always cut in the middle leaves no file after a bounded number of attempts',
  async (workspace) => {
    const asked = await workspace.serveRecordings(relay, [
      { id: 'one', media: media.cut(wav, half, 'length', wavType) },
    ]);
    expect(await downloadFiles(workspace, relay, 3)).toEqual([]);
    expect(asked).toHaveLength(2);
  },
);

acceptanceTest('D02 media that is cut once is complete after a retry', async (workspace) => {
  for (const wire of [relay, plivo]) {
    const cut = media.cut(mediaBytes(wire), mediaBytes(wire).length >> 1, 'length', {
      type: media.typeOf(nativeFormat(wire)),
    });
    await workspace.serveRecordings(wire, [
      { id: `one-${wire.profile}`, media: media.inSequence(cut, intactResponse(wire)) },
    ]);
    expect(await downloadFiles(workspace, wire, 0)).toContain(`one-${wire.profile}.${nativeFormat(wire)}`);
  }
});

acceptanceTest(
  'D04 media whose length differs from the size in the API or in its own header is not kept',
  async (workspace) => {
    const row = { byte_size: wav.length };
    const recordings = [
      { id: 'cut', media: media.cut(wav, half, 'close', wavType), row },
      { id: 'header', media: media.cut(wav, half, 'close', wavType) },
      { id: 'longer', media: media.completeFile(Buffer.concat([wav, wav]), wavType), row },
    ];
    await expectNoFiles(workspace, recordings, /size mismatch: expected \d+ bytes, got \d+/);
  },
);

acceptanceTest('D05 truncated gzip with a consistent content length is not kept', (workspace) =>
  expectNoFiles(workspace, [{ id: 'one', media: media.gzipped(wav, wavType, 200) }], /gzip/),
);

acceptanceTest(
  'D06 media served with complete gzip encoding is decoded or refused, never stored as gzip',
  (workspace) =>
    expectNoFiles(
      workspace,
      [{ id: 'one', media: media.gzipped(mediaBytes(plivo), { type: 'audio/mpeg' }) }],
      /gzip/,
      plivo,
    ),
);

acceptanceTest(
  'D08 a login page, a JSON error or an XML error is not accepted as audio, whatever content type it has',
  async (workspace) => {
    const recordings = Object.entries(media.errorPages).flatMap(([name, [body, type]]) => [
      { id: `${name}-honest`, media: media.reply(200, body, type) },
      { id: `${name}-lying`, media: media.reply(200, body, 'audio/mpeg') },
    ]);
    await expectNoFiles(workspace, recordings, /expected (?:audio|mp3), got (?:HTML|JSON|XML)$/, plivo);
  },
);

acceptanceTest('D09 an empty response and a 204 are not accepted as a recording', (workspace) =>
  expectNoFiles(
    workspace,
    [
      { id: 'empty', media: media.reply(200, '', wavType.type) },
      { id: 'silent', media: media.framed(Buffer.alloc(0), 'close', wavType) },
      { id: 'nothing', media: media.status(204) },
    ],
    /\S/,
  ),
);

acceptanceTest('D11 a partial file is downloaded from scratch when the server cannot resume it', async (workspace) => {
  const range = (headers: Record<string, string>, code = 206): media.MediaHandler =>
    media.inSequence(
      (request, response) =>
        (request.headers.range === undefined
          ? intactResponse(relay)
          : media.reply(code, wav.subarray(half), wavType.type, headers))(request, response),
      intactResponse(relay),
    );
  const etag = { etag: '"x"' };
  const answers: Readonly<Record<string, media.MediaHandler>> = {
    ignored: media.completeFile(wav, wavType),
    wrong: range({ ...etag, 'content-range': `bytes 0-${wav.length - 1}/${wav.length}` }),
    other: range({ ...etag, 'content-range': `bytes ${half}-${wav.length - 1}/${wav.length + 1}` }),
    changed: media.completeFile(wav, { ...wavType, etag: '"y"' }),
    unsatisfied: range({ 'content-range': `bytes */${wav.length}` }, 416),
  };
  mkdirSync(workspace.out, { mode: 0o700 });
  for (const id of Object.keys(answers)) {
    const part = join(workspace.out, `.${id}.wav.part`);
    writeFileSync(part, Buffer.alloc(half, 'old'), { mode: 0o600 });
    writeFileSync(`${part}.json`, JSON.stringify({ validator: '"x"' }), { mode: 0o600 });
  }
  const ids = Object.keys(answers);
  await workspace.serveRecordings(
    relay,
    ids.map((id) => ({ id, media: answers[id] ?? intactResponse(relay) })),
  );
  for (const id of ids) workspace.expectMedia(`${id}.wav`, wav);
  expect(await downloadFiles(workspace, relay, 0)).toEqual(ids.map((id) => `${id}.wav`).sort());
  expect(readdirSync(workspace.out).filter((name) => name.startsWith('.'))).toEqual([]);
});

acceptanceTest('D12 an expired media link is renewed at most twice', async (workspace) => {
  let renewed = 0;
  await workspace.serveRecordings(
    relay,
    [
      { id: 'once', media: media.inSequence(media.expiredLink, media.expiredLink, intactResponse(relay)) },
      { id: 'ever', media: media.expiredLink },
    ],
    ({ url }) => {
      if (url.pathname === relay.recordingPath('ever')) renewed++;
      return false;
    },
  );
  expect(await downloadFiles(workspace, relay, 3)).toEqual(['once.wav']);
  expect(renewed).toBeGreaterThan(0);
  expect(renewed).toBeLessThanOrEqual(2);
});

acceptanceTest(
  'D13 deleted media is requested at most twice, and the other nine recordings are downloaded',
  async (workspace) => {
    for (const code of [404, 410]) {
      const dir = workspace.allowWrites(join(workspace.cwd, String(code)));
      const recordings = Array.from({ length: 10 }, (_, index) => ({
        id: `id-${index}`,
        ...(index === 4 && { media: media.status(code) }),
      }));
      const asked = await workspace.serveRecordings(relay, recordings);
      const { code: ending, err } = await workspace.run(downloadArgs(relay, '--dir', dir));
      expect(ending).toBe(3);
      expect(err).toMatch(/^recx: id-4: .*gone/m);
      expect(err).toMatch(/\bgone 1\b/);
      expect(asked.filter(({ pathname }) => pathname.includes('/id-4.'))).toHaveLength(code === 404 ? 2 : 1);
      expect(readdirSync(dir)).toHaveLength(10);
    }
  },
);

acceptanceTest(
  'D14 recordings that are not ready are reported as pending and downloaded by a later run',
  async (workspace) => {
    const wire = twilio;
    const states = ['in-progress', 'processing', 'queued', 'unheard-of', 'absent', 'completed'];
    const recordings = states.map((status): WorkspaceRecording => ({ id: status, row: { status } }));
    const asked = await workspace.serveRecordings(wire, recordings);
    const { code, err } = await workspace.run(downloadArgs(wire));
    expect({ code, asked: asked.map(({ pathname }) => pathname.includes('completed')) }).toEqual({
      code: 0,
      asked: [true],
    });
    expect(err).toMatch(/\bpending 4\b/);
    for (const [index, id] of states.entries()) recordings[index] = { id };
    expect(await downloadFiles(workspace, wire, 0)).toHaveLength(states.length);
    expect(asked).toHaveLength(states.length);
  },
);
