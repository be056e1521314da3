import { didYouMean } from '../text/did-you-mean.ts';
import { DAY, readSpan, unitWords } from './duration.ts';
import { daysInMonth, daysSinceMonday, toInstant, utcEpoch, utcMilliseconds } from './utc.ts';
import type { LocalDate } from './zone.ts';

/** What to type instead of a text that is no time. */
export const timeHint = (text: string, today: LocalDate): string => {
  const typed = text.trim().replace(/\s+/g, ' ').slice(0, 64);
  const lower = typed.toLowerCase();
  return (
    // More digits are a slip in a date, or a count of seconds.
    (lower.length > 3 ? undefined : bareNumberHint(lower, ['d', 'h', 'm'])) ??
    epochHint(lower) ??
    missingDayHint(lower) ??
    weekHint(lower) ??
    writtenDateHint(lower, today) ??
    lastHint(lower) ??
    unitHint(typed.replace(/ ago$/i, ''), (months, minutes) => `Use ${months} for months, or ${minutes} for minutes`) ??
    didYouMean(typed, words) ??
    'Use 2026-11-20, "2026-11-20 13:45", 2026-11-20T13:45:00Z, 2026-11, 24h, 7d, 3mo, today, monday or "last week"'
  );
};

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

/** A week of a year, `2026-W47`, which starts on Monday; or a quarter, `2026-Q4`. */
const weekHint = (typed: string): string | undefined => {
  const [, year = '', kind = '', number = ''] = /^(\d{4})-?([wq])(\d\d?)$/.exec(typed) ?? [];
  if (kind === 'q' && /^[1-4]$/.test(number)) {
    const [first, last] = [Number(number) * 3 - 2, Number(number) * 3].map((month) => String(month).padStart(2, '0'));
    return `Use --since ${year}-${first} --until ${year}-${last}`;
  }
  if (kind !== 'w' || Number(number) < 1 || Number(number) > 53) return undefined;
  // The first week of a year is the one with 4 January.
  const fourth = utcEpoch([Number(year), 1, 4]);
  const monday = fourth - daysSinceMonday(fourth) * DAY + (Number(number) - 1) * 7 * DAY;
  const [from, to] = [monday, monday + 6 * DAY].map((epoch) => toInstant(epoch)?.slice(0, 10));
  return `Use --since ${from} --until ${to}`;
};

/** A date in another order, with a name of a month or without a year: `11/24/2026`, `24.11.2026`, `Nov 24`. */
const writtenDateHint = (typed: string, today: LocalDate): string | undefined => {
  const parts = typed.split(/[\s,./-]+/).filter((part) => part !== '');
  const year = parts.find((part) => /^\d{4}$/.test(part));
  const named = parts.map(monthOf).find((month) => month > 0);
  const numbers = parts
    .filter((part) => /^\d{1,2}(?:st|nd|rd|th)?$/.test(part))
    .map((part) => Number.parseInt(part, 10));
  const [first = 0, second = 0] = numbers;
  if ((year === undefined ? 0 : 1) + (named === undefined ? 0 : 1) + numbers.length !== parts.length) return undefined;
  const dated = (month: number, day?: number): string | undefined => latestDate(year, month, day, today);
  const found = (): readonly (string | undefined)[] => {
    if (named !== undefined) return numbers.length > 1 ? [] : [dated(named, numbers[0])];
    if (numbers.length === 1 && year !== undefined) return [dated(first)];
    if (numbers.length !== 2) return [];
    if (parts[0] === year) return [dated(first, second)];
    return typed.includes('.') ? [dated(second, first)] : [dated(first, second), dated(second, first)];
  };
  const dates = [...new Set(found())].filter((date) => date !== undefined);
  return dates.length === 0 ? undefined : `Use ${dates.join(' or ')}`;
};

const monthNames = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july'],
  ...['august', 'september', 'october', 'november', 'december'],
];

/** 0 for other words. */
const monthOf = (word: string): number =>
  word.length < 3 ? 0 : monthNames.findIndex((name) => name.startsWith(word)) + 1;

/** `2026-11` or `2026-11-24`; without a year, the latest one that is not in the future. Undefined if there is no such date. */
const latestDate = (year: string | undefined, month: number, day: number | undefined, today: LocalDate) => {
  const [thisYear] = today;
  const isLater = utcEpoch([thisYear, month, day ?? 1]) > utcEpoch(today);
  const inYear = year === undefined ? thisYear - (isLater ? 1 : 0) : Number(year);
  const epoch = utcMilliseconds([inYear, month, day ?? 1]);
  return epoch === undefined ? undefined : toInstant(epoch)?.slice(0, day === undefined ? 7 : 10);
};
