import filenamify from 'filenamify';

/**
 * Makes text a portable file name that no program misreads: without separators, control or bidi characters, reserved
 * names and trailing dots, and without a leading dot, dash or tilde.
 */
export const cleanName = (text: string): string =>
  filenamify(text.slice(0, MAX_LENGTH).toWellFormed(), { replacement: '_', maxLength: MAX_LENGTH }).replace(
    /^[-.~]+/,
    '_',
  );

/** Longer than any file name. Cut first: the patterns of filenamify take time that grows with the square of the text. */
const MAX_LENGTH = 1000;
