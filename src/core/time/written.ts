/* Times that are not accepted, and what they mean. */

import { DAY } from './duration.ts';
import { parseMoment } from './moment.ts';
import { daysSinceMonday, toInstant, utcEpoch, utcMilliseconds } from './utc.ts';
import { type LocalDate, localDate, localTime, startOfDay, type Zone } from './zone.ts';

/**
 * The flags for a quarter, `2026-Q4`, or a week of a year, `2026-W47`, which starts on Monday; without a year, for the latest that
 * has begun. Undefined for other text.
 */
export const namedPeriod = (text: string, today: LocalDate): string | undefined => {
  const [, before, kind = '', number = '', after] =
    /^(?:(\d{4})[-\s/]?)?(q|quarter\s?|w|kw|week\s?)(\d\d?)(?:[-\s/](\d{4}))?$/.exec(text.trim().toLowerCase()) ?? [];
  if (kind === '' || (before !== undefined && after !== undefined)) return undefined;
  const flags = kind.startsWith('q') ? quarter : week;
  const [thisYear] = today;
  const years = before === undefined && after === undefined ? [thisYear, thisYear - 1] : [Number(before ?? after)];
  const named = years.map((year) => flags(year, Number(number)));
  const [latest = named.at(-1)] = named.filter((one) => one !== undefined && one.start <= utcEpoch(today));
  return latest === undefined ? undefined : `--since ${latest.since} --until ${latest.until}`;
};

interface NamedPeriod {
  readonly start: number;
  readonly since: string;
  readonly until: string;
}

const quarter = (year: number, number: number): NamedPeriod | undefined => {
  if (number < 1 || number > 4) return undefined;
  const [since = '', until = ''] = [number * 3 - 2, number * 3].map((one) => `${year}-${String(one).padStart(2, '0')}`);
  return { start: utcEpoch([year, number * 3 - 2, 1]), since, until };
};

const week = (year: number, number: number): NamedPeriod | undefined => {
  if (number < 1 || number > 53) return undefined;
  // The first week of a year is the one with 4 January.
  const fourth = utcEpoch([year, 1, 4]);
  const start = fourth - daysSinceMonday(fourth) * DAY + (number - 1) * 7 * DAY;
  const [since = '', until = ''] = [start, start + 6 * DAY].map((epoch) => toInstant(epoch)?.slice(0, 10));
  return { start, since, until };
};

/** The dates that one in another order, with a name of a month or without a year can be: `11/24/2026`, `24.11.2026`, `Nov 24`. */
export const writtenDates = (text: string, today: LocalDate): readonly string[] => {
  const typed = text.toLowerCase();
  const parts = typed.split(/[\s,./-]+/).filter((part) => part !== '');
  const year = parts.find((part) => /^\d{4}$/.test(part));
  const named = parts.map(monthOf).find((month) => month > 0);
  const numbers = parts
    .filter((part) => /^\d{1,2}(?:st|nd|rd|th)?$/.test(part))
    .map((part) => Number.parseInt(part, 10));
  const [first = 0, second = 0] = numbers;
  if ((year === undefined ? 0 : 1) + (named === undefined ? 0 : 1) + numbers.length !== parts.length) return [];
  const dated = (month: number, day?: number): string | undefined => latestDate(year, month, day, today);
  const found = (): readonly (string | undefined)[] => {
    if (named !== undefined) return numbers.length > 1 ? [] : [dated(named, numbers[0])];
    if (numbers.length === 1 && year !== undefined) return [dated(first)];
    if (numbers.length !== 2) return [];
    if (parts[0] === year) return [dated(first, second)];
    return typed.includes('.') ? [dated(second, first)] : [dated(first, second), dated(second, first)];
  };
  return [...new Set(found())].filter((date) => date !== undefined);
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

/**
 * A time of a day in the form that is accepted, `2026-11-20 09:00`, from one such as `9am`, `yesterday 13:45` or `11/20/2026 9:00`;
 * without a day, the latest one that has come. Undefined for other text.
 */
export const timeOfDay = (text: string, now: number, zone: Zone): string | undefined => {
  const [, day, hours = '', minutes, seconds = '', half] =
    /^(?:(.+?)(?:,|\s|(?<=\d)t)\s*(?:at\s+)?)?(\d\d?)(?::(\d\d)(:\d\d)?)?\s*([ap]\.?m\.?)?$/i.exec(text.trim()) ?? [];
  const isClock = hours !== '' && (minutes !== undefined || half !== undefined);
  if (!isClock || Number(minutes ?? 0) > 59 || Number(hours) > (half === undefined ? 23 : 12)) return undefined;
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (/^p/i.test(half) ? 12 : 0);
  const clock = `${String(hour).padStart(2, '0')}:${minutes ?? '00'}${seconds}`;
  if (day !== undefined) {
    const date = dateNamed(day, now, zone);
    return date === undefined ? undefined : `${date} ${clock}`;
  }
  const isLater = clock > localTime(now, zone).slice(11);
  const [year, month, date] = localDate(now, zone);
  return `${dateAt(startOfDay([year, month, date - (isLater ? 1 : 0)], zone), zone)} ${clock}`;
};

/** The date of a word, or of a date in any order; undefined for what is no day, or may be several. */
const dateNamed = (day: string, now: number, zone: Zone): string | undefined => {
  const [start, end] = (['start', 'end'] as const).map((edge) => parseMoment(day, { now, zone, edge }));
  if (typeof start === 'number' && typeof end === 'number')
    return end > start && end - start <= 2 * DAY ? dateAt(start, zone) : undefined;
  const [date, other] = writtenDates(day, localDate(now, zone));
  return other === undefined && date?.length === 10 ? date : undefined;
};

const dateAt = (epoch: number, zone: Zone): string => localTime(epoch, zone).slice(0, 10);
