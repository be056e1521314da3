import { Failure } from '../../../core/failure.ts';

/** A proxy as a variable of the environment names it. */
export interface ProxyAddress {
  /** `http://host:port` or `https://host:port`, without user and password. */
  readonly origin: string;
  readonly hostname: string;
  /** The value of `Proxy-Authorization`. */
  readonly authorization: string | undefined;
}

/**
 * Reads the address of a proxy as curl does: without a scheme it is http, a path is ignored, and user and password may have
 * any characters, percent-encoded or not. Throws a usage failure that names the variable, never its value.
 */
export const parseProxyAddress = (value: string, variable: string): ProxyAddress => {
  const [, scheme = 'http', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(value.trim()) ?? [];
  if (!/^https?$/i.test(scheme)) throw invalidProxy(variable, 'only http:// and https:// proxies are supported');
  const at = endOfUserInfo(rest);
  const [host = ''] = rest.slice(at === -1 ? 0 : at + 1).split(/[/?#\\]/, 1);
  const address = `${scheme}://${host}`;
  if (!HOST.test(host) || !URL.canParse(address)) throw invalidProxy(variable);
  const { origin, hostname } = new URL(address);
  return { origin, hostname, authorization: at === -1 ? undefined : basicOf(rest.slice(0, at)) };
};

/** A name or an address, and perhaps a port. */
const HOST = /^(?:\[[\da-f:.]+\]|[\p{L}\p{N}._-]+)(?::\d*)?$/iu;

const invalidProxy = (variable: string, problem = 'not the address of a proxy'): Failure =>
  new Failure('usage', `${variable}: ${problem}`, { hint: `Set ${variable} to http://host:port or unset it` });

/** The position of the `@` after user and password; -1 without them. A password may contain `@` and `/`, a path as well. */
const endOfUserInfo = (rest: string): number => {
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  if (authority.includes('@')) return authority.lastIndexOf('@');
  return /^[^:]*(?::\d*)?$/.test(authority) || authority.startsWith('[') ? -1 : rest.lastIndexOf('@');
};

const basicOf = (userInfo: string): string => {
  const [user = '', ...password] = userInfo.split(':');
  const pair = Buffer.concat([percentDecoded(user), Buffer.from(':'), percentDecoded(password.join(':'))]);
  return `Basic ${pair.toString('base64')}`;
};

/** Decodes percent-encoded bytes; a `%` that begins none is itself. */
const percentDecoded = (text: string): Buffer =>
  Buffer.concat(
    text
      .split(/(%[0-9a-f]{2})/i)
      .map((part, index) => (index % 2 === 1 ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part))),
  );
