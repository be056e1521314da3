import { Failure } from '../../core/failure.ts';
import { parseChoice, valuesOfList } from '../../core/invalid-value.ts';
import type { ApiDefinition, Vendor } from '../../core/provider.ts';
import { definitions, vendors } from '../../providers/index.ts';
import type { Reason } from '../access/api-access.ts';
import { firstOf } from './select-profiles.ts';
import type { ChosenProfile } from './source.ts';

/** The values of `--api`: undefined without the flag, empty for `all`. Throws a usage failure. */
export const readApis = (names: readonly string[] | undefined): readonly string[] | undefined => {
  const valid = [...new Set(definitions.map(({ api }) => api)), 'all'];
  const chosen = names
    ?.flatMap((list) => valuesOfList('--api', list))
    .map((name) => {
      const vendor = vendors.find((candidate) => candidate.name === name.toLowerCase());
      if (vendor === undefined) return parseChoice('--api', name, valid);
      throw new Failure('usage', `--api: ${vendor.name} is a provider`, { hint: `Use --provider ${vendor.name}` });
    });
  return chosen?.includes('all') ? [] : chosen;
};

/** An API of a vendor, and why it is queried. */
export interface ChosenApi {
  readonly definition: ApiDefinition;
  readonly reason: Reason;
}

/** How the APIs of profiles are chosen. */
export interface ApiChoice {
  /** APIs that are not queried by default are chosen as well. */
  readonly opensUnused?: boolean;
  /** Every profile is asked for each of its APIs that is named, whatever it remembers. */
  readonly ignoresMemory?: boolean;
}

/**
 * The APIs of each profile, without the profiles that have none of those that are named. Of several profiles, one that
 * remembers other APIs only is not asked for an API that another one has. Throws a usage failure for an API that none has.
 */
export const chooseApisOf = (
  profiles: readonly ChosenProfile[],
  names: readonly string[] | undefined,
  { opensUnused = false, ignoresMemory = false }: ApiChoice,
): ReadonlyMap<ChosenProfile, readonly ChosenApi[]> => {
  const choices = profiles.flatMap((profile) =>
    profile.vendors
      .flatMap((vendor) => chooseApis(vendor, names, profile.stored?.apis))
      .filter(({ reason }) => opensUnused || reason !== 'unused')
      .map((choice) => ({ profile, choice })),
  );
  const isNamed = names !== undefined && names.length > 0;
  const unknown = names?.find((name) => !choices.some(({ choice }) => choice.definition.api === name));
  if (unknown !== undefined) throw noSuchApi(unknown, profiles);
  const known = choices.filter(({ profile, choice }) => !remembersOthers(profile, choice.definition));
  const isElsewhere = ({ definition }: ChosenApi): boolean =>
    known.some(({ choice }) => choice.definition.api === definition.api);
  const kept =
    isNamed && !ignoresMemory ? choices.filter((one) => known.includes(one) || !isElsewhere(one.choice)) : choices;
  const chosen = new Map<ChosenProfile, readonly ChosenApi[]>();
  for (const { profile, choice } of kept) chosen.set(profile, [...(chosen.get(profile) ?? []), choice]);
  return chosen;
};

const apisOf = (profile: ChosenProfile): readonly ApiDefinition[] =>
  definitions.filter(({ vendor }) => profile.vendors.includes(vendor));

const remembersOthers = (profile: ChosenProfile, { api }: ApiDefinition): boolean => {
  const remembered = profile.stored?.apis ?? [];
  return !remembered.includes(api) && apisOf(profile).some((own) => remembered.includes(own.api));
};

const noSuchApi = (name: string, profiles: readonly ChosenProfile[]): Failure => {
  const have = profiles.map(
    (profile) => `${profile.name} has ${[...new Set(apisOf(profile).map(({ api }) => api))].join(', ')}`,
  );
  const chosen = have.length === 1 ? `profile "${profiles[0]?.name}" has no API` : 'no chosen profile has the API';
  return new Failure('usage', `${chosen} "${name}"`, { hint: firstOf(have, '; ') });
};

/**
 * The APIs of a vendor that are named, all for an empty list; by default all, of which only those are queried that the profile
 * remembers to have worked. Names that this version does not know are ignored.
 */
const chooseApis = (
  vendor: Vendor,
  names: readonly string[] | undefined,
  remembered: readonly string[] = [],
): readonly ChosenApi[] => {
  const own = definitions.filter((definition) => definition.vendor === vendor);
  if (names !== undefined) {
    const named = own.filter(({ api }) => names.length === 0 || names.includes(api));
    return named.map((definition) => ({ definition, reason: 'named' }));
  }
  const isRemembered = ({ api }: ApiDefinition): boolean => remembered.includes(api);
  const other = own.some(isRemembered) ? 'unused' : 'default';
  return own.map((definition) => ({ definition, reason: isRemembered(definition) ? 'remembered' : other }));
};
