/** A command line up to the cursor, as bash reads it. */
export interface ShellLine {
  /** The words, without quotes; the last one is to be completed, and may be empty. */
  readonly words: readonly string[];
  /** Characters of the last word that bash does not replace: it completes the rest. */
  readonly prefixLength: number;
  /** The quote that is open at the end. */
  readonly quote: '' | "'" | '"';
}

/** Parses a line up to the cursor and runs nothing. `breaks` are the characters at which bash starts a new word to complete. */
export const parseShellLine = (line: string, breaks: string): ShellLine => {
  const words: string[] = [];
  let word: string | undefined;
  let quote: ShellLine['quote'] = '';
  let escaped = false;
  let prefixLength = 0;
  for (const character of line) {
    if (escaped || (quote !== '' && character !== quote && !(character === '\\' && quote === '"'))) {
      word = (word ?? '') + character;
      escaped = false;
    } else if (character === '\\') {
      escaped = true;
      word ??= '';
    } else if (character === quote) quote = '';
    else if (character === "'" || character === '"') {
      quote = character;
      word ??= '';
      prefixLength = word.length;
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      prefixLength = 0;
    } else {
      word = (word ?? '') + character;
      if (breaks.includes(character)) prefixLength = word.length;
    }
  }
  return { words: [...words, word ?? ''], prefixLength, quote };
};

/** The last word after its first `prefixLength` characters, quoted for bash; undefined if it cannot be quoted. */
export const bashWord = (value: string, { prefixLength, quote }: ShellLine): string | undefined => {
  const text = value.slice(prefixLength);
  if (quote === "'") return text.replaceAll("'", "'\\''");
  // In double quotes a backslash does not stop the history expansion of bash.
  if (quote === '"') return text.includes('!') ? undefined : text.replaceAll(/[\\"$`]/g, '\\$&');
  return text.replaceAll(/[^\w./:@%+,=\u0080-\uffff-]/g, '\\$&');
};
