/* Phone numbers, SIP URIs and words such as `anonymous`, as users type them and providers report them. */

/**
 * A number in one spelling (`+14155550100`, `1555*`); other text unchanged. Undefined if there is nothing to compare, or a
 * `*` before the end, for several numbers, a negation or a `%` of SQL.
 */
export const normalizeNumber = (typed: string): string | undefined => {
  const text = typed.trim();
  if (!/[\p{L}\p{N}*]/u.test(text) || /^(?!sips?:).*\*./is.test(text)) return undefined;
  const [, body = text, star = ''] = /^(.*?)(\*?)$/s.exec(text) ?? [];
  // A SIP address without its scheme.
  if (/^[\w.+-]+@[\w.-]+$/.test(body)) return `sip:${text}`;
  const digits = digitsOf(body);
  if (digits === undefined && /^(?:[!^~%]|[+＋]?\d[\d\s()./-]*[+＋])|%$/.test(text)) return undefined;
  // 00 is how most countries dial abroad; a few digits alone are the end of a number.
  if (digits?.startsWith('00') === true && digits.length > (star === '' ? MIN_ABROAD_DIGITS : 2))
    return `+${digits.slice(2)}${star}`;
  return digits === undefined ? text : `${/^(?:tel:)?\s*[+＋]/i.test(body) ? '+' : ''}${digits}${star}`;
};

/** `00`, a country code and the shortest number. */
const MIN_ABROAD_DIGITS = 8;

/** Whether a number with a country code has too few digits: eleven in North America, and seven or more elsewhere. */
export const isIncomplete = (number: string): boolean => /^\+(?:1\d{0,9}|[2-9]\d{0,5})$/.test(number);

/** The numbers and SIP URIs of a list with commas; one before the `@` of a SIP URI is a part of its user name. */
export const separateNumbers = (list: string): readonly string[] =>
  [...`,${list}`.matchAll(/,(\s*sips?:[^@:*]*@[^,]*|[^,]*)/gi)].map(([, number = '']) => number.trim());

/** Matches numbers by their digits, with `*` at the end as a prefix, and anything else as text without case. */
export const numberMatcher = (wanted: string): ((given: string | null) => boolean) => {
  const isPrefix = wanted.endsWith('*');
  const body = isPrefix ? wanted.slice(0, -1) : wanted;
  const digits = digitsOf(body);
  const word = fold(body);
  const matchesText = (given: string): boolean => (isPrefix ? fold(given).startsWith(word) : fold(given) === word);
  const matchesDigits = (given: string, own: string): boolean => {
    const theirs = digitsOf(given);
    return theirs !== undefined && (isPrefix ? theirs.startsWith(own) : sameDigits(theirs, own));
  };
  return (given) => {
    if (given === null || given === '') return false;
    return digits === undefined ? matchesText(given) : matchesDigits(given, digits);
  };
};

/**
 * The spellings of a number or SIP URI to ask a server for that compares text: with and without `+` and country code.
 * None for anything else, such as a prefix or a number without its country code, which no such server can look up.
 */
export const numberSpellings = (wanted: string): readonly string[] => {
  if (/^sips?:[^*]+$/i.test(wanted)) return [...new Set([wanted, wanted.toLowerCase()])];
  if (!/^\+\d{7,15}$/.test(wanted)) return [];
  const digits = wanted.slice(1);
  const national = [1, 2, 3].map((length) => digits.slice(length)).filter(({ length }) => length >= MIN_SHARED_DIGITS);
  return [wanted, digits, ...national];
};

/** Equal, or one without the country code of the other. */
const sameDigits = (one: string, other: string): boolean =>
  one === other ||
  (Math.min(one.length, other.length) >= MIN_SHARED_DIGITS && (one.endsWith(other) || other.endsWith(one)));

/** Shorter numbers, such as extensions, are the end of too many others. */
const MIN_SHARED_DIGITS = 10;

/** The digits of a number written with any of the usual separators; undefined for other text. */
const digitsOf = (text: string): string | undefined => {
  if (plainNumber.test(text)) return text.startsWith('+') ? text.slice(1) : text;
  const number = text.normalize('NFKC').trim();
  return writtenNumber.test(number) ? number.replaceAll(/\D/g, '') : undefined;
};

const plainNumber = /^\+?\d+$/;
/** At least one digit, with spaces, parentheses, dots, slashes and dashes between. */
const writtenNumber = /^(?:tel:)?[\s+()./\p{Pd}]*\d[\d\s()./\p{Pd}]*$/iu;

const fold = (text: string): string => text.normalize('NFC').toLowerCase();
