import measure from 'fast-string-truncated-width';
import { wrapAnywhere } from '../../core/text/wrap.ts';

/** Columns that a text takes on a terminal, not counting what colours it. */
export const widthOf = (text: string): number => measure(text).width;

/** A text of at most so many columns, with `…` where it was longer. */
export const truncate = (text: string, width: number): string => {
  const end = endOf(text, width, 1);
  if (end === undefined) return text;
  return width < 1 ? '' : `${text.slice(0, end)}…`;
};

/** The last of a text, of at most so many columns, with `…` where it was longer. */
export const truncateStart = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text;
  const characters = Array.from(text).slice(1 - width);
  while (characters.length > 0 && widthOf(characters.join('')) > width - 1) characters.shift();
  return `…${characters.join('')}`;
};

/** A text of exactly so many columns. */
export const pad = (text: string, width: number): string => {
  const shown = truncate(text, width);
  return shown + ' '.repeat(Math.max(0, width - widthOf(shown)));
};

/** A text in lines of at most `width` columns, broken wherever one is full. */
export const wrapColumns = (text: string, width: number): readonly string[] =>
  wrapAnywhere(text, (rest) => endOf(rest, width, 0));

/** Where a text that is too wide ends for so many columns, of which `kept` stay free; undefined for one that is not. */
const endOf = (text: string, width: number, kept: number): number | undefined => {
  for (let limit = width; limit > 0; limit--) {
    const { index, truncated } = measure(text, { limit, ellipsis: ' '.repeat(kept), ellipsisWidth: kept });
    if (!truncated && limit === width) return undefined;
    // The measurer counts one too few behind some combining marks.
    if (widthOf(text.slice(0, index)) <= width - kept) return index;
  }
  return text === '' ? undefined : 0;
};
