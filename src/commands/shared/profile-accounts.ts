import type { Row } from '../../core/decode.ts';
import type { FileOwner } from '../../core/download/manifest.ts';
import type { Recording } from '../../core/recording.ts';
import { vendors } from '../../providers/index.ts';
import { storedNames } from '../../system/config/profiles.ts';
import type { Runtime } from '../../system/runtime.ts';
import { recordingIdentity, type Source } from './source.ts';

/** Which profile opens which account. */
export interface ProfileAccounts {
  /** Undefined for an unknown profile. */
  accountOf(provider: string, profile: string): string | undefined;
  profilesOf(provider: string, account: string | undefined): readonly string[];
}

/** The accounts of the profiles of a run and, with a runtime, of the stored ones. */
export const openProfileAccounts = async (
  sources: readonly Source[],
  runtime: Runtime | undefined,
): Promise<ProfileAccounts> => {
  const accounts = new Map<string, string>();
  const keyOf = (provider: string, profile: string): string => `${provider} ${profile}`;
  for (const [name, provider, fields] of runtime === undefined ? [] : await storedNames(runtime)) {
    const account = accountIn(provider, fields);
    if (account !== undefined) accounts.set(keyOf(provider, name), account);
  }
  for (const { profile, definition, account } of sources) {
    if (account !== undefined) accounts.set(keyOf(definition.vendor.name, profile), account.id);
  }
  return {
    accountOf: (provider, profile) => accounts.get(keyOf(provider, profile)),
    profilesOf: (provider, account) =>
      [...accounts].flatMap(([key, id]) =>
        id === account && key.startsWith(`${provider} `) ? [key.slice(provider.length + 1)] : [],
      ),
  };
};

const accountIn = (provider: string, fields: Row): string | undefined => {
  const texts = Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string');
  return vendors.find(({ name }) => name === provider)?.accountId(Object.fromEntries(texts)) || undefined;
};

/** How files in the folder may name a recording: by its account, or by a profile of that account. */
export const fileOwner = (
  recording: Recording,
  source: Source,
  { accounts }: { readonly accounts: ProfileAccounts },
): FileOwner => {
  const { provider, profile } = recording;
  const profiles = accounts.profilesOf(provider, source.account?.id);
  return { ...recordingIdentity(recording, source), profiles: [...new Set([profile, ...profiles])] };
};

/** Whether a profile is known, so that its account is. */
export const isProfile =
  ({ accounts }: { readonly accounts: ProfileAccounts }) =>
  (provider: string, profile: string): boolean =>
    accounts.accountOf(provider, profile) !== undefined;
