import measure from 'fast-string-truncated-width';
import { wrapAnywhere } from '../../core/text/wrap.ts';

/** Width of a text on a terminal, in columns; colour codes do not count. */
export const widthOf = (text: string): number => measure(text).width;

/** A text of at most `width` columns; a longer one is cut at the end and marked with `…`. */
export const truncate = (text: string, width: number): string => {
  const end = cutPoint(text, width, 1);
  if (end === undefined) return text;
  return width < 1 ? '' : `${text.slice(0, end)}…`;
};

/** A text of exactly `width` columns, truncated or padded with spaces. */
export const pad = (text: string, width: number): string => {
  const shown = truncate(text, width);
  return shown + ' '.repeat(Math.max(0, width - widthOf(shown)));
};

/** A text in lines of at most `width` columns, broken at any character. */
export const wrapColumns = (text: string, width: number): readonly string[] =>
  wrapAnywhere(text, (rest) => cutPoint(rest, width, 0));

/** The index at which to cut a text for `width` columns, of which `reserved` stay free; undefined if the text fits. */
const cutPoint = (text: string, width: number, reserved: number): number | undefined => {
  for (let limit = width; limit > 0; limit--) {
    const { index, truncated } = measure(text, { limit, ellipsis: ' '.repeat(reserved), ellipsisWidth: reserved });
    if (!truncated && limit === width) return undefined;
    // After some combining marks fast-string-truncated-width counts one column too few.
    if (widthOf(text.slice(0, index)) <= width - reserved) return index;
  }
  return text === '' ? undefined : 0;
};
