import { readlinkSync } from 'node:fs';
import { isZone, localTime, type Zone } from '../core/time/zone.ts';

/** The zone of a run: a name, or undefined for the one that Node uses. */
export interface RunZone {
  readonly zone: Zone;
  /** The value of TZ if it names no known zone: then times are in UTC. */
  readonly unknown?: string;
}

/**
 * The zone that a value of TZ means. Node understands most values, but not a path or a name in lower case, for which
 * the name of the zone is returned.
 */
export const readZone = (tz: string | undefined): RunZone => {
  if (tz === undefined) return { zone: undefined };
  const name = zoneName(tz);
  if (name === '' || utc.test(name)) return { zone: undefined };
  // Intl takes tens of milliseconds to load, so it is asked only about unusual values.
  if (/^[A-Z][A-Za-z_]+(?:\/[A-Z][A-Za-z_-]+)+$/.test(tz) && !looksLikeUtc()) return { zone: undefined };
  if (isZone(name)) return { zone: moments.every((moment) => sameTime(moment, name)) ? undefined : name };
  const [, hours] = fixedOffset.exec(name) ?? [];
  if (hours !== undefined && moments.every((moment) => new Date(moment).getTimezoneOffset() === Number(hours) * 60))
    return { zone: undefined };
  return { zone: 'UTC', unknown: tz };
};

/** The name of the zone in a value such as `:Europe/Berlin` or `/usr/share/zoneinfo/Europe/Berlin`. */
const zoneName = (tz: string): string => {
  const path = tz.trim().replace(/^:/, '');
  return targetOf(path)
    .replace(/^.*\/zoneinfo\//, '')
    .replace(/^(?:posix|right)\//, '');
};

/** `/etc/localtime` is a link to the file of a zone. */
const targetOf = (path: string): string => {
  if (!path.startsWith('/') || path.includes('/zoneinfo/')) return path;
  try {
    return readlinkSync(path);
  } catch {
    return path;
  }
};

/** A winter and a summer, so that a zone with daylight saving time differs from one without. */
const moments = [Date.UTC(2026, 0, 15), Date.UTC(2026, 6, 15)];

const looksLikeUtc = (): boolean => moments.every((moment) => new Date(moment).getTimezoneOffset() === 0);

const sameTime = (moment: number, name: string): boolean => localTime(moment, name) === localTime(moment, undefined);

const utc = /^(?:Etc\/)?<?(?:UTC|UCT|GMT|Zulu|[+-]?00)>?[+-]?0*$/i;
/** POSIX: an abbreviation and the hours behind UTC, such as `JST-9`. */
const fixedOffset = /^[A-Za-z]{3,}([+-]?\d{1,2})$/;
