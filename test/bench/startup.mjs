// Start-up of the built program against bare Node, every case once a round, medians. Run it with `npm run bench`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROUNDS = Number(process.env.ROUNDS ?? 25);
const program = process.env.RECX ?? join(import.meta.dirname, '../../bin/recx.cjs');
const node = process.env.NODE ?? process.execPath;
const { startSandbox } = createRequire(import.meta.url)('../../dist/sandbox.cjs');

const home = mkdtempSync(join(tmpdir(), 'recx-bench-'));
// NODE_EXTRA_CA_CERTS and NODE_OPTIONS would slow bare Node down and flatter every ratio.
const env = { PATH: process.env.PATH, HOME: home };

/** Milliseconds from start to exit. */
const time = (words, input = '') =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(node, words, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdout.resume();
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (code) => {
      assert.equal(code, 0, words.join(' '));
      resolve(performance.now() - started);
    });
  });

const median = (times) => [...times].sort((one, other) => one - other)[times.length >> 1];

const sandbox = await startSandbox({ now: Date.now });
const add = ['profile', 'add', 'bench', '--provider', 'signalwire', '--set', 'space=x', '--base-url', sandbox.origin];
const project = '--set=project_id=5a4db0c5-0000-4000-8000-000000000001';
await time([program, ...add, project], 'sandbox-signalwire-token\n');

const cases = {
  'node -e 0': ['-e', '0'],
  'recx --version': [program, '--version'],
  'recx --help': [program, '--help'],
  'recx list --help': [program, 'list', '--help'],
  'recx list -o json': [program, 'list', '-p', 'bench', '-o', 'json', '--limit', '20'],
  'recx list -o table': [program, 'list', '-p', 'bench', '-o', 'table', '--limit', '20'],
};
const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, words] of Object.entries(cases)) times[name].push(await time(words));
}
const bare = median(times['node -e 0']);
for (const [name, own] of Object.entries(times)) {
  const middle = median(own);
  process.stdout.write(
    `${name.padEnd(20)} ${middle.toFixed(1).padStart(7)} ms ${(middle / bare).toFixed(2).padStart(6)} x\n`,
  );
}
await sandbox.close();
rmSync(home, { recursive: true, force: true });
