import { writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Sandbox, type SandboxOptions, sandboxApis, startSandbox } from '../../src/sandbox/server.ts';
import { cleanUp, emptyFolder } from './cleanup.ts';
import { type ProcessOptions, runPacked, runShell } from './packed.ts';
import { type Run, type RunOptions, runHere } from './run.ts';

/** A sandbox and a config folder with profiles for it. */
export interface Home {
  readonly folder: string;
  readonly sandbox: Sandbox;
  /** Runs the program in this process. */
  run(words: readonly string[], options?: RunOptions): Promise<Run>;
  /** Runs the packed program as a separate process. */
  runPacked(words: readonly string[], options?: ProcessOptions): Promise<Run>;
  /** Runs a bash script in which `$RECX` is the packed program. */
  shell(script: string, options?: ProcessOptions): Promise<Run>;
  /** Runs the program in this process with standard output on a terminal of this width, without colours. */
  onTerminal(words: readonly string[], columns: number): Promise<Run>;
}

/** Starts a sandbox that is closed after the tests of the file. */
export const openSandbox = async (options: Partial<SandboxOptions> = {}): Promise<Sandbox> => {
  const sandbox = await startSandbox({ now: Date.now, ...options });
  cleanUp(() => sandbox.close());
  return sandbox;
};

/** A server that no run should connect to. */
export interface UnrelatedServer {
  readonly port: number;
  connections(): number;
}

export const unrelatedServer = async (): Promise<UnrelatedServer> => {
  let connections = 0;
  const server = createServer((_, response) => response.end('{}')).on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections }; // a TCP server has a port
};

/** Responds with JSON, or with a string unchanged. */
export const answer = (response: ServerResponse, body: unknown, status = 200, headers = {}): true => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
  return true;
};

/** The arguments that add a profile for the sandbox, and the secret for standard input. */
export const profileAddArgs = (provider: string, name: string, origin: string): readonly [string[], string] => {
  const { credentials, basicAuth } = sandboxApis.find((api) => api.provider === provider) ?? {
    credentials: {},
    basicAuth: [],
  };
  const open = Object.entries(credentials).filter(([, value]) => value !== basicAuth[1]);
  const words = ['profile', 'add', name, '--provider', provider, '--base-url', origin];
  return [[...words, ...open.flatMap(([key, value]) => ['--set', `${key}=${value}`])], `${basicAuth[1]}\n`];
};

/** A sandbox, and a home with a profile for each of its APIs, named after the provider for voice APIs, otherwise after the API. */
export const homeWith = async (options: Partial<SandboxOptions> = {}): Promise<Home> => {
  const sandbox = await openSandbox(options);
  const folder = emptyFolder();
  writeFileSync(join(folder, 'config.json'), configurationText(sandbox.origin), { mode: 0o600 });
  const own = { HOME: folder, RECX_CONFIG_DIR: folder };
  const withOwn = <Options extends { readonly env?: Readonly<Record<string, string>> }>(given?: Options) => ({
    ...given,
    env: { ...own, ...given?.env },
  });
  return {
    folder,
    sandbox,
    run: (words, given) => runHere(words, withOwn(given)),
    runPacked: (words, given) => runPacked(words, withOwn(given)),
    shell: (script, given) => runShell(script, withOwn(given)),
    onTerminal: (words, columns) => runHere(words, { columns, env: { ...own, TERM: 'xterm', NO_COLOR: '1' } }),
  };
};

/** The text of a config file with a profile for each API of the sandbox, as `profile add` would store them if only that API worked. */
export const configurationText = (origin: string, secretOf = (password: string): string => password): string => {
  const profiles = sandboxApis.map(({ provider, api, credentials, basicAuth: [, password] }) => {
    const [field = ''] = Object.entries(credentials).find(([, value]) => value === password) ?? [];
    const { [field]: _, ...open } = credentials;
    const secret = { field, value: secretOf(password) };
    const profile = { provider, credentials: open, secret, base_url: origin, apis: [api] };
    return [api === 'voice' ? provider : api, profile] as const;
  });
  return JSON.stringify({ version: 1, profiles: Object.fromEntries(profiles) });
};
