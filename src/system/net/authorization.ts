import type { HostName } from '../../core/origin.ts';
import type { AuthScheme } from '../../core/provider.ts';

/** Origin and credentials of a profile. */
export interface Account {
  readonly profile: string;
  /** The vendor's id of the account; the login may change, the id does not. */
  readonly id: string;
  /** `https://host[:port]`; plain http only on loopback. */
  readonly origin: string;
  /** The origin of the vendor's own server, if `origin` is another one. */
  readonly vendorOrigin?: string | undefined;
  readonly basicAuth: readonly [user: string, password: string];
  /** The hint for rejected credentials. */
  readonly rejectedHint: string;
  /** Hosts with a private address from which media may be fetched. */
  readonly privateMediaHosts?: readonly HostName[];
  /** No recording is older, in milliseconds since 1970, if known. */
  readonly oldest?: number;
  /** Never proxied: the server is in this process. */
  readonly bypassProxy: boolean;
}

/** The value of `Authorization`. The only place that adds credentials to a request. */
export const authorization = ({ basicAuth }: Account, scheme: AuthScheme = 'basic'): string =>
  scheme === 'bearer' ? `Bearer ${basicAuth[1]}` : `Basic ${Buffer.from(basicAuth.join(':')).toString('base64')}`;
