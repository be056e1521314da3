import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts';
import { answer, configurationOf } from './home.ts';
import { type Fault, type MediaServer, numbered, serve, sha256, typeOf, whole } from './media-faults.ts';
import { program } from './paths.ts';
import {
  commandsOf,
  expectSafeFiles,
  expectSafeRun,
  type Meant,
  memoryOf,
  type Outcome,
  secretIn,
  snapshot,
  strayed,
  TOKEN,
} from './safety.ts';
import { mediaPath, nativeOf } from './stock.ts';
import type { Wire } from './wires.ts';

type Intercept = NonNullable<SandboxOptions['intercept']>;

export interface Options extends Meant {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Another user than that of the tests. */
  readonly user?: number;
}

/** A recording: its media is good unless told, and at the sandbox unless it has a link. */
export interface Piece {
  readonly id: string;
  readonly media?: Fault;
  readonly link?: string;
  readonly row?: Row;
}

interface Begun {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

/** A server that nobody has any business with. */
interface Stranger {
  readonly port: number;
  connections(): number;
  close(): Promise<void>;
}

/** A home, a current folder and a folder for temporary files of its own, all empty but for the profiles. */
export interface Trial {
  readonly root: string;
  readonly home: string;
  readonly cwd: string;
  readonly config: string;
  /** Where `download` puts files, and runs may write, beside the folder of the profiles. */
  readonly out: string;
  /** Plays the providers, with a profile for each API, whose secret is the sandbox's own when nothing is intercepted. */
  play(intercept?: Intercept, options?: Partial<SandboxOptions>): Promise<Sandbox>;
  /** Plays one API with these recordings; the requests for media that came to it. */
  stock(wire: Wire, pieces: readonly Piece[], before?: Intercept): Promise<readonly URL[]>;
  /** Stores profiles that lead to an origin, and may be kept elsewhere. */
  profiles(origin: string, secret?: string, file?: string): void;
  run(words: readonly string[], options?: Options): Promise<Outcome>;
  /** A script of bash, in which `$RECX` is the program. */
  shell(script: string, options?: Options): Promise<Outcome>;
  begin(words: readonly string[], options?: Options): Begun;
  beginShell(script: string, options?: Options): Begun;
  /** Lets runs write to another place, too, or even keep secrets there. */
  allow(path: string, secrets?: 'secrets'): string;
  /** Says what the media of a final name is. */
  expects(name: string, bytes: Uint8Array): void;
  stranger(): Promise<Stranger>;
  /** Another server, which must not be told any secret. */
  other(fault: Fault): Promise<MediaServer>;
  readonly closing: (() => unknown)[];
}

/** The bytes of the recordings of `stock`. */
export const mediaOf = (wire: Wire, index = 0): Buffer => numbered(nativeOf(wire), index + 1);
export const goodOf = (wire: Wire, index = 0, etag = '"x"'): Fault =>
  whole(mediaOf(wire, index), { type: typeOf(nativeOf(wire)), etag });
export const fileIn = (trial: Trial, wire: Wire, id: string): string => join(trial.out, `${id}.${nativeOf(wire)}`);

/** A trial, and what must hold when all is done. */
const starting = (): Trial & { check(): void } => {
  const root = mkdtempSync(join(tmpdir(), 'recx-accept-'));
  chmodSync(root, 0o755);
  const [home, cwd, temporary] = [join(root, 'home'), join(root, 'cwd'), join(root, 'tmp')];
  for (const folder of [home, cwd, temporary]) mkdirSync(folder, { mode: 0o755 });
  const [folder, out] = [join(home, '.config', 'recx'), join(cwd, 'recordings')];
  const config = join(folder, 'config.json');
  const allowed = [folder, out];
  const keeping = [config];
  const sums = new Map<string, string>();
  const others: MediaServer[] = [];
  const heard: Buffer[] = [];
  const closing: (() => unknown)[] = [() => rmSync(root, { recursive: true, force: true })];

  const start = (command: readonly string[], { env, input = '', user, ...meant }: Options = {}): Begun => {
    const before = snapshot(root);
    const commands = new Set<string>();
    let peak = 0;
    const variables = { PATH: process.env.PATH ?? '', HOME: home, TMPDIR: temporary, ...env };
    const identity = user === undefined ? {} : { uid: user, gid: user };
    const [file = '', ...words] = command;
    const started = performance.now();
    const detached = file === 'bash';
    const child = spawn(file, words, { cwd, env: variables, detached, stdio: 'pipe', ...identity });
    const look = (): void => {
      for (const line of commandsOf(child.pid ?? 0)) commands.add(line);
      peak = Math.max(peak, memoryOf(child.pid ?? 0));
    };
    const watching = setInterval(look, 40);
    closing.push(() => child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'));
    const [outs, errs]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => outs.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errs.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const ended = new Promise<Outcome>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        const bytes = Buffer.concat(outs);
        const [said, told] = [bytes.toString(), Buffer.concat(errs).toString()];
        const took = performance.now() - started;
        resolve({ code, signal, bytes, out: said, err: told, took, commands: [...commands], peak });
      });
    }).finally(() => {
      clearInterval(watching);
    });
    const safe = ended.then((outcome) => {
      expectSafeRun(outcome, meant);
      expect(strayed(before, snapshot(root), allowed)).toEqual([]);
      return outcome;
    });
    // Whoever waits is told; a test that fails sooner does not.
    safe.catch(() => {});
    return { child, ended: safe };
  };
  const begin: Trial['begin'] = (words, options) => start([process.execPath, program(), ...words], options);
  const beginShell: Trial['beginShell'] = (script, options) =>
    start(['bash', '--norc', '-c', script], {
      ...options,
      env: { RECX: `${process.execPath} ${program()}`, ...options?.env },
    });
  const profiles: Trial['profiles'] = (origin, secret = TOKEN, file = config) => {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(
      file,
      configurationOf(origin, (password) => secret || password),
      { mode: 0o600 },
    );
    if (!keeping.includes(file)) keeping.push(file);
  };
  const play: Trial['play'] = async (intercept, options) => {
    const sandbox = await startSandbox({ now: Date.now, ...options, ...(intercept && { intercept }) });
    closing.push(() => sandbox.close());
    profiles(sandbox.origin, intercept ? TOKEN : '');
    return sandbox;
  };
  const expects: Trial['expects'] = (name, bytes) => void sums.set(name, sha256(bytes));
  const stock: Trial['stock'] = async (wire, pieces, before) => {
    const asked: URL[] = [];
    const at = Date.now() - 3_600_000;
    const rows = (origin: string): readonly Row[] =>
      pieces.map(({ id, link, row }, index) => {
        const media = { [wire.keys.media]: link ?? `${origin}${mediaPath(wire, id)}`, byte_size: null };
        return wire.row(id, { ...media, ...row }, at - index * 1000);
      });
    for (const [index, { id }] of pieces.entries()) expects(`${id}.${nativeOf(wire)}`, mediaOf(wire, index));
    await play(async (request, response, count) => {
      if ((await before?.(request, response, count)) === true) return true;
      const { pathname, origin } = request.url;
      if (pathname === wire.list) return answer(response, wire.page(rows(origin), null));
      const one = pieces.findIndex(({ id }) => wire.one(encodeURIComponent(id)) === pathname);
      if (one >= 0) return answer(response, rows(origin)[one]);
      const index = pieces.findIndex(({ id }) => mediaPath(wire, id) === pathname);
      if (index < 0) return answer(response, { error: 'no such thing' }, 404);
      asked.push(request.url);
      return (pieces[index]?.media ?? goodOf(wire, index))(request, response);
    });
    return asked;
  };
  return {
    root,
    home,
    cwd,
    config,
    out,
    play,
    stock,
    profiles,
    begin,
    beginShell,
    expects,
    closing,
    run: (words, options) => begin(words, options).ended,
    shell: (script, options) => beginShell(script, options).ended,
    allow: (path, secrets) => {
      if (secrets) keeping.push(path);
      allowed.push(path);
      return path;
    },
    stranger: async () => {
      let connections = 0;
      const server = createServer((socket) => {
        connections++;
        socket.on('error', () => {}).on('data', (chunk) => heard.push(chunk));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const close = (): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));
      closing.push(() => void close());
      const { port } = server.address() as AddressInfo; // a TCP server has one
      return { port, connections: () => connections, close };
    },
    other: async (fault) => others[others.push(await serve(fault)) - 1] as MediaServer,
    check: () => {
      expectSafeFiles(root, keeping, sums);
      expect(secretIn(Buffer.concat(heard).toString('latin1'))).toBe(undefined);
      for (const { method, url, headers } of others.flatMap(({ requests }) => requests))
        expect(secretIn(`${method} ${url} ${JSON.stringify(headers)}`)).toBe(undefined);
    },
  };
};

/** One case, and after it everything that must hold whatever it tests. */
export const acceptance = (title: string, body: (trial: Trial) => Promise<void>, unfit?: string | false): void => {
  test(title, async ({ skip }) => {
    if (unfit) skip(unfit);
    const trial = starting();
    try {
      await body(trial);
      trial.check();
    } finally {
      for (const close of trial.closing.reverse()) await close();
    }
  });
};

/** The words of a download of everything, one window of time for Plivo. */
export const downloading = ({ asked }: Wire, ...more: readonly string[]): readonly string[] => [
  'download',
  ...asked,
  '--since',
  '7d',
  ...more,
];
