import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { bashWord, parseShellLine } from '../../src/commands/completion/shell-words.ts';

/** The word breaks of bash (`COMP_WORDBREAKS`). */
const BREAKS = ' \t\n"\'@><=;|&(:';

test.each<[line: string, words: readonly string[], prefixLength: number, quote: string]>([
  ['', [''], 0, ''],
  ['recx', ['recx'], 0, ''],
  ['recx ', ['recx', ''], 0, ''],
  ['recx  list\t--st', ['recx', 'list', '--st'], 0, ''],
  ['recx list --status=co', ['recx', 'list', '--status=co'], 9, ''],
  ['recx get a:b:', ['recx', 'get', 'a:b:'], 4, ''],
  ['recx get a\\:b', ['recx', 'get', 'a:b'], 0, ''],
  ['recx get my\\ id', ['recx', 'get', 'my id'], 0, ''],
  ["recx get 'my id", ['recx', 'get', 'my id'], 0, "'"],
  ["recx get 'a:b", ['recx', 'get', 'a:b'], 0, "'"],
  ["recx get --x='b", ['recx', 'get', '--x=b'], 4, "'"],
  ['recx get "a\\$b', ['recx', 'get', 'a$b'], 0, '"'],
  ["recx '' ", ['recx', '', ''], 0, ''],
  ["recx get 'done' ne", ['recx', 'get', 'done', 'ne'], 0, ''],
  ['recx get $(touch x', ['recx', 'get', '$(touch', 'x'], 0, ''],
  ['recx get \\', ['recx', 'get', ''], 0, ''],
])('the command line %j is split into the words %j', (line, words, prefixLength, quote) => {
  expect(parseShellLine(line, BREAKS)).toEqual({ words, prefixLength, quote });
});

const hostile = [
  'plain',
  'with space',
  'a$(touch pwned)b',
  'b`touch pwned`',
  "it's",
  'say "x"',
  'back\\slash',
  '~root',
  '*',
  '?[a]',
  '{a,b}',
  'semi;colon',
  'a|b&c',
  '<in>out',
  '#hash',
  '!!',
  'x!y',
  'a:b=c@d',
  'ünï',
  '$HOME',
  '$' + '{HOME}',
  "$'\\n'",
  '-dash',
  '%s',
  '^x^y',
];

test.each(hostile)('a completed word %j is read back unchanged by bash, inside any quotes', (value) => {
  for (const begun of ['recx get ', "recx get '", 'recx get "']) {
    const typed = parseShellLine(begun, BREAKS);
    const word = bashWord(value, typed);
    if (word === undefined) {
      expect([typed.quote, value.includes('!')]).toEqual(['"', true]);
      continue;
    }
    // Any substitution in the word would run here.
    const script = `HOME=/nowhere; printf %s ${typed.quote}${word}${typed.quote}`;
    expect(execFileSync('bash', ['--norc', '-c', script], { cwd: '/' }).toString()).toBe(value);
  }
});

test('only the part of a completed word after the last word break is inserted', () => {
  expect(bashWord('--status=completed', parseShellLine('recx list --status=co', BREAKS))).toBe('completed');
  expect(bashWord('a:b c', parseShellLine('recx get a:', BREAKS))).toBe('b\\ c');
});
