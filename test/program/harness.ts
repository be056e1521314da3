import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, inject } from 'vitest';
import type { Row } from '../../src/core/fields.ts';
import type { Entry } from '../../src/sandbox/api.ts';
import { type Sandbox, type SandboxOptions, sandboxApis, startSandbox } from '../../src/sandbox/index.ts';

/** How a run of the packed program ended and what it printed. */
export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  /** The same as it came. */
  readonly bytes: Buffer;
  readonly err: string;
  /** Milliseconds. */
  readonly took: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
  /** Closes its end of the output when something has come. */
  readonly goesAway?: true;
}

/** An account of the sandbox as its own folder of profiles. */
export interface Home {
  readonly folder: string;
  readonly sandbox: Sandbox;
  run(words: readonly string[], options?: RunOptions): Promise<Run>;
  /** Runs a script of bash, in which `$RECX` is the program. */
  shell(script: string, options?: RunOptions): Promise<Run>;
  /** Runs words that need no quotes on a terminal; `out` is what it is sent. */
  onTerminal(words: readonly string[], columns: number): Promise<Run>;
}

/** A part of every signed address in the tests. No message may show it. */
export const SIGNATURE = 'recx-signed-query';

export const binary = (): string => join(inject('installed'), 'bin', 'recx.cjs');

// Not after each test: those that run side by side have no hook of their own here.
const leftovers: (() => unknown)[] = [];
afterAll(async () => {
  for (const clear of leftovers.splice(0).reverse()) await clear();
});

/** A folder that is gone after the file's tests. */
export const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'recx-test-'));
  leftovers.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A running sandbox that is closed after the file's tests. */
export const playing = async (options: Partial<SandboxOptions> = {}): Promise<Sandbox> => {
  const sandbox = await startSandbox({ now: Date.now, ...options });
  leftovers.push(() => sandbox.close());
  return sandbox;
};

/** A server that nobody has any business with. */
export interface Stranger {
  readonly port: number;
  connections(): number;
}

export const stranger = async (): Promise<Stranger> => {
  let connections = 0;
  const server = createServer((_, response) => response.end('{}')).on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  leftovers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections }; // a TCP server has a port
};

/** Answers with JSON, or with text as it is. */
export const answer = (response: ServerResponse, body: unknown, status = 200, headers = {}): true => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
  return true;
};

/** The words that store a profile of the sandbox's account, and the secret that goes to stdin. */
export const adding = (provider: string, name: string, origin: string): readonly [string[], string] => {
  const { credentials, login } = sandboxApis.find((api) => api.provider === provider) ?? { credentials: {}, login: [] };
  const open = Object.entries(credentials).filter(([, value]) => value !== login[1]);
  const words = ['profile', 'add', name, '--provider', provider, '--base-url', origin];
  return [[...words, ...open.flatMap(([key, value]) => ['--set', `${key}=${value}`])], `${login[1]}\n`];
};

/** A sandbox, and an empty home whose profiles `plivo` and `relay` lead to it. */
export const homeWith = async (options: Partial<SandboxOptions> = {}): Promise<Home> => {
  const sandbox = await playing(options);
  const folder = emptyFolder();
  pattern ??= storeProfiles();
  cpSync(await pattern, folder, { recursive: true });
  const config = join(folder, 'config.json');
  writeFileSync(config, readFileSync(config, 'utf8').replaceAll(`${NOWHERE}"`, `${sandbox.origin}"`));
  const own = { HOME: folder, RECX_CONFIG_DIR: folder };
  const shell: Home['shell'] = (script, given) => runShell(script, { ...given, env: { ...own, ...given?.env } });
  return {
    folder,
    sandbox,
    shell,
    run: (words, given) => runProgram(words, { ...given, env: { ...own, ...given?.env } }),
    onTerminal: async (words, columns) => {
      const file = join(emptyFolder(), 'err');
      const command = `stty cols ${columns}; exec $RECX ${words.join(' ')} 2>${file}`;
      const run = await shell(`script -qec '${command}' /dev/null </dev/null`, {
        env: { TERM: 'xterm', NO_COLOR: '1' },
      });
      const seen = { ...run, out: run.out.replaceAll('\r\n', '\n'), err: readFileSync(file, 'utf8') };
      soundly(seen);
      return seen;
    },
  };
};

