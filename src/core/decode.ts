import type { Instant } from './recording.ts';
import { isValidDateTime, offsetMilliseconds, toInstant, utcEpoch, utcMilliseconds } from './time/utc.ts';

/** Reads one value of a provider's object. Total: an unreadable value gives undefined, never an exception. */
export type Reader<T> = (value: unknown) => T | undefined;

/** Reads one field: null if it is absent, null, empty or unreadable. */
export type Field = <T>(key: string, reader: Reader<T>) => T | null;

/** A JSON object of a provider. */
export type Row = Readonly<Record<string, unknown>>;

/** The field reader of a row; `unreadable` is called with the key of each value that is present and cannot be read. */
export const fieldReader =
  (row: Row, unreadable: (key: string) => void): Field =>
  (key, reader) => {
    const value = row[key];
    if (value === undefined || value === null || value === '') return null;
    const read = reader(value);
    if (read === undefined) unreadable(key);
    return read ?? null;
  };

/** Whether a value is a JSON object. */
export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a row has details of its encryption, in any form. */
export const isEncrypted = ({ encryption_details: details }: Row): boolean => (details ?? null) !== null;

/** Text unchanged; numbers and booleans as text, so that no value of the provider is lost. */
export const text: Reader<string> = (value) => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
};

/** A usable recording id: text or a number, not empty. */
export const recordingId: Reader<string> = (value) =>
  typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;

/** A number, or text that consists of one. */
const number: Reader<number> = (value) => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^[+-]?\d{1,300}(?:\.\d{1,300})?$/.test(value.trim())) return undefined;
  return Number(value);
};

/** Seconds, not negative, rounded to milliseconds. */
export const seconds: Reader<number> = (value) => {
  const read = number(value);
  return read === undefined || read < 0 || read > MAX_DURATION_SECONDS ? undefined : Math.round(read * 1000) / 1000;
};

/** Milliseconds to seconds. */
export const milliseconds: Reader<number> = (value) => {
  const read = number(value);
  return read === undefined ? undefined : seconds(read / 1000);
};

/** An integer number of bytes. */
export const bytes: Reader<number> = (value) => {
  const read = number(value);
  return read !== undefined && Number.isSafeInteger(read) && read >= 0 ? read : undefined;
};

/** A price as decimal digits without sign. Works on the digits, since a float would round them. */
export const price: Reader<string> = (value) => {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const match = /^[+-]?(\d{1,30})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(String(value).trim());
  if (match === null) return undefined;
  const [, integer = '', decimals = '', exponent = '0'] = match;
  const point = integer.length + Number(exponent);
  const digits = (integer + decimals).padStart(integer.length + decimals.length + Math.max(0, 1 - point), '0');
  const split = Math.max(point, 1);
  const head = digits
    .padEnd(split, '0')
    .slice(0, split)
    .replace(/^0+(?=\d)/, '');
  const tail = digits.slice(split);
  return tail === '' ? head : `${head}.${tail}`;
};

/** ISO 8601 with `T` or a space, any fraction and any offset; UTC if there is no offset. */
export const instant: Reader<Instant> = (value) => {
  if (typeof value !== 'string') return undefined;
  if (usualInstant.test(value)) return value;
  const match =
    /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(?:[Zz]|([+-])(\d\d):?(\d\d)?)?$/.exec(
      value.trim(),
    );
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = match;
  const parts = [Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second)];
  const offset = offsetMilliseconds(sign, offsetHours, offsetMinutes);
  if (!isValidDateTime(parts) || offset === undefined) return undefined;
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
  // Fast path for the usual case: a third of the time of a Date.
  if (offset === 0) return `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`;
  return toInstant(utcEpoch(parts) + Number(milliseconds) - offset);
};

/** The form that is returned, of a day that every month has: a quarter of the time of reading it. */
const usualInstant = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** RFC 2822, such as `Tue, 25 Sep 2018 23:00:00 +0000`; also `Sept`, which one provider document shows. */
const rfc2822Date: Reader<Instant> = (value) => {
  if (typeof value !== 'string') return undefined;
  const match =
    /^(?:[A-Za-z]{3}, *)?(\d{1,2}) ([A-Za-z]{3})t? (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|Z|([+-])(\d\d)(\d\d))$/.exec(
      value.trim(),
    );
  if (match === null) return undefined;
  const [, day, name = '', year, hour, minute, second, sign, offsetHours = '0', offsetMinutes = '0'] = match;
  const month = monthNames.indexOf(name.toLowerCase()) + 1;
  const local = utcMilliseconds([Number(year), month, Number(day), Number(hour), Number(minute), Number(second)]);
  const offset = offsetMilliseconds(sign, offsetHours, offsetMinutes);
  return local === undefined || offset === undefined ? undefined : toInstant(local - offset);
};

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** A time in RFC 2822 or ISO 8601 form. */
export const anyInstant: Reader<Instant> = (value) => rfc2822Date(value) ?? instant(value);

/** 1 or 2, as a number or its text. */
export const channelCount: Reader<1 | 2> = (value) => {
  const read = number(value);
  return read === 1 || read === 2 ? read : undefined;
};

/** Milliseconds since 1970, as a number or its text. */
export const epochMilliseconds: Reader<Instant> = (value) => {
  const read = number(value);
  return read === undefined ? undefined : toInstant(Math.trunc(read));
};

/** The value of a word in a table; words are compared without case. */
export const oneOf =
  <T>(words: Readonly<Record<string, T>>): Reader<T> =>
  (value) => {
    const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
    return Object.hasOwn(words, word) ? words[word] : undefined;
  };

/** A boolean, or the text `true` or `false`. */
export const bool: Reader<boolean> = (value) =>
  typeof value === 'boolean' ? value : oneOf({ true: true, false: false })(value);

/** A hundred years: a larger value is not a duration. */
const MAX_DURATION_SECONDS = 3_155_760_000;
