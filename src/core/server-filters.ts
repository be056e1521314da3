import type { Doubt, Filter } from './filter.ts';
import { type FilterKey, filterKeys, filters, predicate, type Query } from './query.ts';
import type { ComparedField, Recording } from './recording.ts';

/** A filter whose value is text that a server compares with a field. */
type TextFilterKey = 'call' | 'conference' | 'roomSession' | 'from' | 'to' | 'subaccount';

/** A query parameter by which an API filters. */
export interface ServerParameter {
  readonly filter: TextFilterKey;
  readonly name: string;
  /** The field that the server compares with the value. */
  readonly field: ComparedField;
  /** The documented form of the field: the server rejects other values, and no row can have one. */
  readonly form?: RegExp;
  /** The spellings of a value to send, each in a request of its own, if the server compares text; none if it cannot. */
  spellings?(value: string): readonly string[];
  /** No row has the field, so that only the server can compare it. */
  readonly isHidden?: boolean;
}

/** What of an API decides which filters it applies. */
interface Filtering {
  /** Filters that the API applies to the values it accepts; the core applies all of them again. */
  readonly serverFilters: readonly FilterKey[];
  /** The parameters of these filters, except those of time. */
  readonly serverParameters: readonly ServerParameter[];
}

/** One of the requests that together find every recording of a query. */
export interface ServerRequest {
  readonly parameters: Readonly<Record<string, string>>;
  /** The fields that the server compares. */
  readonly compared: readonly ComparedField[];
}

/** Whether the server finds recordings of a conference only, which its rows need not repeat. */
export const isConferenceRequest = (request: ServerRequest | undefined): boolean =>
  request?.compared.some((field) => field === 'conferenceId' || field === 'conferenceName') === true;

/** A name in every Unicode form in which a server may have stored it. */
export const nameSpellings = (name: string): readonly string[] => [
  ...new Set([name, name.normalize('NFC'), name.normalize('NFD')]),
];

/**
 * The requests for a query: one, or one for each combination of the values of its filters, in every parameter and spelling that can
 * have them.
 */
export const serverRequests = (query: Query, parameters: readonly ServerParameter[]): readonly ServerRequest[] =>
  [...assignments(query, parameters).values()].reduce<readonly ServerRequest[]>(
    (requests, choices) =>
      requests.flatMap(({ parameters: chosen, compared }) =>
        choices.map(({ name, value, field }) => ({
          parameters: { ...chosen, [name]: value },
          compared: [...compared, field],
        })),
      ),
    [{ parameters: {}, compared: [] }],
  );

/**
 * The most requests for filters of several values: with more, the API does not apply the filter of the most. Reading all rows may
 * well be quicker then.
 */
const MAX_REQUESTS = 64;

interface Assignment {
  readonly name: string;
  readonly value: string;
  readonly field: ComparedField;
}

/** The filters of a query that the API can answer by parameters, with the values of these. */
const assignments = (
  query: Query,
  parameters: readonly ServerParameter[],
): ReadonlyMap<FilterKey, readonly Assignment[]> => {
  const own = (key: FilterKey) => parameters.filter(({ filter }) => filter === key);
  const asked = new Map(
    filterKeys.map((key) => [key, assignmentsOf(query, own(key))] as const).filter(([, { length }]) => length > 0),
  );
  const isOptional = (key: FilterKey): boolean =>
    [query[key] ?? []].flat().length > 1 && !own(key).some(({ isHidden }) => isHidden);
  for (;;) {
    const count = [...asked.values()].reduce((product, { length }) => product * length, 1);
    const [largest] = [...asked]
      .filter(([key]) => isOptional(key))
      .sort(([, one], [, other]) => other.length - one.length);
    if (count <= MAX_REQUESTS || largest === undefined) return asked;
    asked.delete(largest[0]);
  }
};

/**
 * The parameters of one filter, with each value that a row can have; none if the server cannot look up one of them.
 */
const assignmentsOf = (query: Query, parameters: readonly ServerParameter[]): readonly Assignment[] => {
  const found: Assignment[] = [];
  for (const wanted of new Set(parameters.flatMap(({ filter }) => query[filter] ?? []))) {
    const possible = parameters.filter(({ form }) => form?.test(wanted) !== false);
    const own = possible.flatMap(({ name, field, spellings = (value) => [value] }) =>
      spellings(wanted).map((value) => ({ name, value, field })),
    );
    if (own.length === 0 && possible.length > 0) return [];
    found.push(...own);
  }
  return found;
};

/** The filters of a query that the API applies: those whose values it accepts. */
export const appliedFilters = (query: Query, { serverFilters, serverParameters }: Filtering): readonly FilterKey[] => {
  const asked = assignments(query, serverParameters);
  return serverFilters.filter(
    (key) => query[key] !== undefined && (asked.has(key) || !serverParameters.some(({ filter }) => filter === key)),
  );
};

/** The filters of a query that the API does not apply. */
export const clientFilters = (query: Query, api: Filtering): readonly FilterKey[] => {
  const applied = appliedFilters(query, api);
  return filterKeys.filter((key) => query[key] !== undefined && !applied.includes(key));
};

/**
 * Rows to request per page, at most `max`: no more than the caller reads, unless client-side filters will discard some.
 * Never fewer than MIN_PAGE_ROWS, since skipping unneeded rows would then take one request for each of them.
 */
export const rowsPerPage = (query: Query, max: number, api: Filtering): number =>
  clientFilters(query, api).length > 0 ? max : Math.min(max, Math.max(MIN_PAGE_ROWS, query.maxRows ?? max));

const MIN_PAGE_ROWS = 50;

/** Watches the rows of a listing for filters that neither the API nor any row can answer. */
export const openAnswerCheck = (query: Query, api: Filtering) => {
  let hasRows = false;
  const open = new Map(
    clientFilters(query, api).map((key) => {
      const fields = comparableFields(query, key, api.serverParameters);
      const matches = predicate({ [key]: query[key] });
      return [key, (row: Recording): boolean => fields.some((field) => row[field] !== null) || matches(row)];
    }),
  );
  return {
    see: (rows: readonly Recording[]): void => {
      hasRows ||= rows.length > 0;
      for (const [key, isAnswer] of open) if (rows.some(isAnswer)) open.delete(key);
    },
    /** The filters that no row answered, if there were rows. */
    unanswered: (): readonly FilterKey[] => (hasRows ? [...open.keys()] : []),
  };
};

/** What to say of values that may not mean what was typed, for a list in which nothing matched. */
export const doubtsAbout = (query: Query): readonly Doubt[] =>
  filterKeys.flatMap((key) =>
    [query[key] ?? []].flat().flatMap((value) => (filters[key] as Filter<typeof value>).doubt?.(value) ?? []),
  );

/**
 * The fields of a row that can have a value of a filter. A conference id cannot have a name, if the API's ids have another form; a
 * value of any form is compared with other ids.
 */
const comparableFields = (query: Query, key: FilterKey, parameters: readonly ServerParameter[]) =>
  filters[key].fields.filter(
    (field) =>
      filters[key].isId === true ||
      !parameters.some(
        ({ filter, field: own, form }) =>
          filter === key && own === field && query[filter]?.every((value) => form?.test(value) === false) === true,
      ),
  );