/** Profiles that every home gets a copy of: storing them anew would take longer than most tests. */
let pattern: Promise<string> | undefined;
const NOWHERE = 'http://127.0.0.1:1';
const storeProfiles = async (): Promise<string> => {
  const folder = emptyFolder();
  for (const { provider, api } of sandboxApis) {
    const [words, input] = adding(provider, api === 'voice' ? provider : api, NOWHERE);
    const { code, err } = await runProgram(words, { input, env: { HOME: folder, RECX_CONFIG_DIR: folder } });
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }
  return folder;
};

/** Runs the packed program as cron does, with nothing but what is given, and checks what must hold after every run. */
export const runProgram = (words: readonly string[], options: RunOptions = {}): Promise<Run> =>
  runCommand(process.execPath, [binary(), ...words], options);

export const runShell = (script: string, options: RunOptions = {}): Promise<Run> => {
  const env = { RECX: `${process.execPath} ${binary()}`, ...options.env };
  // Without --norc it would read the user's own settings: node's pipes are sockets, which bash takes for a remote shell.
  return runCommand('bash', ['--norc', '-c', script], { ...options, env });
};

const runCommand = async (command: string, words: readonly string[], options: RunOptions): Promise<Run> => {
  const { env, input = '', cwd = tmpdir(), goesAway } = options;
  const started = performance.now();
  const child = spawn(command, words, { cwd, env: { PATH: process.env.PATH ?? '', ...env }, stdio: 'pipe' });
  const run = await new Promise<Run>((resolve, reject) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      out.push(chunk);
      if (goesAway) child.stdout.destroy();
    });
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const bytes = Buffer.concat(out);
      const took = performance.now() - started;
      resolve({ code, signal, out: bytes.toString(), bytes, err: Buffer.concat(err).toString(), took });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
  soundly(run);
  return run;
};

/** No secret in any form, nothing that drives a terminal, no stack trace, a documented ending. */
export const soundly = ({ code, signal, out, err }: Omit<Run, 'bytes' | 'took'>): void => {
  for (const { login } of sandboxApis) {
    for (const secret of [login[1], login.join(':')]) {
      for (const form of [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)]) {
        expect(out + err).not.toContain(form);
      }
    }
  }
  expect(err).not.toContain(SIGNATURE);
  expect(err).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
  expect(err).not.toMatch(/^\s+at .*:\d+/m);
  expect([0, 2, 3, 4, 5, 6, 7, 8, null]).toContain(code);
  if (code === null) expect(['SIGPIPE', 'SIGINT', 'SIGTERM', 'SIGHUP']).toContain(signal);
};

/** One API in its own words: what its rows and pages look like on the wire. */
export interface Wire {
  readonly profile: 'plivo' | 'relay';
  readonly name: 'plivo/voice' | 'signalwire/relay';
  readonly provider: 'plivo' | 'signalwire';
  /** The path of the list, and a recording's below it. */
  readonly list: string;
  one(id: string): string;
  /** A field of free text: its key in a row, and the column it becomes. */
  readonly key: string;
  readonly column: string;
  /** The keys of the id, of the link to the media, and of the call. */
  readonly keys: { readonly id: string; readonly media: string; readonly call: string };
  row(id: string, more?: Row, at?: number): Row;
  page(rows: readonly unknown[], next: string | null): Row;
  /** The link to the page that starts at a place of the list, and the places that an address asks for. */
  link(place: number): string;
  span(url: URL): { readonly first: number; readonly end: number };
}

const plivoAccount = sandboxApis.find(({ provider }) => provider === 'plivo')?.login[0] ?? '';
const plivoList = `/v1/Account/${plivoAccount}/Recording/`;
const relayList = '/api/relay/rest/recordings';
const anHourAgo = (): number => Date.now() - 3_600_000;

