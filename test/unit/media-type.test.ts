import { expect, test } from 'vitest';
import { addToHead, emptyHead, HEAD_BYTES, type MediaHead } from '../../src/core/download/media/media-head.ts';
import { describeContent, describeText, detectFormat } from '../../src/core/download/media/media-type.ts';
import type { MediaFormat } from '../../src/core/recording.ts';
import { clipBytes } from '../../src/sandbox/media.ts';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const join = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? latin(part) : part)));

const headOf = (file: Uint8Array, step = file.length): MediaHead => {
  let head = emptyHead();
  for (let at = 0; at < file.length; at += step) head = addToHead(head, file.subarray(at, at + step));
  return head;
};
const formatOf = (file: Uint8Array, step?: number): MediaFormat | undefined => {
  const head = headOf(file, step);
  return detectFormat(head, !head.isFull);
};

/** Frames of MPEG audio with this header and this length. */
const frames = (header: string, length: number, count: number): Buffer =>
  join(...Array.from({ length: count }, () => join(header, Buffer.alloc(length - 4, 0x55))));

const mpeg1 = frames('\xff\xfb\x90\x64', 417, 3); // layer III, 128 kbit/s, 44.1 kHz
const layer2 = frames('\xff\xfd\xa4\xc4', 576, 3); // 192 kbit/s, 48 kHz
const lowRate = frames('\xff\xe3\x28\xc4', 144, 3); // version 2.5, 16 kbit/s, 8 kHz
const freeFormat = frames('\xff\xfb\x00\x64', 333, 5);

const id3 = (size: number, content = ''): Buffer => {
  const bytes = Buffer.alloc(10 + size);
  bytes.write('ID3\x04\0\0', 'latin1');
  for (const index of [0, 1, 2, 3]) bytes[6 + index] = (size >> (7 * (3 - index))) & 0x7f;
  bytes.write(content, 10, 'latin1');
  return bytes;
};
const ape = join('APETAGEX\xd0\x07\0\0\x08\0\0\0', Buffer.alloc(16 + 8));

/** An MP4 box. */
const box = (type: string, content: string | Uint8Array = '', length = content.length + 8): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(length);
  header.write(type, 4, 'latin1');
  return join(header, content);
};
const type = box('ftyp', 'isom\0\0\x02\0isomiso2');

test.each(['wav', 'mp3', 'mp4'] as const)('%s is detected by its first bytes, however they arrive', (format) => {
  for (const channels of [1, 2] as const)
    for (const step of [1, 100, undefined])
      expect(formatOf(clipBytes({ format, seconds: 3, channels }), step)).toBe(format);
});

test.each([
  ['MPEG 1 layer III', mpeg1],
  ['MPEG 1 layer II', layer2],
  ['MPEG 2.5', lowRate],
  ['the free format', freeFormat],
  ['two frames and the start of a third', mpeg1.subarray(0, 900)],
  ['a single frame', mpeg1.subarray(0, 417)],
  ['a single frame and an ID3v1 tag', join(mpeg1.subarray(0, 417), 'TAG', Buffer.alloc(125))],
  ['an ID3 tag before the frames', join(id3(100), mpeg1)],
  ['an ID3 tag longer than the head', join(id3(300_000, 'APIC\xff\xd8'), mpeg1)],
  ['two tags', join(id3(100), ape, mpeg1)],
  ['an APE tag', join(ape, mpeg1)],
  ['one zero byte', join('\0', mpeg1)],
  ['5000 zeros', join(Buffer.alloc(5000), mpeg1)],
  ['64 kB of zeros', join(Buffer.alloc(64_000), mpeg1)],
  ['CR LF', join('\r\n', mpeg1)],
  ['a byte order mark', join('\xef\xbb\xbf', mpeg1)],
  ['a tag after CR LF', join('\r\n', id3(20), mpeg1)],
  ['the rest of a frame', join(mpeg1.subarray(300), mpeg1, mpeg1)],
] as const)('MPEG audio with %s is detected', (_, file) => {
  expect(formatOf(file)).toBe('mp3');
  expect(formatOf(file, 1000)).toBe('mp3');
});

test.each([
  ['ftyp and moov', join(type, box('moov', box('mvhd')))],
  ['ftyp and a huge mdat', join(type, box('mdat', '', 900_000_000))],
  ['ftyp alone', type],
  ['ftyp of an unknown brand', join(box('ftyp', 'zzzz\0\0\0\0'), box('moov', box('mvhd')))],
  ['QuickTime', join(box('ftyp', 'qt  \0\0\x02\0'), box('wide'), box('mdat'))],
  ['styp', join(box('styp', 'msdh\0\0\0\0'), box('sidx'))],
  ['moov', box('moov', box('mvhd', Buffer.alloc(100)))],
  ['moof', join(box('moof', box('mfhd')), box('mdat'))],
  ['free', join(box('free', Buffer.alloc(100)), type)],
  ['skip', join(box('skip'), box('mdat'))],
  ['uuid', join(box('uuid', Buffer.alloc(40, 7)), type)],
  ['pnot', join(box('pnot', Buffer.alloc(12)), box('PICT', Buffer.alloc(50)), box('moov', box('mvhd')))],
  ['wide', join(box('wide'), box('mdat', '', 0), 'media')],
  ['mdat', join(box('mdat', '', 5_000_000), Buffer.alloc(HEAD_BYTES))],
  ['mdat of 64 bits', join('\0\0\0\x01mdat\0\0\0\x02\0\0\0\0', Buffer.alloc(HEAD_BYTES))],
] as const)('MP4 that begins with %s is detected', (_, file) => {
  expect(formatOf(file)).toBe('mp4');
});

