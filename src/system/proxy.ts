import { Failure } from '../core/failure.ts';
import { isLoopback } from '../core/origin.ts';

const routes = new Map<string, Promise<RequestInit>>();

/**
 * What `fetch` needs for the way to a URL by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in upper or lower case. Plain http carries readable
 * credentials, so it goes through a proxy only when that is on loopback as well.
 */
export const proxyFor = async (url: URL, env: Readonly<Record<string, string | undefined>>): Promise<RequestInit> => {
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[name.toLowerCase()] || env[name];
  if (!proxy) return {};
  if (!URL.canParse(proxy) || !/^https?:$/.test(new URL(proxy).protocol)) {
    throw new Failure('usage', `${name} is not an http:// or https:// URL`);
  }
  if (url.protocol === 'http:' && !isLoopback(new URL(proxy).hostname)) return {};
  const known = routes.get(proxy);
  if (known !== undefined) return known;
  // undici's agent knows the rules of NO_PROXY; Node 20 has no proxy support of its own.
  const route = import('undici').then(({ EnvHttpProxyAgent }) => {
    const noProxy = env.no_proxy || env.NO_PROXY || '';
    const dispatcher: unknown = new EnvHttpProxyAgent({ httpProxy: proxy, httpsProxy: proxy, noProxy });
    return { dispatcher } as RequestInit; // Node's own types name the undici inside it, which is another version
  });
  routes.set(proxy, route);
  return route;
};
