/** A UUID, the form of SignalWire's ids. */
export const uuidForm = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;

/** An id of two letters and 32 hexadecimal digits, the form of Twilio's. */
export const sidForm = (letters: string): RegExp => new RegExp(`^${letters}[\\da-fA-F]{32}$`);

/** Equal; ids of hexadecimal digits are compared without case. */
export const sameId = (given: string | null, wanted: string): boolean =>
  given === wanted ||
  (given !== null &&
    given.length === wanted.length &&
    (uuidForm.test(wanted) || anySid.test(wanted)) &&
    given.toLowerCase() === wanted.toLowerCase());

const anySid = sidForm('[A-Z]{2}');
