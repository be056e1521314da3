// A whole list from each API at a given latency: requests, seconds, and the least possible. Run it with `npm run bench`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROWS = Number(process.env.ROWS ?? 1000);
const LATENCY = Number(process.env.LATENCY ?? 50);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const program = process.env.RECX ?? join(import.meta.dirname, '../../bin/recx.cjs');
const { startSandbox, sandboxApis } = createRequire(import.meta.url)('../../dist/sandbox.cjs');

/** So many entries of an API: its samples over and over, each with an id of its own. */
const entriesOf = (api) => {
  const samples = api.samples(Date.now(), 'http://127.0.0.1');
  return Array.from({ length: ROWS }, (_, index) => {
    const sample = samples[Math.floor((index * samples.length) / ROWS)];
    const id = `${sample.id}-${index}`;
    return { ...sample, id, row: { ...sample.row, [api.idKey]: id } };
  });
};

/** The words after `recx`; resolves to milliseconds and lines of output. */
const run = (words, env, input = '') =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, [program, ...words], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    let lines = 0;
    child.stdout.on('data', (chunk) => {
      for (const byte of chunk) if (byte === 10) lines++;
    });
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (code) => {
      assert.equal(code, 0, words.join(' '));
      resolve({ milliseconds: performance.now() - started, lines });
    });
  });

const median = (numbers) => [...numbers].sort((one, other) => one - other)[numbers.length >> 1];

const home = mkdtempSync(join(tmpdir(), 'recx-bench-'));
const env = { PATH: process.env.PATH, HOME: home };
const start = median(
  (await Promise.all(Array.from({ length: 3 }, () => run(['--help'], env)))).map(({ milliseconds }) => milliseconds),
);
process.stdout.write(
  `${ROWS} rows, ${LATENCY} ms a response, median of ${ROUNDS}; start-up (--help) ${start.toFixed(0)} ms\n`,
);
for (const api of sandboxApis) {
  const sandbox = await startSandbox({
    now: Date.now,
    entries: { [`${api.provider}/${api.api}`]: entriesOf(api) },
    intercept: () => new Promise((resolve) => setTimeout(resolve, LATENCY, false)),
  });
  const name = `${api.provider}-${api.api}`;
  const secret = Object.keys(api.credentials).find((key) => /token$/.test(key));
  const fields = Object.entries(api.credentials).flatMap(([key, value]) =>
    key === secret ? [] : ['--set', `${key}=${value}`],
  );
  await run(
    ['profile', 'add', name, '--provider', api.provider, ...fields, '--base-url', sandbox.origin],
    env,
    `${api.credentials[secret]}\n`,
  );
  for (const range of [[], ['--since', '41d']]) {
    const before = sandbox.requests.length;
    const times = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { milliseconds, lines } = await run(
        ['list', '-p', name, '--api', api.api, '--all', '-o', 'ndjson', ...range],
        env,
      );
      assert.equal(lines, ROWS);
      times.push(milliseconds);
    }
    const requests = (sandbox.requests.length - before) / ROUNDS;
    const wall = median(times);
    const words = `${name} ${range.join(' ')}`.padEnd(40);
    process.stdout.write(
      `${words} ${String(requests).padStart(5)} requests ${(wall / 1000).toFixed(2).padStart(6)} s\n`,
    );
  }
  await sandbox.close();
}
rmSync(home, { recursive: true, force: true });
