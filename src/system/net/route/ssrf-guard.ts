import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Failure } from '../../../core/failure.ts';
import { type HostName, matchesHost } from '../../../core/origin.ts';
import { type AddressScope, scopeOf } from './address-scope.ts';

/**
 * Allows media from public addresses, and from private ones only if the account's own server is private or the profile
 * names the host: a link in a response must not reach into the user's network.
 */
export interface SsrfGuard {
  /** Throws `unsafe` for a URL whose host is itself a refused address. */
  checkHost(url: URL): void;
  /** DNS lookup that throws `unsafe` for refused addresses. */
  readonly lookup: LookupFunction;
}

/** The guard of an account with this origin, and the hosts that may have a private address. */
export const openSsrfGuard = (origin: string, privateHosts: readonly HostName[] = []): SsrfGuard => {
  const ownHost = withoutBrackets(new URL(origin).hostname);
  /** Known from the origin alone; its name may still resolve to a private address. */
  const originScope: AddressScope =
    isIP(ownHost) !== 0 ? scopeOf(ownHost) : ownHost === 'localhost' ? 'private' : 'public';
  let resolvedScope: Promise<AddressScope> | undefined;
  const allows = (scope: AddressScope, own: AddressScope, host: string): boolean =>
    scope === 'public' ||
    scope === own ||
    (scope === 'private' && privateHosts.some((name) => matchesHost(host, name)));

  return {
    checkHost: ({ hostname, host }) => {
      const address = withoutBrackets(hostname);
      if (isIP(address) === 0 || address === ownHost || allows(scopeOf(address), originScope, address)) return;
      throw refusal(host);
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
        if (scopes.every((scope) => allows(scope, originScope, hostname))) {
          settle(true);
          return;
        }
        resolvedScope ??= originScope === 'public' ? scopeOfName(ownHost) : Promise.resolve(originScope);
        void resolvedScope.then((own) => settle(scopes.every((scope) => allows(scope, own, hostname))));
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
  new Failure('unsafe', `refused to follow a link to ${host}, an address inside a private network`, {
    hint: 'If it is a store of your own, name it in private_media_hosts of the profile',
  });

/** A host without the brackets of IPv6. */
const withoutBrackets = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');
