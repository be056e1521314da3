import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts';
import { answer, configurationText } from './home.ts';
import { mediaPath, nativeFormat } from './media-account.ts';
import {
  completeFile,
  type MediaHandler,
  type MediaServer,
  numberedFile,
  sha256,
  startMediaServer,
  typeOf,
} from './media-faults.ts';
import { recx, recxInShell } from './paths.ts';
import {
  type Allowances,
  commandLinesOf,
  expectSafeFiles,
  expectSafeRun,
  type Outcome,
  peakMemoryOf,
  secretIn,
  snapshotTree,
  TOKEN,
  unexpectedChanges,
} from './run-invariants.ts';
import type { WireFormat } from './wire-formats.ts';

type Intercept = NonNullable<SandboxOptions['intercept']>;

export interface WorkspaceOptions extends Allowances {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Another user than that of the tests. */
  readonly user?: number;
}

/** A recording in a workspace; by default its media is served without faults, by the sandbox unless it has a link. */
export interface WorkspaceRecording {
  readonly id: string;
  readonly media?: MediaHandler;
  readonly link?: string;
  readonly row?: Row;
}

interface StartedRun {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

/** A server that no run should connect to. */
interface UnrelatedServer {
  readonly port: number;
  connections(): number;
  close(): Promise<void>;
}

/** A separate home, current folder and folder for temporary files, all empty except for the profiles. */
export interface Workspace {
  readonly root: string;
  readonly home: string;
  readonly cwd: string;
  readonly config: string;
  /** The download folder; runs may write here and to the config folder. */
  readonly out: string;
  /** Starts the provider sandbox and stores a profile for each API; the secret is the sandbox's own if nothing is intercepted. */
  startProviders(intercept?: Intercept, options?: Partial<SandboxOptions>): Promise<Sandbox>;
  /** Serves one API with these recordings; returns its media requests. */
  serveRecordings(
    wire: WireFormat,
    recordings: readonly WorkspaceRecording[],
    before?: Intercept,
  ): Promise<readonly URL[]>;
  /** Stores profiles with this origin, by default in the config file. */
  storeProfiles(origin: string, secret?: string, file?: string): void;
  run(words: readonly string[], options?: WorkspaceOptions): Promise<Outcome>;
  /** Runs a bash script in which `$RECX` is the program. */
  shell(script: string, options?: WorkspaceOptions): Promise<Outcome>;
  start(words: readonly string[], options?: WorkspaceOptions): StartedRun;
  startShell(script: string, options?: WorkspaceOptions): StartedRun;
  /** Allows runs to write to another path, and optionally to store secrets there. */
  allowWrites(path: string, secrets?: 'secrets'): string;
  /** Sets the bytes that a final file name must have. */
  expectMedia(name: string, bytes: Uint8Array): void;
  unrelatedServer(): Promise<UnrelatedServer>;
  /** Another media server, which must not receive any secret. */
  mediaServer(fault: MediaHandler): Promise<MediaServer>;
  readonly cleanups: (() => unknown)[];
}

/** The bytes of the recordings of `serveRecordings`. */
export const mediaBytes = (wire: WireFormat, index = 0): Buffer => numberedFile(nativeFormat(wire), index + 1);
export const intactResponse = (wire: WireFormat, index = 0, etag = '"x"'): MediaHandler =>
  completeFile(mediaBytes(wire, index), { type: typeOf(nativeFormat(wire)), etag });
export const downloadedFile = (workspace: Workspace, wire: WireFormat, id: string): string =>
  join(workspace.out, `${id}.${nativeFormat(wire)}`);

/** A workspace, with a check of what must hold at the end. */
const openWorkspace = (): Workspace & { check(): void } => {
  const root = mkdtempSync(join(tmpdir(), 'recx-accept-'));
  chmodSync(root, 0o755);
  const [home, cwd, temporary] = [join(root, 'home'), join(root, 'cwd'), join(root, 'tmp')];
  for (const folder of [home, cwd, temporary]) mkdirSync(folder, { mode: 0o755 });
  const [folder, out] = [join(home, '.config', 'recx'), join(cwd, 'recordings')];
  const config = join(folder, 'config.json');
  const allowed = [folder, out];
  const secretFiles = [config];
  const sums = new Map<string, string>();
  const others: MediaServer[] = [];
  const receivedBytes: Buffer[] = [];
  const cleanups: (() => unknown)[] = [() => rmSync(root, { recursive: true, force: true })];

  const startProcess = (
    command: readonly string[],
    { env, input = '', user, ...allowances }: WorkspaceOptions = {},
  ): StartedRun => {
    const before = snapshotTree(root);
    const commands = new Set<string>();
    let peak = 0;
    const variables = { PATH: process.env.PATH ?? '', HOME: home, TMPDIR: temporary, ...env };
    const identity = user === undefined ? {} : { uid: user, gid: user };
    const [file = '', ...words] = command;
    const started = performance.now();
    const detached = file === 'bash';
    const child = spawn(file, words, { cwd, env: variables, detached, stdio: 'pipe', ...identity });
    const sample = (): void => {
      for (const line of commandLinesOf(child.pid ?? 0)) commands.add(line);
      peak = Math.max(peak, peakMemoryOf(child.pid ?? 0));
    };
    const watching = setInterval(sample, 40);
    cleanups.push(() => child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'));
    const [stdoutChunks, stderrChunks]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdoutChunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderrChunks.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const ended = new Promise<Outcome>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        const bytes = Buffer.concat(stdoutChunks);
        const [stdoutText, stderrText] = [bytes.toString(), Buffer.concat(stderrChunks).toString()];
        const took = performance.now() - started;
        resolve({ code, signal, bytes, out: stdoutText, err: stderrText, took, commands: [...commands], peak });
      });
    }).finally(() => {
      clearInterval(watching);
    });
    const safe = ended.then((outcome) => {
      expectSafeRun(outcome, allowances);
      expect(unexpectedChanges(before, snapshotTree(root), allowed)).toEqual([]);
      return outcome;
    });
    // A failure reaches whoever awaits the run; a test that fails earlier does not await it.
    safe.catch(() => {});
    return { child, ended: safe };
  };
  const start: Workspace['start'] = (words, options) => startProcess([...recx(), ...words], options);
  const startShell: Workspace['startShell'] = (script, options) =>
    startProcess(['bash', '--norc', '-c', script], {
      ...options,
      env: { RECX: recxInShell(), ...options?.env },
    });
  const storeProfiles: Workspace['storeProfiles'] = (origin, secret = TOKEN, file = config) => {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(
      file,
      configurationText(origin, (password) => secret || password),
      { mode: 0o600 },
    );
    if (!secretFiles.includes(file)) secretFiles.push(file);
  };
  const startProviders: Workspace['startProviders'] = async (intercept, options) => {
    const sandbox = await startSandbox({ now: Date.now, ...options, ...(intercept && { intercept }) });
    cleanups.push(() => sandbox.close());
    storeProfiles(sandbox.origin, intercept ? TOKEN : '');
    return sandbox;
  };
  const expectMedia: Workspace['expectMedia'] = (name, bytes) => void sums.set(name, sha256(bytes));
  const serveRecordings: Workspace['serveRecordings'] = async (wire, recordings, before) => {
    const requested: URL[] = [];
    const at = Date.now() - 3_600_000;
    const rows = (origin: string): readonly Row[] =>
      recordings.map(({ id, link, row }, index) => {
        const media = { [wire.keys.media]: link ?? `${origin}${mediaPath(wire, id)}`, byte_size: null };
        return wire.row(id, { ...media, ...row }, at - index * 1000);
      });
    for (const [index, { id }] of recordings.entries())
      expectMedia(`${id}.${nativeFormat(wire)}`, mediaBytes(wire, index));
    await startProviders(async (request, response, count) => {
      if ((await before?.(request, response, count)) === true) return true;
      const { pathname, origin } = request.url;
      if (pathname === wire.listPath) return answer(response, wire.page(rows(origin), null));
      const one = recordings.findIndex(({ id }) => wire.recordingPath(encodeURIComponent(id)) === pathname);
      if (one >= 0) return answer(response, rows(origin)[one]);
      const index = recordings.findIndex(({ id }) => mediaPath(wire, id) === pathname);
      if (index < 0) return answer(response, { error: 'not found' }, 404);
      requested.push(request.url);
      return (recordings[index]?.media ?? intactResponse(wire, index))(request, response);
    });
    return requested;
  };
  return {
    root,
    home,
    cwd,
    config,
    out,
    startProviders,
    serveRecordings,
    storeProfiles,
    start,
    startShell,
    expectMedia,
    cleanups,
    run: (words, options) => start(words, options).ended,
    shell: (script, options) => startShell(script, options).ended,
    allowWrites: (path, secrets) => {
      if (secrets) secretFiles.push(path);
      allowed.push(path);
      return path;
    },
    unrelatedServer: async () => {
      let connections = 0;
      const server = createServer((socket) => {
        connections++;
        socket.on('error', () => {}).on('data', (chunk) => receivedBytes.push(chunk));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const close = (): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));
      cleanups.push(() => void close());
      const { port } = server.address() as AddressInfo; // a TCP server has one
      return { port, connections: () => connections, close };
    },
    mediaServer: async (fault) => others[others.push(await startMediaServer(fault)) - 1] as MediaServer,
    check: () => {
      expectSafeFiles(root, secretFiles, sums);
      expect(secretIn(Buffer.concat(receivedBytes).toString('latin1'))).toBe(undefined);
      for (const { method, url, headers } of others.flatMap(({ requests }) => requests))
        expect(secretIn(`${method} ${url} ${JSON.stringify(headers)}`)).toBe(undefined);
    },
  };
};

/** Runs one acceptance case, then checks what must hold for every case. */
export const acceptanceTest = (
  title: string,
  body: (workspace: Workspace) => Promise<void>,
  unfit?: string | false,
): void => {
  test(title, async ({ skip }) => {
    if (unfit) skip(unfit);
    const workspace = openWorkspace();
    try {
      await body(workspace);
      workspace.check();
    } finally {
      for (const close of workspace.cleanups.reverse()) await close();
    }
  });
};

/** The arguments of a download of all recordings, within one time window for Plivo. */
export const downloadArgs = ({ args }: WireFormat, ...more: readonly string[]): readonly string[] => [
  'download',
  ...args,
  '--since',
  '7d',
  ...more,
];
