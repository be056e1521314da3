// The cost of the calls behind recordings: requests, time and memory of lists with calls, compared with the same lists without.
// node test/bench/calls.mjs [--quick] [--full] [--write] [--latency 0,50] [--cases 'list,list --with-calls']
import { get } from 'node:http';
import { ACCOUNT, CALLER } from './account.mjs';
import {
  addProfile,
  alternate,
  cell,
  finish,
  flags,
  machine,
  middle,
  print,
  programs,
  ratio,
  startServer,
  table,
  timed,
} from './measure.mjs';

const sizes = flags.quick ? [1000, 10_000] : [10_000, 100_000, ...(flags.full ? [1_000_000] : [])];
const latencies = (flags.latency ?? (flags.quick ? '0' : '0,50')).split(',').map(Number);
const [{ words, env }] = programs;

const everyCase = {
  list: ['list', '--all', '-o', 'ndjson'],
  'list --with-calls': ['list', '--all', '--with-calls', '-o', 'ndjson'],
  'list --from, a few calls': ['list', '--all', '--from', CALLER, '-o', 'ndjson'],
  'list --to, all calls': ['list', '--all', '--to', '+1312*', '-o', 'ndjson'],
  'stats --by from': ['stats', '--by', 'from', '-o', 'json'],
};

const chosen = flags.cases?.split(',');
const cases = Object.fromEntries(Object.entries(everyCase).filter(([name]) => chosen?.includes(name) !== false));

const requestsSince = (port) =>
  new Promise((resolve, reject) => {
    get(`http://127.0.0.1:${port}/requests`, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(Number(text)));
    }).once('error', reject);
  });

print(`${machine()}. Each recording has a call with one leg.`);
for (const latency of latencies) {
  const rows = [];
  for (const size of sizes) {
    if (latency > 0 && size > 100_000) continue;
    const port = await startServer('account.mjs', size, latency);
    addProfile(
      `calls${port}`,
      'twilio',
      { account_sid: ACCOUNT, auth_token: 'bench-token' },
      `http://127.0.0.1:${port}`,
    );
    const results = await alternate(
      cases,
      async (own) => {
        await requestsSince(port);
        const result = await timed([...words, ...own, '-p', `calls${port}`], { env });
        return { ...result, requests: await requestsSince(port) };
      },
      size >= 1_000_000 ? 1 : undefined,
    );
    for (const name of Object.keys(cases)) {
      const own = results[name];
      rows.push([
        name,
        size.toLocaleString('en'),
        String(middle(own, 'requests')),
        cell(middle(own, 'wall')),
        cell(ratio(own, results.list, 'wall')),
        cell(size / middle(own, 'wall'), 0),
        cell(middle(own, 'peak'), 0),
      ]);
    }
  }
  print(
    table([`${latency} ms per response`, 'recordings', 'requests', 's', '× list', 'recordings/s', 'peak MiB'], rows),
  );
}
finish('calls');
