import { type FilterKey, filterKeys, filters, type Query } from '../../core/query.ts';
import { type Context, warnOnce } from './context.ts';
import type { Source } from './source-types.ts';

/** The sources that can have recordings that match. */
export const queriedSources = (sources: readonly Source[], query: Query): readonly Source[] =>
  sources.filter((source) => unsupportedFilter(source, query) === undefined);

/** Whether the recordings of a source may have to be completed from its calls. */
export const mayUseCalls = ({ provider, definition }: Source, query: Query): boolean =>
  provider.calls !== undefined &&
  (query.callFields !== undefined ||
    query.conference !== undefined ||
    definition.callFilters.some((key) => query[key] !== undefined));

/** A filter of the query on a field that the API never returns: nothing can match, so the API is not queried. */
const unsupportedFilter = ({ definition }: Source, query: Query): FilterKey | undefined =>
  definition.unsupportedFilters.find((key) => query[key] !== undefined);

/** Says which APIs cannot match a filter. */
export const warnUnsupported = (sources: readonly Source[], query: Query, context: Context): void => {
  for (const key of filterKeys) {
    const apis = new Set(sources.filter((source) => unsupportedFilter(source, query) === key).map(apiOf));
    if (apis.size === 0) continue;
    const [does, their] = apis.size === 1 ? ['does', 'its'] : ['do', 'their'];
    const field = filters[key].field;
    warnOnce(
      context,
      `${[...apis].join(', ')} ${does} not report ${field}, so ${filters[key].flag} cannot match ${their} recordings`,
    );
  }
};

const apiOf = ({ definition }: Source): string => `${definition.vendor.name} ${definition.api}`;
