import { expect, test } from 'vitest';
import { readIdList } from '../../src/core/download/id-list.ts';
import { Failure } from '../../src/core/failure.ts';

const readNames = async (text: string, step: number): Promise<readonly string[]> => {
  async function* chunks(): AsyncGenerator<string> {
    for (let start = 0; start < text.length; start += step) yield text.slice(start, start + step);
  }
  const names: string[] = [];
  for await (const batch of readIdList(chunks(), 'standard input')) {
    names.push(...batch.map(({ id, api = '', profile = '' }) => [id, api, profile].join(' ').trim()));
  }
  return names;
};

const rows = [
  { id: 'a', api: 'voice', profile: 'work', from: '}, {"id":"no"}' },
  { id: 'b', api: 'relay', raw: { id: 'inner' } },
  { id: 'ü\u2028' },
];
const expected = ['a voice work', 'b relay', 'ü'];

test.each([
  ['plain ids', 'a\nb\r\n\n  c  \n', ['a', 'b', 'c']],
  ['one id without a trailing newline', 'a', ['a']],
  ['no input', '', []],
  ['blank lines', '\n\n', []],
  ['NDJSON', rows.map((row) => JSON.stringify(row)).join('\n'), expected],
  ['an array, one row a line', `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`, expected],
  ['a compact array', JSON.stringify(rows), expected],
  ['an indented array', JSON.stringify(rows, null, 2), expected],
  ['one indented object', JSON.stringify(rows[0], null, 2), ['a voice work']],
  ['an array of one row', JSON.stringify([rows[1]]), ['b relay']],
  ['an array of ids', '["a","b"]', ['a', 'b']],
  ['an empty array', '[]\n', []],
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
  ['broken JSON', '[{"id":"a"'],
  ['null', '[null]'],
])('an id list with %s is rejected', async (_, text) => {
  await expect(readNames(text, 9)).rejects.toThrow(Failure);
});
