/**
 * Text of a CSV cell with `'` before everything that a spreadsheet would run as a formula: at the start of the cell, and
 * after each character in it at which a spreadsheet of another locale would split the line. Nothing else is altered.
 */
export const guardFormulas = (text: string): string => {
  const guarded = isFormula(text) ? `'${text}` : text;
  if (!SEPARATORS.test(text)) return guarded;
  const parts = guarded.split(SEPARATORS);
  for (let place = 2; place < parts.length; place += 2) {
    const part = parts[place] ?? '';
    // Before a pipe even a number is a formula: `-1|'file'!A1` asks another program.
    if (isFormula(part.replace(/^[\s"]+/, '')) || (parts[place + 1] === '|' && /^[\s"]*[+-]/.test(part)))
      parts[place] = `'${part}`;
  }
  return parts.join('');
};

/** The same for a cell without quotes of its own, from which a spreadsheet would take the quotes before it runs the rest. */
export const guardQuotedFormula = (text: string): string =>
  /^\s*"/.test(text) && isFormula(text.replace(/^[\s"]+/, '')) ? `'${text}` : text;

/** Where spreadsheets split lines and cells, depending on the locale, also within quotes. */
const SEPARATORS = /([,;\t|\r\n])/;

/**
 * Whether a spreadsheet would run the text as a formula: after any leading white space it starts with a formula character,
 * in half or full width, and it is not a number such as `-12.5`, one in E.164 or a list of these.
 */
const isFormula = (text: string): boolean =>
  !/^[0-9A-Za-z]/.test(text) &&
  /^[\p{White_Space}\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]/u.test(text) &&
  !/^[+-]?\d+(?:\.\d+)?\s*$/.test(text) &&
  !/^\+\d{7,15}(?: \+?\d{7,15})+$/.test(text);
