import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  expectFiles,
  listTree,
  MANIFEST,
  type MediaAccount,
  manifestEntries,
  nativeFormat,
  openMediaAccount,
  type ServedRecording,
} from '../../support/media-account.ts';
import { completeFile, numberedFile, sha256, startMediaServer, status, typeOf } from '../../support/media-faults.ts';
import type { Run } from '../../support/run.ts';
import { fullOrQuick } from '../../support/thoroughness.ts';
import { relay, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

/** Ids that contain path traversal, are special to an operating system, or look alike. */
const hostileIds = [
  '../../x',
  '/etc/x',
  '..',
  '.',
  '../..',
  'a/../../b',
  '..\\x',
  '..\\..\\x',
  'C:x',
  'C:\\x',
  'x:ads',
  '\\\\host\\x',
  '%2e%2e%2fx',
  '%2e%2e',
  '%00',
  '%',
  '~',
  '~root',
  '$(touch x)',
  '`x`',
  '*',
  '?',
  '|x',
  '<x>',
  '"x"',
  "'x'",
  'CON',
  'con',
  'nul.mp3',
  'NUL',
  'COM1',
  'LPT9.wav',
  'aux.wav',
  'a.',
  'a ',
  ' a',
  'a..',
  'a',
  'A',
  '-rf',
  '--',
  '-',
  '.hidden',
  '..hidden',
  '.x.part',
  '.recx',
  '.recx.lock',
  MANIFEST,
  'manifest',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  '0',
  '\u202egpj.exe',
  '\u2066x',
  '\u200bx',
  '\ufeffx',
  'x\u00ad',
  'a\0b',
  'a\nb',
  'a\rb',
  'a\tb',
  '\u001b[2Jx',
  '\u007f',
  '\u009bx',
  'é',
  'e\u0301',
  'É',
  '日本語',
  '👩‍👩‍👧',
  'x'.repeat(300),
  `${'x'.repeat(299)}y`,
  '録'.repeat(100),
  '👩‍👩‍👧'.repeat(40),
  'y'.repeat(5000),
  `${'z'.repeat(250)}/../../x`,
  'a/b',
  'a//b',
  '/',
  '//',
  '\\',
  ' ',
  '\t',
  'one.wav',
  'one.wav.part',
  'one.json',
  'one',
  '{id}',
  '{year}',
];
const usedIds = fullOrQuick(
  hostileIds,
  hostileIds.filter((_, index) => index % 3 === 0),
);

const media = (wire: WireFormat, number: number): Buffer => numberedFile(nativeFormat(wire), number);
const recordingsOf = (wire: WireFormat, ids: readonly string[], from = 0): readonly ServedRecording[] =>
  ids.map((id, index) => ({
    id,
    media: completeFile(media(wire, from + index), { type: typeOf(nativeFormat(wire)) }),
  }));

/** Checks the rules that every file name must follow, whatever id it is made from. */
const expectSafe = (path: string, wire: WireFormat): void => {
  const name = basename(path);
  expect(path).toBe(name);
  expect(Buffer.byteLength(`.${name}.part.json`)).toBeLessThanOrEqual(255);
  expect(name).toMatch(new RegExp(`\\.${nativeFormat(wire)}$`));
  expect(name).not.toMatch(/^[-.~]|[\s.]$|[<>:"/\\|?*]|[^\P{Cc}]|\p{Cf}(?<!\u200d)|\p{Zl}|\p{Zp}/u);
  expect(name).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i);
};

/** The files of a run by id; checks that each file is the media of its id and that every other id is reported. */
const filesById = (
  account: MediaAccount,
  folder: string,
  { code, err }: Run,
  ids: readonly string[],
  wire: WireFormat,
): Map<unknown, string> => {
  const lines = manifestEntries(folder);
  const paths = lines.map(({ path }) => String(path));
  expect(listTree(folder)).toEqual([...paths, MANIFEST].sort());
  expect(new Set(paths).size).toBe(paths.length);
  for (const { id, path } of lines) {
    expectSafe(String(path), wire);
    const number = ids.indexOf(String(id));
    expect({ id, sha256: sha256(readFileSync(join(folder, String(path)))) }).toEqual({
      id,
      sha256: sha256(media(wire, number)),
    });
  }
  const told = err.split('\n').filter((line) => /^recx: /.test(line));
  expect(told).toHaveLength(ids.length - paths.length);
  expect(code).toBe(paths.length === ids.length ? 0 : 3);
  // Nothing else was written beside the download folder.
  expect(readdirSync(account.folderNamed('.')).every((name) => /^(?:out|again|third|ids)$/.test(name))).toBe(true);
  return new Map(lines.map(({ id, path }) => [id, String(path)]));
};

describe.concurrent.each(wireFormats)('an id from $profile', (wire) => {
  test('in an API response becomes a safe file name, the same in every run and order', async () => {
    const recordings = [...recordingsOf(wire, usedIds)];
    const account = await openMediaAccount(wire, recordings);
    const first = filesById(account, account.out, await account.download(), usedIds, wire);
    // Ids that no URL path of the API can carry cannot be downloaded; all others can.
    const lost = usedIds.filter((id) => !first.has(id));
    const bare = ['..', '.', 'y'.repeat(5000)];
    expect(bare).toEqual(expect.arrayContaining(lost));
    recordings.reverse();
    const again = account.folderNamed('again');
    const run = await account.download('--dir', again, '--concurrency', '1');
    const second = filesById(account, again, run, usedIds, wire);
    expect([...second].sort()).toEqual([...first].sort());
  });

  test('that is empty or null is reported', async () => {
    const account = await openMediaAccount(wire, [
      ...recordingsOf(wire, ['fine']),
      { id: '', more: {} },
      { id: 'x', more: { [wire.keys.id]: null } },
    ]);
    const { code, err } = await account.download();
    expect(code).toBe(3);
    expect(err).toMatch(/2 .*id/);
    expectFiles(account.out, { [`fine.${nativeFormat(wire)}`]: media(wire, 0) });
  });

  test('on the command line is found in the account or reported as not found', async () => {
    const ids = usedIds.filter((id) => !/[\0\n\r]|^-/.test(id) && id.trim() === id);
    const account = await openMediaAccount(wire, recordingsOf(wire, ids));
    const { code, err } = await account.downloadOnly('--', ...ids);
    // No recording can have such an id.
    const lost = ids.filter((id) => id === '.' || id === '..' || id.length > 512);
    expect(code).toBe(6);
    expect(err.match(/^recx: .*$/gm)).toHaveLength(lost.length);
    expect(
      manifestEntries(account.out)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(ids.filter((id) => !lost.includes(id)).sort());
    for (const { path } of manifestEntries(account.out)) expectSafe(String(path), wire);
  });

  test.runIf(wire === relay)('in an id list is read unchanged, in each format of the list', async () => {
    // A list with other characters is in another encoding.
    const listed = usedIds.filter((id) => !/[\0\ufffd]/.test(id));
    const lines = listed.filter(
      (id) => !/[\n\r]/.test(id) && id.trim() === id && id.length <= 512 && !/^\.{1,2}$/.test(id),
    );
    const json = listed.filter((id) => id.length <= 512 && !/^\.{1,2}$/.test(id));
    const account = await openMediaAccount(wire, recordingsOf(wire, usedIds));
    const forms = [
      [lines, `${lines.join('\r\n')}\r\n`],
      [json, JSON.stringify(json)],
      [json, json.map((id) => JSON.stringify({ id })).join('\n')],
    ] as const;
    for (const [index, [ids, text]] of forms.entries()) {
      const file = account.folderNamed('ids');
      writeFileSync(file, text);
      const folder = account.folderNamed(['out', 'again', 'third'][index] ?? '');
      const run = await account.downloadOnly('--dir', folder, '--ids', file);
      expect({ index, code: run.code, err: run.err }).toEqual({ index, code: 0, err: '' });
      expect(
        manifestEntries(folder)
          .map(({ id }) => id)
          .sort(),
      ).toEqual([...ids].sort());
      for (const { path } of manifestEntries(folder)) expectSafe(String(path), wire);
    }
  });
});

describe.concurrent.each(wireFormats)('the file name of a recording from $profile', (wire) => {
  test.each([
    { 'content-disposition': 'attachment; filename="../.bashrc"', 'content-type': 'text/x-sh' },
    { 'content-disposition': "inline; filename*=UTF-8''x.html", 'content-type': 'text/html' },
    { 'content-disposition': 'attachment; filename=x.desktop', 'content-type': 'application/x-desktop' },
  ])('is made from the id and the format and ignores response headers: %j', async (headers) => {
    const bytes = media(wire, 7);
    const recordings: ServedRecording[] = [
      {
        id: 'one',
        media: (request, response) =>
          request.url.pathname.endsWith('/x.sh')
            ? completeFile(bytes, { headers })(request, response)
            : moved(request, response),
      },
    ];
    const moved: ServedRecording['media'] & {} = (_, response) => {
      response.writeHead(302, { location: `${account.sandbox.origin}/files/x.sh` }).end();
      return true;
    };
    const account = await openMediaAccount(wire, recordings, ({ url }, response) => {
      if (url.pathname !== '/files/x.sh') return false;
      return completeFile(bytes, { headers })({ method: 'GET', url, headers: {} }, response);
    });
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    expectFiles(account.out, { [`one.${nativeFormat(wire)}`]: bytes });
  });
});

test.concurrent('an error of a recording with a long id still shows the reason', async () => {
  const account = await openMediaAccount(relay, [{ id: 'y'.repeat(400), media: status(400) }]);
  expect((await account.download()).err).toMatch(/^recx: y+.* returned HTTP 400$/m);
  expect((await account.downloadOnly('z'.repeat(400))).err).toMatch(/^recx: recording z+… not found$/m);
});

describe.concurrent('the file extension', () => {
  test('matches the bytes when the media URL has no extension or another one', async () => {
    const endings = ['download', 'x.html', 'x.desktop', 'x.exe', 'x.mp3.sh', 'x.mp3%00.sh', 'x%2f..%2fx'];
    const formats = ['wav', 'mp3', 'mp4'] as const;
    const answers = endings.flatMap((ending) =>
      formats.map((format, index) => ({
        id: `${ending}-${format}`,
        format,
        bytes: numberedFile(format, index),
        ending,
      })),
    );
    const storage = await startMediaServer((request, response) => {
      const place = Number(request.url.pathname.split('/')[1]);
      return completeFile(answers[place]?.bytes ?? Buffer.alloc(0), { type: 'text/html' })(request, response);
    });
    const account = await openMediaAccount(
      relay,
      answers.map(({ id, ending }, index) => ({
        id: encodeURIComponent(id),
        link: `${storage.origin}/${index}/${ending}`,
      })),
    );
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    const files = answers.map(({ id, format, bytes }) => [`${encodeURIComponent(id)}.${format}`, bytes]);
    expectFiles(account.out, Object.fromEntries(files));
  });
});
