import { Failure } from '../../core/failure.ts';
import type { ApiDefinition, Provider } from '../../core/provider.ts';
import type { StoredProfile } from '../../system/config/profiles.ts';
import type { Account } from '../../system/net/authorization.ts';

/**
 * Why an API is queried, which decides what its refusal means: it is named by `--api`, the profile or the state of an export
 * remembers that it worked, it is one of the provider's, or it is not queried by default since the profile remembers others.
 */
export type Reason = 'named' | 'remembered' | 'default' | 'unused';

/** What this run has learned about the APIs of one profile. */
export interface ProfileAccess {
  /** The profile is stored, so that a check can remember which APIs work. */
  readonly isStored: boolean;
  /** By API, what the profile remembers of the ids of calls: whether recordings name them as their list does. */
  readonly callIds: StoredProfile['call_ids'];
  /** The APIs that the profile remembers to have worked. */
  readonly remembered: readonly string[];
  /** APIs that have accepted the credentials. */
  readonly accepted: Set<string>;
  /** Refusals of APIs that have never accepted them. */
  readonly refused: Map<string, Failure>;
  /** Left-out APIs that the user knows of. */
  readonly told: Set<string>;
}

export const openAccess = (stored: StoredProfile | undefined): ProfileAccess => ({
  isStored: stored !== undefined,
  callIds: stored?.call_ids,
  remembered: stored?.apis ?? [],
  accepted: new Set(),
  refused: new Map(),
  told: new Set(),
});

/** An API of a profile in a run. */
export interface QueriedApi {
  readonly profile: string;
  readonly definition: ApiDefinition;
  readonly access: ProfileAccess;
  readonly reason: Reason;
  /** Undefined if the credentials could not be read. */
  readonly account: Pick<Account, 'id'> | undefined;
}

/** `signalwire relay of profile "work"`. */
export const nameOfApi = ({ definition, profile }: Pick<QueriedApi, 'definition' | 'profile'>): string =>
  `${definition.vendor.name} ${definition.api} of profile "${profile}"`;

/** The name of APIs of one profile: of a single one, or of the profile. */
export const nameOfApis = ([api, ...others]: readonly [QueriedApi, ...(readonly QueriedApi[])]): string =>
  others.length === 0 ? nameOfApi(api) : `${api.definition.vendor.name} of profile "${api.profile}"`;

/** Whether two profiles open the same API of the same account: then they have the same list. */
export const hasSameList = (one: QueriedApi, other: QueriedApi): boolean =>
  one.access !== other.access &&
  one.definition === other.definition &&
  Boolean(one.account?.id) &&
  one.account?.id === other.account?.id;

/** Whether an API has refused the credentials, as far as is known. */
export const isRefused = ({ access, definition }: Pick<QueriedApi, 'access' | 'definition'>): boolean =>
  access.refused.has(definition.api);

/** Whether another profile of the account has access to the same API, which is all that a recording of it needs. */
export const isOpenElsewhere = (api: QueriedApi, all: readonly QueriedApi[]): boolean =>
  all.some((other) => hasSameList(other, api) && other.access.accepted.has(api.definition.api));

/** Whether the credentials lack the scope of an API: another API has accepted them, now or when the profile was checked. */
const lacksScope = (api: QueriedApi, { kind, about }: Failure): boolean => {
  const { access, definition } = api;
  if (kind !== 'credentials' || about.status === undefined || !isRefused(api)) return false;
  const known = access.remembered.includes(definition.api) ? [] : access.remembered;
  const accepted = [...access.accepted, ...known.filter((name) => !access.refused.has(name))];
  return definition.scope !== undefined && accepted.length > 0;
};

/** The message of a refusal; of credentials that lack a scope, which one. */
export const refusalText = (api: QueriedApi, failure: Failure): string =>
  lacksScope(api, failure)
    ? `the token needs the scope ${api.definition.scope} (HTTP ${failure.about.status})`
    : failure.message;

/** A refusal as the failure of a run. */
export const refusalOf = (api: QueriedApi, failure: Failure): Failure =>
  lacksScope(api, failure)
    ? new Failure(failure.kind, `${nameOfApi(api)}: ${refusalText(api, failure)}`, {
        hint: `Add the scope in the console of the provider; to see which APIs work: recx profile check ${api.profile}`,
        about: failure.about,
      })
    : failure;

/** The provider, which notes whether the API accepts the credentials. It does not repeat a search that was refused. */
export const watchedProvider = (provider: Provider, api: string, access: ProfileAccess): Provider => {
  const accept = (): void => {
    access.accepted.add(api);
    access.refused.delete(api);
  };
  const refuse = (error: unknown): void => {
    if (error instanceof Failure && error.kind === 'credentials' && !access.accepted.has(api))
      access.refused.set(api, error);
  };
  return {
    ...provider,
    async *pages(query) {
      try {
        for await (const page of provider.pages(query)) {
          accept();
          yield page;
        }
      } catch (error) {
        refuse(error);
        throw error;
      }
    },
    find: async (id, links) => {
      const earlier = access.refused.get(api);
      if (earlier !== undefined) throw earlier;
      try {
        const found = await provider.find(id, links);
        accept();
        return found;
      } catch (error) {
        refuse(error);
        throw error;
      }
    },
  };
};
