// Relay rows as NDJSON, JSON and CSV, listed and exported, compared with jq, Miller and a bare loop in Node on the same rows from
// a file: [ROWS=1000000] node test/bench/output.mjs [--quick] [--write]
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  alternate,
  cell,
  finish,
  flags,
  folder,
  installed,
  machine,
  middle,
  print,
  programs,
  ratio,
  startServer,
  table,
  timed,
} from './measure.mjs';
import { curlAll, login, PAGE, pagesOf } from './pages.mjs';

const ROWS = Number(process.env.ROWS ?? (flags.quick ? 20_000 : 1_000_000));
const port = await startServer('pages.mjs', ROWS);
const source = join(folder, 'rows.ndjson');
await pipeline(function* () {
  const textOf = pagesOf(ROWS, '\n', `http://127.0.0.1:${port}`);
  for (let page = 0; page * PAGE < ROWS; page++) yield `${textOf(page)}\n`;
}, createWriteStream(source));

const linesOf = async (path) => {
  let lines = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return lines;
};

/** Runs a command whose output file must have this number of lines. */
const toFile = (words, lines, env) => async () => {
  const out = join(folder, 'out');
  const result = await timed(words, { out, env });
  if (lines !== undefined) assert.equal(await linesOf(out), lines, words.join(' '));
  rmSync(out);
  return result;
};

const cases = {};
const peers = {};
const node = 'node, parse and write';
cases[node] = toFile([process.execPath, join(import.meta.dirname, 'loop.mjs'), source], ROWS);
for (const jq of installed(['jq'])) cases['jq -c .'] = toFile([jq, '-c', '.', source], ROWS);
for (const mlr of installed(['mlr'])) {
  cases['mlr --ijsonl --ocsv'] = toFile([mlr, '--ijsonl', '--ocsv', 'cat', source], ROWS + 1);
  cases['mlr --ijsonl --ojson'] = toFile([mlr, '--ijsonl', '--ojson', 'cat', source]);
}
for (const curl of installed(['curl'])) {
  const [, ...words] = curlAll(ROWS, port);
  cases['curl, all pages: the server alone'] = () => timed([curl, ...words]);
}

/** The recx cases, each a separate run, with the case of the same format to compare with. */
const csv = 'mlr --ijsonl --ocsv';
const grown = 'export --incremental, first';
const next = 'export --incremental, next';
const steps = {
  'list -o ndjson': { list: 'ndjson', lines: ROWS },
  'list -o json': { list: 'json', lines: ROWS, peer: 'mlr --ijsonl --ojson' },
  'list -o csv': { list: 'csv', lines: ROWS + 1, peer: csv },
  'export CSV': { out: 'complete.csv', peer: csv },
  [grown]: { out: 'grown.csv', more: ['--incremental', '--reset-state'], peer: csv },
  [next]: { out: 'grown.csv', more: ['--incremental'], keep: true },
  'export a .csv.gz per day': { out: 'days/{year}-{month}-{day}.csv.gz', peer: csv },
};

const exported = async (words, env, { out, more = [], keep = false }) => {
  const path = join(env.RECX_CONFIG_DIR, out);
  if (!keep) rmSync(path, { force: true });
  const result = await timed([...words, 'export', '--api', 'relay', '-q', '--out', path, ...more], { env });
  if (!out.endsWith('.gz')) {
    assert.equal(await linesOf(path), ROWS + 1, path);
    return result;
  }
  const files = readdirSync(dirname(path));
  assert.equal(files.length, Math.ceil(ROWS / PAGE));
  assert.equal(spawnSync('gzip', ['-t', join(dirname(path), files[0])]).status, 0);
  rmSync(dirname(path), { recursive: true });
  return result;
};

for (const [step, settings] of Object.entries(steps)) {
  for (const { name, words, env: own } of programs) {
    const env = { ...own, ...login(port) };
    const { list, lines } = settings;
    cases[`${name} ${step}`] =
      list === undefined
        ? () => exported(words, env, settings)
        : toFile([...words, 'list', '--api', 'relay', '--all', '-o', list], lines, env);
    peers[`${name} ${step}`] = settings.peer;
    // The state that the next run continues from.
    if (step === next) await exported(words, env, steps[grown]);
  }
}

const results = await alternate(cases, (run) => run());
const rows = Object.entries(results).map(([name, own]) => [
  name,
  cell(middle(own, 'wall')),
  name.endsWith(next) ? '' : cell(ROWS / middle(own, 'wall'), 0),
  cell(middle(own, 'cpu')),
  cell(middle(own, 'peak'), 0),
  ...[node, 'jq -c .', peers[name]].map((peer) => cell(ratio(own, results[peer], 'wall'))),
]);
print(`${ROWS} rows, ${machine()}.`);
print(table(['', 'wall s', 'rows/s', 'CPU s', 'peak MiB', '× node', '× jq', '× mlr, same format'], rows));
finish('output');
