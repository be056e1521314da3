import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSession } from '../support/session.ts';
import { wordsOf } from '../support/words-of.ts';

/*
 * A transcript is text: `$ recx …` with the output under it, `$ columns 80` for a terminal of that width, `$ pipe` for
 * none, `$ NAME=value` for the environment, `< text` under a command for its standard input, `#` for a remark.
 * UPDATE_TRANSCRIPTS=1 writes what happens now, for the diff to be read.
 */
const folder = import.meta.dirname;
const transcripts = readdirSync(folder).filter((file) => file.endsWith('.txt'));

test.each(transcripts)('%s', async (file) => {
  const path = join(folder, file);
  const written = readFileSync(path, 'utf8');
  const session = openSession();
  let played = '';
  try {
    const lines = written.split('\n');
    for (const [index, line] of lines.entries()) {
      if (!/^[$#] /.test(line)) continue;
      played += played === '' ? `${line}\n` : `\n${line}\n`;
      const [, columns] = /^\$ columns (\d+)$/.exec(line) ?? [];
      const [, name, value] = /^\$ (\w+)=(.*)$/.exec(line) ?? [];
      if (columns !== undefined) session.columns = Number(columns);
      else if (line === '$ pipe') session.columns = undefined;
      else if (name !== undefined) session.env[name] = value ?? '';
      else if (line.startsWith('$ recx')) {
        const [, input] = /^< (.*)$/.exec(lines[index + 1] ?? '') ?? [];
        if (input !== undefined) played += `< ${input}\n`;
        played += await session.type(wordsOf(line).slice(2), input === undefined ? '' : `${input}\n`);
      }
    }
  } finally {
    session.close();
  }
  if (process.env.UPDATE_TRANSCRIPTS) writeFileSync(path, played);
  expect(played).toBe(readFileSync(path, 'utf8'));
});
