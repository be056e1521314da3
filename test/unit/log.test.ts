import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { type LogSettings, openLog } from '../../src/system/terminal/log.ts';

const words = (count: number): string => Array.from({ length: count }, (_, index) => `word${index}`).join(' ');

/** What a failure prints, on a terminal of this width or in a pipe. */
const printed = (failure: Failure, columns: number | undefined, format: LogSettings['format'] = 'text'): string => {
  let text = '';
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      text += chunk;
      done();
    },
  });
  openLog({ stream, isTTY: columns !== undefined, columns }, { level: 'normal', format }).error(failure);
  return text;
};

test.each([1, 20, 40, 80])('on a terminal of %d columns messages and hints are wrapped at words', (columns) => {
  const failure = new Failure('usage', words(20), { hint: words(60) });
  const lines = printed(failure, columns).trimEnd().split('\n');
  expect(lines.join(' ')).toBe(`recx: ${words(20)} ${words(60)}`);
  for (const line of lines) expect(line.length <= columns || !line.includes(' '), line).toBe(true);
});

test('in a pipe and in the JSON log they stay on one line', () => {
  const failure = new Failure('usage', words(20), { hint: words(60) });
  expect(printed(failure, undefined)).toBe(`recx: ${words(20)}\n${words(60)}\n`);
  expect(JSON.parse(printed(failure, 40, 'json'))).toMatchObject({ message: words(20), hint: words(60) });
});

test('a message, which may hold text of a provider, is cut; a hint, which lists valid words, is not', () => {
  const [message = '', hint] = printed(new Failure('usage', words(200), { hint: words(200) }), undefined).split('\n');
  expect(message.length).toBeLessThanOrEqual(300);
  expect(message).toMatch(/…$/);
  expect(hint).toBe(words(200));
});
