/** The index at which the first line ends; undefined if the text fits. */
type LineEnd = (text: string) => number | undefined;

/** Breaks text at any character into lines as long as `endOf` allows. */
export const wrapAnywhere = (text: string, endOf: LineEnd): readonly string[] => {
  const lines: string[] = [];
  let rest = text;
  for (;;) {
    const end = endOf(rest);
    if (end === undefined) return [...lines, rest];
    // A character wider than the line would never fit.
    const least = (rest.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
    lines.push(rest.slice(0, Math.max(end, least)));
    rest = rest.slice(Math.max(end, least));
  }
};

/** Wraps text at spaces to `width`, by default in characters; a longer word gets its own line. */
export const wrapWords = (
  text: string,
  width: number,
  measure: (text: string) => number = ({ length }) => length,
): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && measure(line) + 1 + measure(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};
