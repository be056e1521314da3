import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type ManifestEntry, parseEntry } from '../../src/core/download/manifest.ts';
import {
  fileRow,
  GENERATOR_TAG,
  openReportTotals,
  periodsOf,
  type ReportItem,
} from '../../src/core/download/report-model.ts';
import { mediaOf, parseSidecar, sidecarPath } from '../../src/core/download/sidecar.ts';
import { embedJson, escapeHtml, hrefOf, policyHash } from '../../src/formats/html-report/html.ts';
import { reportPage } from '../../src/formats/html-report/page.ts';
import { linkBetween } from '../../src/system/files/report-file.ts';

const entry: ManifestEntry = {
  id: 'RE1',
  provider: 'plivo',
  api: 'voice',
  profile: 'work',
  path: 'a.wav',
  bytes: 4,
  sha256: 'abc',
  content_type: 'audio/wav',
  created_at: '2026-11-20T12:00:00.000Z',
  downloaded_at: '2026-11-21T12:00:00.000Z',
};
const intact = { state: 'ok', note: null, isRegularFile: true } as const;
const file = (more: Partial<ManifestEntry> = {}): ReportItem => ({
  found: 'file',
  row: fileRow({ ...entry, ...more }, intact, undefined),
});
const pageOptions = {
  title: 'Recordings' as string | undefined,
  folder: 'x',
  version: '1.2.3',
  now: 0,
  zone: 'UTC',
  hashed: false,
  base: './',
  sha256: 'm',
};
const page = async (items: readonly ReportItem[], more: Partial<typeof pageOptions> = {}): Promise<string> => {
  async function* each(): AsyncGenerator<ReportItem> {
    yield* items;
  }
  let text = '';
  for await (const piece of reportPage(each(), { ...pageOptions, ...more }, () => {})) text += piece;
  return text;
};

test.each([
  ['a&b<c>"d\'', 'a&#38;b&#60;c&#62;&#34;d&#39;'],
  ['</script><img src=x onerror=alert(1)>', '&#60;/script&#62;&#60;img src=x onerror=alert(1)&#62;'],
  ['\u202egpj', '\\u202egpj'],
  ['a\u2028\0\ud800', 'a\\u2028\\u0000\\ud800'],
  ['', ''],
])('the text %j is escaped to the HTML %j', (text, markup) => {
  expect(escapeHtml(text)).toBe(markup);
});

test.each(['</script>', '<!--<script>', '\u2028\u2029', '\u202e', '\ufeff', '\ud800', ']]>', '\0', '"\\'])(
  '%j embedded as JSON in a script element parses back to the same text',
  (text) => {
    const json = embedJson([text]);
    expect(json).not.toMatch(/[<\u2028\u2029\p{Cf}\p{Cc}\p{Cs}]/u);
    expect(JSON.parse(json)).toEqual([text]);
  },
);

test.each([
  ['a b.wav', './a%20b.wav'],
  ['2026/11/x.wav', './2026/11/x.wav'],
  ['h#sh.wav', './h%23sh.wav'],
  ['q?x=1.wav', './q%3Fx%3D1.wav'],
  ['100%.wav', './100%25.wav'],
  ['%2e%2e%2fx.wav', './%252e%252e%252fx.wav'],
  ['javascript:alert(1).wav', './javascript%3Aalert(1).wav'],
  ['ü音.wav', './%C3%BC%E9%9F%B3.wav'],
])('the path %s is linked as %s', (path, href) => {
  expect(hrefOf('./', path)).toBe(href);
});

test.each([
  ['/a/b', '/a/b', './'],
  ['/a', '/a/b c', './b%20c/'],
  ['/a/x', '/a/b', '../b/'],
  ['/a/b/c', '/a', '../../'],
  ['/', '/a:b/#', './a%3Ab/%23/'],
])('from a report in %s the folder %s is linked as %s', (from, to, link) => {
  expect(linkBetween(`${from}/report.html`, to)).toBe(link);
});

test('the content security policy allows the one script and the one style of the page, and no others', async () => {
  const text = await page([file()]);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1] ?? '';
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(text) ?? [];
  const [, script = ''] = /<script type="module">([\s\S]*?)<\/script>/.exec(text) ?? [];
  const hash = (inline: string): string => `'sha256-${createHash('sha256').update(inline).digest('base64')}'`;
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "media-src 'self' file:",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  expect(script.length).toBeGreaterThan(1000);
  expect(script).not.toMatch(/<!--|innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b/);
  expect(await policyHash('x')).toBe(hash('x'));
  expect(text).not.toMatch(/ style="| on\w+="|https?:/);
  expect(text.indexOf('Content-Security-Policy')).toBeLessThan(text.indexOf('<script'));
  expect(text.slice(0, 300)).toContain(GENERATOR_TAG);
});

