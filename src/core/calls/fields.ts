import { callColumns } from '../call-columns.ts';
import type { ApiDefinition, CallList, Provider } from '../provider.ts';
import type { FilterKey, Query } from '../query.ts';
import type { Recording } from '../recording.ts';
import { hasIdForm } from '../text/same-id.ts';

const ofSessions = ['conference_name', 'call_status', 'call_started_at', 'call_ended_at', 'call_duration_seconds'];

/** The fields that the entries of a list give. */
const given: Readonly<Record<CallList['key'], readonly string[]>> = {
  callId: ['from', 'to', ...callColumns.map(({ key }) => key)],
  conferenceId: ['conference_name'],
  roomSessionId: ofSessions,
};

/** Every field that calls, conferences and room sessions give. */
export const everyCallField: readonly string[] = [...new Set(Object.values(given).flat())];

/** The filters of a query that recordings can only answer with what a list says of them. */
export const filtersOn = (
  { key }: Pick<CallList, 'key'>,
  query: Query,
  { callFilters, reports }: Pick<ApiDefinition, 'callFilters' | 'reports'>,
): readonly FilterKey[] => {
  if (key === 'callId') return callFilters.filter((filter) => query[filter] !== undefined);
  const isNamed = query.conference?.some((value) => !hasIdForm(value)) === true;
  return isNamed && !reports.includes('conference_name') ? ['conference'] : [];
};

/** The fields that the calls of an API give to the recordings of a query; none if it needs no calls. */
export const fieldsOfCalls = (
  query: Query,
  provider: Pick<Provider, 'calls'>,
  definition: ApiDefinition,
): readonly string[] => {
  const { lists, needsAlways } = neededCalls(query, provider, definition);
  return lists.filter(needsAlways).flatMap(({ key }) => given[key]);
};

/** What of the calls of an API a query needs. */
export interface NeededCalls {
  readonly lists: readonly CallList[];
  /** The numbers that calls dialled are shown. */
  readonly showsLegs: boolean;
  /** Whether every recording needs a list, and not only those that lack a number that others have. */
  needsAlways(list: CallList): boolean;
  /** Whether a recording lacks a number that others have. */
  lacksNumber(recording: Recording): boolean;
}

/** The lists of an API that a query needs; none if its recordings themselves say everything. */
export const neededCalls = (
  query: Query,
  { calls = [] }: Pick<Provider, 'calls'>,
  definition: ApiDefinition,
): NeededCalls => {
  const reported: readonly string[] = definition.reports;
  const wanted = query.callFields ?? [];
  const fields = wanted.filter((field) => !reported.includes(field));
  const numbers = (['from', 'to'] as const).filter((field) => wanted.includes(field) && reported.includes(field));
  const needsAlways = (list: CallList): boolean =>
    filtersOn(list, query, definition).length > 0 || given[list.key].some((field) => fields.includes(field));
  return {
    lists: calls.filter((list) => needsAlways(list) || (list.key === 'callId' && numbers.length > 0)),
    showsLegs: fields.includes('dialed_to'),
    needsAlways,
    lacksNumber: (recording) => numbers.some((field) => recording[field] === null),
  };
};
