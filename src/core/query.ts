import { toInstant } from './decode.ts';
import { Failure } from './failure.ts';
import { nonEmpty, notOneOf, quote } from './invalid-value.ts';
import { type Instant, type Kind, kinds, type Recording, type Status, statuses } from './recording.ts';
import { didYouMean } from './text/did-you-mean.ts';
import { parseDuration, parseMoment, type Zone } from './time.ts';

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
  readonly status?: Status;
  readonly kind?: Kind;
  /** Seconds; both bounds are included. */
  readonly minDuration?: number;
  readonly maxDuration?: number;
  /** Maximum number of rows the caller reads, so that a provider need not request more. */
  readonly maxRows?: number;
  /** Everything before `since` is known from an earlier run, so a list in order of time need not be read to its end. */
  readonly isIncremental?: boolean;
  /** The caller uses the media links; if links expire, request longer-lived ones. */
  readonly needsMediaLinks?: boolean;
}

export type FilterKey = Exclude<keyof Query, 'maxRows' | 'needsMediaLinks' | 'isIncremental'>;

export interface ParseContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly zone: Zone;
}

/** One condition: its flag, its help, how its text is parsed and which recordings match. */
export interface Filter<Value = unknown> {
  readonly flag: string;
  readonly value: string;
  readonly help: string;
  /** The field it compares, for messages: `the caller`. */
  readonly field: string;
  /** Throws a usage failure. */
  parse(text: string, context: ParseContext): Value;
  matches(recording: Recording, wanted: Value): boolean;
}

