// Compares recx download with curl --parallel, aria2c, rclone and the least that Node needs (floor.mjs): the same files of one
// local nginx, 16 in parallel.
// nginx and, with latency, the delaying proxy use the same CPU cores. Needs nginx and curl.
// node test/bench/download.mjs [--quick] [--tls] [--cases small,large,giant] [--latency 0,50] [--tools aria2c,rclone] [--write]
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addProfile,
  alternate,
  cell,
  ending,
  env,
  finish,
  flags,
  folder,
  installed,
  isInstalled,
  machine,
  median,
  middle,
  print,
  programs,
  ratio,
  say,
  startServer,
  table,
  timed,
  watched,
} from './measure.mjs';
import { makeCertificate, makeFiles, startNginx, writePages } from './served.mjs';

const PARALLEL = '16';
const MB = 1_000_000;
const { quick, tls } = flags;

/** `giant` shows memory use: its file is one sparse file, measured without latency only. */
const cases = {
  small: { count: quick ? 200 : 2000, size: 0.2 * MB },
  large: { count: quick ? 4 : 20, size: 50 * MB },
  giant: { count: 1, size: quick ? 200 * MB : 1000 * MB, sparse: true, onlyAt: 0 },
};

for (const needed of tls ? ['nginx', 'curl', 'openssl'] : ['nginx', 'curl']) {
  if (isInstalled(needed)) continue;
  say(`${needed} is not installed: no measurement possible`);
  process.exit(0);
}
const certificate = tls ? makeCertificate(folder) : undefined;
const trusting = (flag) => (tls ? [flag, certificate] : []);

/** The command of each tool to download files below `base` into the folder `to`; it writes URL lists to `list`. */
const tools = {
  curl: ({ base, files, to, list }) => {
    writeFileSync(list, files.map(({ name }) => `url = "${base}/${name}"\noutput = "${to}/${name}"\n`).join(''));
    const words = ['curl', '-q', '--no-progress-meter', '--fail', '--parallel', '--parallel-max', PARALLEL, '-K', list];
    return [...words, ...trusting('--cacert')];
  },
  aria2c: ({ base, files, to, list }) => {
    writeFileSync(list, files.map(({ name }) => `${base}/${name}\n  out=${name}\n`).join(''));
    const words = ['aria2c', '--no-conf', '-q', '-j', PARALLEL, '-x1', '--file-allocation=none', '-d', to, '-i', list];
    return [...words, ...trusting('--ca-certificate')];
  },
  // Without --http-no-head it requests each file twice.
  rclone: ({ base, to }) => [
    ...`rclone copy :http: ${to} --http-url ${base}/ --http-no-head --transfers ${PARALLEL} --config= -q`.split(' '),
    ...trusting('--ca-cert'),
  ],
  'node floor.mjs': ({ base, files, to, list }) => {
    writeFileSync(list, files.map(({ name, size }) => `${base}/${name} ${name} ${size}\n`).join(''));
    return [process.execPath, join(import.meta.dirname, 'floor.mjs'), 'download', list, to, PARALLEL];
  },
};
const chosen = ['curl', ...installed((flags.tools ?? 'aria2c,rclone').split(',')), 'node floor.mjs'];
// recx has no flag for this; Node reads the file at every start.
const trust = tls ? { NODE_EXTRA_CA_CERTS: certificate } : {};
const environments = { 'node floor.mjs': { ...env, ...trust } };
for (const { name, words, env: own } of programs) {
  chosen.push(name);
  environments[name] = { ...own, ...trust };
  tools[name] = ({ profile, to }) => [
    ...words,
    'download',
    '-p',
    profile,
    '--api',
    'relay',
    '--all',
    '--concurrency',
    PARALLEL,
    '--dir',
    to,
  ];
}