export const plivo: Wire = {
  profile: 'plivo',
  name: 'plivo/voice',
  provider: 'plivo',
  list: plivoList,
  one: (id) => `${plivoList}${id}/`,
  key: 'from_number',
  column: 'from',
  keys: { id: 'recording_id', media: 'recording_url', call: 'call_uuid' },
  row: (id, more, at = anHourAgo()) => ({
    add_time: `${new Date(at).toISOString().replace('T', ' ').replace('Z', '000+00:00')}`,
    call_uuid: `call-${id}`,
    conference_name: 'noname',
    from_number: '+12025550101',
    recording_duration_ms: '61000.00000',
    recording_end_ms: `${at - 1000}.00000`,
    recording_format: 'mp3',
    recording_id: id,
    recording_start_ms: `${at - 62_000}.00000`,
    recording_type: 'normal',
    recording_url: `https://media.plivo.example/${encodeURIComponent(id.toWellFormed())}.mp3`,
    resource_uri: `${plivoList}${id}/`,
    to_number: '+13125550100',
    ...more,
  }),
  page: (rows, next) => ({ api_id: 'x', meta: { limit: 20, offset: 0, next, previous: null }, objects: rows }),
  link: (place) => `${plivoList}?limit=20&offset=${place}`,
  span: ({ searchParams }) => {
    const first = Number(searchParams.get('offset'));
    return { first, end: first + Number(searchParams.get('limit')) };
  },
};

export const relay: Wire = {
  profile: 'relay',
  name: 'signalwire/relay',
  provider: 'signalwire',
  list: relayList,
  one: (id) => `${relayList}/${id}`,
  key: 'track',
  column: 'track',
  keys: { id: 'id', media: 'url', call: 'relay_pstn_leg_id' },
  row: (id, more, at = anHourAgo()) => ({
    id,
    project_id: '5a4db0c5-0000-4000-8000-000000000001',
    created_at: new Date(at).toISOString(),
    updated_at: new Date(at).toISOString(),
    duration_in_seconds: 61,
    error_code: null,
    price: 0.005,
    price_unit: 'USD',
    status: 'completed',
    url: `https://media.signalwire.example/${encodeURIComponent(id.toWellFormed())}.wav`,
    stereo: true,
    byte_size: 1_952_044,
    track: 'both',
    relay_pstn_leg_id: `call-${id}`,
    ...more,
  }),
  page: (rows, next) => ({ links: { self: relayList, ...(next === null ? {} : { next }) }, data: rows }),
  link: (place) => `${relayList}?page_number=${place / 20}&page_size=20&page_token=PA${place}`,
  span: ({ searchParams }) => {
    const first = Number(searchParams.get('page_number')) * 20;
    return { first, end: first + 20 };
  },
};

export const wires: readonly Wire[] = [plivo, relay];

/** The words of a complete list that asks Plivo for one window only. */
export const listing = ({ profile }: Wire, ...more: readonly string[]): readonly string[] => [
  ...['list', '-p', profile, '--all', '--since', '7d'],
  ...more,
];

/** What the sandbox stores for rows; the first is the newest. */
export const entriesOf = (wire: Wire, rows: readonly (readonly [id: string, more: Row])[]) => ({
  [wire.name]: rows.map(([id, more], index): Entry => {
    const at = anHourAgo() - index * 1000;
    return { id, at, row: wire.row(id, more, at) };
  }),
});

/** Rows of a list by their place, from 0. Places without a row make a page shorter. */
export interface Rows {
  readonly count: number;
  at(place: number): Row | undefined;
}

/** Plays an API's list of rows, twenty places a page, each page linked to the next. */
export const listOf =
  (wire: Wire, { count, at }: Rows): NonNullable<SandboxOptions['intercept']> =>
  ({ url }, response) => {
    if (url.pathname !== wire.list) return false;
    const { first, end } = wire.span(url);
    const places = Array.from({ length: Math.max(0, Math.min(end, count) - first) }, (_, index) => first + index);
    const rows = places.map(at).filter((row) => row !== undefined);
    return answer(response, wire.page(rows, end < count ? wire.link(end) : null));
  };
