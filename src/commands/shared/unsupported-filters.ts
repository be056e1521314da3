import type { ApiDefinition } from '../../core/provider.ts';
import { type FilterKey, filterKeys, filters, type Query } from '../../core/query.ts';
import { definitions } from '../../providers/index.ts';
import { type Context, warnOnce } from './context.ts';
import type { Source } from './source.ts';

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

/** Says in one line which APIs cannot match a filter. */
export const warnUnsupported = (sources: readonly Source[], query: Query, context: Context): void => {
  const texts = filterKeys.flatMap((key) => {
    const leftOut = sources
      .filter((source) => unsupportedFilter(source, query) === key)
      .map(({ definition }) => definition);
    const { field, flag } = filters[key];
    return leftOut.length === 0 ? [] : `${flag} leaves out ${namesOfApis(leftOut)} (${field} is not reported)`;
  });
  if (texts.length > 0) warnOnce(context, texts.join('; '));
};

/** `signalwire relay, video; twilio`: a provider of which all APIs are meant has its name alone. */
const namesOfApis = (apis: readonly ApiDefinition[]): string => {
  const vendors = [...new Set(apis.map(({ vendor }) => vendor))];
  const parts = vendors.map((vendor) => {
    const own = new Set(apis.filter((api) => api.vendor === vendor));
    const isAll = definitions.every((api) => api.vendor !== vendor || own.has(api));
    return isAll ? vendor.name : `${vendor.name} ${[...own].map(({ api }) => api).join(', ')}`;
  });
  return parts.join(parts.some((part) => part.includes(' ')) ? '; ' : ', ');
};
