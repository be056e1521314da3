import { describe, expect, test } from 'vitest';
import type { Row } from '../../../src/core/decode.ts';
import { clipBytes } from '../../../src/sandbox/media.ts';
import {
  buildsMediaUrls,
  expectFiles,
  nativeFile,
  nativeFormat,
  openMediaAccount,
  type ServedRecording,
  sizeKey,
  withExtensions,
} from '../../support/media-account.ts';
import { completeFile, fileBytes, framed, framings, reply, typeOf } from '../../support/media-faults.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { compatibility, plivo, twilio, video, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const ONCE = ['--retries', '0'];

/** Downloads recordings with one attempt each. */
const download = async (wire: WireFormat, recordings: readonly ServedRecording[]) => {
  const account = await openMediaAccount(wire, recordings);
  const run = await account.run([...ONCE, 'download', ...wire.args, '--since', '7d', '--dir', account.out]);
  return { ...run, account };
};

/** A WAV file whose header declares this number of bytes more than it has. */
const declaring = (more: number, seconds = 1): Buffer => {
  const bytes = clipBytes({ format: 'wav', seconds, channels: 1 });
  bytes.writeUInt32LE(bytes.length - 8 + more, 4);
  return bytes;
};

describe.concurrent('a WAV file', () => {
  test('whose header declares a little too much is kept, with a remark, if the transfer itself is complete', async () => {
    const files = Object.fromEntries([1, 8, 16, 44].map((more) => [`more-${more}`, declaring(more)]));
    const recordings = Object.entries(files).map(
      ([id, bytes]): ServedRecording => ({ id, media: completeFile(bytes, { type: 'audio/x-wav' }) }),
    );
    const { code, err, account } = await download(twilio, recordings);
    expect(code).toBe(0);
    expect(err).toMatch(/^recx: more-8\.wav is complete with 16044 bytes, though its header declares 16052/m);
    expectFiles(account.out, withExtensions(twilio, files));
  });

  test('whose header declares a little too much is not kept if the end of the connection ended it', async () => {
    const { code, err, account } = await download(twilio, [{ id: 'one', media: framed(declaring(8), 'close') }]);
    expect(code).toBe(3);
    expect(err).toMatch(/one: size mismatch: expected 16052 bytes, got 16044/);
    expectFiles(account.out, {});
  });

  test('whose header declares far more than it has was cut', async () => {
    const recordings = [200, 8000, 5_000_000].flatMap((more) =>
      framings.map(
        (framing): ServedRecording => ({ id: `${more}-${framing}`, media: framed(declaring(more), framing) }),
      ),
    );
    const { code, err, account } = await download(twilio, recordings);
    expect(code).toBe(3);
    for (const { id } of recordings) expect(err).toMatch(new RegExp(`^recx: ${id}: .*size mismatch`, 'm'));
    expectFiles(account.out, {});
  });

  test('as streaming encoders write it is kept', async () => {
    const sizes = [0xffffffff, 0x7fffffff, 0x7ffff024, 0, 36, 16_044 - 16, 16_000, 2_000_000_000];
    const withSize = (size: number): Buffer => {
      const bytes = fileBytes('wav');
      bytes.writeUInt32LE(size, 4);
      return bytes;
    };
    const rf64 = (size: bigint): Buffer => {
      const ds64 = Buffer.alloc(36);
      ds64.write('ds64\x1c');
      ds64.writeBigInt64LE(size, 8);
      const wav = fileBytes('wav');
      return Buffer.concat([Buffer.from('RF64\xff\xff\xff\xffWAVE', 'latin1'), ds64, wav.subarray(12)]);
    };
    const list = Buffer.concat([
      fileBytes('wav').subarray(0, 12),
      Buffer.from('LIST\x04\0\0\0INFO'),
      fileBytes('wav').subarray(12),
    ]);
    const big = Buffer.alloc(30_001, 'x');
    big.write('JUNK\x29\x75\0\0', 'latin1');
    const odd = [fileBytes('wav').subarray(0, 12), big];
    const files: Record<string, Buffer> = {
      ...Object.fromEntries(sizes.map((size) => [`size-${size}`, withSize(size)])),
      'rf64-right': rf64(16_072n),
      'rf64-zero': rf64(0n),
      'rf64-minus-one': rf64(-1n),
      'rf64-round': rf64(2_000_000_000n),
      'list-first': list,
      'odd-chunk': Buffer.concat([...odd, Buffer.alloc(1), fileBytes('wav').subarray(12)]),
      'odd-chunk-unpadded': Buffer.concat([...odd, fileBytes('wav').subarray(12)]),
      'more-after-the-end': Buffer.concat([fileBytes('wav'), Buffer.alloc(100, 'x')]),
    };
    const { code, err, account } = await download(
      compatibility,
      Object.entries(files).map(([id, bytes]) => ({ id, media: completeFile(bytes) })),
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expectFiles(account.out, withExtensions(compatibility, files));
  });
});

describe.concurrent('a file that has its header, but', () => {
  const mp4 = fileBytes('mp4', 3);
  const [type, rest] = [mp4.subarray(0, 28), mp4.subarray(28)];
  const box = (length: number, content: Buffer): Buffer => {
    const header = Buffer.from('\0\0\0\0mdat', 'latin1');
    header.writeUInt32BE(length);
    return Buffer.concat([header, content]);
  };
  const long = (length: number, content: Buffer): Buffer => {
    const size = Buffer.alloc(8);
    size.writeUInt32BE(length, 4);
    return box(1, Buffer.concat([size, content]));
  };
  const content = Buffer.alloc(20_000, 7);

  test('not all of its boxes was cut', async () => {
    const files = {
      'in-moov': mp4.subarray(0, 500),
      'in-the-last-box': mp4.subarray(0, -1),
      'in-mdat': Buffer.concat([type, box(60_000, content)]),
      'in-long-mdat': Buffer.concat([type, long(60_000, content)]),
    };
    const cuts = Object.entries(files).map(([id, bytes]) => ({ id, media: completeFile(bytes) }));
    const { code, err, account } = await download(video, [...cuts, { id: 'type', media: completeFile(type) }]);
    expect(code).toBe(3);
    for (const { id } of cuts) expect(err).toMatch(new RegExp(`^recx: ${id}: size mismatch: expected \\d+ bytes`, 'm'));
    expect(err).toMatch(/^recx: type: the mp4 file has no video$/m);
    expectFiles(account.out, {});
  });

  test('boxes to the end, of 64 bits, or other bytes after the last one is kept', async () => {
    const files = {
      'to-the-end': Buffer.concat([type, rest, box(0, content)]),
      long: Buffer.concat([type, long(20_016, content), rest]),
      zeros: Buffer.concat([mp4, Buffer.alloc(100)]),
      bytes: Buffer.concat([mp4, Buffer.alloc(100, 0x99)]),
      text: Buffer.concat([mp4, Buffer.alloc(100, 'x')]),
    };
    const recordings = Object.entries(files).map(([id, bytes]) => ({ id, media: completeFile(bytes) }));
    const { code, err, account } = await download(video, recordings);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expectFiles(account.out, withExtensions(video, files));
  });

  test.each([twilio, compatibility])('no sound is kept only if nothing was recorded: $profile', async (wire) => {
    const empty = clipBytes({ format: 'wav', seconds: 0, channels: 1 });
    const text = Buffer.from('RIFF\x2a\0\0\0WAVE{"error":"Recording is not available"}', 'latin1');
    const rows = { words: [text, 0], header: [empty, 5], nothing: [empty, 0], unknown: [empty, null] } as const;
    const recordings = Object.entries(rows).map(([id, [bytes, duration]]) => ({
      id,
      media: completeFile(bytes),
      more: { duration },
    }));
    const { code, err, account } = await download(wire, recordings);
    expect(code).toBe(3);
    expect(err).toMatch(/^recx: words: the wav file has no sound$/m);
    expect(err).toMatch(/^recx: header: the media file is empty: it has a header, but no sound$/m);
    expectFiles(account.out, withExtensions(wire, { nothing: empty, unknown: empty }));
  });
});

describe.concurrent('text instead of media', () => {
  const texts = ['{"error":"not today"}', 'Error: no such recording', '<html><p>Log in</p></html>'];
  const encoded = texts.flatMap((text, index) =>
    (['utf8', 'utf16le'] as const).map((encoding): ServedRecording & { readonly name: RegExp } => ({
      id: `${encoding}-${index}`,
      media: reply(200, Buffer.from(`\ufeff${text}`, encoding), 'audio/mpeg'),
      name: /JSON|text|HTML/,
    })),
  );

  test.each(wireFormats)('is rejected in any encoding: $profile', async (wire) => {
    const tag = { id: 'tag', media: reply(200, 'ID3\x03\0\0\0\0\0\0{"error":1}', 'audio/mpeg'), name: /unrecognised/ };
    const words = { id: 'words', media: reply(200, 'the ftypisom of it', 'video/mp4'), name: /text/ };
    const all = [...encoded, tag, words];
    const { code, err, account } = await download(wire, all);
    expect(code).toBe(3);
    for (const { id, name } of all)
      expect(err).toMatch(new RegExp(`^recx: ${id}: expected .*, got .*(?:${name.source})`, 'm'));
    expectFiles(account.out, {});
  });

  test('is rejected under the name of ciphertext as well', async () => {
    const more = { encryption_details: { encryption_cek: 'x' } };
    const bytes = Buffer.from(Array.from({ length: 2000 }, (_, index) => (index * 7919) % 251));
    const all: readonly ServedRecording[] = [
      ...encoded.map(({ id, media }) => ({ id, media: media ?? completeFile(bytes), more })),
      { id: 'page', media: reply(200, bytes, 'text/html'), more },
      { id: 'json', media: reply(200, bytes, 'application/problem+json; charset=utf-8'), more },
      { id: 'good', media: completeFile(bytes, { type: 'audio/x-wav' }), more },
    ];
    const { code, err, account } = await download(twilio, all);
    expect(code).toBe(3);
    for (const { id } of all.slice(0, -1)) expect(err).toMatch(new RegExp(`^recx: ${id}: expected encrypted `, 'm'));
    expectFiles(account.out, { 'good.wav.enc': bytes });
  });
});

test('MP3 with bytes before the first frame, and MP4 that begins with another box, are kept', async () => {
  const mp3 = fileBytes('mp3');
  const mp4 = fileBytes('mp4');
  const before = { zero: '\0', zeros: '\0'.repeat(100), 'line-end': '\r\n', mark: '\xef\xbb\xbf' };
  const files = {
    ...Object.fromEntries(
      Object.entries(before).map(([id, text]) => [id, Buffer.concat([Buffer.from(text, 'latin1'), mp3])]),
    ),
    tag: Buffer.concat([Buffer.from('APETAGEX\xd0\x07\0\0\x08\0\0\0', 'latin1'), Buffer.alloc(24), mp3]),
  };
  const audio = await download(
    plivo,
    Object.entries(files).map(([id, bytes]) => ({ id, media: completeFile(bytes, { type: 'audio/mpeg' }) })),
  );
  expect(audio).toMatchObject({ code: 0, err: '' });
  expectFiles(audio.account.out, withExtensions(plivo, files));
  const [type, moov] = [mp4.subarray(0, 28), mp4.subarray(28)];
  const free = Buffer.from('\0\0\0\x10freerecxrecx', 'latin1');
  const videos = { free: Buffer.concat([free, type, moov]), moov: Buffer.concat([moov, free]) };
  const rooms = await download(
    video,
    Object.entries(videos).map(([id, bytes]) => ({ id, media: completeFile(bytes, { type: 'video/mp4' }) })),
  );
  expect(rooms).toMatchObject({ code: 0, err: '' });
  expectFiles(rooms.account.out, withExtensions(video, videos));
});

describe.concurrent.each(wireFormats)('media of $profile', (wire) => {
  const bytes = nativeFile(wire);
  const type = typeOf(nativeFormat(wire));

  test('labelled with a coding that is none is kept; with one that compresses it is not', async () => {
    const labelled = (label: string): ServedRecording => ({
      id: label.replaceAll(/\W+/g, '-'),
      media: completeFile(bytes, { type, headers: { 'content-encoding': label } }),
    });
    const kept = ['aws-chunked', 'UTF-8', 'none', 'binary', 'Identity', 'utf-8, identity'].map(labelled);
    const refused = ['gzip', 'X-GZIP', 'br', 'zstd', 'deflate', 'compress', 'aws-chunked, gzip'].map(labelled);
    const { code, err, account } = await download(wire, [...kept, ...refused]);
    expect(code).toBe(3);
    for (const { id } of refused) expect(err).toMatch(new RegExp(`^recx: ${id}: .*compressed with`, 'm'));
    expectFiles(account.out, withExtensions(wire, Object.fromEntries(kept.map(({ id }) => [id, bytes]))));
  });

  test('that is complete under the status 203 or 206 is kept', async () => {
    const whole = { 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}` };
    const part = { 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length + 1}` };
    const start = { 'content-range': `bytes 0-${bytes.length - 1}/${2 * bytes.length}` };
    const end = { 'content-range': `bytes 10-${bytes.length - 1}/${bytes.length}` };
    const unknown = { 'content-range': `bytes 0-${bytes.length - 1}/*` };
    const { code, err, account } = await download(wire, [
      { id: 'other-source', media: reply(203, bytes, type) },
      { id: 'whole', media: reply(206, bytes, type, whole) },
      { id: 'whole-200', media: reply(200, bytes, type, whole) },
      { id: 'start-200', media: reply(200, bytes, type, start) },
      { id: 'end-200', media: reply(200, bytes, type, end) },
      { id: 'part', media: reply(206, bytes, type, part) },
      { id: 'unknown', media: reply(206, bytes, type, unknown) },
    ]);
    expect(code).toBe(3);
    expect(err).not.toMatch(/other-source|whole/);
    for (const id of ['start-200', 'end-200']) expect(err).toMatch(new RegExp(`^recx: ${id}: size mismatch`, 'm'));
    expectFiles(account.out, withExtensions(wire, { 'other-source': bytes, whole: bytes, 'whole-200': bytes }));
  });
});

