import { Failure } from './failure.ts';
import { quote } from './invalid-value.ts';

/** Whether a host name is a loopback address of this machine. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

/**
 * The origin of a user-supplied address, which must be scheme, host and optional port only: https, or http on loopback.
 * Throws a usage failure for anything else, and `unsafe` for plain http to another machine.
 */
export const originOf = (address: string, name: string): string => {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const bare = url !== undefined && url.pathname === '/' && url.search === '' && url.hash === '';
  if (!bare || url.username !== '' || url.password !== '' || !/^https?:$/.test(url.protocol)) {
    throw new Failure('usage', `${name} must have the form https://host or https://host:port`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new Failure('unsafe', `${name}: plain http would send the credentials unencrypted to ${url.host}`, {
      hint: 'Use https; plain http is only allowed for this machine (localhost, 127.0.0.1)',
    });
  }
  return url.origin;
};

/**
 * A link as its URL on the account's server, if it means that: a link to the vendor's own server while requests go through
 * another one, or plain http to the same host, as servers behind a TLS proxy write it. Any other link is unchanged.
 */
export const onHomeOrigin = (link: URL, home: string, vendorOrigin: string | undefined): URL => {
  const own = new URL(home);
  const names = (origin: string): boolean => {
    const { protocol, hostname, port } = new URL(origin);
    const ports = link.protocol === protocol ? [port] : [port, port || '443', ''];
    return protocol === 'https:' && link.hostname === hostname && ports.includes(link.port);
  };
  if (!/^https?:$/.test(link.protocol) || link.username !== '' || link.password !== '') return link;
  if (!names(home) && (vendorOrigin === undefined || !names(vendorOrigin))) return link;
  own.pathname = link.pathname;
  own.search = link.search;
  return own;
};

/** Throws `unsafe` for a URL whose origin is not that of the credentials, or that contains credentials itself. */
export const assertSameOrigin = (url: URL, home: string): void => {
  // blob: and similar schemes report the origin of the URL inside them.
  const plain = /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (url.origin === home && plain) return;
  throw new Failure('unsafe', `a response from ${home} links to ${url.protocol}//${url.host}, which was not followed`, {
    hint: `Credentials are only sent to ${home}`,
  });
};

/** A host by its name or address without a final dot, or with a leading dot every host below it. */
export type HostName = string;

/** Whether a host is meant by a name; addresses of IPv6 are without brackets. */
export const matchesHost = (hostname: string, name: HostName): boolean => {
  const host = hostname.replace(/\.$/, '');
  return name.startsWith('.') ? host.endsWith(name) : host === name;
};

/** The names of a list with commas, in lower case; `*.` means the same as a leading dot. Throws a usage failure. */
export const parseHostNames = (list: string, listName: string): readonly HostName[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => {
      const [, below, host = ''] = /^(\*?\.)?\[?(.*?)\]?\.?$/s.exec(name) ?? [];
      const address = `https://${host.includes(':') ? `[${host}]` : host}`;
      const url = URL.canParse(address) ? new URL(address) : undefined;
      const plain = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
      if (url?.href === `https://${url?.hostname}/` && HOST.test(plain))
        return (below === undefined ? '' : '.') + plain;
      throw new Failure('usage', `${listName}: ${quote(name)} is not the name of a host`, {
        hint: 'Use names or addresses separated by commas, without a scheme and a port: store.example, 10.1.2.3',
      });
    });

/** Labels, or IPv6; a URL also accepts `*` and empty labels. */
const HOST = /^(?:[\w-]+(?:\.[\w-]+)*|[\da-f:]+)$/;
