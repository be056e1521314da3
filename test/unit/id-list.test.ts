import { describe, expect, test } from 'vitest';
import { readIdList } from '../../src/core/download/id-list.ts';
import { Failure } from '../../src/core/failure.ts';
import { decodeText } from '../../src/core/text/decode-text.ts';

const readNames = async (text: string, step: number): Promise<readonly string[]> => {
  async function* chunks(): AsyncGenerator<string> {
    for (let start = 0; start < text.length; start += step) yield text.slice(start, start + step);
  }
  const names: string[] = [];
  for await (const batch of readIdList(chunks(), 'standard input')) {
    names.push(
      ...batch.map(({ id, api = '', profile = '' }) => `${id} ${api} ${profile}`.replaceAll(/ +/g, ' ').trim()),
    );
  }
  return names;
};

const rows = [
  { id: 'a', api: 'voice', profile: 'work', from: '}, {"id":"no"}', to: '\\"}' },
  { id: 'b', api: 'relay', raw: { id: 'inner' } },
  { id: 'ü\u2028' },
];
const expected = ['a voice work', 'b relay', 'ü'];

test.each([
  ['plain ids', 'a\nb\r\n\n  c  \n', ['a', 'b', 'c']],
  ['one id without a trailing newline', 'a', ['a']],
  ['no input', '', []],
  ['blank lines', '\n\n', []],
  ['old line ends', 'a\rb\r\rc', ['a', 'b', 'c']],
  ['CSV', 'id,api,profile,x\r\na,voice,work,"1,\r\n""2"""\r\nb,relay,,\r\n', ['a voice work', 'b relay']],
  ['CSV with a quote in an id', 'id\r\n"a""b"\r\n', ['a"b']],
  ['CSV of ids', '\nid\na\n\nb\n', ['a', 'b']],
  ['CSV with a guarded id', 'id,x\n\'=1+1,y\n"a;\'=b",z\n', ['=1+1', 'a;=b']],
  ['CSV of ids without a trailing newline', 'id\na\nb', ['a', 'b']],
  ['TSV', '"x"\t"id"\r1\ta\r2\tb\r', ['a', 'b']],
  ['TSV of recx', 'api\tid\tfrom\tto\nvoice\ta\\\\b\t"x\t\\t"y\nrelay\tc\t\t\n', ['a\\b voice', 'c relay']],
  ['CSV with semicolons', 'api;id\nvoice;a\n', ['a voice']],
  ['indented objects', rows.map((row) => JSON.stringify(row, null, 2)).join('\n'), expected],
  ['two arrays', '["a"] ["b"]', ['a', 'b']],
  ['rows taken out of an array', '{"id":"a"},\n{"id":"b"}\n]', ['a', 'b']],
  ['NDJSON', rows.map((row) => JSON.stringify(row)).join('\n'), expected],
  ['an array, one row a line', `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`, expected],
  ['a compact array', JSON.stringify(rows), expected],
  ['an indented array', JSON.stringify(rows, null, 2), expected],
  ['one indented object', JSON.stringify(rows[0], null, 2), ['a voice work']],
  ['an array of one row', JSON.stringify([rows[1]]), ['b relay']],
  ['an array of ids', '["a","b"]', ['a', 'b']],
  ['an empty array', '[]\n', []],
  ['an array with brackets beside its rows', `[${rows.map((row) => JSON.stringify(row)).join(',\n')}]\n`, expected],
  ['an empty array on two lines', '[\n]\n', []],
] as const)('an id list of %s is read correctly, wherever the chunks are split', async (_, text, names) => {
  for (const step of [1, 7, 100_000]) expect(await readNames(text, step)).toEqual(names);
});

test.each([
  ['a row without id', '{"id":"a"}\n{"from":"b"}'],
  ['an empty id', '[{"id":""}]'],
  ['an id that is not a string', '{"id":1}'],
  ['a broken line', '{"id":"a"}\n{"id":'],
  ['text after rows', '{"id":"a"}\nb'],
  ['broken JSON', '{"id":"a",}'],
  ['a NUL in a line', 'a\nb\0c'],
  ['a NUL in JSON', '{"id":"a\\u0000"}'],
  ['bytes that are not text', 'a\ufffd'],
  ['columns without an id', 'one,two\n1,2\n'],
  ['a CSV row without id', 'id,x\n,2\n'],
  ['null', '[null]'],
])('an id list with %s is rejected', async (_, text) => {
  await expect(readNames(text, 9)).rejects.toThrow(Failure);
});

