import { toInstant } from './decode.ts';
import { Failure } from './failure.ts';
import { type Instant, type Kind, kinds, type Recording, type Status, statuses } from './recording.ts';
import { didYouMean } from './text/did-you-mean.ts';
import { parseDuration, parseMoment, type Zone } from './time.ts';

/** What is asked for. Absent means no condition. */
export interface Query {
  /** Half-open: `since` is included, `until` is not. */
  readonly since?: Instant;
  readonly until?: Instant;
  readonly call?: string;
  readonly conference?: string;
  readonly roomSession?: string;
  readonly from?: string;
  readonly to?: string;
  readonly status?: Status;
  readonly kind?: Kind;
  /** Seconds, both included. */
  readonly minDuration?: number;
  readonly maxDuration?: number;
  /** The most rows the reader will take, so that a provider need not ask for more. */
  readonly atMost?: number;
  /** What lies before `since` is known already, so that a list in order need not be read to its end. */
  readonly resumes?: boolean;
  /** The links to the media are wanted, and should last a while where they expire. */
  readonly links?: boolean;
}

export type FilterKey = Exclude<keyof Query, 'atMost' | 'links' | 'resumes'>;

export interface ParseContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly zone: Zone;
}

/** One condition: its flag, what it means, how its text is read, which recordings it keeps. */
export interface Filter<Value = unknown> {
  readonly flag: string;
  readonly value: string;
  readonly help: string;
  /** Throws a usage failure. */
  parse(text: string, context: ParseContext): Value;
  matches(recording: Recording, wanted: Value): boolean;
}

export const filters: { readonly [Key in FilterKey]-?: Filter<NonNullable<Query[Key]>> } = {
  since: {
    flag: '--since',
    value: 'time',
    help: 'created at or after: 2026-11-20, "2026-11-20 13:45", 7d, 24h, today, RFC 3339',
    parse: (text, context) => moment('--since', text, { ...context, edge: 'start' }),
    // A recording of unknown time may be of that time: leaving it out could lose it.
    matches: ({ createdAt }, since) => createdAt === null || createdAt >= since,
  },
  until: {
    flag: '--until',
    value: 'time',
    help: 'created before; a bare date includes that day',
    parse: (text, context) => moment('--until', text, { ...context, edge: 'end' }),
    matches: ({ createdAt }, until) => createdAt === null || createdAt < until,
  },
  call: {
    flag: '--call',
    value: 'id',
    help: 'recordings of one call',
    parse: (text) => word('--call', text),
    matches: ({ callId }, call) => callId === call,
  },
  conference: {
    flag: '--conference',
    value: 'id or name',
    help: 'recordings of one conference',
    parse: (text) => word('--conference', text),
    matches: ({ conferenceId, conferenceName }, wanted) => conferenceId === wanted || conferenceName === wanted,
  },
  roomSession: {
    flag: '--room-session',
    value: 'id',
    help: 'recordings of one room session',
    parse: (text) => word('--room-session', text),
    matches: ({ roomSessionId }, wanted) => roomSessionId === wanted,
  },
  from: {
    flag: '--from',
    value: 'number',
    help: 'caller: E.164 number or SIP URI',
    parse: (text) => phoneNumber('--from', text),
    matches: ({ from }, wanted) => sameNumber(from, wanted),
  },
  to: {
    flag: '--to',
    value: 'number',
    help: 'called party: E.164 number or SIP URI',
    parse: (text) => phoneNumber('--to', text),
    matches: ({ to }, wanted) => sameNumber(to, wanted),
  },
  status: {
    flag: '--status',
    value: 'status',
    help: statuses.join(', '),
    parse: (text) => choice('--status', text, statuses),
    matches: ({ status }, wanted) => status === wanted,
  },
  kind: {
    flag: '--kind',
    value: 'kind',
    help: kinds.join(', '),
    parse: (text) => choice('--kind', text, kinds),
    matches: ({ kind }, wanted) => kind === wanted,
  },
  minDuration: {
    flag: '--min-duration',
    value: 'duration',
    help: 'at least this long: 30s, 5m, 1h30m',
    parse: (text) => duration('--min-duration', text),
    matches: ({ durationSeconds }, wanted) => durationSeconds !== null && durationSeconds >= wanted,
  },
  maxDuration: {
    flag: '--max-duration',
    value: 'duration',
    help: 'at most this long',
    parse: (text) => duration('--max-duration', text),
    matches: ({ durationSeconds }, wanted) => durationSeconds !== null && durationSeconds <= wanted,
  },
};

