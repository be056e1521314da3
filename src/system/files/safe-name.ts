import filenamify from 'filenamify';
import { MANIFEST } from '../../core/download/manifest.ts';
import { REPORT } from '../../core/download/report-model.ts';
import { foldPath } from '../../core/hash/name-table.ts';

/** Longer than any file name. Cut first: the patterns of filenamify take time that grows with the square of the text. */
const MAX_LENGTH = 1000;

/** Names that need no change, such as most ids: names that Windows reserves are shorter. */
const PLAIN_NAME = /^\w[\w-]{6,100}$/;

/** Files of recx in a download folder, whose names no field may take. */
const ownNames = [MANIFEST, REPORT];

/**
 * Makes text a portable file name that no program misreads: without separators, control or bidi characters, reserved
 * names and trailing dots, and without a leading dot, dash or tilde.
 */
export const cleanName = (text: string): string => {
  if (PLAIN_NAME.test(text)) return text;
  const short = text.slice(0, MAX_LENGTH).toWellFormed();
  const name = filenamify(short, { replacement: '_', maxLength: MAX_LENGTH }).replace(/^[-.~]+/, '_');
  return ownNames.includes(foldPath(name)) ? `${name}_` : name;
};
