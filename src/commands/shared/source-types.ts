import type { Definition, Provider, Vendor } from '../../core/provider.ts';
import type { StoredProfile } from '../../system/config/profiles.ts';
import type { Account } from '../../system/net/authorization.ts';

export interface ChosenProfile {
  readonly name: string;
  readonly vendor: Vendor | undefined;
  /** Undefined for credentials from the environment. */
  readonly stored: StoredProfile | undefined;
}

/** One opened API of one profile. */
export interface Source {
  readonly profile: string;
  readonly definition: Definition;
  readonly provider: Provider;
  /** Undefined behind a door that could not be opened: then every call of the provider fails. */
  readonly account: Account | undefined;
}
