import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { adding, emptyFolder, homeWith } from './harness.ts';

/** A machine with the profile of the examples, and its folder of programs. */
export const machine = async () => {
  const { sandbox } = await homeWith();
  const home = emptyFolder();
  const programs = emptyFolder();
  const wrapper = join(programs, 'recx');
  writeFileSync(wrapper, `#!/bin/sh\nexec ${process.execPath} ${join(inject('installed'), 'bin', 'recx.cjs')} "$@"\n`);
  chmodSync(wrapper, 0o755);
  const env = { HOME: home, PATH: `${programs}:/usr/local/bin:/usr/bin:/bin`, LOGNAME: 'cron', SHELL: '/bin/sh' };
  const sh = (command: string, input = '') => {
    // Where one part of a pipe fails, all of it has.
    const child = spawn('bash', ['--norc', '-o', 'pipefail', '-c', command], { cwd: home, env, stdio: 'pipe' });
    const printed = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      printed.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      printed.err += chunk;
    });
    child.stdin.on('error', () => {}).end(input);
    return new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
      child.once('close', (code) => resolve({ code, ...printed })),
    );
  };
  const [words, secret] = adding('plivo', 'work', sandbox.origin);
  const store = words.map((word) => `'${word}'`).join(' ');
  expect(await sh(`recx ${store} && recx profile use work`, secret)).toMatchObject({ code: 0, out: '' });
  return { home, sandbox, sh, programs };
};
