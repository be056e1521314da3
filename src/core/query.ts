import { Failure } from './failure.ts';
import { nonEmpty, parseChoice, quote } from './invalid-value.ts';
import {
  type ComparedField,
  type Instant,
  type Kind,
  kinds,
  type Recording,
  type Status,
  statuses,
} from './recording.ts';
import { normalizeNumber, numberMatcher } from './text/phone-number.ts';
import { sameId } from './text/same-id.ts';
import { parseDurationFlag, parseTimeFlag, type Zone } from './time.ts';

/** What an incremental listing knows from earlier runs. */
export interface KnownList {
  /** An earlier run has read the whole list, newest first. */
  readonly isOrdered: boolean;
  /** Whether an earlier run has listed a recording. */
  isKnown(id: string): boolean;
}

/** The conditions of a listing, and hints for the provider that serves it. An absent field means no condition. */
export interface Query {
  /** Half-open range: `since` is included, `until` is not. */
  readonly since?: Instant;
  readonly until?: Instant;
  readonly call?: string;
  readonly conference?: string;
  readonly roomSession?: string;
  readonly from?: string;
  readonly to?: string;
  readonly subaccount?: string;
  readonly status?: Status;
  readonly kind?: Kind;
  /** Seconds; both bounds are included. */
  readonly minDuration?: number;
  readonly maxDuration?: number;
  /** Maximum number of rows the caller reads, so that a provider need not request more. */
  readonly maxRows?: number;
  /** Everything before `since` is known from an earlier run, so a list in order of time need not be read to its end. */
  readonly known?: KnownList;
  /** Called with the new rows of each page of a list, in its order; true if the caller needs no further page. */
  isEnough?(rows: readonly Recording[]): boolean;
  /** The caller uses the media links; if links expire, request longer-lived ones. */
  readonly needsMediaLinks?: boolean;
}

export type FilterKey = Exclude<keyof Query, 'maxRows' | 'needsMediaLinks' | 'known' | 'isEnough'>;

export interface ParseContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly zone: Zone;
  /** The name of a zone that nobody knows: then a local time is a usage failure. */
  readonly unknownZone?: string | undefined;
}

/** One condition: its flag, its help, how its text is parsed and which recordings match. */
export interface Filter<Value = unknown> {
  readonly flag: string;
  readonly value: string;
  readonly help: string;
  /** What it compares, for messages: `the caller`. */
  readonly field: string;
  /** The fields it compares; a recording matches if one of them does. */
  readonly fields: readonly FilterField[];
  /** Throws a usage failure. */
  parse(text: string, context: ParseContext): Value;
  matcher(wanted: Value): (recording: Recording) => boolean;
}

type FilterField = ComparedField | 'createdAt' | 'durationSeconds' | 'status' | 'kind';

/** A filter on an id. */
const idFilter = (flag: string, help: string, field: string, key: 'callId' | 'roomSessionId'): Filter<string> => ({
  flag,
  value: 'id',
  help,
  field,
  fields: [key],
  parse: (text) => nonEmpty(flag, text),
  matcher: (wanted) => (recording) => sameId(recording[key], wanted),
});

const numberFilter = (flag: string, help: string, field: string, key: 'from' | 'to'): Filter<string> => ({
  flag,
  value: 'number',
  help,
  field,
  fields: [key],
  parse: (text) => phoneNumber(flag, text),
  matcher: (wanted) => {
    const matches = numberMatcher(wanted);
    return (recording) => matches(recording[key]);
  },
});

/** A filter on a field that has one of a few words. */
const wordFilter = <Key extends 'status' | 'kind'>(
  key: Key,
  words: readonly Recording[Key][],
): Filter<Recording[Key]> => ({
  flag: `--${key}`,
  value: key,
  help: words.join(', '),
  field: `the ${key}`,
  fields: [key],
  parse: (text) => parseChoice(`--${key}`, text, words),
  matcher: (wanted) => (recording) => recording[key] === wanted,
});

const durationFilter = (
  flag: string,
  help: string,
  isWithin: (seconds: number, bound: number) => boolean,
): Filter<number> => ({
  flag,
  value: 'duration',
  help,
  field: 'the duration',
  fields: ['durationSeconds'],
  parse: (text) => parseDurationFlag(flag, text) / 1000,
  matcher: (bound) => (recording) => recording.durationSeconds !== null && isWithin(recording.durationSeconds, bound),
});

const timeFilter = (
  flag: string,
  help: string,
  edge: 'start' | 'end',
  isWithin: (time: Instant, bound: Instant) => boolean,
): Filter<Instant> => ({
  flag,
  value: 'time',
  help,
  field: 'the creation time',
  fields: ['createdAt'],
  parse: (text, context) => parseTimeFlag(flag, text, { ...context, edge }),
  // A recording without a time may lie in the range: leaving it out could lose it.
  matcher: (bound) => (recording) => recording.createdAt === null || isWithin(recording.createdAt, bound),
});

