import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { fnv1a } from '../../src/core/hash/fnv1a.ts';
import { parseTemplate } from '../../src/core/naming/template.ts';
import { type Recording, recording } from '../../src/core/recording.ts';
import { cleanName } from '../../src/system/files/safe-name.ts';

const row = (more: Partial<Recording> = {}): Recording =>
  recording({
    id: 'RE1',
    provider: 'plivo',
    api: 'voice',
    profile: 'work',
    kind: 'call',
    status: 'completed',
    raw: {},
    createdAt: '2026-11-20T13:45:09.123Z',
    from: '+12025550101',
    ...more,
  });

const nameOf = (template: string, more: Partial<Recording> = {}): string =>
  parseTemplate('--name', template).expand(row(more), cleanName).join('/');

test.each([
  ['{id}', {}, 'RE1'],
  ['{year}/{month}/{day}/{id}', {}, '2026/11/20/RE1'],
  ['{hour}{minute}{second} {from} {kind}', {}, '134509 +12025550101 call'],
  ['{provider}-{api}_{id}', {}, 'plivo-voice_RE1'],
  ['{to}', {}, 'unknown'],
  ['{year}/{id}', { createdAt: null }, 'unknown/RE1'],
  ['{created_at}', {}, '2026-11-20T13_45_09.123Z'],
  ['{to}/{id}', { to: 'sip:../../x@example.com' }, 'sip_.._.._x@example.com/RE1'],
  ['{to}/{id}', { to: '..' }, '_/RE1'],
  ['{from}', { from: '.hidden' }, '_hidden'],
  ['{formats}', { formats: ['wav', 'mp3'] }, 'wav mp3'],
  ['{conference_name}/{id}', { conferenceName: 'manifest.ndjson' }, 'manifest.ndjson_/RE1'],
  ['{conference_name}/{id}', { conferenceName: 'MANIFEST.ndjson' }, 'MANIFEST.ndjson_/RE1'],
  ['{conference_name}/{id}', { conferenceName: 'Report.html' }, 'Report.html_/RE1'],
] as const)('the template %s with %o expands to %s', (template, more, name) => {
  expect(nameOf(template, more)).toBe(name);
});

const hostile = [
  '../../x',
  '/etc/x',
  '..',
  '.',
  'a/../../b',
  '..\\x',
  'C:x',
  'x:ads',
  '%2e%2e%2fx',
  'CON',
  'nul.mp3',
  'con .txt',
  'a.',
  'a ',
  '-rf',
  '.hidden',
  '~x',
  '__proto__',
  'x'.repeat(300),
  '顧'.repeat(200),
  '\u202egpj.exe',
  'a\0b',
  'a\nb',
  '\ud800',
  ' ',
  '',
  'a?b',
  'a*b',
  'a|b',
  'LPT1',
  'é'.normalize('NFD'),
  'é'.normalize('NFC'),
  'manifest',
];

test('every hostile id becomes a unique file name that is valid on every file system and safe in a shell', () => {
  const names = hostile.map((id) => nameOf('{id}', { id }));
  for (const name of names) {
    expect(Buffer.byteLength(`.${name}.mp4.enc.part.json`)).toBeLessThanOrEqual(255);
    expect(name).toMatch(/^[^.~\-/\\:*?"<>|\p{Cc}\p{Cf}\p{Cs}][^/\\:*?"<>|\p{Cc}\p{Cf}\p{Cs}]*$/u);
    expect(name).not.toMatch(/[. ]$/);
    expect(name).not.toMatch(/^(?:con|nul|lpt1|aux|prn)(?:\.|$)/i);
  }
  expect(new Set(names.map((name) => name.normalize('NFC').toLowerCase())).size).toBe(hostile.length);
  expect(hostile.map((id) => nameOf('{id}', { id }))).toEqual(names);
});

test('a path segment that is too long is truncated and stays distinct from others', () => {
  const [one, other] = ['a', 'b'].map((end) => nameOf('{from}', { from: `${'+1'.repeat(200)}${end}` }));
  expect(Buffer.byteLength(one ?? '')).toBeLessThanOrEqual(220);
  expect(one).not.toBe(other);
});

test.each([
  '',
  '/x',
  'x/',
  'a//b',
  '../{id}',
  './{id}',
  '.{id}',
  '{idd}',
  '{id',
  'id}',
  '{}',
  '{raw}',
  '{media_url}',
  'a\\b',
  'a\nb',
])('the text %j is rejected as a template', (text) => {
  expect(() => parseTemplate('--name', text)).toThrow(Failure);
});

test('a template reports the fields that it uses', () => {
  expect(parseTemplate('--name', '{year}/a-{from}_{id}').keys).toEqual(['year', 'from', 'id']);
});

// From the test vectors of the FNV draft.
test.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
  ['chongo was here!\n', 0xd49930d5],
] as const)('the FNV-1a hash of %j equals the test vector', (text, hash) => {
  expect(fnv1a(text)).toBe(hash);
});

test('a name of millions of characters is cut before any pattern sees it', () => {
  for (const text of ['. ', ' ', '.', '/', 'x'].map((part) => `${part.repeat(3_000_000)}x`)) {
    expect(cleanName(text)).toBe(cleanName(text.slice(0, 1000)));
  }
});
