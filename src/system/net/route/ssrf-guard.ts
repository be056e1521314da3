import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Failure } from '../../../core/failure.ts';

/** Networks that are not public, from IANA's registries of special-purpose addresses. */
const privateNetworks = new BlockList();
/** Link-local addresses, used by cloud metadata services, which hold credentials. */
const linkLocalNetworks = new BlockList();

for (const [list, network, bits] of [
  [privateNetworks, '0.0.0.0', 8],
  [privateNetworks, '10.0.0.0', 8],
  [privateNetworks, '100.64.0.0', 10],
  [privateNetworks, '127.0.0.0', 8],
  [privateNetworks, '172.16.0.0', 12],
  [privateNetworks, '192.0.0.0', 24],
  [privateNetworks, '192.168.0.0', 16],
  [privateNetworks, '198.18.0.0', 15],
  [privateNetworks, '224.0.0.0', 3],
  [linkLocalNetworks, '169.254.0.0', 16],
] as const) {
  list.addSubnet(network, bits, 'ipv4');
  // The IPv4-mapped IPv6 form.
  list.addSubnet(`::ffff:${network}`, 96 + bits, 'ipv6');
}
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['ff00::', 8],
] as const) {
  privateNetworks.addSubnet(network, bits, 'ipv6');
}
linkLocalNetworks.addSubnet('fe80::', 10, 'ipv6');
linkLocalNetworks.addAddress('fd00:ec2::254', 'ipv6');

type AddressScope = 'public' | 'private' | 'link-local';

const scopeOf = (address: string): AddressScope => {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (linkLocalNetworks.check(address, family)) return 'link-local';
  return privateNetworks.check(address, family) ? 'private' : 'public';
};

/**
 * Allows media from public addresses, and from private ones only if the account's own server is private: a link in a
 * response must not reach into the user's network.
 */
export interface SsrfGuard {
  /** Throws `unsafe` for a URL whose host is itself a refused address. */
  checkHost(url: URL): void;
  /** DNS lookup that throws `unsafe` for refused addresses. */
  readonly lookup: LookupFunction;
}

/** The guard of an account with this origin. */
export const openSsrfGuard = (origin: string): SsrfGuard => {
  const ownHost = withoutBrackets(new URL(origin).hostname);
  /** Known from the origin alone; its name may still resolve to a private address. */
  const originScope: AddressScope =
    isIP(ownHost) !== 0 ? scopeOf(ownHost) : ownHost === 'localhost' ? 'private' : 'public';
  let resolvedScope: Promise<AddressScope> | undefined;
  const allows = (scope: AddressScope, own: AddressScope): boolean => scope === 'public' || scope === own;

  return {
    checkHost: ({ hostname, host }) => {
      const address = withoutBrackets(hostname);
      if (isIP(address) !== 0 && address !== ownHost && !allows(scopeOf(address), originScope)) throw refusal(host);
    },
    lookup: (hostname, options, callback) => {
      lookup(hostname, { ...options, all: true }, (error, addresses) => {
        const [first] = addresses ?? [];
        if (error !== null || first === undefined) {
          callback(error ?? new Error('no address'), '', 0);
          return;
        }
        const settle = (isAllowed: boolean): void => {
          if (!isAllowed) callback(refusal(hostname), '', 0);
          else if (options.all === true) callback(null, addresses);
          else callback(null, first.address, first.family);
        };
        const scopes = hostname === ownHost ? [] : addresses.map(({ address }) => scopeOf(address));
        if (scopes.every((scope) => allows(scope, originScope))) {
          settle(true);
          return;
        }
        resolvedScope ??= originScope === 'public' ? scopeOfName(ownHost) : Promise.resolve(originScope);
        void resolvedScope.then((own) => settle(scopes.every((scope) => allows(scope, own))));
      });
    },
  };
};

/** The scope of the addresses that a name resolves to; `public` if none. */
const scopeOfName = (name: string): Promise<AddressScope> =>
  new Promise((resolve) => {
    lookup(name, { all: true }, (error, addresses: readonly LookupAddress[]) => {
      const scopes = error === null ? addresses.map(({ address }) => scopeOf(address)) : [];
      resolve(scopes.find((scope) => scope !== 'public') ?? 'public');
    });
  });

const refusal = (host: string): Failure =>
  new Failure('unsafe', `refused to follow a link to ${host}, an address inside a private network`);

/** A host without the brackets of IPv6. */
const withoutBrackets = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');
