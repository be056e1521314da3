/** Reads a header by its lower-case name. */
export type HeaderReader = (name: string) => string | null | undefined;

/**
 * Milliseconds that a response asks to wait before the next request: `Retry-After`, and for a refusal
 * that a used-up limit explains (429, 503), without one, the time at which the limit is reset. Dates are measured against the response's own `Date`,
 * so that a wrong local clock does not matter; `now` replaces a missing one.
 */
export const requestedWait = (header: HeaderReader, obeysReset: boolean, now: number): number | undefined => {
  const serverNow = parseHttpDate(header('date'), now) ?? now;
  const retryAfter = parseRetryAfter(header('retry-after'), serverNow);
  return retryAfter ?? (obeysReset ? longest([...resetWaits(header, serverNow)]) : undefined);
};

const longest = (waits: readonly (number | undefined)[]): number | undefined => {
  const known = waits.filter((wait) => wait !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};

/** Seconds, whole or decimal, or a date. */
const parseRetryAfter = (header: string | null | undefined, now: number): number | undefined => {
  const value = header?.trim() ?? '';
  return isDecimal(value) ? seconds(value) : until(parseHttpDate(value, now), now);
};

/** Servers agree on neither a name nor a meaning: some send seconds, some the time of the reset. */
const RESET_HEADERS = [
  'ratelimit-reset',
  'ratelimit-reset-after',
  'x-ratelimit-reset',
  'x-ratelimit-reset-after',
  'x-ratelimit-retry-after',
  'x-rate-limit-reset',
  'x-rate-limit-reset-after',
  'x-rate-limit-retry-after',
  'x-retry-after',
] as const;

function* resetWaits(header: HeaderReader, now: number): Generator<number | undefined> {
  for (const name of RESET_HEADERS) {
    const value = header(name)?.trim() ?? '';
    const date = parseHttpDate(value, now) ?? parseIsoDate(value);
    // A repeated header arrives as one list.
    if (date !== undefined) yield until(date, now);
    else for (const item of value.split(',')) yield parseReset(item.trim(), now);
  }
  const milliseconds = header('retry-after-ms')?.trim() ?? '';
  if (isDecimal(milliseconds)) yield capped(Number(milliseconds));
  yield* structuredWaits(header('ratelimit') ?? '');
}

/** `"minute";r=0;t=30` or `limit=10, remaining=0, reset=30`: the seconds of every limit that is used up. */
function* structuredWaits(header: string): Generator<number> {
  for (const item of header.slice(0, MAX_HEADER).split(',')) {
    const [, remaining = '0'] = /;\s*r=(\d+)/.exec(item) ?? [];
    const [, wait] = /(?:;\s*t|^\s*reset)=(\d+)/.exec(item) ?? [];
    if (wait !== undefined && Number(remaining) === 0) yield seconds(wait);
  }
}

const MAX_HEADER = 1000;

/** Seconds from now, or since 1970, or milliseconds since 1970: only the size tells which. */
const parseReset = (value: string, now: number): number | undefined => {
  if (!isDecimal(value)) return undefined;
  const number = Number(value);
  if (number < MIN_EPOCH_SECONDS) return seconds(value);
  return until(number < MIN_EPOCH_MILLISECONDS ? number * 1000 : number, now);
};

/** The year 2001: no server asks to wait for thirty years. */
const MIN_EPOCH_SECONDS = 1e9;
const MIN_EPOCH_MILLISECONDS = 1e12;

/** Of any length: a number that is too large for a date or a timer still asks to wait. */
const isDecimal = (value: string): boolean => /^\d+(?:\.\d+)?$/.test(value);

const seconds = (value: string): number => capped(Number(value) * 1000);

/** Finite, so that it can be added to and shown. */
const capped = (milliseconds: number): number => Math.min(Math.round(milliseconds), Number.MAX_SAFE_INTEGER);

/** The milliseconds until a date; undefined for one in the past. */
const until = (date: number | undefined, now: number): number | undefined =>
  date === undefined || date <= now ? undefined : capped(date - now);

const parseIsoDate = (value: string): number | undefined => {
  if (!/^\d{4}-\d\d-\d\dT[\d:.]{5,20}(?:Z|[+-]\d\d:\d\d)$/.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : date;
};

const CLOCK = /(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)/.source;

/** The three forms of RFC 9110, section 5.6.7, of which servers must send the first and clients must accept all. */
const DATE_FORMS = [
  `^[a-z]{3}, (?<day>\\d\\d) (?<month>[a-z]{3}) (?<year>\\d{4}) ${CLOCK} GMT$`,
  `^[a-z]{6,9}, (?<day>\\d\\d)-(?<month>[a-z]{3})-(?<year>\\d\\d) ${CLOCK} GMT$`,
  `^[a-z]{3} (?<month>[a-z]{3}) {1,2}(?<day>\\d{1,2}) ${CLOCK} (?<year>\\d{4})$`,
].map((form) => new RegExp(form, 'i'));

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Milliseconds since 1970 of an HTTP date; undefined for anything else. `now` decides the century of a short year. */
export const parseHttpDate = (value: string | null | undefined, now: number): number | undefined => {
  const text = value?.trim() ?? '';
  for (const form of DATE_FORMS) {
    const parts = form.exec(text)?.groups;
    if (parts === undefined) continue;
    const month = MONTHS.indexOf((parts.month ?? '').toLowerCase());
    const [day, hour, minute, second] = [parts.day, parts.hour, parts.minute, parts.second].map(Number);
    const date = Date.UTC(fullYear(parts.year ?? '', now), month, day, hour, minute, second);
    return month < 0 || new Date(date).getUTCDate() !== day ? undefined : date;
  }
  return undefined;
};

/** A year of two digits is at most 50 years ahead. */
const fullYear = (year: string, now: number): number => {
  if (year.length > 2) return Number(year);
  const current = new Date(now).getUTCFullYear();
  const sameCentury = current - (current % 100) + Number(year);
  return sameCentury > current + 50 ? sameCentury - 100 : sameCentury;
};
