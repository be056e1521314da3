import { Failure } from './failure.ts';
import {
  durationFilter,
  type Filter,
  idFilter,
  numberFilter,
  type ParseContext,
  SEVERAL,
  timeFilter,
  wordFilter,
} from './filter.ts';
import { nonEmpty, parseChoice, quote, valuesOfList } from './invalid-value.ts';
import {
  type Direction,
  directions,
  type Instant,
  type Kind,
  kinds,
  type Recording,
  type Status,
  statuses,
} from './recording.ts';
import { sameId } from './text/same-id.ts';

/** What an incremental listing knows from earlier runs. */
export interface KnownList {
  /** An earlier run has read the whole list, newest first. */
  readonly isOrdered: boolean;
  /** Whether an earlier run has listed a recording. */
  isKnown(id: string): boolean;
}

/**
 * The conditions of a listing, and hints for the provider that serves it. An absent field means no condition; of several
 * values any one may match. A list is never empty.
 */
export interface Query {
  /** Half-open range: `since` is included, `until` is not. */
  readonly since?: Instant;
  readonly until?: Instant;
  readonly call?: readonly string[];
  readonly conference?: readonly string[];
  readonly roomSession?: readonly string[];
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly subaccount?: readonly string[];
  readonly status?: readonly Status[];
  readonly kind?: readonly Kind[];
  /** Of the call. */
  readonly direction?: readonly Direction[];
  /** Seconds; both bounds are included. */
  readonly minDuration?: number;
  readonly maxDuration?: number;
  /** Maximum number of rows the caller reads, so that a provider need not request more. */
  readonly maxRows?: number;
  /** Older rows are not needed, so that a provider need not request them; no condition, unlike `since`. */
  readonly neededSince?: Instant;
  /** Everything before `since` is known from an earlier run, so a list in order of time need not be read to its end. */
  readonly known?: KnownList;
  /** Called with the new rows of each page of a list, in its order; true if the caller needs no further page. */
  isEnough?(rows: readonly Recording[]): boolean;
  /** The fields the caller uses of those that may have to be read from calls, conferences or room sessions. */
  readonly callFields?: readonly string[];
  /** The caller uses the media links; if links expire, request longer-lived ones. */
  readonly needsMediaLinks?: boolean;
}

export type FilterKey = Exclude<
  keyof Query,
  'maxRows' | 'neededSince' | 'callFields' | 'needsMediaLinks' | 'known' | 'isEnough'
>;

/** Filters with a bound, of which there can be only one. */
type BoundKey = 'since' | 'until' | 'minDuration' | 'maxDuration';

/** The texts of the filter flags, as typed. */
export type FilterTexts = { readonly [Key in FilterKey]?: Key extends BoundKey ? string : readonly string[] };

/** One value of a filter. */
type ValueOf<Key extends FilterKey> =
  NonNullable<Query[Key]> extends readonly (infer Value)[] ? Value : NonNullable<Query[Key]>;