test('the rows in the page have every field of a file, once', async () => {
  const text = await page([file()]);
  const about: unknown = JSON.parse(/id="about">(.*)<\/script>/.exec(text)?.[1] ?? '');
  expect(about).toMatchObject({ keys: expect.any(Array) });
  const { keys } = about as { readonly keys: readonly string[] }; // checked above
  expect([...keys].sort()).toEqual(Object.keys(fileRow(entry, intact, undefined)).sort());
});

test('no value shown in the report is interpreted as HTML', async () => {
  const bad = '</script></noscript></style><img src=x onerror=alert(1)>\u202e"\'';
  const row = fileRow(
    { ...entry, id: bad, provider: bad, api: bad, profile: bad, path: `${bad}.wav`, sha256: bad, content_type: bad },
    { state: 'damaged', note: bad, isRegularFile: true },
    {
      details: { kind: bad, status: bad, from: bad, to: bad, durationSeconds: 1, startedAt: null },
      writtenAt: Date.parse('2030-01-01'),
    },
  );
  const items: ReportItem[] = [{ found: 'file', row }, { found: 'extra', path: bad }, { found: 'unreadable line' }];
  const text = await page(items, { title: bad, folder: bad, version: bad, base: './', sha256: bad });
  const plain = await page([file(), { found: 'extra', path: 'x' }, { found: 'unreadable line' }]);
  const count = (given: string, part: string): number => given.split(part).length - 1;
  for (const tag of ['</script>', '</style>', '</noscript>', '<script'])
    expect(count(text, tag)).toBe(count(plain, tag));
  expect(text).not.toMatch(/<img|\p{Cf}/u);
});

test.each([
  [[], ['The folder is empty']],
  [[file()], ['<dt>Present</dt><dd>1</dd>', 'contents not hashed (use --check)']],
  [
    [{ found: 'unreadable line' }, { found: 'extra', path: 'n.txt' }],
    ['1 line of the manifest cannot be read', 'n.txt'],
  ],
] as const)('the report describes the items %j', async (items, said) => {
  const text = await page(items);
  for (const words of said) expect(text).toContain(words);
});

test('many rows are stored in JSON blocks of 500, and only the first rows are repeated as static HTML', async () => {
  const items = Array.from({ length: 2501 }, (_, index) => file({ id: `RE${index}`, sha256: 'f'.repeat(500) }));
  const text = await page(items);
  const blocks = [...text.matchAll(/<script type="application\/json" class="rows">(.*)<\/script>/g)];
  expect(blocks.map(([, json = '']) => (JSON.parse(json) as unknown[]).length)).toEqual([500, 500, 500, 500, 500, 1]);
  const plain = text.split('<noscript>')[1]?.split('<tr>').length ?? 0;
  expect(plain).toBeGreaterThan(500);
  expect(plain).toBeLessThan(1000);
  expect(text).toMatch(/the first \d+ of 2,501/);
});

test.each([
  ['{"id":"a","provider":"p","path":"x","bytes":1,"sha256":"","api":{},"profile":[1],"created_at":5}', '', null],
  ['{"id":"a","provider":"p","path":"x","bytes":1,"sha256":"","created_at":"soon"}', '', 'soon'],
  [
    '{"id":"a","provider":"p","path":"x","bytes":1,"sha256":"","created_at":"2026-11-20T14:00:00+02:00"}',
    '',
    '2026-11-20T12:00:00.000Z',
  ],
])('the manifest line %s becomes a row with unreadable fields left empty', (line, profile, createdAt) => {
  const read = parseEntry(line);
  if (read === undefined) throw new Error('it should be read');
  expect(fileRow(read, intact, undefined)).toMatchObject({ api: '', profile, createdAt, media: null });
});

test('long values are truncated, and lone surrogates are replaced', () => {
  const row = fileRow({ ...entry, id: 'i'.repeat(1e6), provider: '\ud800' }, intact, undefined);
  expect(row.id).toHaveLength(4096);
  expect(row.provider).toBe('\ufffd');
});

test.each([
  ['a.wav', true, 'audio'],
  ['a.mp3', true, 'audio'],
  ['a.mp4', true, 'video'],
  ['a.wav.enc', true, 'save'],
  ['a.html', true, null],
  ['a.wav', false, null],
])('the file %s, if regular: %s, is offered as: %s', (path, isRegularFile, media) => {
  expect(fileRow({ ...entry, path }, { ...intact, isRegularFile }, undefined).media).toBe(media);
});

