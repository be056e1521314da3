import { DAY } from './duration.ts';

/** Milliseconds since 1970 of `[year, month, day, hour, minute, second]` in UTC; undefined for a date that does not exist. */
export const utcMilliseconds = (parts: readonly number[]): number | undefined =>
  isValidDateTime(parts) ? utcEpoch(parts) : undefined;

export const isValidDateTime = ([
  year = 0,
  month = 0,
  day = 0,
  hour = 0,
  minute = 0,
  second = 0,
]: readonly number[]): boolean =>
  month >= 1 &&
  month <= 12 &&
  day >= 1 &&
  day <= daysInMonth(year, month) &&
  hour <= 23 &&
  minute <= 59 &&
  second <= 59;

export const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
};

/** Days since Monday of a time in UTC. */
export const daysSinceMonday = (epoch: number): number => (new Date(epoch).getUTCDay() + 6) % 7;

/** Milliseconds since 1970 of a date and time in UTC; a day after the end of its month is one of the next. */
export const utcEpoch = ([year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0]: readonly number[]): number =>
  // Date.UTC maps the years 0 to 99 to 1900 to 1999, so 400 years are added and subtracted.
  Date.UTC(year + 400, month - 1, day, hour, minute, second) - FOUR_CENTURIES;

/** Milliseconds of any 400 years: the leap years repeat after them. */
const FOUR_CENTURIES = Date.UTC(2400, 0) - Date.UTC(2000, 0);

/** RFC 3339 in UTC of a number of milliseconds since 1970; undefined outside the years 0 to 9999. */
export const toInstant = (epoch: number): string | undefined =>
  epoch >= MIN_EPOCH && epoch <= MAX_EPOCH ? new Date(epoch).toISOString() : undefined;

const MIN_EPOCH = Date.parse('0000-01-01T00:00:00.000Z');
const MAX_EPOCH = Date.parse('9999-12-31T23:59:59.999Z');

/** `2026-11-20`: the day in UTC of a time, shifted by a number of days, for the parameters of servers. */
export const shiftedDay = (instant: string, days: number): string =>
  (toInstant(Math.max(Date.parse(instant) + days * DAY, FIRST_DAY)) ?? instant).slice(0, 10);

/** No row of a server is older, and none need understand the year 0. */
const FIRST_DAY = Date.UTC(2000, 0);

/** Milliseconds of a UTC offset; undefined for an impossible one. */
export const offsetMilliseconds = (sign: string | undefined, hours: string, minutes: string): number | undefined =>
  Number(hours) > 23 || Number(minutes) > 59
    ? undefined
    : (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
