// Packs the program, installs it into an empty folder and runs the benchmarks on it: npm run bench -- [names] [flags].
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { env, flags, folder, words as names, programs, say } from './measure.mjs';

const steps = [['startup'], ['listing'], ['output'], ['download'], ['download', '--tls'], ['calls'], ['scale']];

const unknown = names.find((word) => !steps.some(([name]) => name === word));
if (unknown !== undefined) {
  say(`unknown benchmark ${unknown}; known are: ${[...new Set(steps.map(([name]) => name))].join(', ')}`);
  process.exit(2);
}
const passed = process.argv.slice(2).filter((word) => !names.includes(word) && word !== '--tls');
const chosen = steps.filter(([name, tls]) => (names.length === 0 || names.includes(name)) && (!flags.tls || tls));

const root = join(import.meta.dirname, '../..');
const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] };
execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], options);
const archive = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
execFileSync('npm', ['install', '--silent', '--offline', '--prefix', folder, archive], { ...options, env });
const RECX = join(folder, 'node_modules/recx/bin/recx.cjs');
say(['recx, packed', ...programs.slice(1).map(({ name }) => name)].join(', '));
for (const [name, ...own] of chosen) {
  const script = join(import.meta.dirname, `${name}.mjs`);
  const started = performance.now();
  const { status } = spawnSync(process.execPath, [script, ...passed, ...own], {
    stdio: 'inherit',
    env: { ...process.env, RECX },
  });
  say(`\n${[name, ...own].join(' ')}: ${((performance.now() - started) / 60_000).toFixed(1)} minutes`);
  if (status !== 0) process.exitCode = 1;
}
