import { didYouMean } from '../text/did-you-mean.ts';
import { readSpan, unitWords } from './duration.ts';
import { daysInMonth, toInstant, utcMilliseconds } from './utc.ts';
import { namedPeriod, timeOfDay, writtenDates } from './written.ts';
import { localDate, type Zone } from './zone.ts';

/** What to type instead of a text that is no time. */
export const timeHint = (text: string, now: number, zone: Zone): string => {
  const today = localDate(now, zone);
  const typed = text.trim().replace(/\s+/g, ' ').slice(0, 64);
  const lower = typed.toLowerCase();
  return (
    // More digits are a slip in a date, or a count of seconds.
    (lower.length > 3 ? undefined : bareNumberHint(lower, ['d', 'h', 'm'])) ??
    epochHint(lower) ??
    missingDayHint(lower) ??
    useFlags(namedPeriod(lower, today)) ??
    useTime(timeOfDay(lower, now, zone)) ??
    useDates(writtenDates(lower, today)) ??
    negativeHint(typed) ??
    lastHint(lower) ??
    unitHint(typed.replace(/ ago$/i, ''), (months, minutes) => `Use ${months} for months, or ${minutes} for minutes`) ??
    didYouMean(typed, words) ??
    'Use 2026-11-20, "2026-11-20 13:45", 2026-11-20T13:45:00Z, 2026-11, 24h, 7d, 3mo, today, monday or "last week"'
  );
};

/** A duration as programs have it that count from now: `-7d`. */
const negativeHint = (typed: string): string | undefined =>
  typed.startsWith('-') && readSpan(typed.slice(1)) !== undefined ? `Use ${typed.slice(1)}, a time ago` : undefined;

const useFlags = (flags: string | undefined): string | undefined => flags && `Use ${flags}`;

const useTime = (time: string | undefined): string | undefined => time && `Use "${time}"`;

const useDates = (dates: readonly string[]): string | undefined =>
  dates.length === 0 ? undefined : `Use ${dates.join(' or ')}`;

/** What to type instead of a text that is no duration; `example` names durations that are accepted. */
export const durationHint = (text: string, example: string): string => {
  const typed = text.trim().slice(0, 64);
  return (
    bareNumberHint(typed, ['s', 'm', 'h']) ??
    (readSpan(typed) === undefined ? undefined : 'Months and years differ in length: use days, such as 90d') ??
    unitHint(typed, (_, minutes) => `Use ${minutes} for minutes; months differ in length: use days, such as 90d`) ??
    example
  );
};

const bareNumberHint = (typed: string, symbols: readonly [string, string, string]): string | undefined => {
  if (!/^\d{1,9}$/.test(typed)) return undefined;
  const [first, second, third] = symbols.map((symbol) => typed + symbol);
  return `Add a unit: ${first}, ${second} or ${third}`;
};

/** For units in the wrong case, units with a slip, and parts of a month. */
const unitHint = (typed: string, forMonths: (months: string, minutes: string) => string): string | undefined => {
  const lower = typed.toLowerCase();
  if (readSpan(lower) !== undefined) {
    const months = typed.replace(/M(?![A-Za-z])/g, 'mo').toLowerCase();
    return months === lower ? `Use ${lower}: units are in lower case` : forMonths(months, lower);
  }
  const [, amount, word] = /^((?:\d{1,9}|an?) ?)([a-z]{3,10})$/.exec(lower) ?? [];
  if (amount !== undefined && word !== undefined) {
    const isOne = /^(?:1|an?) ?$/.test(amount);
    const fitting = unitWords.filter((unit) => unit.endsWith('s') !== isOne);
    return didYouMean(word, fitting) === undefined
      ? undefined
      : didYouMean(
          lower,
          fitting.map((unit) => amount + unit),
        );
  }
  return /^\d+\.\d+ ?(?:mo|y|months?|years?)$/.test(lower)
    ? 'Use a whole number of months, or days such as 45d'
    : undefined;
};

const words = [
  ...['now', 'today', 'yesterday'],
  ...['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
  ...['this', 'last'].flatMap((which) => ['week', 'month', 'year'].map((unit) => `${which} ${unit}`)),
];

/** `last monday` can be the one before this week's, and `last 7 days` has no end. */
const lastHint = (typed: string): string | undefined => {
  const [, what = ''] = /^(?:last|past|previous|this) (.+)$/.exec(typed) ?? [];
  if (/^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*$/.test(what))
    return `Use ${what}, the latest one (today if it is that day), or a date`;
  return readSpan(what) === undefined ? undefined : `Use "${what}"`;
};

/** Seconds or milliseconds since 1970. */
const epochHint = (typed: string): string | undefined => {
  const [, seconds, milliseconds] = /^@?(?:(\d{9,10})(?:\.\d+)?|(\d{12,13}))$/.exec(typed) ?? [];
  const epoch = seconds === undefined ? Number(milliseconds) : Number(seconds) * 1000;
  const instant = toInstant(epoch);
  return instant === undefined ? undefined : `Use ${instant.replace('.000Z', 'Z')}`;
};

/** A day that its month does not have: `2026-11-31`. */
const missingDayHint = (typed: string): string | undefined => {
  const [, year = '', month = '', day = ''] = /^(\d{4})[-/](\d\d)[-/](\d\d)(?:$|[t ])/.exec(typed) ?? [];
  if (utcMilliseconds([Number(year), Number(month), 1]) === undefined) return undefined;
  const days = daysInMonth(Number(year), Number(month));
  return Number(day) > days ? `${year}-${month} has ${days} days` : undefined;
};
