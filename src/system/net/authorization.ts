import type { Login } from '../../core/provider.ts';

/** Origin and credentials of a profile. */
export interface Account {
  readonly profile: string;
  /** `https://host[:port]`; plain http only on loopback. */
  readonly origin: string;
  readonly login: readonly [user: string, password: string];
  /** The hint for rejected credentials. */
  readonly remedy: string;
  /** Never through a proxy: the server is part of this process. */
  readonly direct: boolean;
}

/** The value of `Authorization`: the one place where credentials are put into a request. */
export const authorization = ({ login }: Account, form: Login = 'basic'): string =>
  form === 'bearer' ? `Bearer ${login[1]}` : `Basic ${Buffer.from(login.join(':')).toString('base64')}`;
