// recx export of a million Relay rows (1,000 pages) to CSV, whole and then as an incremental run that has nothing to add,
// beside mlr --ijson --ocsv on the same rows from a file. The server that makes the pages is a process of its own.
// node test/bench/export.mjs [rows]
import { fork, spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PAGE = 1000;
const rows = Number(process.argv[2] ?? 1_000_000);

const rowAt = (index) => ({
  ...{ id: `rec-${String(index).padStart(10, '0')}-0123456789abcdef`, project_id: 'p', status: 'completed' },
  created_at: new Date(Date.UTC(2026, 10, 1) - index * 10_000).toISOString(),
  updated_at: new Date(Date.UTC(2026, 10, 1) - index * 10_000 + 2000).toISOString(),
  ...{ duration_in_seconds: index % 900, error_code: null, price: 0.0025, price_unit: 'USD', stereo: index % 3 === 0 },
  ...{
    url: `https://files.example/${index}.wav`,
    byte_size: 16_044 + index,
    track: 'both',
    relay_pstn_leg_id: `leg-${index}`,
  },
});

const serve = () => {
  const server = createServer((request, response) => {
    const page = Number(new URL(request.url, 'http://x').searchParams.get('page_number') ?? 0);
    const data = Array.from({ length: Math.min(PAGE, rows - page * PAGE) }, (_, index) => rowAt(page * PAGE + index));
    const next = `/api/relay/rest/recordings?page_size=${PAGE}&page_number=${page + 1}&page_token=PA${data.at(-1)?.id}`;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ links: (page + 1) * PAGE < rows ? { next } : {}, data }));
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
};

/** Wall seconds, CPU seconds and peak MiB of a command, by GNU time. */
const timed = (words, env) => {
  const run = spawnSync('/usr/bin/time', ['-f', '%e %U %S %M', ...words], {
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (run.status !== 0) throw new Error(`${words.join(' ')}: ${run.stderr}`);
  const [wall, user, system, peak] = run.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wall, cpu: user + system, peak: Math.round(peak / 1024) };
};

const main = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'recx-bench-'));
  const server = fork(import.meta.filename, [String(rows)], { env: { ...process.env, SERVE: '1' } });
  try {
    const port = await new Promise((resolve) => server.once('message', resolve));
    const file = createWriteStream(join(folder, 'rows.ndjson'));
    for (let index = 0; index < rows; index++) {
      if (!file.write(`${JSON.stringify(rowAt(index))}\n`)) await new Promise((resolve) => file.once('drain', resolve));
    }
    await new Promise((resolve) => file.end(resolve));
    const program = join(import.meta.dirname, '../../bin/recx.cjs');
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      SIGNALWIRE_PROJECT_ID: 'p',
      SIGNALWIRE_API_TOKEN: 'bench-token',
    };
    const recx = (...words) =>
      timed([process.execPath, program, 'export', ...words], { ...env, SIGNALWIRE_SPACE: `http://127.0.0.1:${port}` });
    const results = {
      'recx export, whole': recx('--out', join(folder, 'whole.csv')),
      'recx export, first incremental': recx('--out', join(folder, 'inc.csv'), '--incremental'),
      'recx export, next incremental': recx('--out', join(folder, 'inc.csv'), '--incremental'),
      'recx export, by day, .gz': recx('--out', join(folder, 'd/{year}-{month}-{day}.csv.gz')),
    };
    if (spawnSync('mlr', ['--version']).status === 0) {
      results['mlr --ijsonl --ocsv'] = timed(
        ['sh', '-c', `mlr --ijsonl --ocsv cat ${folder}/rows.ndjson > ${folder}/mlr.csv`],
        env,
      );
    }
    for (const [name, { wall, cpu, peak }] of Object.entries(results)) {
      process.stdout.write(
        `${name.padEnd(32)} ${wall.toFixed(1).padStart(6)} s  CPU ${cpu.toFixed(1).padStart(6)} s  peak ${peak} MiB  ${Math.round(rows / wall)} rows/s\n`,
      );
    }
    process.stdout.write(`${rows} rows, ${statSync(join(folder, 'whole.csv')).size} bytes of CSV\n`);
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
};

if (process.env.SERVE) serve();
else await main();
