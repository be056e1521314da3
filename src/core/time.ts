import { instant, toInstant, utcEpoch, utcMilliseconds } from './decode.ts';
import { Failure } from './failure.ts';
import { quote } from './invalid-value.ts';
import type { Instant } from './recording.ts';
import { didYouMean } from './text/did-you-mean.ts';

/** The name of an IANA time zone; undefined for the system's zone. */
export type Zone = string | undefined;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const units: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** Milliseconds of a duration such as `30s`, `5m`, `1h30m` or `7d`; undefined for other text. */
export const parseDuration = (text: string): number | undefined => {
  if (text.length > 40 || !/^(?:\d{1,9}(?:\.\d{1,3})?(?:ms|[smhdw]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/([\d.]+)(ms|[smhdw])/g)) {
    total += Number(amount) * (units[unit] ?? 0);
  }
  return total;
};

/** Milliseconds of a duration flag. Throws a usage failure. */
export const parseDurationFlag = (flag: string, text: string): number => {
  const read = parseDuration(text.trim());
  if (read !== undefined) return read;
  throw new Failure('usage', `${flag}: ${quote(text)} is not a duration`, {
    hint: 'Use a duration such as 30s, 5m or 1h30m',
  });
};

export interface MomentContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly zone: Zone;
  /** The name of a zone that nobody knows: then a local time has no meaning. */
  readonly unknownZone?: string | undefined;
  /** The meaning of a bare date: its first moment, or the first moment after it. */
  readonly edge: 'start' | 'end';
}

/**
 * Milliseconds since 1970 of a time that a user typed: RFC 3339, `2026-11-20`, `2026-11-20 13:45`, a duration before now
 * (`90m`, `24h`, `7d`, `2w`), `now`, `today` or `yesterday`. Undefined for other text and for a date that does not exist.
 * Throws a usage failure for a local time that a clock change skipped or repeated, since any reading could be wrong.
 */
export const parseMoment = (text: string, { now, zone, unknownZone, edge }: MomentContext): number | undefined => {
  const typed = text.trim().toLowerCase();
  const requireZone = (): void => {
    if (unknownZone !== undefined) throw unknownZoneFailure(typed, unknownZone);
  };
  if (typed.length > 40) return undefined;
  if (typed === 'now') return now;
  if (typed === 'today' || typed === 'yesterday') {
    requireZone();
    const [year = 0, month = 0, day = 0] = localTime(now, zone).slice(0, 10).split('-').map(Number);
    return startOfDay([year, month, day + (edge === 'end' ? 1 : 0) - (typed === 'yesterday' ? 1 : 0)], zone);
  }
  const ago = parseDuration(typed);
  if (ago !== undefined) return now - ago;
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(typed);
  if (date !== null) {
    const [year = 0, month = 0, day = 0] = date.slice(1).map(Number);
    if (utcMilliseconds([year, month, day]) === undefined) return undefined;
    requireZone();
    return startOfDay([year, month, day + (edge === 'end' ? 1 : 0)], zone);
  }
  const zoned = /^\d{4}-\d\d-\d\d[t ]\d\d:\d\d(:\d\d(?:\.\d{1,9})?)?(\s?z|[+-]\d\d:?\d\d)?$/.exec(typed);
  if (zoned === null) return undefined;
  const [, withSeconds, offset] = zoned;
  const read = instant(withSeconds === undefined ? `${typed.slice(0, 16)}:00${typed.slice(16)}` : typed);
  if (read === undefined) return undefined;
  if (offset === undefined) requireZone();
  return offset === undefined ? resolveLocalTime(Date.parse(read), text.trim(), zone) : Date.parse(read);
};

const FIRST_INSTANT = '0000-01-01T00:00:00.000Z';
const LAST_INSTANT = '9999-12-31T23:59:59.999Z';

/** The time of a flag. Throws a usage failure. */
export const parseTimeFlag = (flag: string, text: string, context: MomentContext): Instant => {
  const epoch = parseMoment(text, context);
  const read = epoch === undefined ? undefined : toInstant(epoch);
  if (read !== undefined) return read;
  // The zone moved the first or the last day out of the years that can be written.
  if (epoch !== undefined) return epoch < 0 ? FIRST_INSTANT : LAST_INSTANT;
  throw new Failure('usage', `${flag}: ${quote(text)} is not a date or time`, {
    hint:
      didYouMean(text.trim(), ['today', 'yesterday']) ??
      'Use 2026-11-20, "2026-11-20 13:45", 2026-11-20T13:45:00Z, 90m, 24h, 7d, 2w, now, today or yesterday',
  });
};

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

/** Whether a name is that of a time zone. */
export const isZone = (name: string): boolean => {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
};

/** Returns the zone. Throws a usage failure for an unknown zone. */
export const checkZone = (zone: string): string => {
  if (isZone(zone)) return zone;
  throw new Failure('usage', `--tz: ${quote(zone)} is not a time zone`, {
    hint:
      didYouMean(zone, Intl.supportedValuesOf('timeZone')) ??
      'Use a name such as Europe/Berlin, America/New_York or UTC',
  });
};

const unknownZoneFailure = (typed: string, zone: string): Failure =>
  new Failure('usage', `${quote(typed)} is a local time, and TZ=${quote(zone)} is not a known time zone`, {
    hint: 'Use --tz America/New_York, or a time with an offset such as 2026-11-20T00:00:00Z',
  });

/** The name of a zone, also of the system's. */
export const zoneName = (zone: Zone): string => zone ?? new Intl.DateTimeFormat('en-US').resolvedOptions().timeZone;

/** A duration as `4:05` or `1:02:03`, rounded to seconds. */
export const formatClock = (durationSeconds: number): string => {
  const total = Math.round(durationSeconds);
  const [hours, minutes] = [Math.floor(total / 3600), Math.floor(total / 60) % 60];
  const seconds = String(total % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
};

/** The first moment of a day: if midnight was skipped, the time the clock jumped to; if repeated, the earlier one. */
const startOfDay = ([year, month, day]: readonly [number, number, number], zone: Zone): number => {
  const local = utcEpoch([year, month, day]);
  const epochs = epochsOfLocalTime(local, zone);
  return epochs[0] ?? local - offsetAt(local - DAY, zone);
};

const resolveLocalTime = (local: number, typed: string, zone: Zone): number => {
  const epochs = epochsOfLocalTime(local, zone);
  if (epochs.length === 1 && epochs[0] !== undefined) return epochs[0];
  const name = zone ?? "the system's zone";
  const change = epochs.length === 0 ? 'skipped' : 'repeated';
  throw new Failure('usage', `${typed} was ${change} by a clock change in ${name}`, {
    hint: `Add an offset, such as ${typed.replace(/[ t]/, 'T')}${offsetText(offsetAt(local + DAY, zone))}`,
  });
};

/** The times, earliest first, at which clocks in the zone show a local time: one, none in a gap, two in an overlap. */
const epochsOfLocalTime = (local: number, zone: Zone): readonly number[] => {
  const offsets = new Set([offsetAt(local - DAY, zone), offsetAt(local + DAY, zone)]);
  return [...offsets]
    .map((offset) => local - offset)
    .filter((epoch) => offsetAt(epoch, zone) === local - epoch)
    .sort((one, other) => one - other);
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

const offsetText = (offset: number): string => {
  const minutes = Math.abs(offset) / MINUTE;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
};
