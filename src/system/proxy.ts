import type { EnvHttpProxyAgent } from 'undici';
import { Failure } from '../core/failure.ts';
import { isLoopback } from '../core/origin.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const agents = new Map<string, Promise<EnvHttpProxyAgent>>();

/**
 * The client for the way to a URL by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in upper or lower case; undefined where no
 * proxy is set. Plain http carries readable credentials, so it goes through a proxy only when that is on loopback as well.
 */
export const dispatcherFor = async (url: URL, env: Environment): Promise<EnvHttpProxyAgent | undefined> => {
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[name.toLowerCase()] || env[name];
  if (!proxy) return undefined;
  if (!URL.canParse(proxy) || !/^https?:$/.test(new URL(proxy).protocol)) {
    throw new Failure('usage', `${name} is not an http:// or https:// URL`);
  }
  if (url.protocol === 'http:' && !isLoopback(new URL(proxy).hostname)) return undefined;
  const known = agents.get(proxy);
  if (known !== undefined) return known;
  // undici's agent knows the rules of NO_PROXY; Node 20 has no proxy support of its own.
  const agent = import('undici').then(({ EnvHttpProxyAgent: Agent }) => {
    const noProxy = env.no_proxy || env.NO_PROXY || '';
    return new Agent({ httpProxy: proxy, httpsProxy: proxy, noProxy });
  });
  agents.set(proxy, agent);
  return agent;
};

/** The same as `fetch` takes it. */
export const routeFor = async (url: URL, env: Environment): Promise<RequestInit> => {
  const dispatcher: unknown = await dispatcherFor(url, env);
  return dispatcher === undefined ? {} : ({ dispatcher } as RequestInit); // Node's own types name another version of undici
};
