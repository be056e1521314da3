import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyFolder } from './cleanup.ts';
import { configurationText, homeWith } from './home.ts';
import { recxInShell } from './paths.ts';

/** A simulated machine with the profile of the examples and a folder for programs. */
export const openMachine = async () => {
  const { sandbox } = await homeWith();
  const home = emptyFolder();
  const programs = emptyFolder();
  const addProgram = (name: string, text: string): void => {
    writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(programs, name), 0o755);
  };
  addProgram('recx', `exec ${recxInShell()} "$@"`);
  // Opens no browser.
  for (const opener of ['xdg-open', 'open']) addProgram(opener, 'exit 0');
  const env = { HOME: home, PATH: `${programs}:/usr/local/bin:/usr/bin:/bin`, LOGNAME: 'cron', SHELL: '/bin/sh' };
  const sh = (command: string, input = '') => {
    // With pipefail a pipe fails if any part of it fails.
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
  // As `recx profile add work` and `recx profile use work` would store it.
  const stored = JSON.parse(configurationText(sandbox.origin));
  const folder = join(home, '.config', 'recx');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const configuration = { version: 1, current: 'work', profiles: { work: stored.profiles.plivo } };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration), { mode: 0o600 });
  return { home, sandbox, sh, programs };
};
