import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Failure } from '../../core/failure.ts';

/** Networks that are not the internet, by the IANA's registries of special-purpose addresses. */
const privateNetworks = new BlockList();
/** Those of one link, on which clouds answer with the keys of the machine. */
const linkLocal = new BlockList();

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
  [linkLocal, '169.254.0.0', 16],
] as const) {
  list.addSubnet(network, bits, 'ipv4');
  // The same address in the form of IPv6.
  list.addSubnet(`::ffff:${network}`, 96 + bits, 'ipv6');
}
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['ff00::', 8],
] as const) {
  privateNetworks.addSubnet(network, bits, 'ipv6');
}
linkLocal.addSubnet('fe80::', 10, 'ipv6');
linkLocal.addAddress('fd00:ec2::254', 'ipv6');

type Place = 'outside' | 'inner' | 'link';

const placeOf = (address: string): Place => {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return linkLocal.check(address, family) ? 'link' : privateNetworks.check(address, family) ? 'inner' : 'outside';
};

/**
 * Which addresses media may come from: any outside, and an inner one only for an account whose own server is at such an
 * address, since a link in an answer must not reach into the user's network.
 */
export interface SsrfGuard {
  /** Throws `unsafe` for a host that is a refused address by itself. */
  checkHost(url: URL): void;
  /** Looks names up as usual, and fails with `unsafe` when one leads to a refused address. */
  readonly lookup: LookupFunction;
}

export const openSsrfGuard = (home: string): SsrfGuard => {
  const homeHost = bare(new URL(home).hostname);
  const homeNow: Place = isIP(homeHost) !== 0 ? placeOf(homeHost) : homeHost === 'localhost' ? 'inner' : 'outside';
  let homePlace: Promise<Place> | undefined;
  const allows = (place: Place, own: Place): boolean => place === 'outside' || place === own;

  return {
    checkHost: ({ hostname, host }) => {
      const address = bare(hostname);
      if (isIP(address) !== 0 && address !== homeHost && !allows(placeOf(address), homeNow)) throw refusal(host);
    },
    lookup: (hostname, options, callback) => {
      lookup(hostname, { ...options, all: true }, (error, addresses) => {
        const [first] = addresses ?? [];
        if (error !== null || first === undefined) {
          callback(error ?? new Error('no address'), '', 0);
          return;
        }
        const pass = (refused: boolean): void => {
          if (refused) callback(refusal(hostname), '', 0);
          else if (options.all === true) callback(null, addresses);
          else callback(null, first.address, first.family);
        };
        const places = hostname === homeHost ? [] : addresses.map(({ address }) => placeOf(address));
        if (places.every((place) => allows(place, homeNow))) {
          pass(false);
          return;
        }
        homePlace ??= homeNow === 'outside' ? placeOfName(homeHost) : Promise.resolve(homeNow);
        void homePlace.then((own) => pass(!places.every((place) => allows(place, own))));
      });
    },
  };
};

/** Where a name leads; `outside` when it leads nowhere. */
const placeOfName = (name: string): Promise<Place> =>
  new Promise((resolve) => {
    lookup(name, { all: true }, (error, addresses: readonly LookupAddress[]) => {
      const places = error === null ? addresses.map(({ address }) => placeOf(address)) : [];
      resolve(places.find((place) => place !== 'outside') ?? 'outside');
    });
  });

const refusal = (host: string): Failure =>
  new Failure('unsafe', `a link leads to ${host}, an address inside this network, and was not followed`);

/** A host without the brackets of IPv6. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');
