// The cost of more recordings: from a thousand to a hundred thousand, and with --full a million, of a Relay space.
// node test/bench/scale.mjs [--quick] [--full] [--write]; --write also creates the plot scale.svg.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  alternate,
  cell,
  finish,
  flags,
  folder,
  installed,
  knows,
  machine,
  middle,
  print,
  programs,
  ROUNDS,
  say,
  startServer,
  table,
  timed,
} from './measure.mjs';
import { curlAll, idOf, login, SIZE } from './pages.mjs';
import { plot } from './plot.mjs';

const sizes = flags.quick ? [1000, 10_000] : [1000, 10_000, 100_000, ...(flags.full ? [1_000_000] : [])];
const maxRows = Math.max(...sizes);
const SAMPLE = 200;
/** A step whose time grows by more than this power of the number of recordings is reported. */
const STEEP = 1.15;

const { bavail, bsize, ffree } = statfsSync(folder);
if (bavail * bsize < 2e9 + maxRows * 5000 || (ffree > 0 && ffree < maxRows * 1.1)) {
  say(`not enough space for ${maxRows} files in ${folder}`);
  process.exit(1);
}

/** A download folder with this number of finished recordings; grows with each call. Its files are sparse, with the right size. */
const all = join(folder, 'all');
const manifest = join(all, 'manifest.ndjson');
let made = 0;
const makeFinished = (count) => {
  mkdirSync(all, { recursive: true });
  const entry = { provider: 'signalwire', api: 'relay', profile: 'signalwire' };
  const more = { bytes: SIZE, sha256: '0'.repeat(64), content_type: 'audio/wav' };
  const at = new Date().toISOString();
  let lines = '';
  for (; made < count; made++) {
    const id = idOf(made);
    const file = openSync(join(all, `${id}.wav`), 'w');
    ftruncateSync(file, SIZE);
    closeSync(file);
    const line = { id, ...entry, path: `${id}.wav`, ...more, created_at: at, downloaded_at: at };
    lines += `${JSON.stringify(line)}\n`;
    if (made % 1000 === 999 || made === count - 1) {
      appendFileSync(manifest, lines);
      lines = '';
    }
  }
};

const curls = installed(['curl']);
const STATS = 'stats --by day';
const ableToCount = programs.filter((program) => knows(program, 'stats'));
const grown = (env) => join(env.RECX_CONFIG_DIR, 'grown.csv');
const sample = (env) => join(env.RECX_CONFIG_DIR, 'sample');

/** The only API that the server has. */
const RELAY = ['--api', 'relay'];

/** The arguments of `recx`, with files where the program may write. */
const steps = {
  'list -o ndjson': () => ['list', '--all', '-o', 'ndjson'],
  'export CSV': (env) => ['export', '-q', '--out', join(env.RECX_CONFIG_DIR, 'complete.csv')],
  'export, nothing new': (env) => ['export', '-q', '--incremental', '--out', grown(env)],
  [STATS]: () => ['stats', '--by', 'day', '-o', 'json'],
  [`download of ${SAMPLE} files`]: (env) => ['download', '-q', '-n', String(SAMPLE), '--dir', sample(env)],
  'download, all files exist': () => ['download', '-q', '--all', '--dir', all],
};

const run = async (words, env) => {
  const result = await timed(words, { env });
  if (existsSync(sample(env))) {
    assert.equal(readdirSync(sample(env)).filter((name) => name.endsWith('.wav')).length, SAMPLE);
    rmSync(sample(env), { recursive: true });
  }
  return result;
};

/** Measures all steps for one number of recordings; returns the results by case, and the bytes on disk. */
const measure = async (rows) => {
  const port = await startServer('pages.mjs', rows);
  makeFinished(rows);
  const cases = {};
  for (const curl of curls) {
    const [, ...words] = curlAll(rows, port);
    cases['curl, all pages: the server alone'] = () => timed([curl, ...words]);
  }
  for (const [step, words] of Object.entries(steps)) {
    for (const program of programs.filter((own) => step !== STATS || ableToCount.includes(own))) {
      const env = { ...program.env, ...login(port) };
      cases[`${program.name} ${step}`] = () => run([...program.words, ...words(env), ...RELAY], env);
    }
  }
  for (const { words, env: own } of programs) {
    const env = { ...own, ...login(port) };
    rmSync(grown(env), { force: true });
    // The state that the next runs continue from.
    await timed([...words, 'export', '-q', '--incremental', '--reset-state', '--out', grown(env), ...RELAY], { env });
  }
  const before = statSync(manifest).size;
  const results = await alternate(cases, (once) => once());
  assert.equal(statSync(manifest).size, before, 'the manifest must not change, since nothing is left to download');
  const [{ env }] = programs;
  return { results, kept: [before, statSync(`${grown(env)}.state.json`).size, statSync(grown(env)).size] };
};

const measured = [];
for (const rows of sizes) measured.push(await measure(rows));

const names = Object.keys(measured[0].results);
const series = (key) =>
  names.map((name) => ({ name, values: measured.map(({ results }) => middle(results[name], key)) }));
const walls = series('wall');
const peaks = series('peak');
const [last, previous] = [sizes.at(-1), sizes.at(-2)];
const power = ({ values }) => Math.log(values.at(-1) / values.at(-2)) / Math.log(last / previous);
const short = (rows) => rows.toLocaleString('en');

print(`${machine()}.`);
print(
  table(
    ['wall s', ...sizes.map(short), 's per 100,000', 'power', `peak MiB at ${short(sizes[0])}`, `at ${short(last)}`],
    walls.map((wall, index) => [
      wall.name,
      ...wall.values.map((value) => cell(value)),
      cell((wall.values.at(-1) / last) * 100_000),
      cell(power(wall)),
      cell(peaks[index].values[0], 0),
      cell(peaks[index].values.at(-1), 0),
    ]),
  ),
);
const steep = walls.filter((wall) => power(wall) > STEEP).map(({ name }) => name);
const between = `from ${short(previous)} to ${short(last)} recordings`;
print(
  `"power" is the exponent of the growth ${between}: 1 is linear. ${
    steep.length === 0
      ? `No step grows faster than with the power ${STEEP}.`
      : `Worse than linear: ${steep.join(', ')}.`
  }`,
);
print(
  table(
    ['bytes on the disk', ...sizes.map(short)],
    ['manifest.ndjson', 'state of the export', 'CSV of the export'].map((name, index) => [
      name,
      ...measured.map(({ kept }) => String(kept[index])),
    ]),
  ),
);
if (flags.write) {
  const lines = (own) => own.filter(({ name }) => /^recx (?!before|executable)/.test(name));
  const panels = [
    { title: 'seconds', lines: lines(walls), linear: true },
    { title: 'peak MiB', lines: lines(peaks) },
  ].filter((panel) => panel.lines.some(({ values }) => values.some(Number.isFinite)));
  writeFileSync(join(import.meta.dirname, 'scale.svg'), plot(sizes, panels, `medians of ${ROUNDS} rounds`));
  print('![Seconds and memory by number of recordings](scale.svg)');
}
finish('scale');
