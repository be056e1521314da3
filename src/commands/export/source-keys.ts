import type { ExportState } from '../../core/export/state.ts';
import { hasSameList } from '../access/api-access.ts';
import type { Source } from '../shared/source.ts';

/** The stored progress by account; older versions named an account by its login. */
export const renamedSources = (sources: readonly Source[], state: ExportState | undefined): ExportState['sources'] => {
  const stored = { ...state?.sources };
  for (const source of sources) {
    const [key, login] = [sourceKey(source), sourceKey(source, source.account?.basicAuth[0])];
    const found = stored[login];
    if (key === login || found === undefined || stored[key] !== undefined) continue;
    stored[key] = found;
    delete stored[login];
  }
  return stored;
};

/** An API of an account, independent of the profile and the login. */
export const sourceKey = ({ definition, account }: Source, id = account?.id): string =>
  [
    definition.vendor.name,
    definition.api,
    id,
    // The port of the server inside this process differs on each run.
    account?.bypassProxy === true ? 'demo' : account?.origin,
  ].join(' ');

/** Vendor and account of a key: APIs of one account can list the same recordings. */
export const accountOfKey = (key: string): string => {
  const [vendor, , id] = key.split(' ');
  return `${vendor} ${id}`;
};

/**
 * The sources of a run that continues a state: of an account that the state knows, the APIs that it knows, and those named by
 * `--api`; of any other account, those of the profile. A profile that remembers other APIs is not queried for one that another
 * profile of the same account has.
 */
export const continuedSources = (sources: readonly Source[], state: ExportState | undefined): readonly Source[] => {
  // Without the address, which may change.
  const apiOf = (key: string): string => key.split(' ').slice(0, 3).join(' ');
  const stored = new Set(Object.keys(renamedSources(sources, state)).map(apiOf));
  const isStored = (source: Source): boolean => stored.has(apiOf(sourceKey(source)));
  const accounts = new Set(sources.filter(isStored).map((source) => accountOfKey(sourceKey(source))));
  return sources.flatMap((source) => {
    if (source.reason === 'named') return [source];
    const isUsed = sources.some((other) => other.reason !== 'unused' && hasSameList(other, source));
    if (source.reason === 'unused' && isUsed) return [];
    if (!accounts.has(accountOfKey(sourceKey(source)))) return source.reason === 'unused' ? [] : [source];
    return isStored(source) ? [{ ...source, reason: 'remembered' as const }] : [];
  });
};
