import { expect, test } from 'vitest';
import { declaredBytes, describeContent, detectFormat, HEAD_BYTES } from '../../src/core/download/media-type.ts';
import { clipBytes } from '../../src/sandbox/media.ts';

const head = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, HEAD_BYTES);
const riff = (size: number): Uint8Array => {
  const bytes = Buffer.from(head(clipBytes({ format: 'wav', seconds: 1, channels: 1 })));
  bytes.writeUInt32LE(size, 4);
  return bytes;
};
const rf64 = Buffer.from('RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0\x10\0\0\0\x01\0\0\0', 'latin1');

test.each(['wav', 'mp3', 'mp4'] as const)('%s is detected by its first bytes', (format) => {
  for (const channels of [1, 2] as const)
    expect(detectFormat(head(clipBytes({ format, seconds: 3, channels })))).toBe(format);
});

test.each([
  ['ID3\x04\0', 'mp3'],
  ['\xff\xfb\x90\x64', 'mp3'],
  ['\xff\xf3\x40\xc0', 'mp3'],
  ['\xff\xff\xff\xff', undefined],
  ['\xff\xe0\x90\x64', undefined],
  ['\xff\xfb\xf0\x64', undefined],
  ['RIFF\0\0\0\0AVI LIST', undefined],
  ['RIFF', undefined],
  ['<html>', undefined],
  ['', undefined],
] as const)('bytes starting with %j are detected as %s', (text, format) => {
  expect(detectFormat(Buffer.from(text, 'latin1'))).toBe(format);
});

test('a WAV header announces the size of the file, unless it is a placeholder', () => {
  expect(declaredBytes(riff(16_036))).toBe(16_044);
  for (const size of [0, 0x7ffff024, 0x7fffffff, 0xffffffff]) expect(declaredBytes(riff(size))).toBeUndefined();
  expect(declaredBytes(rf64)).toBe(2 ** 32 + 16 + 8);
  expect(declaredBytes(Buffer.from('ID3'))).toBeUndefined();
});

test.each([
  ['<!DOCTYPE html><p>', 'text/html', 'HTML'],
  ['\ufeff\n <html>', undefined, 'HTML'],
  ['<Error>', 'audio/mpeg', 'XML'],
  ['{"error":1}', 'audio/mpeg', 'JSON'],
  ['\x1f\x8b', 'audio/mpeg', 'gzip'],
  ['busy', 'text/plain; charset=utf-8', 'unrecognised content of type text/plain'],
  ['busy', undefined, 'unrecognised content'],
] as const)('content starting with %j and served as %s is described as %s', (text, type, name) => {
  expect(describeContent(Buffer.from(text, text.includes('\ufeff') ? 'utf8' : 'latin1'), type)).toBe(name);
});