test.each([
  ['an array without its end', '[\n{"id":"a"},\n{"id":"b"}'],
  ['an array cut within a row', '[{"id":"a"},{"id":"b"},{"id":"c'],
  ['an indented array cut within a row', '[\n  {\n    "id": "a"\n  },\n  {\n    "id": "b"\n  },\n  {\n    "i'],
  ['NDJSON cut within a row', '{"id":"a"}\n{"id":"b"}\n{"id":"c","x'],
  ['CSV cut within quotes', 'id,x\na,1\nb,2\nc,"3'],
  ['CSV cut after quotes', 'id,x\na,1\nb,2\nc,"3"'],
  ['CSV cut within an id', 'id,x\na,1\nb,2\nc'],
  ['CSV cut within its last cell', 'id,x\r\na,1\r\nb,2\r\nc,3'],
  ['TSV cut before an id', 'x\tid\n1\ta\n2\tb\n3\t'],
] as const)('%s gives the rows before the end, then a partial result', async (_, text) => {
  for (const step of [1, 5, 1000]) {
    async function* chunks(): AsyncGenerator<string> {
      for (let start = 0; start < text.length; start += step) yield text.slice(start, start + step);
    }
    const ids: string[] = [];
    const reading = (async () => {
      for await (const batch of readIdList(chunks(), 'ids.json')) ids.push(...batch.map(({ id }) => id));
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'partial', message: expect.stringContaining('cut off') });
    expect(ids).toEqual(['a', 'b']);
  }
});

test.each([
  ['a line', ''],
  ['a cell of CSV', 'id,x\na,"'],
  ['a JSON string', '["'],
  ['a JSON object', '{"id":"'],
])('%s without an end is rejected after about a mebibyte', async (_, start) => {
  let length = 0;
  async function* chunks(): AsyncGenerator<string> {
    for (let text = start; ; text = 'x'.repeat(2 ** 16)) {
      length += text.length;
      yield text;
    }
  }
  const reading = (async () => {
    for await (const batch of readIdList(chunks(), '/dev/zero')) expect(batch).toEqual([]);
  })();
  await expect(reading).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining('too long') });
  expect(length).toBeLessThan(2 ** 21);
});

describe('the text of a list', () => {
  const text = 'one\nzwei \u00fc\n\ud83d\ude00\n';
  const bytesOf = (encoding: string): Buffer => {
    if (encoding === 'utf-8') return Buffer.from(text);
    if (encoding === 'utf-8 with a mark') return Buffer.from(`\ufeff${text}`);
    const little = Buffer.from(encoding.includes('mark') ? `\ufeff${text}` : text, 'utf16le');
    return encoding.startsWith('utf-16le') ? little : little.swap16();
  };

  test.each(['utf-8', 'utf-8 with a mark', 'utf-16le', 'utf-16be', 'utf-16le with a mark', 'utf-16be with a mark'])(
    'in %s is decoded, wherever the chunks are split',
    async (encoding) => {
      const bytes = bytesOf(encoding);
      for (const step of [1, 2, 3, 1000]) {
        async function* chunks(): AsyncGenerator<Uint8Array> {
          for (let start = 0; start < bytes.length; start += step) yield bytes.subarray(start, start + step);
        }
        let decoded = '';
        for await (const part of decodeText(chunks())) decoded += part;
        expect(decoded).toBe(text);
      }
    },
  );
});

test.each(['\n', '\r\n', '\r'])('a message names the line, whatever ends lines: %j', async (end) => {
  await expect(readNames(['id,x', 'a,1', ',2', ''].join(end), 4)).rejects.toThrow('standard input, line 3');
  await expect(readNames(['a', 'b', 'c\0'].join(end), 4)).rejects.toThrow('standard input, line 3');
});
