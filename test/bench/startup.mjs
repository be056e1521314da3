// Start-up time as a ratio to bare Node in the same round: node test/bench/startup.mjs [--quick] [--write]
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import {
  addProfile,
  alternate,
  cell,
  env,
  finish,
  flags,
  installed,
  machine,
  middle,
  print,
  programs,
  ratio,
  table,
  watched,
} from './measure.mjs';

const { startSandbox, sandboxApis } = createRequire(import.meta.url)('../../dist/sandbox.cjs');
const ROUNDS = Number(process.env.ROUNDS ?? (flags.quick ? 3 : 25));
const [relay] = sandboxApis;
const ROWS = 20;

let requested = Number.NaN;
const sandbox = await startSandbox({
  now: Date.now,
  intercept: () => {
    requested = performance.now();
    return false;
  },
});
addProfile('bench', relay.provider, relay.credentials, sandbox.origin);

/** The arguments of the program, and the pattern in its output once the first row is printed. */
const starts = {
  '--version': [['--version']],
  '--help': [['--help']],
  'list --help': [['list', '--help']],
  'list -o json': [['list', '-p', 'bench', '-o', 'json', '-n', String(ROWS)], /\n./],
  'list -o table': [['list', '-p', 'bench', '-o', 'table', '-n', String(ROWS)], /\n./],
};

// An executable runs its own Node.js, which starts at another speed: run the script with that one to compare.
const cases = { 'node -e 0': { words: [process.execPath, '-e', '0'], env } };
for (const [name, [words, pattern]] of Object.entries(starts)) {
  for (const program of programs) {
    cases[`${program.name} ${name}`] = { words: [...program.words, ...words], env: program.env, pattern };
  }
}
for (const curl of installed(['curl'])) {
  const address = `${sandbox.origin}${relay.listPath}?page_size=50`;
  cases['curl, the same page'] = { words: [curl, '-sq', '-u', relay.basicAuth.join(':'), address], env, pattern: /./ };
}
for (const twilio of installed([process.env.TWILIO ?? 'twilio'])) {
  // The Twilio CLI prints a warning when it is not on PATH.
  cases['twilio --version'] = { words: [twilio, '--version'], env, stdio: ['ignore', 'pipe', 'ignore'] };
}

const run = async ({ words, ...options }) => {
  requested = Number.NaN;
  const { started, first, end, lines } = await watched(words, options);
  if (options.pattern?.source === '\\n.') assert.ok(lines >= ROWS, words.join(' '));
  return { request: requested - started, first, end };
};
const results = await alternate(cases, run, ROUNDS);

const rows = Object.entries(results).map(([name, own]) => [
  name,
  ...['request', 'first', 'end'].map((key) => cell(middle(own, key), 1)),
  cell(ratio(own, results['node -e 0'], 'end')),
]);
print(`${machine(ROUNDS)}.`);
print(table(['', 'first request ms', 'first row ms', 'end ms', '× node'], rows));
await sandbox.close();
finish('startup');