export const filters: { readonly [Key in FilterKey]-?: Filter<NonNullable<Query[Key]>> } = {
  since: timeFilter(
    '--since',
    'created at or after this time: 2026-11-20, "2026-11-20 13:45", 7d, 24h, today, RFC 3339',
    'start',
    (time, since) => time >= since,
  ),
  until: timeFilter(
    '--until',
    'created before this time; a bare date includes that day',
    'end',
    (time, until) => time < until,
  ),
  call: idFilter('--call', 'recordings of one call', 'the call', 'callId'),
  conference: {
    flag: '--conference',
    value: 'id or name',
    help: 'recordings of one conference',
    field: 'the conference',
    fields: ['conferenceId', 'conferenceName'],
    parse: (text) => nonEmpty('--conference', text),
    matcher: (wanted) => {
      const name = wanted.normalize('NFC');
      return ({ conferenceId, conferenceName }) =>
        sameId(conferenceId, wanted) || conferenceName?.normalize('NFC') === name;
    },
  },
  roomSession: idFilter('--room-session', 'recordings of one room session', 'the room session', 'roomSessionId'),
  from: numberFilter('--from', 'caller: number, its beginning (+1415*) or SIP URI', 'the caller', 'from'),
  to: numberFilter('--to', 'called party: number, its beginning (+1415*) or SIP URI', 'the called party', 'to'),
  subaccount: {
    flag: '--subaccount',
    value: 'id',
    help: 'recordings of one subaccount (Plivo)',
    field: 'the subaccount',
    fields: ['accountId'],
    parse: (text) => nonEmpty('--subaccount', text),
    // Plivo knows the subaccount, but its rows may name only the main account.
    matcher:
      (wanted) =>
      ({ accountId }) =>
        accountId?.startsWith('SA') !== true || accountId === wanted,
  },
  status: wordFilter('status', statuses),
  kind: wordFilter('kind', kinds),
  minDuration: durationFilter('--min-duration', 'at least this long: 30s, 5m, 1h30m', (own, bound) => own >= bound),
  maxDuration: durationFilter('--max-duration', 'at most this long', (own, bound) => own <= bound),
};

export const filterKeys = Object.keys(filters) as readonly FilterKey[]; // Object.keys is typed as string[]

/** The usage failure for a range of time that is empty or in the future; undefined for any other. */
export const timeProblem = ({ since, until }: Query, now: number): Failure | undefined => {
  if (since === undefined) return undefined;
  if (until !== undefined && since >= until) {
    return new Failure('usage', `--since ${since} is not before --until ${until}`);
  }
  return Date.parse(since) > now + FUTURE_TOLERANCE
    ? new Failure('usage', `--since ${since} is in the future`)
    : undefined;
};

/** Clocks differ by this much. */
const FUTURE_TOLERANCE = 5 * 60_000;

/** Parses the values of the filter flags. Throws a usage failure for an invalid value; `timeProblem` judges the range. */
export const parseQuery = (texts: Partial<Record<FilterKey, string>>, context: ParseContext): Query => {
  const query: Query = Object.fromEntries(
    filterKeys.flatMap((key) => {
      const text = texts[key];
      return text === undefined ? [] : [[key, filters[key].parse(text, context)]];
    }),
  );
  if ((query.minDuration ?? 0) > (query.maxDuration ?? Number.POSITIVE_INFINITY)) {
    throw new Failure('usage', '--min-duration is longer than --max-duration');
  }
  return query;
};

/**
 * Matches a recording against every filter of a query, including those the provider has already applied. A field that the
 * server compared and did not return is left to the server.
 */
export const predicate = (query: Query): ((recording: Recording) => boolean) => {
  const conditions = filterKeys.flatMap((key) => {
    const wanted = query[key];
    if (wanted === undefined) return [];
    const { fields, matcher } = filters[key] as Filter; // each filter receives the value of its own key
    const matches = matcher(wanted);
    const isLeftToServer = (recording: Recording): boolean =>
      recording.serverCompared.some((field) => fields.includes(field) && recording[field] === null);
    return [(recording: Recording): boolean => matches(recording) || isLeftToServer(recording)];
  });
  return (recording) => conditions.every((matches) => matches(recording));
};

const phoneNumber = (flag: string, text: string): string => {
  const read = normalizeNumber(nonEmpty(flag, text));
  if (read !== undefined) return read;
  throw new Failure('usage', `${flag}: ${quote(text)} is not a number`, {
    hint: 'Use a number such as +14155550100, its beginning such as +1415* (* only at the end), or a SIP URI',
  });
};
