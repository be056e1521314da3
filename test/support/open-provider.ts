import { onTestFinished } from 'vitest';
import { columns, mediaUrlColumn } from '../../src/core/columns.ts';
import type { Failure } from '../../src/core/failure.ts';
import { listMatching, take } from '../../src/core/listing.ts';
import type { ApiDefinition, CallList, Provider } from '../../src/core/provider.ts';
import type { Query } from '../../src/core/query.ts';
import type { Recording } from '../../src/core/recording.ts';
import { definitions } from '../../src/providers/index.ts';
import type { SandboxApi, SandboxEntry } from '../../src/sandbox/api.ts';
import { type Sandbox, type SandboxOptions, sandboxApis, startSandbox } from '../../src/sandbox/server.ts';
import { openRunClock } from '../../src/system/clock.ts';
import { openApiClients } from '../../src/system/net/api-client.ts';
import type { Account } from '../../src/system/net/authorization.ts';
import type { Runtime } from '../../src/system/runtime.ts';
import type { Log } from '../../src/system/terminal/log.ts';

/** A provider of the registry, opened on its sandbox through the real client. */
export interface OpenedProvider {
  readonly provider: Provider;
  readonly account: Account;
  readonly sandbox: Sandbox;
  /** The messages of `--verbose`. */
  readonly notes: readonly string[];
}

/** Every API, with a name for its tests. */
export const registry = definitions.map(
  (definition) => [`${definition.vendor.name} ${definition.api}`, definition] as const,
);

/** Sandbox options that store entries for an API. */
export const storedEntries = (
  { provider, api }: SandboxApi,
  entries: readonly SandboxEntry[],
): Partial<SandboxOptions> => ({
  entries: { [`${provider}/${api}`]: entries },
});

/** The sandbox API of a definition. Throws if the provider has none. */
export const sandboxApiOf = (definition: ApiDefinition): SandboxApi => {
  const sandboxApi = sandboxApis.find(
    ({ provider, api }) => provider === definition.vendor.name && api === definition.api,
  );
  if (sandboxApi === undefined) throw new Error(`no sandbox for ${definition.vendor.name} ${definition.api}`);
  return sandboxApi;
};

/** The lists of calls of an API; they cannot be read. */
export const listsOf = (definition: ApiDefinition): readonly CallList[] => {
  const noRequest = (): never => {
    throw new Error('opening an API makes no request');
  };
  const client = {
    profile: 'key',
    origin: 'http://sandbox',
    now: () => 0,
    get: noRequest,
    find: noRequest,
    debug: () => {},
  };
  return definition.open(sandboxApiOf(definition).credentials, client).calls ?? [];
};

export const openOnSandbox = async (
  definition: ApiDefinition,
  options: Partial<SandboxOptions> & { readonly password?: string } = {},
): Promise<OpenedProvider> => {
  const sandboxApi = sandboxApiOf(definition);
  const now = (): number => sandboxApi.answerKey.now;
  const sandbox = await startSandbox({ now, ...options });
  onTestFinished(() => sandbox.close());
  const notes: string[] = [];
  const http = openApiClients(
    { ...testRuntime, now },
    { ...silentLog, debug: (_event, text) => notes.push(text) },
    openRunClock({ now, released: 0, warn: () => {} }),
    { timeout: 60_000, attempts: 4 },
  );
  const [user, password] = sandboxApi.basicAuth;
  const basicAuth = [user, options.password ?? password] as const;
  const account = {
    profile: 'key',
    id: user,
    origin: sandbox.origin,
    basicAuth,
    rejectedHint: 'none',
    bypassProxy: true,
  };
  return {
    provider: definition.open(sandboxApi.credentials, http.clientFor(account, definition)),
    account,
    sandbox,
    notes,
  };
};

/** Every recording of a query, at most `limit`. */
export const listAll = async (provider: Provider, query: Query = {}, limit = 10_000): Promise<readonly Recording[]> => {
  const rows: Recording[] = [];
  for await (const batch of take(
    listMatching(provider, query, () => {}),
    limit,
  ))
    rows.push(...batch);
  return rows;
};

/** The recording as in JSON output. */
export const asJson = (recording: Recording): Readonly<Record<string, unknown>> =>
  Object.fromEntries([...columns, mediaUrlColumn].map(({ key, value }) => [key, value(recording)]));

/** The kind of failure that a step ends with, or `done`. */
export const outcomeOf = async (step: Promise<unknown>): Promise<string> =>
  step.then(
    () => 'done',
    (failure: Failure) => failure.kind,
  );

export const silentLog: Log = {
  verbose: true,
  format: 'text',
  clean: (text) => text,
  debug: () => {},
  warn: () => {},
  info: () => {},
  error: () => {},
  bug: () => {},
  redact: () => {},
  configure: () => {},
};

export const testRuntime: Runtime = {
  env: {},
  in: process.stdin,
  out: { stream: process.stdout, isTTY: false, columns: undefined },
  err: { stream: process.stderr, isTTY: false, columns: undefined },
  catchSignals: () => ({ signal: new AbortController().signal, release: () => {} }),
  stalled: new Promise(() => {}),
  ignoreInterrupts: () => () => {},
  beforeEnd: () => () => {},
  now: () => 0,
  released: 0,
  version: 'test',
  selfCommand: 'recx',
  nodeVersion: process.versions.node,
  platform: process.platform,
  uid: undefined,
  home: undefined,
};
