import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/**
 * Whether `NO_PROXY` exempts a URL from the proxy, as in curl and Go: `*`, a domain with everything below it (a leading dot
 * or `*.` changes nothing), an address, a network such as 10.0.0.0/8, each but `*` also with a port.
 */
export const isExempt = (url: URL, noProxy: string): boolean => {
  const target = { host: plainHost(url.hostname), port: url.port || (url.protocol === 'https:' ? '443' : '80') };
  return noProxy.split(/[\s,]+/).some((entry) => entry !== '' && matchesEntry(entry.toLowerCase(), target));
};

interface Target {
  readonly host: string;
  readonly port: string;
}

const matchesEntry = (entry: string, { host, port }: Target): boolean => {
  if (entry === '*') return true;
  const [, network, bits, networkPort = port] = /^\[?([^\]/]+)\]?\/(\d{1,3})(?::(\d{1,5}))?$/.exec(entry) ?? [];
  if (network !== undefined) return networkPort === port && isInNetwork(host, network, Number(bits));
  // An IPv6 address without brackets has no port.
  const [, name = '', ownPort = port] = isIP(entry) === 6 ? ['', entry] : (/^(.*?)(?::(\d{1,5}))?$/.exec(entry) ?? []);
  return ownPort === port && matchesName(plainHost(name), host);
};

const matchesName = (entry: string, host: string): boolean => {
  if (isIP(entry) !== 0) return isInNetwork(host, entry, isIP(entry) === 4 ? 32 : 128);
  const domain = entry.replace(/^\*?\./, '');
  const name = domainToASCII(domain) || domain;
  return name !== '' && (host === name || host.endsWith(`.${name}`));
};

const isInNetwork = (host: string, network: string, bits: number): boolean => {
  const [hostFamily, family] = [isIP(host), isIP(network)];
  if (hostFamily === 0 || family === 0 || bits > (family === 4 ? 32 : 128)) return false;
  // BlockList sees IPv4 as ::ffff:0:0/96, which a larger network such as ::/0 does not mean.
  if (hostFamily === 4 && family === 6 && bits < 96) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, hostFamily === 4 ? 'ipv4' : 'ipv6');
};

/** A host without the brackets of IPv6 and the final dot. */
const plainHost = (host: string): string => host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