/** Checks that every file is complete and no other exists, and that a manifest has the right hashes. */
const verify = (tool, files, to) => {
  const there = readdirSync(to).filter((name) => name.endsWith('.wav'));
  assert.equal(there.length, files.length, tool);
  for (const { name, size } of files) assert.equal(statSync(join(to, name)).size, size, `${tool} ${name}`);
  if (!/^(?:recx|node)/.test(tool)) return;
  const lines = readFileSync(join(to, 'manifest.ndjson'), 'utf8').trim().split('\n').map(JSON.parse);
  const sums = new Map(lines.map(({ path, sha256 }) => [path, sha256]));
  for (const { name, sha256 } of files) assert.equal(sums.get(name), sha256 ?? sums.get(name));
  assert.equal(sums.size, files.length);
};

/** One tool downloads the files of a case into a new folder. The served files are in memory, the downloads on disk. */
const runOnce = async (tool, scene) => {
  const to = join(folder, 'to');
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  // Some systems evict pages from memory that were unused for a few seconds.
  for (const { name } of scene.files) readFileSync(join(folder, scene.name, name));
  const words = tools[tool]({ ...scene, to, list: join(folder, 'list') });
  const measured = await timed(words, { env: environments[tool] ?? env });
  verify(tool, scene.files, to);
  spawnSync('sync');
  return measured;
};

const compare = async (title, scene, bytes) => {
  writePages(join(folder, 'pages'), scene.files, scene.base);
  const results = await alternate(Object.fromEntries(chosen.map((tool) => [tool, tool])), (tool) =>
    runOnce(tool, scene),
  );
  const rows = chosen.map((tool) => {
    const own = results[tool];
    const cpu = middle(own, 'cpu');
    return [
      tool,
      cell(middle(own, 'wall')),
      cell(ratio(own, results.curl, 'wall')),
      cell(cpu),
      cell(ratio(own, results.curl, 'cpu')),
      cell(cpu / (bytes / 1e9)),
      cell(middle(own, 'peak'), 0),
    ];
  });
  print(table([title, 'wall s', '× curl', 'CPU s', '× curl', 'CPU s per GB', 'peak MiB'], rows));
};

const nginx = await startNginx(folder, certificate);
ending(nginx.process);
const files = {};
for (const name of (flags.cases ?? 'small,large,giant').split(',')) {
  const { count, size, sparse = false } = cases[name];
  files[name] = makeFiles(join(folder, name), count, size, sparse);
}
spawnSync('sync');
print(`${tls ? 'TLS' : 'Plain HTTP'}, ${PARALLEL} in parallel, ${machine()}.`);
if (tls) {
  const bare = [process.execPath, '-e', '0'];
  const starts = await alternate({ without: env, with: { ...env, NODE_EXTRA_CA_CERTS: certificate } }, (own) =>
    watched(bare, { env: own }),
  );
  const [without, extra] = ['without', 'with'].map((name) => cell(middle(starts[name], 'end'), 0));
  print(
    `recx trusts the server by NODE_EXTRA_CA_CERTS: bare Node starts in ${extra} ms with it, ${without} ms without.`,
  );
}
for (const latency of (flags.latency ?? '0,50').split(',').map(Number)) {
  const origin = async (delay) => {
    const port = delay === undefined ? nginx.port : await startServer('delay.mjs', nginx.port, delay);
    return `http${tls ? 's' : ''}://127.0.0.1:${port}`;
  };
  const own = await origin(latency === 0 ? undefined : latency);
  const profile = `at-${latency}`;
  const credentials = { space: 'x', project_id: '5a4db0c5-0000-4000-8000-000000000001', token: 'bench-token' };
  addProfile(profile, 'signalwire', credentials, own);
  for (const [name, its] of Object.entries(files)) {
    const { count, size, onlyAt = latency } = cases[name];
    if (onlyAt !== latency) continue;
    const title = `${count} × ${size / MB} MB at ${latency} ms`;
    await compare(title, { name, files: its, base: `${own}/${name}`, profile }, count * size);
    if (latency === 0) continue;
    // The maximum throughput of the delaying proxy: curl through one without a delay.
    const scene = { name, files: its, base: `${await origin(0)}/${name}` };
    const walls = [];
    for (let round = 0; round < (quick ? 1 : 3); round++) walls.push((await runOnce('curl', scene)).wall);
    print(`Through the same process without a delay curl takes ${cell(median(walls))} s.`);
  }
}
finish(tls ? 'download-tls' : 'download');
