import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { homeWith } from '../support/home.ts';
import { startOnTerminal } from '../support/terminal.ts';

/** `script` can lose what is written right before the end. */
const SETTLED = ['& wait $! && sleep 0.5'];

const plivo = ['export', '-p', 'plivo', '--since', '7d'];

test.concurrent.each([
  [
    'the JSON of a redirected export is named, with the flags for text',
    ['> rows'],
    'wrote JSON, since the output is not a terminal; -o table, -o csv',
    '[',
  ],
  ['nothing is said of a format that was chosen', ['-o', 'csv', '> rows'], '', 'id,'],
  ['nothing is said of a format that RECX_OUTPUT chooses', ['-o', 'ndjson', '> rows'], '', '{'],
  ['so is that of a pipe', ['|', 'cat', '> rows'], 'wrote JSON, since', '['],
  [
    'an export to a file says how many rows are where',
    ['--out', 'rows', '-o', 'csv'],
    /exported \d+ recordings to rows\r/,
    'id,',
  ],
  [
    'an export to files says which they are',
    ['--out', "'rows{profile}-{year}'", '-o', 'csv'],
    /exported \d+ recordings to (?:\d files, rowsplivo-\d{4} to )?rowsplivo-\d{4}\r/,
    'id,',
  ],
] as const)('on a terminal %s', async (_, more, message, start) => {
  const home = await homeWith();
  const session = startOnTerminal([...plivo, ...more, ...SETTLED], home);
  expect(await session.ended).toBe(0);
  if (message === '') expect(session.sent).not.toMatch(/wrote|exported/);
  else expect(session.sent).toMatch(message);
  const [file = ''] = readdirSync(home.folder).filter((name) => name.startsWith('rows'));
  expect(readFileSync(join(home.folder, file), 'utf8').startsWith(start)).toBe(true);
});

test('on a terminal an incremental export without new recordings says so', async () => {
  const home = await homeWith();
  const words = [...plivo, '--out', 'calls.csv', '--incremental'];
  expect((await home.shell(`cd ${home.folder} && $RECX ${words.join(' ')}`)).code).toBe(0);
  const session = startOnTerminal([...words, ...SETTLED], home);
  expect(await session.ended).toBe(0);
  expect(session.sent).toContain('nothing new for calls.csv');
});
