import { describe, expect, test } from 'vitest';
import { expectFiles, nativeFile, nativeFormat, openMediaAccount, sizeKey } from '../../support/media-account.ts';
import { type MediaHandler, typeOf } from '../../support/media-faults.ts';
import { plivo, relay, twilio, wireFormats } from '../../support/wire-formats.ts';

const CHUNK = Buffer.alloc(65_536, 7);

/** What may be under way on a connection when the reader stops. */
const BUFFERS = 16 * 2 ** 20;

/** Sends a file, and then more bytes, so many that only a reader who stops ends it; counts them. */
const endless = (start: Buffer, headers: Readonly<Record<string, string>> = {}, rest = CHUNK) => {
  const sent = { bytes: 0 };
  const media: MediaHandler = (_, response) => {
    response.writeHead(200, headers);
    const write = (chunk: Buffer): void => {
      if (response.destroyed) return;
      sent.bytes += chunk.length;
      if (sent.bytes > 4 * BUFFERS) response.end(chunk);
      else response.write(chunk, () => setImmediate(write, rest));
    };
    write(start);
    return true;
  };
  return { media, sent };
};

describe.concurrent.each(wireFormats)('media of $profile that never ends', (wire) => {
  const file = nativeFile(wire);
  const type = typeOf(nativeFormat(wire));
  const size = sizeKey(wire);

  test.runIf(size !== undefined)('is stopped after the size that the API reports', async () => {
    const { media, sent } = endless(file, { 'content-type': type });
    const account = await openMediaAccount(wire, [{ id: 'one', media, more: { [size ?? '']: file.length } }]);
    const { code, err } = await account.download();
    expect(code).toBe(3);
    expect(err).toMatch(new RegExp(`^recx: one: size mismatch: expected ${file.length} bytes, got \\d+$`, 'm'));
    expect(sent.bytes).toBeLessThan(BUFFERS);
    expectFiles(account.out, {});
  });

  // A minute of video may have hundreds of megabytes.
  test.runIf(nativeFormat(wire) !== 'mp4')('is stopped when it has more bytes than its duration allows', async () => {
    const { media, sent } = endless(file, { 'content-type': type });
    const account = await openMediaAccount(wire, [{ id: 'one', media }]);
    const { code, err } = await account.download();
    expect(code).toBe(3);
    expect(err).toMatch(/^recx: one: the media did not end after \d+ bytes, more than a recording of 61 s can have$/m);
    expect(sent.bytes).toBeLessThan(BUFFERS);
    expectFiles(account.out, {});
  });

  test('is not read when its length is more than its duration allows', async () => {
    const { media, sent } = endless(file, { 'content-type': type, 'content-length': '9000000000' });
    const account = await openMediaAccount(wire, [{ id: 'one', media }]);
    const { code, err } = await account.download();
    expect(code).toBe(3);
    expect(err).toMatch(/^recx: one: the media has 9000000000 bytes, more than a recording of 61 s can have$/m);
    expect(sent.bytes).toBeLessThan(BUFFERS);
    expectFiles(account.out, {});
  });

  test.runIf(size !== undefined)('is not read when its length differs from the size that the API reports', async () => {
    const { media, sent } = endless(file, { 'content-type': type, 'content-length': '9000000000' });
    const account = await openMediaAccount(wire, [{ id: 'one', media, more: { [size ?? '']: file.length } }]);
    expect((await account.download()).code).toBe(3);
    expect(sent.bytes).toBeLessThan(BUFFERS);
  });
});

test('media that begins with tags without end is stopped too', async () => {
  const tag = Buffer.alloc(65_536);
  tag.write('ID3\x04\0\0\0\x03\x7f\x76', 'latin1'); // 65,526 bytes after its header
  const { media, sent } = endless(tag, {}, tag);
  const account = await openMediaAccount(plivo, [{ id: 'one', media }]);
  const { code, err } = await account.download();
  expect(code).toBe(3);
  expect(err).toMatch(/^recx: one: the media did not end after \d+ bytes/m);
  expect(sent.bytes).toBeLessThan(2 * BUFFERS);
});

test('media that never ends is stopped on standard output too', async () => {
  const file = nativeFile(twilio);
  const { media, sent } = endless(file);
  const account = await openMediaAccount(twilio, [{ id: 'one', media }]);
  const { code, bytes } = await account.run(['download', ...twilio.args, '--stdout', 'one']);
  expect(code).toBe(3);
  expect(bytes.length).toBeLessThan(BUFFERS);
  expect(sent.bytes).toBeLessThan(BUFFERS);
});

test('a long file of a recording whose duration is zero or unknown is kept', async () => {
  const file = nativeFile(relay, 300);
  const media: MediaHandler = (_, response) => {
    response.writeHead(200).end(file); // in chunks
    return true;
  };
  for (const duration of [0, null]) {
    const account = await openMediaAccount(relay, [{ id: 'one', media, more: { duration_in_seconds: duration } }]);
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    expectFiles(account.out, { 'one.wav': file });
  }
});
