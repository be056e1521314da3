import filenamify from 'filenamify';

/**
 * Makes text a portable file name that no program misreads: without separators, control or bidi characters, reserved
 * names and trailing dots, and without a leading dot, dash or tilde.
 */
export const cleanName = (text: string): string =>
  filenamify(text.toWellFormed(), { replacement: '_', maxLength: 1000 }).replace(/^[-.~]+/, '_');
