// recx download beside curl --parallel, aria2c and rclone: the same files of one local nginx, over the same way, 16 at once.
// Every tool once a round, medians; wall and CPU also as a ratio to curl's in the same round. nginx (and at a latency the
// process that delays) takes its CPU from the same cores. Needs nginx, curl and GNU time.
// node test/bench/download.mjs [--quick] [--rounds 5] [--cases small,large,giant] [--latency 0,50] [--tools curl,recx,…]
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeFiles, startNginx, writePages } from './served.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    cases: { type: 'string', default: 'small,large,giant' },
    latency: { type: 'string', default: '0,50' },
    tools: { type: 'string', default: 'curl,aria2c,rclone,recx' },
  },
});
const ROUNDS = Number(values.rounds ?? (values.quick ? 1 : 5));
const AT_ONCE = '16';
const program = process.env.RECX ?? join(import.meta.dirname, '../../bin/recx.cjs');
const MB = 1_000_000;

/** `giant` shows the memory: its file is one long hole, only without latency. */
const cases = {
  small: { count: values.quick ? 200 : 2000, size: 0.2 * MB },
  large: { count: values.quick ? 4 : 20, size: 50 * MB },
  giant: { count: 1, size: values.quick ? 200 * MB : 1000 * MB, sparse: true, onlyAt: 0 },
};

/** What each tool is called with to fetch files below `base` into the folder `to`; lists it needs are written to `list`. */
const tools = {
  curl: ({ base, files, to, list }) => {
    writeFileSync(list, files.map(({ name }) => `url = "${base}/${name}"\noutput = "${to}/${name}"\n`).join(''));
    return ['curl', '-q', '--no-progress-meter', '--fail', '--parallel', '--parallel-max', AT_ONCE, '-K', list];
  },
  aria2c: ({ base, files, to, list }) => {
    writeFileSync(list, files.map(({ name }) => `${base}/${name}\n  out=${name}\n`).join(''));
    return ['aria2c', '--no-conf', '-q', '-j', AT_ONCE, '-x1', '--file-allocation=none', '-d', to, '-i', list];
  },
  // Without --http-no-head it asks for each file twice.
  rclone: ({ base, to }) =>
    `rclone copy :http: ${to} --http-url ${base}/ --http-no-head --transfers ${AT_ONCE} --config= -q`.split(' '),
  recx: ({ profile, to }) =>
    [process.execPath, program, 'download', '-p', profile, '--api', 'relay', '--concurrency', AT_ONCE].concat(
      '--dir',
      to,
    ),
};

const folder = mkdtempSync(join(tmpdir(), 'recx-bench-'));
const env = { PATH: process.env.PATH, HOME: folder, RECX_CONFIG_DIR: join(folder, 'config') };
const servers = [];
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.once('exit', () => {
  for (const server of servers) server.kill();
  rmSync(folder, { recursive: true, force: true });
});

const say = (line) => process.stdout.write(`${line}\n`);
const isInstalled = (tool) => spawnSync(tool, ['--version'], { env, stdio: 'ignore' }).error === undefined;
const median = (numbers) => [...numbers].sort((one, other) => one - other)[numbers.length >> 1];

