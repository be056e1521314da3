// Shared by the benchmarks: options, programs, timed commands, alternating rounds, tables.
// Flags --quick --full --tls --write --cases a,b --latency 0,50 --tools a,b; variables RECX, BEFORE, EXECUTABLE, ROUNDS, ROWS, TWILIO.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, devNull, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    tls: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    cases: { type: 'string' },
    latency: { type: 'string' },
    tools: { type: 'string' },
  },
  allowPositionals: true,
});
export const flags = values;
export const words = positionals;
export const ROUNDS = Number(process.env.ROUNDS ?? (flags.quick ? 1 : 5));

/** A folder that is removed at the end of the script. */
export const folder = mkdtempSync(join(tmpdir(), 'recx-bench-'));
const children = new Set();
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.once('exit', () => {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** Makes sure that a process is stopped at the end of the script. */
export const ending = (child) => {
  children.add(child);
  return child.once('close', () => children.delete(child));
};

/** The environment without NODE_EXTRA_CA_CERTS and NODE_OPTIONS, which would slow down bare Node and improve every ratio. */
export const env = { PATH: process.env.PATH, HOME: folder };

const RECX = process.env.RECX ?? join(import.meta.dirname, '../../bin/recx.cjs');
/** The measured programs, each with its own config folder: recx, another version (BEFORE), an executable (EXECUTABLE). */
export const programs = Object.entries({
  recx: [process.execPath, RECX],
  'recx before': process.env.BEFORE && [process.execPath, process.env.BEFORE],
  'recx executable': process.env.EXECUTABLE && [resolve(process.env.EXECUTABLE)],
})
  .filter(([, words]) => words)
  .map(([name, words]) => ({ name, words, env: { ...env, RECX_CONFIG_DIR: join(folder, name.replace(' ', '-')) } }));

/** Whether a program has a command: an older version may lack it. */
export const knows = ({ name, words: [node, ...words], env: own }, command) => {
  const help = String(spawnSync(node, [...words, '--help'], { env: own }).stdout);
  const there = new RegExp(`^ +${command}\\b`, 'm').test(help);
  if (!there) say(`${name} has no ${command}: left out`);
  return there;
};

/** Adds a profile with this base URL for every program. */
export const addProfile = (name, provider, credentials, origin) => {
  const secret = Object.keys(credentials).find((key) => /token$/.test(key));
  const fields = Object.entries(credentials).filter(([key]) => key !== secret);
  const set = fields.flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const words = ['profile', 'add', name, '--provider', provider, ...set, '--base-url', origin];
  for (const program of programs) {
    const [command, ...first] = program.words;
    const input = `${credentials[secret]}\n`;
    const { status, stderr } = spawnSync(command, [...first, ...words], { env: program.env, input });
    assert.equal(status, 0, String(stderr));
  }
};

/** Starts a server script of this folder as a separate process that prints its port first; resolves to the port. */
export const startServer = (script, ...words) =>
  new Promise((resolve, reject) => {
    const options = { env, stdio: ['ignore', 'pipe', 'inherit'] };
    const child = ending(spawn(process.execPath, [join(import.meta.dirname, script), ...words.map(String)], options));
    child.once('error', reject);
    child.stdout.once('data', (text) => resolve(Number(text)));
  });

export const isInstalled = (tool) => spawnSync(tool, ['--version'], { env }).error === undefined;

/** The installed ones of some tools; prints which are missing. */
export const installed = (tools) =>
  tools.filter((tool) => {
    const there = isInstalled(tool);
    if (!there) say(`${tool} is not installed: left out`);
    return there;
  });

const gnuTime = ['/usr/bin/time', 'gtime'].find((path) =>
  String(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout).includes('GNU'),
);

/** Runs a command with its output to a file or discarded; resolves to seconds, CPU seconds and peak MiB. */
export const timed = ([command, ...words], { out, ...options } = {}) =>
  new Promise((resolve, reject) => {
    const usage = join(folder, 'usage');
    // Node's own 'ignore' is open to read as well, which recx takes for a closed output.
    const output = openSync(out ?? devNull, 'w');
    const timing = gnuTime === undefined ? [] : [gnuTime, '-o', usage, '-f', '%U %S %M'];
    const [first, ...rest] = [...timing, command, ...words];
    const started = performance.now();
    const child = spawn(first, rest, { env, cwd: folder, stdio: ['ignore', output, 'inherit'], ...options });
    ending(child).once('error', reject);
    child.once('close', (code) => {
      const wall = (performance.now() - started) / 1000;
      closeSync(output);
      if (code !== 0) return reject(new Error(`${[command, ...words].slice(0, 5).join(' ')} ended with ${code}`));
      const text = gnuTime === undefined ? '' : readFileSync(usage, 'utf8').trim();
      const [user = Number.NaN, system = Number.NaN, kilobytes = Number.NaN] = text ? text.split(' ').map(Number) : [];
      resolve({ wall, cpu: user + system, peak: kilobytes / 1024 });
    });
  });

/** Runs a command and reads its output: milliseconds until a pattern matches and until the end, and the number of lines. */
export const watched = ([command, ...words], { pattern, ...options } = {}) =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    const child = ending(spawn(command, words, { env, stdio: ['ignore', 'pipe', 'inherit'], ...options }));
    let head = '';
    let first = Number.NaN;
    let lines = 0;
    child.stdout.on('data', (chunk) => {
      if (Number.isNaN(first) && pattern !== undefined) {
        head += chunk;
        if (pattern.test(head)) first = performance.now() - started;
      }
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0) return reject(new Error(`${[command, ...words].join(' ')} ended with ${code}`));
      resolve({ started, first, end: performance.now() - started, lines });
    });
  });

