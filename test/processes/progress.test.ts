import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { answer, homeWith } from '../support/home.ts';
import { startOnTerminal } from '../support/terminal.ts';
import { plivo } from '../support/wire-formats.ts';

const hasScript = (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, 'script')));

const FRAME = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/;
const SHOW_CURSOR = '\u001b[?25h';
const ERASE = '\u001b[1G\u001b[0K';

/** A home whose server takes its time, so that progress is shown. */
const slowHome = (milliseconds: number) =>
  homeWith({
    intercept: async () => {
      await sleep(milliseconds);
      return false;
    },
  });

/** The lines of a run on a terminal; those of standard output begin with `DATA:` if it is a pipe. */
const sentBy = async (words: string, home: Awaited<ReturnType<typeof slowHome>>): Promise<string> => {
  const terminal = startOnTerminal([words], home);
  await terminal.ended;
  return terminal.sent;
};

describe.runIf(hasScript)('progress on a terminal', () => {
  const pipe = "| sed 's/^/DATA:/'";
  test.each([
    [`list -p plivo --since 7d -n 3 -o json ${pipe}`, 'DATA:'],
    [`list -p plivo -p relay --since 7d -n 3 -o csv ${pipe}`, 'DATA:'],
    [`list -p plivo --since 7d -n 3 --sort duration_seconds -o table ${pipe}`, 'DATA:'],
    ['list -p plivo --since 7d -n 3 > rows', ''],
    ['list -p plivo --since 7d -n 3', 'Created'],
    ['get ID -p plivo', 'ID '],
    [`stats -p plivo --since 7d ${pipe}`, 'DATA:'],
    [`export -p plivo --since 7d -o csv ${pipe}`, 'DATA:'],
    [`export -p plivo --since 7d --out calls.csv --summary - ${pipe}`, 'DATA:'],
    [`get ID -p plivo ${pipe}`, 'DATA:'],
    [`download ID -p plivo --stdout | wc -c ${pipe}`, 'DATA:'],
    [`download ID -p plivo --dry-run ${pipe}`, 'DATA:'],
    [`profile check plivo ${pipe}`, 'DATA:'],
  ])('is gone before the first byte of %s', async (words, data) => {
    const home = await slowHome(200);
    const { out } = await home.run(['list', ...plivo.args, '-n', '1', '--since', '7d', '-o', 'csv', '--fields', 'id']);
    const sent = await sentBy(words.replace('ID', out.trim().split('\n').at(-1) ?? ''), home);
    const start = data === '' ? sent.length : sent.indexOf(data);
    expect(start, sent).toBeGreaterThan(0);
    const before = sent.slice(0, start);
    expect(before).toMatch(FRAME);
    expect(before.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(before.search(FRAME));
    const last = Math.max(...[...before.matchAll(new RegExp(FRAME, 'g'))].map(({ index }) => index));
    expect(before.slice(last)).toContain(ERASE);
    // ora shows the cursor once more when the process ends.
    expect(sent.slice(start).replaceAll(SHOW_CURSOR, '')).not.toContain('\u001b');
  });

  test.each(['stats -p plivo', `list -p plivo --sort id -n 3 ${pipe}`, 'export -p plivo --out calls.csv'])(
    'shows how far back %s has come, and what was found',
    async (words) => {
      const sent = await sentBy(words, await slowHome(25));
      const months = [...sent.matchAll(/querying plivo: searching plivo back to (\d{4}-\d\d), (\d+) found/g)];
      const distinct = [...new Set(months.map(([, month]) => month))];
      expect(distinct.length, sent).toBeGreaterThan(2);
      expect(distinct).toEqual([...distinct].sort().reverse());
    },
  );

  test('returns below the rows of a table when nothing follows for a while, until the list ends', async () => {
    const sent = await sentBy('list -p plivo --all', await slowHome(400));
    const firstEnd = sent.indexOf('\n', sent.indexOf('Created'));
    const [first, rest] = [sent.slice(0, firstEnd), sent.slice(firstEnd)];
    expect(first, sent).toMatch(FRAME);
    expect(rest).toMatch(/searching plivo back to 20\d\d-\d\d/);
    expect(rest.slice(Math.max(...[...rest.matchAll(new RegExp(FRAME, 'g'))].map(({ index }) => index)))).toContain(
      ERASE,
    );
    const lines = stripVTControlCharacters(rest).split('\n');
    expect(lines.filter((line) => /20\d\d-\d\d-\d\d \d\d:.*searching/.test(line))).toEqual([]);
  });

  test('shows how far back a search without results has come', async () => {
    const home = await slowHome(150);
    for (const words of ['list', 'download'].map((command) => `${command} -p plivo --since 4y --from +19995550100`)) {
      expect(await sentBy(words, home)).toMatch(/searching plivo back to 20\d\d-\d\d/);
    }
  });

  test('makes way for a message, and is drawn again after it', async () => {
    const home = await homeWith({
      intercept: async ({ url }, response) => {
        if (url.pathname.includes('/relay/')) {
          await sleep(400);
          return answer(response, { error: 'no' }, 422);
        }
        await sleep(1500);
        return false;
      },
    });
    const sent = await sentBy(`list -p plivo -p relay --since 7d -n 3 ${pipe}`, home);
    const message = sent.indexOf('recx: signalwire relay');
    expect(message, sent).toBeGreaterThan(0);
    expect(sent.slice(0, message).endsWith(ERASE)).toBe(true);
    const after = sent.slice(message);
    expect(after.search(FRAME)).toBeGreaterThan(0);
    expect(after.search(FRAME)).toBeLessThan(after.indexOf('DATA:'));
  });

  test('is not drawn with CI set or a dumb terminal', async () => {
    const home = await slowHome(40);
    for (const env of [{ CI: 'true' }, { TERM: 'dumb' }]) {
      const terminal = startOnTerminal(['stats -p plivo --since 7d -o csv'], home, env);
      await terminal.ended;
      expect(terminal.sent).toMatch(/^pid:\d+\r\nday,/);
    }
  });

  test('is not drawn when standard error is no terminal', async () => {
    const home = await slowHome(40);
    for (const command of ['list', 'stats', 'export']) {
      const words = [command, ...plivo.args, '--since', '7d', '-o', 'csv'];
      expect(await home.runPacked(words)).toMatchObject({ code: 0, err: '' });
    }
  });
});
