import { shellQuote } from '../../../core/text/shell-quote.ts';
import { parseMoment } from '../../../core/time/moment.ts';
import { namedPeriod } from '../../../core/time/written.ts';
import { localDate } from '../../../core/time/zone.ts';

const MAX_LENGTH = 60;

/** Milliseconds since 1970; undefined for a text that is no time. */
export const momentOf = (text: string, edge: 'start' | 'end' = 'start'): number | undefined => {
  const moment = parseMoment(text, { now: Date.now(), zone: 'UTC', edge });
  return typeof moment === 'number' ? moment : undefined;
};

/** The flags for recordings of a time: all of a day or another period, and since a moment or a duration ago. */
export const sinceAndUntil = (text: string): string | undefined => {
  const [start, end] = [momentOf(text, 'start'), momentOf(text, 'end')];
  if (text.length > MAX_LENGTH) return undefined;
  if (start === undefined) return namedPeriod(text, localDate(Date.now(), undefined));
  // Durations are measured from the present, which has moved on.
  const isPeriod = end !== undefined && end - start > 1000;
  return `--since ${shellQuote(text)}${isPeriod ? ` --until ${shellQuote(text)}` : ''}`;
};

/** The flag for recordings before a moment, or before a day or another period, whose last day would be included. */
export const before = (text: string): string | undefined => {
  const [start, end] = [momentOf(text, 'start'), momentOf(text, 'end')];
  if (start === undefined || text.length > MAX_LENGTH) return undefined;
  if (end === undefined || end - start <= 1000) return `--until ${shellQuote(text)}`;
  if (text.toLowerCase() === 'today') return '--until yesterday';
  // Which day a word means depends on the zone.
  return /^\d{4}-/.test(text) ? `--until ${new Date(start - 1).toISOString().slice(0, 10)}` : undefined;
};

/** The flag for days as `find` has them: `-3`, and `+30` for what is older. */
export const daysAgo = (text: string): string | undefined => {
  const [, sign, days] = /^([-+]?)(\d{1,4})$/.exec(text) ?? [];
  return days === undefined ? undefined : `--${sign === '+' ? 'until' : 'since'} ${days}d`;
};
