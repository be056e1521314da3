import { Failure } from './failure.ts';
import { quote } from './invalid-value.ts';
import type { Instant } from './recording.ts';
import { didYouMean } from './text/did-you-mean.ts';
import { parseDuration, parseLength } from './time/duration.ts';
import { durationHint, timeHint } from './time/hints.ts';
import { type MomentContext, parseMoment } from './time/moment.ts';
import { toInstant } from './time/utc.ts';
import { isZone } from './time/zone.ts';

/** Milliseconds of a duration flag. Throws a usage failure. */
export const parseDurationFlag = (flag: string, text: string): number =>
  parseDuration(text) ?? notDuration(flag, text, 'Use a duration such as 30s, 5m or 1h30m');

/** Milliseconds of a flag for the length of a recording, where a number is seconds. Throws a usage failure. */
export const parseLengthFlag = (flag: string, text: string): number =>
  parseLength(text) ?? notDuration(flag, text, 'Use a duration such as 30s, 5m, 1h30m, 1:30, or 60 for seconds');

const notDuration = (flag: string, text: string, example: string): never => {
  throw new Failure('usage', `${flag}: ${quote(text)} is not a duration`, { hint: durationHint(text, example) });
};

const FIRST_INSTANT = '0000-01-01T00:00:00.000Z';
const LAST_INSTANT = '9999-12-31T23:59:59.999Z';

/** The time of a flag. Throws a usage failure. */
export const parseTimeFlag = (flag: string, text: string, context: MomentContext): Instant => {
  const read = parseMoment(text, context);
  // The zone moved the first or the last day out of the years that can be written, or a duration is longer than they are.
  if (typeof read === 'number') return toInstant(read) ?? (read < 0 ? FIRST_INSTANT : LAST_INSTANT);
  const { reason, hint } = read ?? {
    reason: 'is not a date or time',
    hint: timeHint(text, context.now, context.zone),
  };
  throw new Failure('usage', `${flag}: ${quote(text)} ${reason}`, { hint, rejected: { name: flag, word: text } });
};

/** Returns the zone. Throws a usage failure for an unknown zone. */
export const checkZone = (zone: string): string => {
  if (isZone(zone)) return zone;
  throw new Failure('usage', `--tz: ${quote(zone)} is not a time zone`, {
    hint:
      didYouMean(zone, Intl.supportedValuesOf('timeZone')) ??
      'Use a name such as Europe/Berlin, America/New_York or UTC',
    rejected: { name: '--tz', word: zone },
  });
};