export const filters: { readonly [Key in FilterKey]-?: Filter<NonNullable<Query[Key]>> } = {
  since: {
    flag: '--since',
    value: 'time',
    help: 'created at or after this time: 2026-11-20, "2026-11-20 13:45", 7d, 24h, today, RFC 3339',
    field: 'the creation time',
    parse: (text, context) => parseTimeFlag('--since', text, { ...context, edge: 'start' }),
    // A recording without a time may lie in the range: leaving it out could lose it.
    matches: ({ createdAt }, since) => createdAt === null || createdAt >= since,
  },
  until: {
    flag: '--until',
    value: 'time',
    help: 'created before this time; a bare date includes that day',
    field: 'the creation time',
    parse: (text, context) => parseTimeFlag('--until', text, { ...context, edge: 'end' }),
    matches: ({ createdAt }, until) => createdAt === null || createdAt < until,
  },
  call: {
    flag: '--call',
    value: 'id',
    help: 'recordings of one call',
    field: 'the call',
    parse: (text) => nonEmpty('--call', text),
    matches: ({ callId }, call) => callId === call,
  },
  conference: {
    flag: '--conference',
    value: 'id or name',
    help: 'recordings of one conference',
    field: 'the conference',
    parse: (text) => nonEmpty('--conference', text),
    matches: ({ conferenceId, conferenceName }, wanted) => conferenceId === wanted || conferenceName === wanted,
  },
  roomSession: {
    flag: '--room-session',
    value: 'id',
    help: 'recordings of one room session',
    field: 'the room session',
    parse: (text) => nonEmpty('--room-session', text),
    matches: ({ roomSessionId }, wanted) => roomSessionId === wanted,
  },
  from: {
    flag: '--from',
    value: 'number',
    help: 'caller: E.164 number or SIP URI',
    field: 'the caller',
    parse: (text) => phoneNumber('--from', text),
    matches: ({ from }, wanted) => sameNumber(from, wanted),
  },
  to: {
    flag: '--to',
    value: 'number',
    help: 'called party: E.164 number or SIP URI',
    field: 'the called party',
    parse: (text) => phoneNumber('--to', text),
    matches: ({ to }, wanted) => sameNumber(to, wanted),
  },
  status: {
    flag: '--status',
    value: 'status',
    help: statuses.join(', '),
    field: 'the status',
    parse: (text) => parseChoice('--status', text, statuses),
    matches: ({ status }, wanted) => status === wanted,
  },
  kind: {
    flag: '--kind',
    value: 'kind',
    help: kinds.join(', '),
    field: 'the kind',
    parse: (text) => parseChoice('--kind', text, kinds),
    matches: ({ kind }, wanted) => kind === wanted,
  },
  minDuration: {
    flag: '--min-duration',
    value: 'duration',
    help: 'at least this long: 30s, 5m, 1h30m',
    field: 'the duration',
    parse: (text) => duration('--min-duration', text),
    matches: ({ durationSeconds }, wanted) => durationSeconds !== null && durationSeconds >= wanted,
  },
  maxDuration: {
    flag: '--max-duration',
    value: 'duration',
    help: 'at most this long',
    field: 'the duration',
    parse: (text) => duration('--max-duration', text),
    matches: ({ durationSeconds }, wanted) => durationSeconds !== null && durationSeconds <= wanted,
  },
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

/** Matches a recording against every filter of a query, including those the provider has already applied. */
export const predicate = (query: Query): ((recording: Recording) => boolean) => {
  const conditions = filterKeys.flatMap((key) => {
    const wanted = query[key];
    const filter = filters[key] as Filter; // each filter receives the value of its own key
    return wanted === undefined ? [] : [(recording: Recording): boolean => filter.matches(recording, wanted)];
  });
  return (recording) => conditions.every((matches) => matches(recording));
};

/** The filters of a query that are not among the provider's server-side filters. */
export const clientFilters = (query: Query, serverFilters: readonly FilterKey[]): readonly FilterKey[] =>
  filterKeys.filter((key) => query[key] !== undefined && !serverFilters.includes(key));

/**
 * Rows to request per page, at most `max`: no more than the caller reads, unless client-side filters will discard some.
 * Never fewer than MIN_PAGE_ROWS, since skipping unneeded rows would then take one request for each of them.
 */
export const rowsPerPage = (query: Query, max: number, serverFilters: readonly FilterKey[]): number =>
  clientFilters(query, serverFilters).length > 0 ? max : Math.min(max, Math.max(MIN_PAGE_ROWS, query.maxRows ?? max));

const MIN_PAGE_ROWS = 50;

/** A valid word, compared without case; `-` and `_` are equivalent. Throws a usage failure that suggests the nearest one. */
export const parseChoice = <Word extends string>(flag: string, text: string, valid: readonly Word[]): Word => {
  const typed = text.trim().toLowerCase().replaceAll('-', '_');
  const found = valid.find((word) => word === typed);
  if (found !== undefined) return found;
  throw notOneOf(flag, text, valid);
};

/** Milliseconds of a duration flag. Throws a usage failure. */
export const parseDurationFlag = (flag: string, text: string): number => {
  const read = parseDuration(text.trim());
  if (read !== undefined) return read;
  throw new Failure('usage', `${flag}: ${quote(text)} is not a duration`, {
    hint: 'Use a duration such as 30s, 5m or 1h30m',
  });
};

const duration = (flag: string, text: string): number => parseDurationFlag(flag, text) / 1000;

const parseTimeFlag = (
  flag: string,
  text: string,
  context: ParseContext & { readonly edge: 'start' | 'end' },
): Instant => {
  const epoch = parseMoment(text, context);
  const read = epoch === undefined ? undefined : toInstant(epoch);
  if (read !== undefined) return read;
  throw new Failure('usage', `${flag}: ${quote(text)} is not a date or time`, {
    hint:
      didYouMean(text.trim(), ['today', 'yesterday']) ??
      'Use 2026-11-20, "2026-11-20 13:45", 2026-11-20T13:45:00Z, 90m, 24h, 7d, 2w, now, today or yesterday',
  });
};

/** A phone number without spaces, dots, dashes and parentheses; a SIP URI unchanged. */
const phoneNumber = (flag: string, text: string): string => {
  const typed = nonEmpty(flag, text);
  return /^\+?[\d\s().-]+$/.test(typed) ? typed.replaceAll(/[\s().-]/g, '') : typed;
};

/** A number typed without `+` also matches the same number with `+`. */
const sameNumber = (given: string | null, wanted: string): boolean =>
  given !== null && (given === wanted || given === `+${wanted}`);