/** Runs every case once per round, starting with another one each time; returns the results of each case by round. */
export const alternate = async (cases, run, rounds = ROUNDS) => {
  const names = Object.keys(cases);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const index of names.keys()) {
      const name = names[(index + round) % names.length];
      results[name].push(await run(cases[name], name));
    }
  }
  return results;
};

export const median = (numbers) => [...numbers].sort((one, other) => one - other)[numbers.length >> 1];
export const middle = (results, key) => median(results.map((result) => result[key]));
/** The median of the ratios of each round; NaN when there is nothing to compare with. */
export const ratio = (results, peer, key) =>
  peer === undefined ? Number.NaN : median(results.map((result, round) => result[key] / peer[round][key]));

/** A number as a table cell; empty if nothing was measured. */
export const cell = (number, digits = 2) => (Number.isFinite(number) ? number.toFixed(digits) : '');

/** An aligned Markdown table: the first column left-aligned, numbers right-aligned. */
export const table = (head, rows) => {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column].length)));
  const line = (cells) =>
    `| ${cells.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
};

export const say = (text) => process.stdout.write(`${text}\n`);

/** Prints a table or a sentence and stores it for `finish`. */
export const print = (text) => {
  printed.push(text);
  say(`\n${text}`);
};
const printed = [];

export const machine = (rounds = ROUNDS) =>
  `${cpus().length} cores, Node ${process.versions.node}, medians of ${rounds} rounds${flags.quick ? ', a short run' : ''}`;

/** Ends the script; with --write, replaces the section between its marks in the README of this folder by what was printed. */
export const finish = (mark) => {
  if (flags.write) {
    const path = join(import.meta.dirname, 'README.md');
    const text = readFileSync(path, 'utf8');
    const between = new RegExp(`(<!-- ${mark} -->)[^]*?(<!-- /${mark} -->)`);
    assert.match(text, between);
    writeFileSync(
      path,
      text.replace(between, (_, start, end) => `${start}\n${printed.join('\n\n')}\n${end}`),
    );
  }
  process.exit(0);
};