describe.concurrent.each(wireFormats.filter((wire) => !buildsMediaUrls(wire)))('media of $profile', (wire) => {
  const bytes = nativeFile(wire);
  const name = `one.${nativeFormat(wire)}`;
  const linked = async (coding: string, body: Buffer, more: Row = {}) => {
    const origin = await startRawServer((socket) =>
      socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n`), body])),
    );
    return download(wire, [{ id: 'one', link: `${origin}/${name}`, more }]);
  };

  test.each(['identity', 'binary', 'x', 'chunked, identity', 'gzip'])(
    'cut under Transfer-Encoding %s is not taken for complete',
    async (coding) => {
      const { code, account } = await linked(coding, bytes.subarray(0, bytes.length / 2));
      expect(code).toBe(3);
      expectFiles(account.out, {});
    },
  );

  const size = sizeKey(wire);
  test.runIf(size !== undefined)('under Transfer-Encoding identity is complete if its known size says so', async () => {
    const { code, err, account } = await linked('identity', bytes, { [size ?? '']: bytes.length });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expectFiles(account.out, { [name]: bytes });
  });

  test('compressed by its Transfer-Encoding is not kept', async () => {
    const chunk = Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n0\r\n\r\n')]);
    const { code, err } = await linked('gzip, chunked', chunk);
    expect(code).toBe(3);
    expect(err).toMatch(/one: .*compressed with gzip/);
    expect(await linked('Chunked', chunk)).toMatchObject({ code: 0, err: '' });
  });
});
