import { DAY, HOUR, MINUTE, SECOND } from './duration.ts';
import { daysInMonth, toInstant, utcEpoch, utcMilliseconds } from './utc.ts';

/** The name of an IANA time zone; undefined for the system's zone. */
export type Zone = string | undefined;

/** Year, month and day; a month or a day beyond its end is one of the next. */
export type LocalDate = readonly [number, number, number];

/** Local time in a zone, as `2026-11-20 13:45:09`. */
export const localTime = (epoch: number, zone: Zone): string => formatLocal(epoch + offsetAt(epoch, zone));

/** Empty outside the years 1 to 9999, which a zone may leave by some hours. */
const formatLocal = (local: number): string =>
  local < FIRST_YEAR || toInstant(local) === undefined
    ? ''
    : new Date(local).toISOString().slice(0, 19).replace('T', ' ');

const FIRST_YEAR = Date.parse('0001-01-01T00:00:00Z');

/** `localTime` for many times. The offset is computed once an hour, unless the clocks change within that hour. */
export const localTimes = (zone: Zone): ((epoch: number) => string) => {
  let hour = Number.NaN;
  let offset: number | undefined;
  return (epoch) => {
    const start = Math.floor(epoch / HOUR) * HOUR;
    if (start !== hour) {
      hour = start;
      offset = offsetAt(start, zone);
      if (offset !== offsetAt(start + HOUR, zone)) offset = undefined;
    }
    return offset === undefined ? localTime(epoch, zone) : formatLocal(epoch + offset);
  };
};

/** The local date of a time. */
export const localDate = (epoch: number, zone: Zone): LocalDate => dateOf(epoch + offsetAt(epoch, zone));

const dateOf = (local: number): LocalDate => {
  const date = new Date(local);
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
};

/** Whether a name is that of a time zone. */
export const isZone = (name: string): boolean => {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
};

/** The name of a zone, also of the system's. */
export const zoneName = (zone: Zone): string => zone ?? new Intl.DateTimeFormat('en-US').resolvedOptions().timeZone;

/** The first moment of a day: if midnight was skipped, the time the clock jumped to; if repeated, the earlier one. */
export const startOfDay = (date: LocalDate, zone: Zone): number => firstAt(utcEpoch(date), zone);

/**
 * The time that is months and days earlier by the calendar of a zone, at the same local time. The day is at most the last
 * one of its month. A local time that the clocks skipped is the time they jumped to; of a repeated one, the earlier.
 */
export const stepBack = (epoch: number, steps: { months: number; days: number }, zone: Zone): number => {
  if (steps.months === 0 && steps.days === 0) return epoch;
  const local = epoch + offsetAt(epoch, zone);
  const [year, month, day] = dateOf(local);
  const monthCount = year * 12 + month - 1 - steps.months;
  const [toYear, toMonth] = [Math.floor(monthCount / 12), (((monthCount % 12) + 12) % 12) + 1];
  const timeOfDay = local - utcEpoch([year, month, day]);
  const target =
    utcEpoch([toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth))]) - steps.days * DAY + timeOfDay;
  // A step of more years than there were has no date.
  return toInstant(target) === undefined ? Number.NEGATIVE_INFINITY : firstAt(target, zone);
};

/** The first time at which clocks in the zone show a local time or, if they skipped it, a later one. */
const firstAt = (local: number, zone: Zone): number => {
  const [first] = epochsOfLocalTime(local, zone);
  if (first !== undefined) return first;
  const [before, after] = [offsetAt(local - DAY, zone), offsetAt(local + DAY, zone)];
  let [early, late] = [local - after, local - before];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (offsetAt(middle, zone) === before) early = middle;
    else late = middle;
  }
  return late;
};

/** The times, earliest first, at which clocks in the zone show a local time: one, none in a gap, two in an overlap. */
export const epochsOfLocalTime = (local: number, zone: Zone): readonly number[] => {
  const offsets = new Set([offsetAt(local - DAY, zone), offsetAt(local + DAY, zone)]);
  return [...offsets]
    .map((offset) => local - offset)
    .filter((epoch) => offsetAt(epoch, zone) === local - epoch)
    .sort((one, other) => one - other);
};

/** The offset of a local time after a change of the clocks near it, as `+02:00`. */
export const offsetAfter = (local: number, zone: Zone): string => {
  const offset = offsetAt(local + DAY, zone);
  const minutes = Math.abs(offset) / MINUTE;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
};

/** Milliseconds by which local time is ahead of UTC. */
const offsetAt = (epoch: number, zone: Zone): number => {
  // The getters of Date know the system's zone at no cost; Intl takes tens of milliseconds to load.
  if (zone === undefined) return -new Date(epoch).getTimezoneOffset() * MINUTE;
  if (zone === 'UTC') return 0;
  // Before the first clock change of any zone; Intl counts years before 1 backwards.
  const moment = Math.max(epoch, FIRST_CLOCK_CHANGE);
  const parts = Object.fromEntries(
    formatterOf(zone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const shown = utcMilliseconds([
    parts.year ?? 0,
    parts.month ?? 0,
    parts.day ?? 0,
    parts.hour ?? 0,
    parts.minute ?? 0,
    parts.second ?? 0,
  ]);
  return (shown ?? moment) - Math.floor(moment / SECOND) * SECOND;
};

const FIRST_CLOCK_CHANGE = Date.UTC(1800, 0);

const formatters = new Map<string, Intl.DateTimeFormat>();
const formatterOf = (zone: string): Intl.DateTimeFormat => {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, made);
  return made;
};
