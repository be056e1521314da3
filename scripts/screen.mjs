/** @typedef {{ bold?: true, dim?: true, inverse?: true, colour?: number }} Style how a character looks; colours are 0 to 7 */
/** @typedef {{ text: string, style: Style, at: number, cells: number }} Piece text of one style, its column, and its width in columns */

/** The screen of a terminal after it received a text, as lines of pieces. Supports only the sequences that recx and its packages use. */
export const shown = (sent, wide) => {
  let lines = [];
  let at = { row: 0, column: 0 };
  let style = {};
  const lineAt = (row) => {
    while (lines.length <= row) lines.push([]);
    return lines[row];
  };
  const put = (text) => {
    const line = lineAt(at.row);
    while (line.length < at.column) line.push({ text: ' ', style: {} });
    line[at.column++] = { text, style };
    if (wide(text)) line[at.column++] = { text: '', style };
  };
  const control = (code, numbers) => {
    const [first = 0] = numbers;
    const by = Math.max(1, first);
    if (code === 'm') style = (numbers.length === 0 ? [0] : numbers).reduce(styled, style);
    else if (code === 'G') at.column = by - 1;
    else if (code === 'A') at.row = Math.max(0, at.row - by);
    else if (code === 'B') at.row += by;
    else if (code === 'C') at.column += by;
    else if (code === 'D') at.column = Math.max(0, at.column - by);
    else if (code === 'H') at = { row: 0, column: 0 };
    else if (code === 'K') lineAt(at.row).splice(first === 1 ? 0 : at.column);
    else if (code === 'J' && first === 2) lines = [];
    else if (code === 'J') {
      lineAt(at.row).splice(at.column);
      lines.splice(at.row + 1);
    } else throw new Error(`the sequence ESC [ ${numbers.join(';')} ${code} is not supported`);
  };
  for (const [token, mode, numbers = '', code] of sent.matchAll(SEQUENCE)) {
    if (code !== undefined && mode === '') control(code, numbers.split(';').filter(Boolean).map(Number));
    else if (token === '\r') at.column = 0;
    else if (token === '\n') at.row++;
    else if (code === undefined) put(token);
  }
  return lines.map(pieces);
};

/** A control sequence (those with a question mark change modes, which are not visible), or a character with its combining marks. */
const ESC = '\u001b';
const SEQUENCE = new RegExp(`${ESC}\\[(\\??)([\\d;]*)([A-Za-z])|\r|\n|[^\\p{M}${ESC}]\\p{M}*`, 'gu');

const styled = (style, code) => {
  const { bold, dim, inverse, colour } = style;
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 7) return { ...style, inverse: true };
  if (code === 22) return { ...(inverse && { inverse }), ...(colour !== undefined && { colour }) };
  if (code === 27) return { ...(bold && { bold }), ...(dim && { dim }), ...(colour !== undefined && { colour }) };
  if (code === 39) return { ...(bold && { bold }), ...(dim && { dim }), ...(inverse && { inverse }) };
  if (code >= 30 && code <= 37) return { ...style, colour: code - 30 };
  throw new Error(`the style ${code} is not supported`);
};

const pieces = (line) => {
  const found = [];
  for (const [at, { text, style }] of line.entries()) {
    const last = found.at(-1);
    if (last !== undefined && JSON.stringify(last.style) === JSON.stringify(style)) {
      last.text += text;
      last.cells++;
    } else found.push({ text, style, at, cells: 1 });
  }
  return found;
};