const details = { kind: 'call', status: null, from: '+1', to: '+2', durationSeconds: 5, startedAt: null };
const line = { kind: 'conference', from: '+3', duration_seconds: 7 } as const;
test.each([
  ['without a sidecar', line, undefined, { kind: 'conference', from: '+3', to: null, durationSeconds: 7 }],
  ['of an earlier version', {}, '2026-11-21T12:00:01Z', { kind: 'call', from: '+1', to: '+2', durationSeconds: 5 }],
  ['with a newer sidecar', line, '2026-11-21T12:00:01Z', { kind: 'call', from: '+1', to: '+2', durationSeconds: 5 }],
  [
    'with an older sidecar',
    line,
    '2026-11-21T11:59:59Z',
    { kind: 'conference', from: '+3', to: '+2', durationSeconds: 7 },
  ],
  [
    'with values of another type',
    { kind: 'unknown', from: ['+3'], duration_seconds: -1 } as unknown as typeof line,
    undefined,
    { kind: null, from: null, to: null, durationSeconds: null },
  ],
])('the row of a manifest line %s has the details %j', (_, more, writtenAt, expected) => {
  const sidecar = writtenAt === undefined ? undefined : { details, writtenAt: Date.parse(writtenAt) };
  expect(fileRow({ ...entry, ...more }, intact, sidecar)).toMatchObject(expected);
});

test.each([
  [[], 'Recordings in x'],
  [[null, 'soon'], 'Recordings in x'],
  [['2026-11-20T12:00:00Z'], 'Recordings in x, 20 Nov 2026'],
  [['2026-11-27T12:00:00Z', '2026-11-05T12:00:00Z', null], 'Recordings in x, 5–27 Nov 2026'],
  [['2026-11-20T12:00:00Z', '2026-12-03T12:00:00Z'], 'Recordings in x, 20 Nov – 3 Dec 2026'],
  [['2026-12-28T12:00:00Z', '2027-01-03T12:00:00Z'], 'Recordings in x, 28 Dec 2026 – 3 Jan 2027'],
])('the title of a report about recordings of %j is: %s', async (times, title) => {
  const text = await page(
    times.map((time) => file({ created_at: time })),
    { title: undefined },
  );
  expect(text).toContain(`<title>${title}</title>`);
  expect(text).toContain(`<h1>${title}</h1>`);
});

test.each([
  ['x/a.wav', 'x/a.json', { format: 'wav', encrypted: false }],
  ['a.mp3.enc', 'a.json', { format: 'mp3', encrypted: true }],
  ['a.json', undefined, undefined],
  ['wav', undefined, undefined],
])('the sidecar of the media file %s is %s', (path, sidecar, media) => {
  expect([sidecarPath(path), mediaOf(path)]).toEqual([sidecar, media]);
});

const nothing = { kind: null, status: null, from: null, to: null, durationSeconds: null, startedAt: null };
test.each([
  ['{"id":"RE1","provider":"plivo"}', nothing],
  ['{"id":"RE1","provider":"plivo","from":{},"to":"+1","duration_seconds":"x"}', { ...nothing, to: '+1' }],
  ['{"id":"RE1","provider":"plivo","duration_seconds":4.5}', { ...nothing, durationSeconds: 4.5 }],
  ['{"id":"RE1","provider":"plivo","duration_seconds":-1}', nothing],
  ['{"id":"RE2","provider":"plivo"}', undefined],
  ['{"id":"RE1"', undefined],
  ['null', undefined],
  ['', undefined],
])('details are read from the sidecar content %j', (content, read) => {
  expect(parseSidecar(content, entry)).toEqual(read);
});

test('without JavaScript, as in the preview of a message, the table has caller, called number, kind and length', async () => {
  const call = { kind: 'call', from: '+12025550101', to: 'sip:<a>@x', duration_seconds: 65 } as const;
  const [, table = ''] = (await page([file(call)])).split('<noscript>');
  for (const cell of ['Kind">call<', 'From">+12025550101<', 'To">sip:&#60;a&#62;@x<', 'Duration">1:05<'])
    expect(table).toContain(`data-title="${cell}`);
});

test.each([
  [3, 'Day', 3],
  [36, 'Day', 36],
  [40, 'Month', 2],
  [2000, 'Year', 6],
] as const)('a report over %i days is grouped by %s', (count, unit, groups) => {
  const { totals, add } = openReportTotals('UTC');
  for (let day = 0; day < count; day++)
    add(file({ created_at: new Date(Date.UTC(2020, 0, 1) + day * 86_400_000).toISOString() }));
  const periods = periodsOf(totals.days);
  expect([periods.unit, periods.groups.size]).toEqual([unit, groups]);
});

test('the numbers of providers, profiles and extra paths kept in memory are limited', () => {
  const { totals, add } = openReportTotals('UTC');
  for (let index = 0; index < 5000; index++) {
    add(file({ provider: `p${index}`, profile: `p${index}` }));
    add({ found: 'extra', path: String(index) });
  }
  expect([totals.providers.size, totals.profiles.size, totals.extraPaths.length]).toEqual([101, 101, 200]);
  expect(totals).toMatchObject({ files: 5000, ok: 5000, extras: 5000 });
});
