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

/** The requests for a query: one, or one for each parameter and spelling that can answer a filter. */
export const serverRequests = (query: Query, parameters: readonly ServerParameter[]): readonly ServerRequest[] =>
  filterKeys
    .map((key) => assignments(query, key, parameters))
    .filter(({ length }) => length > 0)
    .reduce<readonly ServerRequest[]>(
      (requests, choices) =>
        requests.flatMap(({ parameters: chosen, compared }) =>
          choices.map(({ name, value, field }) => ({
            parameters: { ...chosen, [name]: value },
            compared: [...compared, field],
          })),
        ),
      [{ parameters: {}, compared: [] }],
    );

interface Assignment {
  readonly name: string;
  readonly value: string;
  readonly field: ComparedField;
}

/** The parameters that can answer a filter of a query, with each value. */
const assignments = (query: Query, key: FilterKey, parameters: readonly ServerParameter[]): readonly Assignment[] =>
  parameters
    .filter(({ filter }) => filter === key)
    .flatMap(({ filter, name, field, form, spellings = (value) => [value] }) => {
      const wanted = query[filter];
      if (wanted === undefined || form?.test(wanted) === false) return [];
      return spellings(wanted).map((value) => ({ name, value, field }));
    });

/** The filters of a query that the API applies: those whose values it accepts. */
export const appliedFilters = (query: Query, { serverFilters, serverParameters }: Filtering): readonly FilterKey[] =>
  serverFilters.filter(
    (key) =>
      query[key] !== undefined &&
      (!serverParameters.some(({ filter }) => filter === key) || assignments(query, key, serverParameters).length > 0),
  );

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

/** The fields of a row that can have the value of a filter; an id cannot, if the API's ids have another form. */
const comparableFields = (query: Query, key: FilterKey, parameters: readonly ServerParameter[]) =>
  filters[key].fields.filter(
    (field) =>
      !parameters.some(
        (own) => own.filter === key && own.field === field && own.form?.test(query[own.filter] ?? '') === false,
      ),
  );
