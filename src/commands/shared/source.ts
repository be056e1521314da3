import type { Provider, Vendor } from '../../core/provider.ts';
import type { Recording, RecordingIdentity } from '../../core/recording.ts';
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

/** Finds the source that a recording came from. */
export const openSourceLookup = (
  sources: readonly Source[],
): ((recording: Pick<Recording, 'profile' | 'provider' | 'api'>) => Source) => {
  const keyOf = (...names: readonly string[]): string => names.join('\0');
  const byName = new Map(
    sources.map((source) => [keyOf(source.profile, source.definition.vendor.name, source.definition.api), source]),
  );
  return ({ profile, provider, api }) => {
    const source = byName.get(keyOf(profile, provider, api));
    if (source === undefined) throw new Error(`no source for ${profile} ${provider} ${api}`);
    return source;
  };
};

/** The identity of a recording: its account is the one in its row, else the one that was queried. */
export const recordingIdentity = (
  { provider, accountId, id }: RecordingIdentity,
  { account }: Pick<Source, 'account'>,
): RecordingIdentity => ({ provider, accountId: accountId ?? account?.id ?? null, id });