const texts = [
  '{"error":"not today"}',
  'Error: no such recording',
  '<html><body>',
  'nein: ungültig',
  '録音はありません',
];

test.each(texts)('the text %j is no media in any encoding', (text) => {
  for (const mark of ['', '\ufeff'])
    for (const encoding of ['utf8', 'utf16le'] as const) {
      const little = Buffer.from(mark + text.repeat(40), encoding);
      for (const file of encoding === 'utf8' ? [little] : [little, Buffer.from(little).swap16()]) {
        expect(formatOf(file)).toBeUndefined();
        const isKnown = mark !== '' || encoding === 'utf8' || /^[\0-\x7f]*$/.test(text);
        if (isKnown) expect(describeText(file, 'audio/mpeg')).toMatch(/^(?:text|JSON|HTML)$/);
      }
    }
});

test.each([
  ['an ID3 tag alone', id3(100)],
  ['an ID3 tag and JSON', join(id3(0), '{"error":1}')],
  ['an ID3 tag and zeros', join(id3(10), Buffer.alloc(5000))],
  ['one frame and text', join(mpeg1.subarray(0, 417), 'Error: the rest is missing')],
  ['one header', '\xff\xfb\x90\x64'],
  ['layer I', frames('\xff\xff\x90\x64', 416, 4)],
  ['a reserved bit rate', frames('\xff\xfb\xf0\x64', 417, 4)],
  ['text, and then frames', join('PHP Warning: something in file.php on line 5\n', mpeg1, mpeg1)],
  ['words that contain the type of a box', 'the ftypisom of this file is unknown'],
  ['a box type alone', join('\0\0\0\0ftyp', Buffer.alloc(40))],
  ['a box longer than its type allows', join(box('ftyp', 'isom', 70_000), Buffer.alloc(40))],
  ['a first box longer than the file', join(box('mdat', '', 5_000_000), 'the rest is missing')],
  ['a first box that no file has', join(box('trak', 'tkhd'), box('mdat'))],
  ['uuid alone', box('uuid', Buffer.alloc(40, 7))],
  ['a preview without a known box', join(box('pnot', Buffer.alloc(12)), 'no box at all')],
  ['an unknown brand and nothing else', box('ftyp', 'zzzz\0\0\0\0')],
  ['RIFF of another kind', 'RIFF\0\0\0\0AVI LIST'],
  ['RIFF alone', 'RIFF'],
  ['RIFF in words', 'RIFF and WAVE are words here, and so on'],
  ['zeros', Buffer.alloc(20_000)],
  ['nothing', ''],
  ['a tone without a header', join(Buffer.alloc(100), clipBytes({ format: 'wav', seconds: 1, channels: 1 }))],
] as const)('%s is no media', (_, file) => {
  expect(formatOf(typeof file === 'string' ? latin(file) : file)).toBeUndefined();
});

test('the head is bounded, also after a tag that is longer', () => {
  const { start, audio, isFull } = headOf(join(id3(50_000), Buffer.alloc(50_000, 1)), 999);
  expect([start.length, audio.length, isFull]).toEqual([HEAD_BYTES, HEAD_BYTES, true]);
  expect(audio[0]).toBe(1);
  expect(headOf(id3(50_000).subarray(0, 40_000)).isFull).toBe(false);
});

test.each([
  ['<!DOCTYPE html><p>', 'text/html', 'HTML'],
  ['\ufeff\n <html>', undefined, 'HTML'],
  ['<Error>', 'audio/mpeg', 'XML'],
  ['{"error":1}', 'audio/mpeg', 'JSON'],
  ['\x1f\x8b\0\0', 'audio/mpeg', 'gzip'],
  ['\xff\xfe{\0"\0e\0"\0:\x001\0}\0', 'audio/mpeg', 'JSON'],
  ['\0<\0h\0t\0m\0l\0>', 'audio/mpeg', 'HTML'],
  ['busy', 'text/plain; charset=utf-8', 'text'],
  ['busy', 'audio/mpeg', 'text'],
  ['busy', undefined, 'text'],
  ['\0\x01\x02\x03', 'application/zip', 'unrecognised content of type application/zip'],
  ['\0\x01\x02\x03', undefined, 'unrecognised content'],
] as const)('content starting with %j and served as %s is described as %s', (text, type, name) => {
  expect(describeContent(Buffer.from(text, text.includes('\ufeff') ? 'utf8' : 'latin1'), type)).toBe(name);
});

test.each([
  ['\x9d\x01\xff\x80', 'application/octet-stream', undefined],
  ['\x9d\x01\xff\x80', undefined, undefined],
  ['\x9d\x01\xff\x80', 'text/html; charset=utf-8', 'unrecognised content of type text/html'],
  ['\x9d\x01\xff\x80', 'application/problem+json', 'unrecognised content of type application/problem+json'],
  ['{"error":1}', 'application/octet-stream', 'JSON'],
  ['no such file', 'audio/x-wav', 'text'],
  ['\x1f\x8b\x08\0\0\0\0\0\0\x03', 'application/octet-stream', 'gzip'],
  ['\x1f\x8b\x90\x01\x81\xfe\x05\xf0\x99\x88', 'application/octet-stream', undefined],
] as const)('ciphertext starting with %j and served as %s is rejected as %s', (text, type, name) => {
  expect(describeText(latin(text), type)).toBe(name);
});
