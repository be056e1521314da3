import type { Failure } from '../../core/failure.ts';
import { definitions } from '../../providers/index.ts';
import type { CallIds, StoredProfile } from '../../system/config/profiles.ts';

/** The result of one request to an API. */
interface ApiResult {
  readonly api: string;
  readonly failure: Failure | undefined;
}

/** What a check says about the APIs that a profile remembers. */
export interface Memory {
  /** Undefined if nothing is remembered: then every API is queried. */
  readonly apis: readonly string[] | undefined;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * The APIs to remember after a check. One that works is added; one that refuses credentials which another accepts is removed.
 * Any other failure says nothing about an API, and a memory begins only once there is an answer about every API.
 */
export const memoryAfter = (
  { provider, apis: before }: Pick<StoredProfile, 'provider' | 'apis'>,
  results: readonly ApiResult[],
): Memory => {
  const working = results.filter(({ failure }) => failure === undefined).map(({ api }) => api);
  const refused =
    working.length === 0 ? [] : results.filter(({ failure }) => failure?.kind === 'credentials').map(({ api }) => api);
  const own = definitions.filter(({ vendor }) => vendor.name === provider).map(({ api }) => api);
  const isAnswered = own.every((api) => working.includes(api) || refused.includes(api));
  if (working.length === 0 || (before === undefined && !isAnswered)) return { apis: before, added: [], removed: [] };
  const known = before ?? [];
  const added = working.filter((api) => !known.includes(api));
  const removed = refused.filter((api) => known.includes(api));
  // Names of a newer version stay.
  const every = [...own, ...known.filter((api) => !own.includes(api))];
  return {
    apis: every.filter((api) => (known.includes(api) && !removed.includes(api)) || added.includes(api)),
    added,
    removed,
  };
};

/** The profile with the APIs to remember. */
export const withMemory = (stored: StoredProfile, apis: readonly string[] | undefined): StoredProfile => {
  const { apis: _, ...rest } = stored;
  return apis === undefined ? rest : { ...rest, apis };
};

type WithCallIds = Pick<StoredProfile, 'call_ids'>;

interface CallResult {
  readonly api: string;
  readonly calls: { readonly sharesIds?: boolean | undefined } | undefined;
}

/** The profile with what a check has shown of the ids of calls; what it has not shown stays. */
export const withCallIds = <Profile extends WithCallIds>(stored: Profile, results: readonly CallResult[]): Profile => {
  const found = results.flatMap(({ api, calls }): readonly (readonly [string, CallIds])[] =>
    calls?.sharesIds === undefined ? [] : [[api, calls.sharesIds ? 'same' : 'other']],
  );
  return found.length === 0 ? stored : { ...stored, call_ids: { ...stored.call_ids, ...Object.fromEntries(found) } };
};

/** Whether that differs from what a profile remembers. */
export const hasNewCallIds = (stored: WithCallIds = {}, results: readonly CallResult[]): boolean =>
  JSON.stringify(withCallIds(stored, results)) !== JSON.stringify(stored);
