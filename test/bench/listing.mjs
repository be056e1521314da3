// Complete lists with latency, compared with the minimum possible time and with curl, which gets all URLs in advance:
// node test/bench/listing.mjs [--quick] [--latency 0,50,200] [--write]
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  addProfile,
  alternate,
  cell,
  env,
  finish,
  flags,
  folder,
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
const latencies = (flags.latency ?? (flags.quick ? '0,20' : '0,50,200')).split(',').map(Number);
const PROFILES = 4;
const DAY = 86_400_000;
/** The number of Plivo pages that recx requests in parallel; other APIs link each page from the one before. */
const WIDTH = 8;
const LINKED_PAGE = 1000;
const PAGES = flags.quick ? 3 : 10;
const COUNTED_ROWS = flags.quick ? 400 : 2000;

/** Rows per page of a server that ignores the requested page size, as Relay's may. */
const SMALL_PAGE = 50;
const SMALL_PAGES = flags.quick ? 4 : 20;

let latency = 0;
/** Responds after a delay, with pages of this size if given. */
const delayed = (size) => (request) => {
  if (size !== undefined) request.url.searchParams.set('page_size', String(size));
  return new Promise((resolve) => setTimeout(resolve, latency, false));
};

/** This number of entries of an API within one of Plivo's time windows: its samples repeated, each with a unique id. */
const entriesOf = (api, count, name) => {
  const samples = api.samples(Date.now(), 'http://127.0.0.1').filter(({ at }) => at > Date.now() - 28 * DAY);
  return Array.from({ length: count }, (_, index) => {
    const sample = samples[Math.floor((index * samples.length) / count)];
    const id = `${sample.id}-${name}-${index}`;
    return { ...sample, id, row: { ...sample.row, [api.idKey]: id } };
  });
};

/** A server with the list of one API, and the profile for it. */
const serve = async (api, count, name, pageSize) => {
  const entries = { [`${api.provider}/${api.api}`]: entriesOf(api, count, name) };
  const sandbox = await startSandbox({ now: Date.now, entries, intercept: delayed(pageSize) });
  addProfile(name, api.provider, api.credentials, sandbox.origin);
  return sandbox;
};

const list = (names, api, more) => [
  'list',
  ...names.flatMap((name) => ['-p', name]),
  '--api',
  api,
  '--since',
  '29d',
  '-o',
  'ndjson',
  ...more,
];

/** A list: its servers, the arguments of `recx`, its rows, and the minimum number of sequential round trips. */
const lists = {};
for (const api of sandboxApis) {
  const counted = api.provider === 'plivo';
  const rows = counted ? COUNTED_ROWS : PAGES * LINKED_PAGE;
  const name = `${api.provider}-${api.api}`;
  lists[counted ? `${api.provider} ${api.api}, ${WIDTH} in parallel` : `${api.provider} ${api.api}`] = {
    api,
    rows,
    counted,
    names: [name],
    sandboxes: [await serve(api, rows, name)],
  };
}
const [relay] = sandboxApis;
lists[`${relay.provider} ${relay.api}, pages of ${SMALL_PAGE}`] = {
  api: relay,
  rows: SMALL_PAGES * SMALL_PAGE,
  counted: false,
  names: ['small'],
  sandboxes: [await serve(relay, SMALL_PAGES * SMALL_PAGE, 'small', SMALL_PAGE)],
};
const names = Array.from({ length: PROFILES }, (_, index) => `profile-${index}`);
lists[`${PROFILES} profiles of ${relay.provider} ${relay.api}`] = {
  api: relay,
  rows: PROFILES * PAGES * LINKED_PAGE,
  counted: false,
  names,
  sandboxes: await Promise.all(names.map((name) => serve(relay, PAGES * LINKED_PAGE, name))),
};

const forget = ({ sandboxes }) => {
  for (const sandbox of sandboxes) sandbox.requests.length = 0;
};
const curl = installed(['curl']);

const measure = async (title, own) => {
  const { api, rows, counted, sandboxes } = own;
  const words = (more) => list(own.names, api.api, more);
  const cases = {};
  for (const { name, words: first, env: its } of programs) {
    cases[name] = { words: [...first, ...words(['--all'])], env: its, lines: rows };
    // The same start-up, with one page to wait for.
    cases[`${name} -n 1`] = { words: [...first, ...words(['-n', '1'])], env: its, lines: 1 };
  }
  forget(own);
  await watched(cases.recx.words, cases.recx);
  const addresses = sandboxes.flatMap(({ requests }) => requests.map(({ url }) => url.href));
  if (curl.length > 0) {
    const config = join(folder, 'addresses');
    writeFileSync(config, addresses.map((address) => `url = "${address}"\noutput = /dev/null\n`).join(''));
    const inParallel = counted ? WIDTH : sandboxes.length;
    const parallel = inParallel > 1 ? ['--parallel', '--parallel-immediate', '--parallel-max', String(inParallel)] : [];
    cases.curl = {
      words: [...curl, '-q', '--no-progress-meter', '--fail', '-u', api.basicAuth.join(':'), ...parallel, '-K', config],
      env,
    };
  }
  const results = await alternate(cases, async ({ words: command, lines, env: its }) => {
    const result = await watched(command, { env: its, pattern: lines === undefined ? undefined : /\n/ });
    assert.equal(result.lines, lines ?? 0, title);
    return result;
  });
  const pages = addresses.length / sandboxes.length;
  // The first page contains the number of pages.
  const minimum = (latency / 1000) * (counted ? 1 + Math.ceil((pages - 1) / WIDTH) : pages);
  return programs.map(({ name }) => {
    const wall = middle(results[name], 'end') / 1000;
    const start = (middle(results[`${name} -n 1`], 'end') - latency) / 1000;
    return [
      name === 'recx' ? title : `${title}: ${name.replace('recx ', '')}`,
      cell(pages, 0),
      cell(minimum),
      cell(wall),
      cell(wall / minimum),
      cell((wall - start) / minimum),
      cell(middle(results[name], 'first') / 1000),
      cell(middle(results[`${name} -n 1`], 'first') / 1000),
      cell(ratio(results[name], results.curl, 'end')),
    ];
  });
};

print(`${machine()}.`);
for (const milliseconds of latencies) {
  latency = milliseconds;
  const rows = [];
  for (const [title, own] of Object.entries(lists)) rows.push(...(await measure(title, own)));
  const head = [
    `${latency} ms per response`,
    'pages',
    'minimum s',
    'recx s',
    '× minimum',
    'without start',
    'first row s',
    '… of one page',
    '× curl',
  ];
  print(table(head, rows));
}
finish('listing');