export const filterKeys = Object.keys(filters) as readonly FilterKey[]; // Object.keys forgets the literal keys

/** Reads the texts of the filter flags. Throws a usage failure for a value or a range that makes no sense. */
export const parseQuery = (texts: Partial<Record<FilterKey, string>>, context: ParseContext): Query => {
  const query: Query = Object.fromEntries(
    filterKeys.flatMap((key) => {
      const text = texts[key];
      return text === undefined ? [] : [[key, filters[key].parse(text, context)]];
    }),
  );
  if (query.since !== undefined && query.until !== undefined && query.since >= query.until) {
    throw new Failure('usage', `--since ${query.since} is not before --until ${query.until}`);
  }
  if ((query.minDuration ?? 0) > (query.maxDuration ?? Number.POSITIVE_INFINITY)) {
    throw new Failure('usage', '--min-duration is longer than --max-duration');
  }
  return query;
};

/** The predicate of a query: every filter, whatever the provider narrowed. */
export const predicate = (query: Query): ((recording: Recording) => boolean) => {
  const conditions = filterKeys.flatMap((key) => {
    const wanted = query[key];
    const filter = filters[key] as Filter; // each filter gets the value of its own key
    return wanted === undefined ? [] : [(recording: Recording): boolean => filter.matches(recording, wanted)];
  });
  return (recording) => conditions.every((keeps) => keeps(recording));
};

/** The filters of a query that a provider which narrows by `narrows` leaves to the client. */
export const clientFilters = (query: Query, narrows: readonly FilterKey[]): readonly FilterKey[] =>
  filterKeys.filter((key) => query[key] !== undefined && !narrows.includes(key));

/**
 * Rows worth asking for on a page: few when the reader takes few, unless rows will be thrown away on the client. Never
 * very few, since what comes beside the wanted rows would then be read one by one.
 */
export const rowsPerPage = (query: Query, most: number, narrows: readonly FilterKey[]): number =>
  clientFilters(query, narrows).length > 0 ? most : Math.min(most, Math.max(FEWEST_ROWS, query.atMost ?? most));

const FEWEST_ROWS = 50;

/** One of the valid words, or a usage failure that names the nearest. `-` and `_` are the same. */
export const choice = <Word extends string>(flag: string, text: string, valid: readonly Word[]): Word => {
  const typed = text.trim().toLowerCase().replaceAll('-', '_');
  const found = valid.find((word) => word === typed);
  if (found !== undefined) return found;
  throw new Failure('usage', `${flag}: "${text.slice(0, 60)}" is not one of ${valid.join(', ')}`, {
    hint: didYouMean(typed, valid) ?? `Choose one of ${valid.join(', ')}`,
  });
};

/** Milliseconds of a duration flag, or a usage failure. */
export const durationFlag = (flag: string, text: string): number => {
  const read = parseDuration(text.trim());
  if (read !== undefined) return read;
  throw new Failure('usage', `${flag}: "${text.slice(0, 60)}" is not a duration`, { hint: 'Write 30s, 5m or 1h30m' });
};

const duration = (flag: string, text: string): number => durationFlag(flag, text) / 1000;

const moment = (flag: string, text: string, context: ParseContext & { readonly edge: 'start' | 'end' }): Instant => {
  const epoch = parseMoment(text, context);
  const read = epoch === undefined ? undefined : toInstant(epoch);
  if (read !== undefined) return read;
  throw new Failure('usage', `${flag}: "${text.slice(0, 60)}" is not a date or time`, {
    hint:
      didYouMean(text.trim(), ['today', 'yesterday']) ??
      'Write 2026-11-20, "2026-11-20 13:45", 2026-11-20T13:45:00Z, 90m, 24h, 7d, 2w, now, today or yesterday',
  });
};

const word = (flag: string, text: string): string => {
  if (text.trim() === '') throw new Failure('usage', `${flag}: the value is empty`);
  return text.trim();
};

/** A number without the spaces, dots, dashes and brackets people write; a SIP URI as it is. */
const phoneNumber = (flag: string, text: string): string => {
  const typed = word(flag, text);
  return /^\+?[\d\s().-]+$/.test(typed) ? typed.replaceAll(/[\s().-]/g, '') : typed;
};

/** A number typed without `+` also matches the one with it. */
const sameNumber = (given: string | null, wanted: string): boolean =>
  given !== null && (given === wanted || given === `+${wanted}`);