export const filters: { readonly [Key in FilterKey]-?: Filter<ValueOf<Key>> } = {
  since: timeFilter(
    '--since',
    'created at or after this time: 2026-11-20, "2026-11-20 13:45", 24h, 7d, 2026-11, "last week"; see recx help time',
    'start',
    (time, since) => time >= since,
  ),
  until: timeFilter(
    '--until',
    'created before this time; a day, week, month or year is included',
    'end',
    (time, until) => time < until,
  ),
  call: idFilter('--call', 'recordings of one call', 'the call', 'callId'),
  conference: {
    flag: '--conference',
    value: 'id or name',
    help: 'recordings of one conference or room (repeatable)',
    field: 'the conference',
    fields: ['conferenceId', 'conferenceName'],
    // A name may contain commas.
    separate: (text) => [text],
    parse: (text) => nonEmpty('--conference', text),
    matcher: (wanted) => {
      const name = wanted.normalize('NFC');
      return ({ conferenceId, conferenceName }) =>
        sameId(conferenceId, wanted) || conferenceName?.normalize('NFC') === name;
    },
    doubt: (wanted) => ({
      text: `--conference ${quote(wanted)} is a complete id or name, in upper and lower case as given`,
      hint: 'Names: recx list --kind conference,room --fields conference_name,id',
      forPeople: true,
    }),
  },
  roomSession: idFilter('--room-session', 'recordings of one room session', 'the room session', 'roomSessionId'),
  from: numberFilter('--from', 'caller: number, its beginning (+1415*) or SIP URI', 'the caller', 'from'),
  to: numberFilter('--to', 'called party: number, its beginning (+1415*) or SIP URI', 'the called party', 'to'),
  subaccount: {
    flag: '--subaccount',
    value: 'id',
    help: `recordings of one subaccount at Plivo (${SEVERAL})`,
    field: 'the subaccount',
    fields: ['accountId'],
    separate: (text) => valuesOfList('--subaccount', text),
    parse: (text) => nonEmpty('--subaccount', text),
    // Plivo knows the subaccount, but its rows may name only the main account.
    matcher:
      (wanted) =>
      ({ accountId }) =>
        accountId?.startsWith('SA') !== true || accountId === wanted,
  },
  status: wordFilter('status', statuses),
  kind: {
    ...wordFilter('kind', kinds),
    // As a table has it.
    parse: (text) => parseChoice('--kind', /^\s*conf\s*$/i.test(text) ? 'conference' : text, kinds),
  },
  direction: {
    flag: '--direction',
    value: 'direction',
    help: `direction of the call: ${directions.join(', ')} (${SEVERAL})`,
    field: 'the direction',
    fields: ['call'],
    separate: (text) => valuesOfList('--direction', text),
    parse: (text) => parseChoice('--direction', text, directions),
    matcher:
      (wanted) =>
      ({ call }) =>
        call?.direction === wanted,
  },
  minDuration: durationFilter(
    '--min-duration',
    'at least this long: 30s, 5m, 1:30, or 60 for seconds',
    (own, bound) => own >= bound,
  ),
  maxDuration: durationFilter('--max-duration', 'at most this long', (own, bound) => own <= bound),
};

export const filterKeys = Object.keys(filters) as readonly FilterKey[]; // Object.keys is typed as string[]

/** The usage failure for a range of time that is empty or in the future; undefined for any other. */
export const timeProblem = ({ since, until }: Query, now: number): Failure | undefined => {
  if (since === undefined) return undefined;
  if (until !== undefined && since >= until) {
    return new Failure('usage', `--since ${since} is not before --until ${until}`, { rejected: EXCHANGED });
  }
  return Date.parse(since) > now + FUTURE_TOLERANCE
    ? new Failure('usage', `--since ${since} is in the future`)
    : undefined;
};

/** The ends of a range may be in the wrong order. */
const EXCHANGED = { name: 'range', word: '' };

/** Clocks differ by this much. */
const FUTURE_TOLERANCE = 5 * 60_000;

/** Parses the values of the filter flags. Throws a usage failure for an invalid value; `timeProblem` judges the range. */
export const parseQuery = (texts: FilterTexts, context: ParseContext): Query => {
  const query: Query = Object.fromEntries(
    filterKeys.flatMap((key) => {
      const text = texts[key];
      return text === undefined ? [] : [[key, parseFilter(filters[key], text, context)]];
    }),
  );
  if ((query.minDuration ?? 0) > (query.maxDuration ?? Number.POSITIVE_INFINITY)) {
    throw new Failure('usage', '--min-duration is longer than --max-duration', { rejected: EXCHANGED });
  }
  return query;
};

/** The value of a filter, or its values, each once. */
const parseFilter = ({ parse, separate }: Filter, text: string | readonly string[], context: ParseContext): unknown =>
  typeof text === 'string'
    ? parse(text, context)
    : [...new Set(text.flatMap((one) => separate?.(one) ?? one).map((value) => parse(value, context)))];

/**
 * Matches a recording against every filter of a query, including those the provider has already applied. A field that the
 * server compared and did not return is left to the server.
 */
export const predicate = (query: Query): ((recording: Recording) => boolean) => {
  const conditions = filterKeys.flatMap((key) => {
    const wanted = query[key];
    if (wanted === undefined) return [];
    const { fields, matcher } = filters[key] as Filter; // each filter receives the values of its own key
    const matchers = [wanted].flat().map(matcher);
    const isLeftToServer = (recording: Recording): boolean =>
      recording.serverCompared.some((field) => fields.includes(field) && recording[field] === null);
    return [
      (recording: Recording): boolean => matchers.some((matches) => matches(recording)) || isLeftToServer(recording),
    ];
  });
  return (recording) => conditions.every((matches) => matches(recording));
};