/** Runs a command to its end; resolves to seconds on the clock, CPU seconds and the peak of its memory in MiB. */
const measure = (words) =>
  new Promise((resolve, reject) => {
    const usage = join(folder, 'usage');
    const child = spawn('/usr/bin/time', ['-o', usage, '-f', '%U %S %M', ...words], {
      ...{ env, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    });
    const started = performance.now();
    child.once('error', reject);
    child.once('close', (code) => {
      const wall = (performance.now() - started) / 1000;
      if (code !== 0) return reject(new Error(`${words.slice(0, 3).join(' ')} ended with ${code}`));
      const [user, system, kilobytes] = readFileSync(usage, 'utf8').trim().split(' ').map(Number);
      resolve({ wall, cpu: user + system, memory: kilobytes / 1024 });
    });
  });

/** Every file is there, whole, and nothing else; recx's manifest has the right sums. */
const verify = (tool, files, to) => {
  const there = readdirSync(to).filter((name) => name.endsWith('.wav'));
  assert.equal(there.length, files.length, tool);
  for (const { name, size } of files) assert.equal(statSync(join(to, name)).size, size, `${tool} ${name}`);
  if (tool !== 'recx') return;
  const lines = readFileSync(join(to, 'manifest.ndjson'), 'utf8').trim().split('\n').map(JSON.parse);
  const sums = new Map(lines.map(({ path, sha256 }) => [path, sha256]));
  for (const { name, sha256 } of files) assert.equal(sums.get(name), sha256 ?? sums.get(name));
  assert.equal(sums.size, files.length);
};

/** Starts the process that delays; resolves to its port. */
const startDelay = (port, latency) =>
  new Promise((resolve) => {
    const words = [join(import.meta.dirname, 'delay.mjs'), String(port), String(latency)];
    const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    servers.push(child);
    child.stdout.once('data', (text) => resolve(Number(text)));
  });

/** Adds a profile whose API is at a port, and tells its name. */
const addProfile = (port) => {
  const profile = `port-${port}`;
  const set = ['--set', 'space=x', '--set', 'project_id=5a4db0c5-0000-4000-8000-000000000001'];
  const words = ['profile', 'add', profile, '--provider', 'signalwire', ...set];
  const url = ['--base-url', `http://127.0.0.1:${port}`];
  const { status, stderr } = spawnSync(process.execPath, [program, ...words, ...url], { env, input: 'token\n' });
  assert.equal(status, 0, String(stderr));
  return profile;
};

/** One tool fetches the files of a case into a new folder. The served files are in memory, what was written is on the disk. */
const runOnce = async (tool, scene) => {
  const to = join(folder, 'to');
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  // Some systems take pages out of memory that were not used for a few seconds.
  for (const { name } of scene.files) readFileSync(join(folder, scene.name, name));
  const measured = await measure(tools[tool]({ ...scene, to, list: join(folder, 'list') }));
  verify(tool, scene.files, to);
  spawnSync('sync');
  return measured;
};

const compare = async (title, scene, present) => {
  writePages(join(folder, 'pages'), scene.files, scene.base);
  const results = Object.fromEntries(present.map((tool) => [tool, []]));
  for (let round = 0; round < ROUNDS; round++) {
    // Another one comes first in each round.
    for (const index of present.keys()) {
      const tool = present[(index + round) % present.length];
      results[tool].push(await runOnce(tool, scene));
    }
  }
  say(`\n${title.padEnd(30)}   wall s  × curl    CPU s  × curl peak MiB`);
  for (const tool of present) {
    const middle = (key) => median(results[tool].map((result) => result[key]));
    const ratio = (key) => median(results[tool].map((result, round) => result[key] / results.curl[round][key]));
    const cells = [middle('wall'), ratio('wall'), middle('cpu'), ratio('cpu')].map((cell) =>
      cell.toFixed(2).padStart(8),
    );
    say(`${tool.padEnd(30)} ${cells.join('')} ${middle('memory').toFixed(0).padStart(8)}`);
  }
};

for (const needed of ['nginx', 'curl', '/usr/bin/time']) {
  if (isInstalled(needed)) continue;
  say(`${needed} is not installed: nothing can be measured`);
  process.exit(1);
}
const present = ['curl', ...values.tools.split(',').filter((tool) => tool !== 'curl')].filter((tool) => {
  if (tool === 'recx' || isInstalled(tool)) return true;
  say(`${tool} is not installed: left out`);
  return false;
});
const nginx = await startNginx(folder);
servers.push(nginx.process);
const files = {};
for (const name of values.cases.split(',')) {
  const { count, size, sparse = false } = cases[name];
  files[name] = makeFiles(join(folder, name), count, size, sparse);
}
spawnSync('sync');
say(`${cpus().length} cores, Node ${process.versions.node}, ${AT_ONCE} at once, medians of ${ROUNDS}`);
for (const latency of values.latency.split(',').map(Number)) {
  const port = latency === 0 ? nginx.port : await startDelay(nginx.port, latency);
  const profile = addProfile(port);
  for (const [name, own] of Object.entries(files)) {
    const { count, size, onlyAt = latency } = cases[name];
    if (onlyAt !== latency) continue;
    const title = `${count} × ${size / MB} MB at ${latency} ms`;
    await compare(title, { name, files: own, base: `http://127.0.0.1:${port}/${name}`, profile }, present);
    if (latency === 0) continue;
    // What the delaying process can do at most: curl through one that does not delay.
    const open = await startDelay(nginx.port, 0);
    const { wall } = await runOnce('curl', { name, files: own, base: `http://127.0.0.1:${open}/${name}` });
    say(`(through the same process without a delay curl takes ${wall.toFixed(2)} s)`);
  }
}
process.exit(0);
