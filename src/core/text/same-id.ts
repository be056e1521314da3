/** A UUID, the form of SignalWire's ids. */
export const uuidForm = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;

/** An id of two letters and 32 hexadecimal digits, the form of Twilio's. */
export const sidForm = (letters: string): RegExp => new RegExp(`^${letters}[\\da-fA-F]{32}$`);

/** Equal; ids of hexadecimal digits are compared without case. */
export const sameId = (given: string | null, wanted: string): boolean =>
  given === wanted ||
  (given !== null &&
    given.length === wanted.length &&
    hasIdForm(wanted) &&
    given.toLowerCase() === wanted.toLowerCase());

/** Whether a text has the form of an id, of which the case does not matter. */
export const hasIdForm = (id: string): boolean => uuidForm.test(id) || anySid.test(id);

const anySid = sidForm('[A-Z]{2}');

/** Characters of an id that must be typed to name a recording by the start of its id. */
export const MIN_PREFIX_LENGTH = 8;

/** Documented ids have at least this many characters: a shorter word may be the start of one. */
export const MIN_COMPLETE_LENGTH = 32;

/** Whether a word may be the start of an id, not all of it: shorter than any, or an id of a known form without its end. */
export const mayBeStart = (word: string): boolean =>
  word.length >= MIN_PREFIX_LENGTH && (word.length < MIN_COMPLETE_LENGTH || cutId.test(word));

const cutId = /^(?:[\da-fA-F]{8}-[\da-fA-F-]{23,26}|[A-Z]{2}[\da-fA-F]{30,31})$/;

/** A typed id without the mark of a shortened one, which may have been copied from a table. */
export const withoutMark = (word: string): string => word.replace(/…$/, '');

/** Whether an id has this start, which may be all of it; ids of hexadecimal digits are compared without case. */
export const startsId = (start: string, id: string): boolean =>
  id.startsWith(start) || (hasIdForm(id) && id.toLowerCase().startsWith(start.toLowerCase()));
