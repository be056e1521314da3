import { DAY, readSpan, type Span } from './duration.ts';
import { daysSinceMonday, offsetMilliseconds, utcEpoch, utcMilliseconds } from './utc.ts';
import { epochsOfLocalTime, type LocalDate, localDate, offsetAfter, startOfDay, stepBack, type Zone } from './zone.ts';

export interface MomentContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly zone: Zone;
  /** The name of a zone that nobody knows: then a local time has no meaning. */
  readonly unknownZone?: string | undefined;
  /** The meaning of a period such as a day or a month: its first moment, or the first moment after it. */
  readonly edge: 'start' | 'end';
}

/** Why a text is no time: the end of a sentence that begins with the text. */
export interface MomentProblem {
  readonly reason: string;
  readonly hint?: string;
}

/**
 * Milliseconds since 1970 of a time that a user typed: RFC 3339, a local time, a period (a date, a month, a year, `today`,
 * `monday`, `last week`), a duration before now, or `now`. Undefined for other text and for a date that does not exist. A
 * local time that a clock change skipped or repeated is a problem, since any reading could be wrong.
 */
export const parseMoment = (text: string, context: MomentContext): number | MomentProblem | undefined => {
  const { now, zone, unknownZone, edge } = context;
  const original = text.trim().replace(/\s+/g, ' ');
  if (original.length > 40) return undefined;
  // The year first can be no other order, with any separator.
  const typed = original.toLowerCase().replace(/^(\d{4})\/(\d\d)(?:\/(\d\d))?(?=$|[t ])/, joinDate);
  if (typed === 'now') return now;
  const period = readPeriod(typed, () => localDate(now, zone));
  if (period !== undefined) {
    return unknownZone === undefined ? startOfDay(period[edge], zone) : unknownZoneProblem(unknownZone);
  }
  const clock = readDateTime(typed);
  if (clock !== undefined) {
    if (clock.offset !== undefined) return clock.local - clock.offset;
    return unknownZone === undefined ? resolveLocalTime(clock.local, typed, zone) : unknownZoneProblem(unknownZone);
  }
  if (futureWords.test(typed)) return { reason: 'is in the future', hint: 'Use now, today or a date' };
  const span = readSpan(original.replace(/ ago$/i, ''));
  return span === undefined ? undefined : before(now, span, zone);
};

const joinDate = (_: string, ...[year, month, day]: readonly (string | undefined)[]): string =>
  [year, month, day].filter((part) => part !== undefined).join('-');

const futureWords = /^(?:tomorrow|next [a-z]+)$/;

/** Local dates: its first day, and the day after its last. */
interface Period {
  readonly start: LocalDate;
  readonly end: LocalDate;
}

const readPeriod = (typed: string, today: () => LocalDate): Period | undefined => {
  const [, years, months, days] =
    /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(typed) ?? /^(\d{4})(\d\d)(\d\d)$/.exec(typed) ?? [];
  if (years !== undefined) return datePeriod(Number(years), months, days);
  const weekday = weekdays.findIndex((names) => names.includes(typed));
  if (typed === 'today') return daysFrom(today(), 0, 1);
  if (typed === 'yesterday') return daysFrom(today(), -1, 1);
  if (weekday >= 0) return daysFrom(today(), -((weekdayOf(today()) - weekday + 7) % 7), 1);
  const [, which, unit] = /^(this|last) (week|month|year)$/.exec(typed) ?? [];
  if (unit === undefined) return undefined;
  const back = which === 'last' ? 1 : 0;
  if (unit === 'week') return daysFrom(today(), -weekdayOf(today()) - 7 * back, 7);
  const [year, month] = today();
  return unit === 'month' ? monthsFrom(year, month - back, 1) : monthsFrom(year - back, 1, 12);
};

/** Monday first. */
const weekdays: readonly (readonly string[])[] = [
  ['monday', 'mon'],
  ['tuesday', 'tue', 'tues'],
  ['wednesday', 'wed'],
  ['thursday', 'thu', 'thur', 'thurs'],
  ['friday', 'fri'],
  ['saturday', 'sat'],
  ['sunday', 'sun'],
];

const weekdayOf = (date: LocalDate): number => daysSinceMonday(utcEpoch(date));

const datePeriod = (year: number, month: string | undefined, day: string | undefined): Period | undefined => {
  if (utcMilliseconds([year, Number(month ?? 1), Number(day ?? 1)]) === undefined) return undefined;
  if (day !== undefined) return daysFrom([year, Number(month), Number(day)], 0, 1);
  if (month !== undefined) return monthsFrom(year, Number(month), 1);
  // Any other four digits are more likely a slip, or a time of day.
  return year >= 1970 && year < 2100 ? monthsFrom(year, 1, 12) : undefined;
};

const daysFrom = ([year, month, day]: LocalDate, from: number, count: number): Period => ({
  start: [year, month, day + from],
  end: [year, month, day + from + count],
});

const monthsFrom = (year: number, month: number, count: number): Period => ({
  start: [year, month, 1],
  end: [year, month + count, 1],
});

const dateTime =
  /^(\d{4})-(\d\d)-(\d\d)[t ](\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:\s?(z)|([+-])(\d\d):?(\d\d))?$/;

/** The local time as if it were in UTC, and its offset if one is given. */
const readDateTime = (typed: string): { local: number; offset: number | undefined } | undefined => {
  const match = dateTime.exec(typed);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', utc, sign, hours = '0', minutes = '0'] = match;
  const seconds = utcMilliseconds([year, month, day, hour, minute, second].map(Number));
  const offset = offsetMilliseconds(sign, hours, minutes);
  if (seconds === undefined || offset === undefined) return undefined;
  const local = seconds + Number(fraction.padEnd(3, '0').slice(0, 3));
  return { local, offset: utc === undefined && sign === undefined ? undefined : offset };
};

/** The parts of a day are fixed lengths, as hours are. */
const before = (now: number, { months, days, milliseconds }: Span, zone: Zone): number => {
  const wholeDays = Math.floor(days);
  return Math.round(stepBack(now, { months, days: wholeDays }, zone) - (days - wholeDays) * DAY - milliseconds);
};

const resolveLocalTime = (local: number, typed: string, zone: Zone): number | MomentProblem => {
  const epochs = epochsOfLocalTime(local, zone);
  if (epochs.length === 1 && epochs[0] !== undefined) return epochs[0];
  return {
    reason: `was ${epochs.length === 0 ? 'skipped' : 'repeated'} by a clock change in ${zone ?? "the system's zone"}`,
    hint: `Add an offset, such as ${typed.replace(/[ t](\d:)?/, (_, hour = '') => (hour === '' ? 'T' : `T0${hour}`))}${offsetAfter(local, zone)}`,
  };
};

const unknownZoneProblem = (zone: string): MomentProblem => ({
  reason: `is a local time, and TZ="${zone.slice(0, 60)}" is not a known time zone`,
  hint: 'Use --tz America/New_York, or a time with an offset such as 2026-11-20T00:00:00Z',
});
