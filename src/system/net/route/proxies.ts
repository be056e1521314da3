import type { buildConnector, Dispatcher, ProxyAgent } from 'undici';
import { Failure } from '../../../core/failure.ts';
import { isLoopback } from '../../../core/origin.ts';
import { ProxyError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import type { ProxyAddress } from './proxy-address.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Proxy connections of one run. */
export interface Proxies {
  /**
   * The client for a URL by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in upper or lower case; undefined if the URL is
   * requested without a proxy. Plain http carries readable credentials, so it uses a proxy only if that is on loopback as
   * well. Throws a usage failure for an address that cannot be used.
   */
  dispatcherFor(url: URL): Promise<ProxyAgent | undefined>;
  /** Closes the connections, also if the proxy never responded. */
  close(): Promise<void>;
}

export const openProxies = (env: Environment): Proxies => {
  const agents = new Map<string, Promise<ProxyAgent>>();
  return {
    dispatcherFor: async (url) => {
      const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
      const name = [variable.toLowerCase(), variable].find((spelling) => env[spelling]?.trim());
      if (name === undefined) return undefined;
      // Loaded here: most runs have no proxy.
      const [{ parseProxyAddress }, { isExempt }] = await Promise.all([
        import('./proxy-address.ts'),
        import('./no-proxy.ts'),
      ]);
      if (isExempt(url, env.no_proxy || env.NO_PROXY || '')) return undefined;
      const proxy = parseProxyAddress(env[name] ?? '', name);
      if (url.protocol === 'http:' && !isLoopback(proxy.hostname)) return undefined;
      const agent = agents.get(name) ?? openAgent(proxy, name);
      agents.set(name, agent);
      return agent;
    },
    close: async () => {
      const open = await Promise.allSettled(agents.values());
      agents.clear();
      for (const agent of open) if (agent.status === 'fulfilled') await agent.value.destroy();
    },
  };
};

/** Node 20 has no proxy support of its own. */
const openAgent = async ({ origin: uri, authorization }: ProxyAddress, variable: string): Promise<ProxyAgent> => {
  const { Pool, ProxyAgent: Agent } = await import('undici');
  const { isIP } = await import('node:net');
  const clientFactory = (
    origin: URL,
    { connect: dial }: { readonly connect: buildConnector.connector },
  ): Dispatcher => {
    // An address is no server name; undici takes it for one, of which Node warns.
    const isAddress = isIP(origin.hostname.replace(/^\[|\]$/g, '')) !== 0;
    const open: buildConnector.connector = (options, callback) =>
      dial(isAddress ? { ...options, servername: '' } : options, callback);
    const pool = new Pool(origin, { connect: open, headersTimeout: limits.connectTimeout });
    const connect: (tunnel: Dispatcher.ConnectOptions) => unknown = pool.connect;
    return Object.assign(pool, {
      connect: (tunnel: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> =>
        (connect.call(pool, tunnel) as Promise<Dispatcher.ConnectData>) // the form without a callback
          .catch((error: unknown) => {
            // Otherwise undici would retry endlessly when a proxy closes the connection.
            throw new ProxyError(error);
          }),
    });
  };
  try {
    return new Agent({ uri, clientFactory, ...(authorization === undefined ? {} : { token: authorization }) });
  } catch (cause) {
    throw new Failure('usage', `${variable}: not the address of a proxy`, { cause });
  }
};

/** Makes `fetch` use a dispatcher. */
export const withDispatcher = (dispatcher: unknown): RequestInit =>
  dispatcher === undefined ? {} : ({ dispatcher } as RequestInit); // Node's own types name another version of undici
