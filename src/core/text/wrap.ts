/** Where the first line of a text ends, as an index into it; undefined when the text fits into one line. */
type LineEnd = (text: string) => number | undefined;

/** A text in full lines, broken anywhere, also inside words; `endOf` measures. */
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

/** Our own prose in lines of at most `width` characters, broken between words; a longer word has a line of its own. */
export const wrapWords = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};
