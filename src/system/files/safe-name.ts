import filenamify from 'filenamify';

/**
 * A text as a name that every file system accepts and no program misreads: without separators, control or bidi characters,
 * reserved names and trailing dots, and without a leading dot, dash or tilde.
 */
export const cleanName = (text: string): string =>
  filenamify(text.toWellFormed(), { replacement: '_', maxLength: 1000 }).replace(/^[-.~]+/, '_');
