import { Failure } from './failure.ts';
import { nonEmpty, parseChoice, quote, valuesOfList } from './invalid-value.ts';
import type { ComparedField, Instant, Recording } from './recording.ts';
import { isIncomplete, normalizeNumber, numberMatcher, separateNumbers } from './text/phone-number.ts';
import { MIN_COMPLETE_LENGTH, sameId } from './text/same-id.ts';
import { type MomentContext, parseMoment } from './time/moment.ts';
import { parseLengthFlag, parseTimeFlag } from './time.ts';

export type ParseContext = Omit<MomentContext, 'edge'>;

/** One condition: its flag, its help, how a value is parsed and which recordings match it. */
export interface Filter<Value = unknown> {
  readonly flag: string;
  readonly value: string;
  readonly help: string;
  /** What it compares, for messages: `the caller`. */
  readonly field: string;
  /** The fields it compares; a recording matches if one of them does. */
  readonly fields: readonly FilterField[];
  /** It compares complete ids with an id, and nothing else. */
  readonly isId?: boolean;
  /** The values in a text, if there may be several; they may also be given one by one. */
  separate?(text: string): readonly string[];
  /** Throws a usage failure. */
  parse(text: string, context: ParseContext): Value;
  matcher(wanted: Value): (recording: Recording) => boolean;
  /** What to say of a value that may not mean what was typed, when nothing matched. */
  doubt?(wanted: Value): Doubt | undefined;
}

/** A text, and what to type instead. */
export interface Doubt {
  readonly text: string;
  readonly hint?: string;
  /** Not said to scripts, whose value may be right. */
  readonly forPeople?: true;
  /** The end of numbers that may be meant; no filter finds these. */
  readonly ending?: { readonly flag: string; readonly digits: string };
}

type FilterField = ComparedField | 'createdAt' | 'durationSeconds' | 'status' | 'kind' | 'call';

/** Ends the help of a filter that takes several values. */
export const SEVERAL = 'repeatable, or commas';

/** A filter on an id. */
export const idFilter = (
  flag: string,
  help: string,
  field: string,
  key: 'callId' | 'roomSessionId',
): Filter<string> => ({
  flag,
  value: 'id',
  help: `${help} (${SEVERAL})`,
  field,
  fields: [key],
  isId: true,
  separate: (text) => valuesOfList(flag, text),
  parse: (text) => wantedValue(flag, text),
  matcher: (wanted) => (recording) => sameId(recording[key], wanted),
  doubt: (wanted) =>
    wanted.length < MIN_COMPLETE_LENGTH
      ? {
          text: `${flag} compares complete ids; ${quote(wanted)} may be shortened`,
          hint:
            key === 'roomSessionId' && /^[a-z_-]+$/i.test(wanted)
              ? `A room by its name: --conference ${wanted}`
              : `Complete ones: recx list --fields id,${key === 'callId' ? 'call_id' : 'room_session_id'}`,
        }
      : undefined,
});

export const numberFilter = (
  flag: '--from' | '--to',
  help: string,
  field: string,
  key: 'from' | 'to',
): Filter<string> => ({
  flag,
  value: 'number',
  help: `${help} (${SEVERAL})`,
  field,
  fields: [key],
  separate: separateNumbers,
  parse: (text) => phoneNumber(flag, text),
  matcher: (wanted) => {
    const matches = numberMatcher(wanted);
    // Who dials a queue or a person through another number means the number that was dialled then, too.
    if (key === 'from') return ({ from }) => matches(from);
    return ({ to, call }) => matches(to) || call?.dialedTo?.some(matches) === true;
  },
  doubt: (wanted) => numberDoubt(flag, wanted),
});

/** A filter on a field that has one of a few words. */
export const wordFilter = <Key extends 'status' | 'kind'>(
  key: Key,
  words: readonly Recording[Key][],
): Filter<Recording[Key]> => ({
  flag: `--${key}`,
  value: key,
  help: `${key}: ${words.join(', ')} (${SEVERAL})`,
  field: `the ${key}`,
  fields: [key],
  separate: (text) => valuesOfList(`--${key}`, text),
  parse: (text) => parseChoice(`--${key}`, text, words),
  matcher: (wanted) => (recording) => recording[key] === wanted,
});

