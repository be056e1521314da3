import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { homeWith } from '../../support/home.ts';

const mediaOf = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => /\.(?:wav|mp3|mp4)$/.test(name))
    .sort();

const commands = [
  'download -p twilio --ids - --dry-run',
  'profile add other --provider plivo --set auth_id=MA0123456789ABCDEFGH --no-check',
];

describe.concurrent('a list of ids', () => {
  test.each([
    ['CSV', ['-o', 'csv'], 'utf8'],
    ['CSV for spreadsheets', ['-o', 'csv', '--excel'], 'utf8'],
    ['a column of CSV', ['-o', 'csv', '--fields', 'id'], 'utf8'],
    ['JSON', ['-o', 'json', '--fields', 'id,provider'], 'utf8'],
    ['CSV in UTF-16', ['-o', 'csv'], 'utf16le'],
    ['JSON in UTF-16', ['-o', 'json'], 'utf16le'],
    ['NDJSON in UTF-16', ['-o', 'ndjson'], 'utf16le'],
  ] as const)('as %s is read', async (_, output, encoding) => {
    const { run } = await homeWith();
    const listed = await run(['list', '-p', 'twilio', '-n', '4', '--status', 'completed', ...output]);
    const [file, dir] = [join(emptyFolder(), 'ids'), emptyFolder()];
    writeFileSync(file, `\ufeff${listed.out.replace(/^\ufeff/, '')}`, encoding);
    const got = await run(['download', '-p', 'twilio', '--ids', file, '--dir', dir]);
    expect({ code: got.code, files: mediaOf(dir).length }).toEqual({ code: 0, files: 4 });
  });

  test('with a NUL is rejected before any request, with its place', async () => {
    const { run, sandbox } = await homeWith();
    const got = await run(['download', '-p', 'twilio', '--ids', '-', '--dry-run'], { input: 'one\ntw\0o\n' });
    expect(got.code).toBe(2);
    expect(got.err).toContain('standard input, line 2');
    expect(sandbox.requests.filter(({ url }) => /%00|two|tw%/.test(url.href))).toEqual([]);
  });

  test('of complete rows needs no request for a recording whose link does not expire', async () => {
    const { run, sandbox } = await homeWith();
    const both = ['-p', 'twilio', '-p', 'compatibility', '-p', 'video', '--api', 'all'];
    const filters = ['--status', 'completed', '--since', '20d', '-n', '30'];
    const { out } = await run(['list', ...both, ...filters, '-o', 'ndjson']);
    const rows: readonly { readonly id: string; readonly api: string }[] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const expiring = rows.filter(({ api }) => api === 'video').length;
    expect([expiring > 0, rows.length - expiring > 0]).toEqual([true, true]);
    const [before, dir] = [sandbox.requests.length, emptyFolder()];
    const got = await run(['download', ...both, '--ids', '-', '--dir', dir], { input: out });
    expect({ code: got.code, files: mediaOf(dir).length }).toEqual({ code: 0, files: rows.length });
    const asked = sandbox.requests.slice(before).filter(({ url }) => /\/RE\w+\.json$|laml.*\.json$/.test(url.pathname));
    expect(asked).toEqual([]);
  });

  test.each(['{id}', '{created_at}'])('that was cut off ends with exit code 3 after its rows: %s', async (name) => {
    const { run } = await homeWith();
    const { out } = await run(['list', '-p', 'twilio', '-n', '3', '--status', 'completed', '-o', 'json']);
    const dir = emptyFolder();
    const input = out.slice(0, out.lastIndexOf(']'));
    const got = await run(['download', '-p', 'twilio', '--ids', '-', '--dir', dir, '--name', name], { input });
    expect({ code: got.code, files: mediaOf(dir).length }).toEqual({ code: 3, files: 3 });
    expect(got.err).toContain('standard input was cut off: its JSON has no end');
  });

  test.each(['csv', 'ndjson'])('of %s that was cut off anywhere in its last row uses the others', async (format) => {
    const { run } = await homeWith();
    const words = ['list', '-p', 'twilio', '-n', '3', '--status', 'completed', '-o', format];
    const { out } = await run(words);
    const last = out.trimEnd().split('\n').at(-1) ?? '';
    for (const length of [3, Math.floor(last.length / 2), last.length - 2]) {
      const dir = emptyFolder();
      const input = out.slice(0, out.lastIndexOf(last) + length);
      const got = await run(['download', '-p', 'twilio', '--ids', '-', '--dir', dir], { input });
      expect({ code: got.code, files: mediaOf(dir).length }).toEqual({ code: 3, files: 2 });
      expect(got.err).toContain('standard input was cut off');
    }
  });

  test.each([
    ['a pipe without a writer', '--ids "$HOME/pipe"'],
    ['a pipe with a writer that writes nothing', '--ids "$HOME/pipe" 3<> "$HOME/pipe"'],
    ['standard input without an end', '--ids - 0<> "$HOME/pipe"'],
  ])('from %s ends at --max-time', async (_, words) => {
    const { shell } = await homeWith();
    const download = `$RECX download -p twilio --dry-run --max-time 500ms ${words}`;
    const got = await shell(`mkfifo "$HOME/pipe" && ${download}`);
    expect(got).toMatchObject({ code: 9, err: expect.stringContaining('stopped at --max-time') });
  });

  test('from a named pipe are read to its end', async () => {
    const { shell } = await homeWith();
    const write = '(printf "one\\ntwo\\n" > "$HOME/pipe") &';
    const got = await shell(`mkfifo "$HOME/pipe"; ${write} $RECX download -p twilio --dry-run --ids "$HOME/pipe"`);
    expect(got).toMatchObject({ code: 6, out: expect.stringContaining('missing 2') });
  });

  test.each([
    ['from a folder', '< "$HOME"', 'standard input is a folder'],
    ['from a closed descriptor', '<&-', 'standard input is closed'],
    ['from a file that is only written', '0> "$HOME/written"', 'EBADF'],
    ['from a device that is only written', '0> /dev/null', 'standard input is closed'],
  ])('or a secret %s is a local error', async (_, redirection, message) => {
    const { shell } = await homeWith();
    for (const words of commands) {
      const got = await shell(`$RECX ${words} ${redirection}`);
      expect({ words, code: got.code }).toEqual({ words, code: 7 });
      expect(got.err).toContain(message);
    }
  });
});
