import type { Dispatcher, EnvHttpProxyAgent } from 'undici';
import { Failure } from '../../core/failure.ts';
import { isLoopback } from '../../core/origin.ts';
import { ProxyError } from '../errors.ts';
import { limits } from '../limits.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Proxy connections of one run. */
export interface Proxies {
  /**
   * The client for a URL by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in upper or lower case; undefined if no proxy
   * is set. Plain http carries readable credentials, so it uses a proxy only if that is on loopback as well.
   */
  dispatcherFor(url: URL): Promise<EnvHttpProxyAgent | undefined>;
  /** Closes the connections, also if the proxy never responded. */
  close(): Promise<void>;
}

export const openProxies = (env: Environment): Proxies => {
  const agents = new Map<string, Promise<EnvHttpProxyAgent>>();
  return {
    dispatcherFor: async (url) => {
      const proxy = proxyFor(url, env);
      if (proxy === undefined) return undefined;
      const agent = agents.get(proxy) ?? openAgent(proxy, env);
      agents.set(proxy, agent);
      return agent;
    },
    close: async () => {
      const open = [...agents.values()];
      agents.clear();
      for (const agent of open) await (await agent).destroy();
    },
  };
};

const proxyFor = (url: URL, env: Environment): string | undefined => {
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[name.toLowerCase()] || env[name];
  if (!proxy) return undefined;
  if (!URL.canParse(proxy) || !/^https?:$/.test(new URL(proxy).protocol)) {
    throw new Failure('usage', `${name} is not an http:// or https:// URL`);
  }
  return url.protocol === 'http:' && !isLoopback(new URL(proxy).hostname) ? undefined : proxy;
};

/** undici's agent applies the rules of NO_PROXY; Node 20 has no proxy support. */
const openAgent = async (proxy: string, env: Environment): Promise<EnvHttpProxyAgent> => {
  const { EnvHttpProxyAgent: Agent, Pool } = await import('undici');
  const noProxy = env.no_proxy || env.NO_PROXY || '';
  const clientFactory = (origin: URL, options: object): Dispatcher => {
    const pool = new Pool(origin, { ...options, headersTimeout: limits.connectTimeout });
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
  return new Agent({ httpProxy: proxy, httpsProxy: proxy, noProxy, clientFactory });
};

/** Makes `fetch` use a dispatcher. */
export const withDispatcher = (dispatcher: unknown): RequestInit =>
  dispatcher === undefined ? {} : ({ dispatcher } as RequestInit); // Node's own types name another version of undici
