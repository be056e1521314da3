import { filterKeys, filters } from '../../../core/query.ts';
import { definitions } from '../../../providers/index.ts';
import { type Topic, withoutMarks } from './topic.ts';

const flagsOf = (keys: readonly (typeof filterKeys)[number][]): string =>
  keys.map((key) => filters[key].flag).join(' ');

export const filterTopic: Topic = {
  title: 'Filters',
  blocks: [
    'list, stats, browse, download, export and verify --remote have these filters:',
    filterKeys.map((key) => [`${filters[key].flag} <${filters[key].value}>`, withoutMarks(filters[key].help)] as const),
    'A recording must match every filter; a filter with several values matches if one of them does. "recx help time" has ' +
      'the forms of times and durations.',
    'The result is the same at every API. A filter that the API applies itself saves requests; for any other one recx ' +
      'reads every page. Each API applies:',
    definitions.map(
      ({ vendor, api, serverFilters }) => [`${vendor.name} ${api}`, flagsOf(serverFilters) || 'none'] as const,
    ),
    'These filters are on what only calls have, and read the calls of the API ("recx help calls"):',
    definitions.map(
      ({ vendor, api, callFilters }) => [`${vendor.name} ${api}`, flagsOf(callFilters) || 'none'] as const,
    ),
    'A filter on a field that an API never reports matches none of its recordings, and a warning names the API:',
    definitions.map(
      ({ vendor, api, unsupportedFilters }) => [`${vendor.name} ${api}`, flagsOf(unsupportedFilters)] as const,
    ),
  ],
  examples: [
    'recx list --profile demo --status completed --min-duration 1m',
    'recx list --profile demo --kind call,conference --since 7d',
    "recx download --profile demo --from '+1415*' --since 2d --dry-run",
  ],
};
