import type { Provider, Vendor } from '../../core/provider.ts';
import type { StoredProfile } from '../../system/config/profiles.ts';
import type { Account } from '../../system/net/authorization.ts';
import type { QueriedApi } from '../access/api-access.ts';

/** A profile chosen for a run. */
export interface ChosenProfile {
  readonly name: string;
  /** One, but for the demo. */
  readonly vendors: readonly Vendor[];
  /** Undefined for credentials from the environment. */
  readonly stored: StoredProfile | undefined;
}

/** An opened API of a profile. */
export interface Source extends QueriedApi {
  readonly provider: Provider;
  /** Undefined if the credentials could not be read: then every call of the provider fails. */
  readonly account: Account | undefined;
}
