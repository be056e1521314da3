import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Row } from '../../src/core/decode.ts';
import { cleanUp, emptyFolder } from './cleanup.ts';
import { type Run, runHere } from './run.ts';
import { plivo, relay, twilio, type WireFormat } from './wire-formats.ts';

/** A recording at a provider. */
export interface Entry {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly fields: Row;
}

interface AccountKind {
  readonly wire: WireFormat;
  /** The credentials of a login, the secret apart. */
  credentials(account: string, login: string): Readonly<Record<string, string>>;
  readonly secretField: string;
}

const kinds = {
  relay: {
    wire: relay,
    credentials: (account) => ({ space: 'example', project_id: account }),
    secretField: 'token',
  },
  plivo: { wire: plivo, credentials: (account) => ({ auth_id: account }), secretField: 'auth_token' },
  twilio: {
    wire: twilio,
    credentials: (account, login) => ({ account_sid: account, ...(login === account ? {} : { api_key: login }) }),
    secretField: 'auth_token',
  },
} as const satisfies Readonly<Record<string, AccountKind>>;

/** A profile: its name, what kind of account it opens, the account's id and the login, which is the id by default. */
export interface ProfileOf {
  readonly kind: keyof typeof kinds;
  readonly account: string;
  readonly login?: string;
}

/**
 * One server with several accounts of several providers, whose clock and lists a test sets, and that shares no code with
 * the sandbox. A list is newest first; of filters it applies only the times of Plivo.
 */
export const openManyAccounts = async (profiles: Readonly<Record<string, ProfileOf>>, start: number) => {
  const clock = { now: start };
  const lists = new Map<string, Entry[]>();
  const requests: string[] = [];
  const entriesOf = (account: string): Entry[] => {
    const entries = lists.get(account) ?? [];
    lists.set(account, entries);
    return entries;
  };
  const server = createServer({}, (request, response) => {
    requests.push(request.url ?? '');
    const url = new URL(request.url ?? '', 'http://localhost');
    const [user = ''] = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64')
      .toString()
      .split(':');
    const account = /\/Accounts?\/([^/]+)\//.exec(url.pathname)?.[1] ?? user;
    const kind = url.pathname.includes('/relay/') ? 'relay' : url.pathname.includes('/Account/') ? 'plivo' : 'twilio';
    const { wire } = kinds[kind];
    const time = (name: string, otherwise: number): number =>
      Date.parse(`${url.searchParams.get(name)?.replace(' ', 'T')}Z`) || otherwise;
    const [from, to] = [time('add_time__gte', 0), time('add_time__lt', Number.POSITIVE_INFINITY)];
    const rows = entriesOf(account)
      .filter(({ at }) => at >= from && at < to)
      .sort((one, other) => other.at - one.at || (one.id < other.id ? -1 : 1))
      .map(({ id, at, fields }) => wire.row(id, { ...identityOf(kind, account), ...fields }, at));
    const { first, end } = kind === 'plivo' ? wire.pageRange(url) : { first: 0, end: Number.POSITIVE_INFINITY };
    response.sendDate = false;
    response.writeHead(200, { 'content-type': 'application/json', date: new Date(clock.now).toUTCString() });
    const next = end < rows.length ? `${url.pathname}?limit=20&offset=${end}` : null;
    response.end(JSON.stringify(wire.page(rows.slice(first, end), next)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server has a port
  const folder = emptyFolder();
  const configure = (given: Readonly<Record<string, ProfileOf>>): void => {
    const stored = Object.entries(given).map(([name, { kind, account, login = account }]) => {
      const { credentials, secretField } = kinds[kind];
      const field = kind === 'twilio' && login !== account ? 'api_secret' : secretField;
      const provider = kind === 'relay' ? 'signalwire' : kind;
      const secret = { field, value: 's' };
      const apis = [kinds[kind].wire.name.split('/')[1]];
      return [name, { provider, credentials: credentials(account, login), secret, base_url: origin, apis }];
    });
    const text = JSON.stringify({ version: 1, profiles: Object.fromEntries(stored) });
    writeFileSync(join(folder, 'config.json'), text, { mode: 0o600 });
  };
  configure(profiles);
  const env = { HOME: folder, RECX_CONFIG_DIR: folder };
  return {
    clock,
    requests,
    entriesOf,
    env,
    /** Replaces the stored profiles. */
    configure,
    put: (account: string, id: string, at: number, fields: Row = {}): void => {
      const entries = entriesOf(account);
      const place = entries.findIndex((entry) => entry.id === id);
      entries.splice(place === -1 ? entries.length : place, place === -1 ? 0 : 1, { id, at, fields });
    },
    /** Removes recordings at the provider. */
    purge: (account: string, isGone: (entry: Entry) => boolean): void => {
      const kept = entriesOf(account).filter((entry) => !isGone(entry));
      entriesOf(account).splice(0, Number.POSITIVE_INFINITY, ...kept);
    },
    run: (words: readonly string[]): Promise<Run> => runHere(words, { env, now: () => clock.now }),
  };
};

export type ManyAccounts = Awaited<ReturnType<typeof openManyAccounts>>;

const identityOf = (kind: keyof typeof kinds, account: string): Row => {
  if (kind === 'relay') return { project_id: account };
  return kind === 'plivo' ? { resource_uri: `/v1/Account/${account}/Recording/x/` } : { account_sid: account };
};
