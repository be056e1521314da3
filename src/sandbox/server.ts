import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RelatedLists, Reply, SandboxApi, SandboxEntry, SandboxState } from './api.ts';
import { clipBytes, clipType } from './media.ts';
import { plivoSandbox } from './plivo.ts';
import { compatibilitySandbox } from './signalwire-compatibility.ts';
import { relaySandbox } from './signalwire-relay.ts';
import { videoSandbox } from './signalwire-video.ts';
import { twilioSandbox } from './twilio.ts';

/** One simulated API for each API of the registry, in the same order. */
export const sandboxApis: readonly SandboxApi[] = [
  relaySandbox,
  videoSandbox,
  compatibilitySandbox,
  plivoSandbox,
  twilioSandbox,
];

export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

export interface SandboxOptions {
  /** Milliseconds since 1970. */
  now(): number;
  /** Entries of an API, by `provider/api`, instead of the built-in samples; newest first. */
  readonly entries?: Readonly<Record<string, readonly SandboxEntry[]>>;
  /** Calls, conferences and room sessions of an API, by `provider/api`, instead of the built-in samples. */
  readonly related?: Readonly<Record<string, RelatedLists>>;
  /** Responds to a request and returns true, or leaves it to the simulated API. `count` starts at 1. */
  intercept?(request: SeenRequest, response: ServerResponse, count: number): boolean | Promise<boolean>;
  /** Media require the credentials (an option in the vendors' consoles). */
  readonly protectedMedia?: boolean;
  /** Whether the credentials lack the permission for an API, `provider/api`, or a list of it, `provider/api/calls`; they are known by their secret. */
  refuses?(api: string, secret: string): boolean;
  /** More secrets of every account, such as a second token. */
  readonly otherSecrets?: readonly string[];
  /** Changes the response of a simulated API. */
  alter?(reply: Reply, request: SeenRequest, count: number): Reply;
}

export interface Sandbox {
  readonly origin: string;
  /** Every request so far. */
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
}

/** Simulates the servers of all providers on one loopback port, until closed. */
export const startSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
  const requests: SeenRequest[] = [];
  const stored = new Map<string, readonly SandboxEntry[]>();
  const storedRelated = new Map<string, RelatedLists>();
  let origin = '';

  const entriesOf = (api: SandboxApi): readonly SandboxEntry[] => {
    const name = `${api.provider}/${api.api}`;
    const entries = stored.get(name) ?? options.entries?.[name] ?? api.samples(options.now(), origin);
    stored.set(name, entries);
    return entries;
  };

  const relatedOf = (api: SandboxApi): RelatedLists => {
    const name = `${api.provider}/${api.api}`;
    const lists = storedRelated.get(name) ?? options.related?.[name] ?? api.related?.(options.now()) ?? {};
    storedRelated.set(name, lists);
    return lists;
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const seen = { method: request.method ?? '', url: new URL(request.url ?? '/', origin), headers: request.headers };
    requests.push(seen);
    const count = requests.length;
    response.setHeader('date', new Date(options.now()).toUTCString());
    if ((await options.intercept?.(seen, response, count)) === true) return;
    const reply = answer(seen, { entriesOf, relatedOf, origin }, options);
    send(seen, response, options.alter?.(reply, seen, count) ?? reply);
  };

  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server has a port

  return {
    origin,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** What the simulated APIs have stored. */
interface Stored {
  entriesOf(api: SandboxApi): readonly SandboxEntry[];
  relatedOf(api: SandboxApi): RelatedLists;
  readonly origin: string;
}

const answer = (
  { method, url, headers }: SeenRequest,
  { entriesOf, relatedOf, origin }: Stored,
  { now, protectedMedia = false, refuses = () => false, otherSecrets = [] }: SandboxOptions,
): Reply => {
  const media = /^\/media\/(\w+)\/(\w+)\/([\w-]+)(?:\.\w+|\/download)$/.exec(url.pathname);
  const api = sandboxApis.find(({ prefixes, provider, api: name }) =>
    media === null
      ? prefixes.some((prefix) => url.pathname.startsWith(prefix))
      : provider === media[1] && name === media[2],
  );
  if (api === undefined || (method !== 'GET' && method !== 'HEAD')) return notFound;
  const [login, own] = api.basicAuth;
  const secret = [own, ...otherSecrets].find((each) => headers.authorization === basic(login, each));
  const isAuthorized = secret !== undefined;
  if (media === null) {
    const list = api.relatedListAt?.(url.pathname);
    const name = `${api.provider}/${api.api}${list === undefined ? '' : `/${list}`}`;
    if (refuses(name, secret ?? '')) return api.unauthorized;
    const state: SandboxState = {
      entries: entriesOf(api),
      // Made on demand: most requests are for recordings.
      get related() {
        return relatedOf(api);
      },
      origin,
      now: now(),
    };
    const reply = api.respond(url, state) ?? notFound;
    // Vendors serve media below the API path without credentials unless it is protected.
    return isAuthorized || (Buffer.isBuffer(reply.body) && !protectedMedia) ? reply : api.unauthorized;
  }
  const clip = entriesOf(api).find((entry) => entry.id === media[3])?.clip;
  const expires = url.searchParams.get('expires');
  if (expires !== null && Number(expires) * 1000 <= now()) {
    return {
      status: 403,
      body: '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
      type: 'application/xml',
    };
  }
  if (protectedMedia && expires === null && !isAuthorized) return api.unauthorized;
  return clip === undefined ? notFound : { status: 200, body: clipBytes(clip), type: clipType(clip) };
};

const notFound: Reply = { status: 404, body: 'Not found', type: 'text/plain' };

const send = (request: SeenRequest, response: ServerResponse, reply: Reply): void => {
  const { status, body, type } = reply;
  const bytes = Buffer.from(Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body));
  const tag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
  const headers = {
    'content-type': type ?? 'application/json',
    ...(Buffer.isBuffer(body) ? { etag: tag, 'accept-ranges': 'bytes' } : {}),
  };
  const start = Buffer.isBuffer(body) ? rangeStart(request.headers, tag) : undefined;
  if (start !== undefined && start >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    return;
  }
  const part = bytes.subarray(start ?? 0);
  response.writeHead(start === undefined ? status : 206, {
    ...headers,
    'content-length': part.length,
    ...(start === undefined ? {} : { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
  });
  response.end(request.method === 'HEAD' ? undefined : part);
};

/** The byte from which a request resumes, if its version still matches. */
const rangeStart = ({ range, 'if-range': version }: IncomingHttpHeaders, tag: string): number | undefined => {
  const [, first] = /^bytes=(\d+)-$/.exec(range ?? '') ?? [];
  return first === undefined || (version !== undefined && version !== tag) ? undefined : Number(first);
};

const basic = (login: string, secret: string): string =>
  `Basic ${Buffer.from(`${login}:${secret}`).toString('base64')}`;
