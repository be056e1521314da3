import { expect, test } from 'vitest';
import { declaredBytes, isInexact, MAX_MEDIA_BYTES, maxBytes } from '../../src/core/download/media/media-size.ts';
import { clipBytes } from '../../src/sandbox/media.ts';

const riff = (size: number): Uint8Array => {
  const bytes = Buffer.from(clipBytes({ format: 'wav', seconds: 1, channels: 1 }).subarray(0, 64));
  bytes.writeUInt32LE(size, 4);
  return bytes;
};
const rf64 = (size: bigint, mark = 'RF64'): Uint8Array => {
  const bytes = Buffer.alloc(64);
  bytes.write(`${mark}\xff\xff\xff\xffWAVEds64\x1c\0\0\0`, 'latin1');
  bytes.writeBigInt64LE(size, 20);
  return bytes;
};

test('a WAV header declares the size of the file', () => {
  expect(declaredBytes(riff(16_036))).toBe(16_044);
  expect(declaredBytes(riff(123_456_788))).toBe(123_456_796);
  expect(declaredBytes(rf64(2n ** 32n + 17n))).toBe(2 ** 32 + 17 + 8);
  expect(declaredBytes(rf64(99n, 'BW64'))).toBe(107);
  expect(declaredBytes(Buffer.from('ID3'))).toBeUndefined();
  expect(declaredBytes(Buffer.from('RIFF\x10\0\0\0WAV'))).toBeUndefined();
});

test.each([0, 0x7ffff024, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff7, 2_000_000_000, 2_000_000_036, 1_073_741_824])(
  'the size %i in a WAV header is a placeholder',
  (size) => {
    expect(declaredBytes(riff(size))).toBeUndefined();
  },
);

test.each([-1n, 0n, 2_000_000_000n, 2n ** 40n, 2n ** 62n])('the size %i in an RF64 header is a placeholder', (size) => {
  expect(declaredBytes(rf64(size))).toBeUndefined();
});

test.each([
  [16_052, 16_044, true], // its own first eight bytes
  [16_045, 16_044, true], // a padding byte that was not written
  [16_088, 16_044, true], // the header
  [108, 44, true],
  [109, 44, false],
  [16_300, 16_044, false],
  [10_060_000, 10_000_000, true],
  [10_070_000, 10_000_000, false],
] as const)('a header that declares %i bytes for a file of %i is only inexact: %s', (declared, size, inexact) => {
  expect(isInexact(declared, size)).toBe(inexact);
});

test('a file has no more bytes than its duration allows', () => {
  const wav = riff(0); // 16,000 bytes per second
  const more = 2 ** 20;
  expect(maxBytes(wav, 'wav', 1)).toBe(62 * 16_000 + more);
  expect(maxBytes(Buffer.alloc(64), 'wav', 1)).toBe(62 * 384_000 + more);
  expect(maxBytes(Buffer.alloc(64), 'mp3', 600)).toBe(1260 * 48_000 + more);
  // A header that declares more than the duration allows is believed.
  expect(maxBytes(riff(90_000_000), 'wav', 1)).toBe(90_000_008 + more);
  for (const unknown of [null, 0, -1]) expect(maxBytes(wav, 'wav', unknown)).toBe(MAX_MEDIA_BYTES);
  expect(maxBytes(Buffer.alloc(64), 'mp4', 1e9)).toBe(MAX_MEDIA_BYTES);
});
