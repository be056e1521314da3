import { expect, test } from 'vitest';
import { openOutline } from '../../src/core/download/media/media-outline.ts';
import { clipBytes } from '../../src/sandbox/media.ts';

const outlineOf = (file: Uint8Array, step: number) => {
  const outline = openOutline();
  for (let at = 0; at < file.length; at += step) outline.add(file.subarray(at, at + step));
  return outline;
};
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

test.each([1, 7, 8, 100, 100_000])('the parts of a file are found in pieces of %i bytes', (step) => {
  const mp4 = clipBytes({ format: 'mp4', seconds: 1, channels: 1 });
  const whole = outlineOf(mp4, step);
  expect([whole.end, whole.has('moov'), whole.has('mdat'), whole.has('moof')]).toEqual([mp4.length, true, true, false]);
  expect(outlineOf(mp4.subarray(0, -1), step).end).toBe(mp4.length);

  const wav = clipBytes({ format: 'wav', seconds: 1, channels: 1 });
  const odd = Buffer.concat([wav.subarray(0, 12), latin('LIST\x03\0\0\0abc'), wav.subarray(12)]);
  const padded = Buffer.concat([wav.subarray(0, 12), latin('LIST\x03\0\0\0abc\0'), wav.subarray(12)]);
  for (const file of [wav, odd, padded]) {
    const outline = outlineOf(file, step);
    expect([outline.has('fmt '), outline.has('data'), outline.soundBytes]).toEqual([true, true, 16_000]);
  }
  expect(outlineOf(wav.subarray(0, 40), step).has('data')).toBe(false);
});

test('only parts that follow each other to the end show that none is missing', () => {
  const head = Buffer.concat([latin('RIFF'), Buffer.alloc(4), latin('WAVE')]);
  expect(outlineOf(head, 5).isClosed).toBe(true);
  expect(outlineOf(Buffer.concat([head, latin('fmt \x02\0\0\0ab')]), 5).isClosed).toBe(true);
  expect(outlineOf(Buffer.concat([head, latin('fmt \xff\xff\0\0ab')]), 5).isClosed).toBe(false);
  expect(outlineOf(latin('\0\0\0\x10ftypisomisom'), 5).isClosed).toBe(true);
  expect(outlineOf(latin('\0\0\0\x10ftypisomisom\0\0\0\0\0\0\0\0'), 5).isClosed).toBe(false);
});

test.each([
  ['text', latin('x'.repeat(100))],
  ['zeros', Buffer.alloc(100)],
  ['an unknown box', latin('\0\x01\0\0abcd')],
  ['a box to the end', latin('\0\0\0\0mdatabcd')],
] as const)('%s does not tell where the file ends', (_, file) => {
  expect(outlineOf(file, 10).end).toBe(0);
});