export const durationFilter = (
  flag: string,
  help: string,
  isWithin: (seconds: number, bound: number) => boolean,
): Filter<number> => ({
  flag,
  value: 'duration',
  help,
  field: 'the duration',
  fields: ['durationSeconds'],
  parse: (text) => parseLengthFlag(flag, text) / 1000,
  matcher: (bound) => (recording) => recording.durationSeconds !== null && isWithin(recording.durationSeconds, bound),
});

export const timeFilter = (
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

/** A short number is often a part of one, and a word a part of an address. */
const numberDoubt = (flag: '--from' | '--to', wanted: string): Doubt | undefined => {
  if (/^0\d{6,}$/.test(wanted))
    return { text: `${flag} ${wanted} has no country code; use a number such as +442079460018` };
  if (/^\d{1,9}$/.test(wanted)) {
    return {
      text: `${flag} ${wanted} matches this number only: numbers are compared completely, or by their beginning, such as '+1415*'`,
      ending: { flag, digits: wanted },
    };
  }
  if (/[*\d@]/.test(wanted) || callersWithoutNumber.includes(wanted.toLowerCase())) return undefined;
  return {
    text: `${flag} compares complete numbers and addresses; for all that begin so: ${flag} 'sip:${wanted}*,client:${wanted}*'`,
  };
};

/** Words that providers report instead of a number. */
const callersWithoutNumber = ['anonymous', 'restricted', 'private', 'unavailable', 'blocked', 'withheld'];

/** A value that is not empty. Throws a usage failure for one that excludes: no id begins with `!`. */
const wantedValue = (flag: string, text: string): string => {
  const typed = nonEmpty(flag, text);
  if (!typed.startsWith('!')) return typed;
  throw new Failure('usage', `${flag}: ${quote(text)} cannot be excluded`, { rejected: { name: flag, word: text } });
};

const phoneNumber = (flag: string, text: string): string => {
  const typed = nonEmpty(flag, text);
  if (isTime(typed)) {
    throw new Failure('usage', `${flag}: ${quote(text)} is a time, not a number`, {
      hint: 'for dates use --since and --until',
    });
  }
  if (/[\\/]/.test(typed) && /\p{L}/u.test(typed) && !/^(?:sips?|tel|client|sim):/i.test(typed)) {
    throw new Failure('usage', `${flag}: ${quote(text)} is a path, not a number`, {
      hint: 'For a folder: --dir <folder>',
    });
  }
  if (/^[^@*:]+\.(?:csv|tsv|json|ndjson|jsonl|xlsx?|gz)$/i.test(typed)) {
    throw new Failure('usage', `${flag}: ${quote(text)} is a file, not a number`, {
      rejected: { name: 'file beside a number', word: typed },
      hint: 'For a file: recx export --out <file>',
    });
  }
  const read = normalizeNumber(typed);
  if (read !== undefined && isIncomplete(read)) {
    throw new Failure('usage', `${flag}: ${quote(text)} is not a complete number`, {
      hint: `For all numbers that begin so: ${flag} '${read}*'`,
    });
  }
  if (read !== undefined) return read;
  throw new Failure('usage', `${flag}: ${quote(text)} is not a number`, {
    rejected: { name: flag, word: text },
    hint: /\d.*[+＋]/s.test(text)
      ? 'Separate several numbers with commas'
      : 'Use a number such as +14155550100, its beginning such as +1415* (* only at the end), or a SIP URI',
  });
};

/** Whether a text is a date, or a time such as `7d`. Of digits and separators alone only a date of these years is one. */
const isTime = (text: string): boolean =>
  writtenDate.test(text) ||
  /^\d\d?:\d\d(?::\d\d)?$/.test(text) ||
  (/[^\d\s()+./-]/.test(text) && parseMoment(text, { now: 0, zone: 'UTC', edge: 'start' }) !== undefined);

/** `2026-11-24`, `2026/11`, `24.11.2026`, `2026-11*`. */
const writtenDate = /^(?:(?:19|20)\d\d([-/])[01]?\d(?:\1[0-3]?\d)?|[0-3]?\d([-/.])[0-3]?\d\2(?:19|20)\d\d)\*?$/;
