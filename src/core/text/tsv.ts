/** A cell of tab-separated values on one line: backslash, tab and line ends as `\\`, `\t`, `\n` and `\r`. */
export const escapeTsv = (text: string): string =>
  /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character) : text;

/** The text of such a cell. */
export const unescapeTsv = (cell: string): string =>
  cell.includes('\\') ? cell.replace(/\\[\\tnr]/g, (pair) => characters[pair] ?? pair) : cell;

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const characters = Object.fromEntries(Object.entries(escapes).map(([character, pair]) => [pair, character]));
