import measure from 'fast-string-truncated-width';

/** Width of a text on a terminal, in columns; colour codes do not count. */
export const widthOf = (text: string): number => measure(text).width;

/** A text of at most `width` columns; a longer one is cut at the end and marked with `…`. */
export const truncate = (text: string, width: number): string => {
  const end = endOf(text, width, 1);
  if (end === undefined) return text;
  return width < 1 ? '' : `${text.slice(0, end)}…`;
};

/** A text of at most `width` columns; a longer one is cut at the start and marked with `…`. */
export const truncateStart = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text;
  const characters = Array.from(text).slice(1 - width);
  while (characters.length > 0 && widthOf(characters.join('')) > width - 1) characters.shift();
  return `…${characters.join('')}`;
};

/** A text of exactly `width` columns, truncated or padded with spaces. */
export const pad = (text: string, width: number): string => {
  const shown = truncate(text, width);
  return shown + ' '.repeat(Math.max(0, width - widthOf(shown)));
};

/** A text in lines of at most so many columns, broken wherever one is full. */
export const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let rest = text;
  for (;;) {
    const end = endOf(rest, width, 0);
    if (end === undefined) return [...lines, rest];
    // A character wider than the line would never fit.
    const least = (rest.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
    lines.push(rest.slice(0, Math.max(end, least)));
    rest = rest.slice(Math.max(end, least));
  }
};

/** The index at which to cut a text for `width` columns, of which `reserved` stay free; undefined if the text fits. */
const endOf = (text: string, width: number, reserved: number): number | undefined => {
  for (let limit = width; limit > 0; limit--) {
    const { index, truncated } = measure(text, { limit, ellipsis: ' '.repeat(reserved), ellipsisWidth: reserved });
    if (!truncated && limit === width) return undefined;
    // After some combining marks fast-string-truncated-width counts one column too few.
    if (widthOf(text.slice(0, index)) <= width - reserved) return index;
  }
  return text === '' ? undefined : 0;
};
