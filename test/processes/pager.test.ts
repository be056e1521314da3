import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import { homeWith } from '../support/home.ts';

/** A pager that records its arguments, environment and input, and shows the first line. */
const fakePager = () => {
  const folder = emptyFolder();
  const file = join(folder, 'pager');
  writeFileSync(
    file,
    `#!/bin/sh\nenv > ${folder}/env\necho "$@" > ${folder}/words\ntee ${folder}/seen | head -1\necho left\n`,
  );
  chmodSync(file, 0o755);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { folder, file, read, isCalled: () => existsSync(join(folder, 'seen')) };
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are the target of the search
const escapes = /\u001b\[[?\d;]*[A-Za-z]/g;

/** Runs the program on a terminal of 80 by 12 cells. */
const onScreen = async (words: string, env: Readonly<Record<string, string>>) => {
  const home = await homeWith();
  const script = `script -qec 'stty cols 80 rows 12; $RECX ${words} ; echo code $?' /dev/null </dev/null`;
  const { out } = await home.shell(script, { env: { TERM: 'xterm', NO_COLOR: '1', ...env } });
  // Escape sequences of the progress line are removed.
  return { text: out.replaceAll('\r\n', '\n').replaceAll(escapes, '') };
};

describe.concurrent('a list on a terminal', () => {
  test('is passed to the pager completely when it is longer than the screen', async () => {
    const pager = fakePager();
    const secret = 'sandbox-signalwire-token';
    const { text } = await onScreen('list -p relay --limit 30 --tz UTC', {
      PAGER: `${pager.file} -x`,
      SIGNALWIRE_API_TOKEN: secret,
      OWN: secret,
    });
    expect(text).toMatch(/left\n30 recordings, [^\n]*\nCallers and names [^\n]*\ncode 0\n$/);
    expect(pager.read('words')).toBe('-x\n');
    const lines = pager.read('seen').trimEnd().split('\n');
    expect(lines[0]).toMatch(/^Created/);
    expect(lines.filter((line) => /^2\d{3}-/.test(line))).toHaveLength(30);
    expect(pager.read('env')).toContain('LESS=FRX');
    expect(pager.read('env')).not.toContain(secret);
  });

  test.each([
    ['it fits the screen', 'list -p relay --limit 5', (file: string) => ({ PAGER: file })],
    ['RECX_PAGER is empty', 'list -p relay --limit 30', (file: string) => ({ PAGER: file, RECX_PAGER: '' })],
    ['the terminal is dumb', 'list -p relay --limit 30', (file: string) => ({ PAGER: file, TERM: 'dumb' })],
    ['no pager is set', 'list -p relay --limit 30', () => ({})],
    ['the pager is cat', 'list -p relay --limit 30', () => ({ PAGER: 'cat' })],
    ['the pager does not exist', 'list -p relay --limit 30', () => ({ PAGER: '/nowhere/pager' })],
  ])('is printed without a pager when %s', async (_, words, env) => {
    const pager = fakePager();
    const { text } = await onScreen(`${words} --tz UTC`, env(pager.file));
    expect(pager.isCalled()).toBe(false);
    expect(text).toMatch(/^\d+ recordings, .*\nCallers and names .*\ncode 0\n$/m);
    expect(text.match(/^2\d{3}-/gm)).toHaveLength(words.endsWith('30') ? 30 : 5);
  });

  test('stops without an error when the pager exits early', async () => {
    const { text } = await onScreen('list -p relay --all', { PAGER: 'head -2' });
    expect(text).toMatch(/\ncode 0\n$/);
  });

  test('ends with exit code 7 and an error when the pager fails', async () => {
    const { text } = await onScreen('list -p relay --limit 30', { PAGER: 'false' });
    expect(text).toMatch(/the pager false exited with code 1: some rows may not have been shown\n.*\ncode 7\n$/);
  });

  test('ends with exit code 130 when the pager is stopped by Ctrl-C', async () => {
    const folder = emptyFolder();
    const file = join(folder, 'pager');
    writeFileSync(file, '#!/bin/sh\nkill -INT $$\n', { mode: 0o755 });
    const { text } = await onScreen('list -p relay --limit 30', { PAGER: file });
    expect(text).toMatch(/code 130\n$/);
  });

  test('written to a pipe has no pager and no summary line', async () => {
    const pager = fakePager();
    const home = await homeWith();
    const { code, out } = await home.run(['list', '-p', 'relay', '-q', '-o', 'table'], { env: { PAGER: pager.file } });
    expect(code).toBe(0);
    expect(out).not.toContain('recordings');
    expect(pager.isCalled()).toBe(false);
  });
});
