import filenamify from 'filenamify';

/**
 * A text as a name that every file system takes and no program misreads: no separators, control or bidi characters,
 * reserved names, trailing dots, and no leading dot, dash or tilde.
 */
export const cleanName = (text: string): string =>
  filenamify(text.toWellFormed(), { replacement: '_', maxLength: 1000 }).replace(/^[-.~]+/, '_');
