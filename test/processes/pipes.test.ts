import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { type Home, homeWith, openSandbox, profileAddArgs } from '../support/home.ts';
import { runShell } from '../support/packed.ts';
import { runHere } from '../support/run.ts';
import { expectPromptly } from '../support/timing.ts';
import { listArgs, plivo, relay, sandboxEntries, type WireFormat, wireFormats } from '../support/wire-formats.ts';

const homeOf = (wire: WireFormat, count: number, more: Row = {}): Promise<Home> =>
  homeWith({
    entries: sandboxEntries(
      wire,
      Array.from({ length: count }, (_, index) => [`id-${index}`, more]),
    ),
  });

/** A slow reader: reads a chunk, waits, and passes everything on. */
const slowReader = `${process.execPath} -e '
  const fs = require("node:fs");
  const part = Buffer.alloc(65536);
  const rest = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  rest(300);
  for (let size = 1; size > 0; rest(4)) {
    size = fs.readSync(0, part);
    fs.writeSync(1, part, 0, size);
  }
'`;

describe.each([plivo, relay])('CSV output of $profile', (wire) => {
  test('ends with SIGPIPE when the reader closes the pipe, and no more pages are requested', async () => {
    const { shell, runPacked, sandbox } = await homeOf(wire, 100_000);
    const words = ['list', ...wire.args, '--all', '-o', 'csv'];
    const { out, err, took } = await shell(`$RECX ${words.join(' ')} | head -1; echo "\${PIPESTATUS[@]}"`);
    expect(out).toMatch(/^id,provider,[^\n]+\n141 0\n$/);
    expect(err).toBe('');
    await expectPromptly(took, 2000);
    expect(sandbox.requests.length).toBeLessThan(30);
    const { signal, err: silence } = await runPacked(words, { closesOutput: true });
    expect({ signal, silence }).toEqual({ signal: 'SIGPIPE', silence: '' });
  });
});

test('the output reaches a slow reader completely', async () => {
  const { shell } = await homeOf(relay, 200, { padding: 'x'.repeat(30_000) });
  const { out, err } = await shell(
    `$RECX ${listArgs(relay, '--raw', '-o', 'json').join(' ')} | ${slowReader}; echo "\${PIPESTATUS[@]}" >&2`,
  );
  expect(err).toBe('0 0\n');
  expect(out.length).toBeGreaterThan(5_000_000);
  expect(JSON.parse(out)).toHaveLength(200);
});

test.each(['csv', 'json', 'ndjson', 'table'])('%s output to a full disk fails with exit code 7', async (format) => {
  const { shell } = await homeWith();
  const { code, err } = await shell(`$RECX list ${plivo.args.join(' ')} -o ${format} >/dev/full`);
  expect(code).toBe(7);
  expect(err).toMatch(/^recx: [^\n]*no space left/);
});

test.each([
  '--version',
  '--help',
  'list --help',
  'help exit-codes',
  'providers',
  'profile list',
  'list -p demo',
  'demo',
])('recx %s fails with exit code 7 when its output goes to a full disk', async (words) => {
  const { shell } = await homeWith();
  const { code, err } = await shell(`$RECX ${words} >/dev/full`);
  expect(code).toBe(7);
  expect(err).toMatch(/^recx: [^\n]*(no space left|ENOSPC)/);
});

describe('without a terminal, a home folder and an environment', () => {
  const runBare = (script: string) => runShell(`env -i PATH=/usr/bin:/bin ${script} </dev/null`);
  const oneErrorLine = /^recx: [^\n]+\n([^\n]+\n)?$/;

  test.each(wireFormats)('a list of $profile succeeds without messages', async (wire) => {
    const { folder } = await homeWith();
    for (const more of ['--all', '-n 3 -o table', '--status failed -o csv']) {
      const { code, out, err } = await runBare(`RECX_CONFIG_DIR=${folder} $RECX list ${wire.args.join(' ')} ${more}`);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).not.toBe('');
    }
  });

  test('lists of the demo profile and with credentials from the environment succeed without messages', async () => {
    const { origin } = await openSandbox();
    const [words, token] = profileAddArgs('signalwire', '', origin);
    const project = words.find((word) => word.startsWith('project_id='))?.slice(11);
    const variables = `SIGNALWIRE_SPACE=${origin} SIGNALWIRE_PROJECT_ID=${project} SIGNALWIRE_API_TOKEN=${token.trim()}`;
    for (const script of ['$RECX list -p demo -n 3', `${variables} $RECX list --provider signalwire -n 3`]) {
      const { code, out, err } = await runBare(script);
      expect({ code, err, rows: JSON.parse(out).length }).toEqual({ code: 0, err: '', rows: 3 });
    }
  });

  test.each([
    ['a list without any credentials', 'list --provider plivo', 4],
    ['a list without any profile', 'list', 4],
    ['adding a profile without its secret', 'profile add new --provider plivo --set auth_id=MA0123456789ABCDEFGH', 2],
    ['a list of a profile that does not exist', 'list -p nobody', 6],
    ['removing a profile that does not exist', 'profile remove nobody', 6],
  ])('%s fails with one error line and does not prompt', async (_, words, ending) => {
    const { code, out, err } = await runBare(`RECX_CONFIG_DIR=${emptyFolder()} timeout 10 $RECX ${words}`);
    expect({ code, out }).toEqual({ code: ending, out: '' });
    expect(err).toMatch(oneErrorLine);
  });

  test('a config folder that cannot be created is named in the error', async () => {
    const [words, input] = profileAddArgs('plivo', 'new', 'http://127.0.0.1:1');
    const { code, err } = await runHere(words, { input, env: { RECX_CONFIG_DIR: '/dev/null/recx' } });
    expect(code).toBe(7);
    expect(err).toMatch(/^recx: [^\n]*\/dev\/null\/recx[^\n]*ENOTDIR/);
  });
});
