import { type FilterKey, filterKeys, filters, type Query } from '../../core/query.ts';
import type { Context } from './context.ts';
import type { Source } from './source-types.ts';

/** The sources that can have recordings that match. */
export const queriedSources = (sources: readonly Source[], query: Query): readonly Source[] =>
  sources.filter((source) => unsupportedFilter(source, query) === undefined);

/** A filter of the query on a field that the API never returns: nothing can match, so the API is not queried. */
const unsupportedFilter = ({ definition }: Source, query: Query): FilterKey | undefined =>
  definition.unsupportedFilters.find((key) => query[key] !== undefined);

/** What each run was told: a download with names that are checked first lists twice. */
const told = new WeakMap<Context, Set<string>>();

/** Says which APIs cannot match a filter, once a run. */
export const warnUnsupported = (sources: readonly Source[], query: Query, context: Context): void => {
  const texts = told.get(context) ?? new Set();
  told.set(context, texts);
  for (const key of filterKeys) {
    const apis = new Set(sources.filter((source) => unsupportedFilter(source, query) === key).map(apiOf));
    if (apis.size === 0) continue;
    const [does, their] = apis.size === 1 ? ['does', 'its'] : ['do', 'their'];
    const field = filters[key].field;
    const text = `${[...apis].join(', ')} ${does} not report ${field}, so ${filters[key].flag} cannot match ${their} recordings`;
    if (!texts.has(text)) context.log.warn(text);
    texts.add(text);
  }
};

const apiOf = ({ definition }: Source): string => `${definition.vendor.name} ${definition.api}`;
