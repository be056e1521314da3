/** What is typed of a command line, as bash reads it. */
export interface ShellLine {
  /** The words, without quotes; the last one is the one to be completed, and may be empty. */
  readonly words: readonly string[];
  /** Characters of the last word that bash leaves alone: it completes what comes after them. */
  readonly kept: number;
  /** The quote that is open at its end. */
  readonly quote: '' | "'" | '"';
}

/** Reads a line up to the cursor; `breaks` are the characters at which bash begins a new word to complete. Runs nothing. */
export const parseShellLine = (line: string, breaks: string): ShellLine => {
  const words: string[] = [];
  let word: string | undefined;
  let quote: ShellLine['quote'] = '';
  let escaped = false;
  let kept = 0;
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
      kept = word.length;
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      kept = 0;
    } else {
      word = (word ?? '') + character;
      if (breaks.includes(character)) kept = word.length;
    }
  }
  return { words: [...words, word ?? ''], kept, quote };
};

/** What bash puts in the place of the last word for a value, so that it is that value and runs nothing; undefined where none is. */
export const bashWord = (value: string, { kept, quote }: ShellLine): string | undefined => {
  const text = value.slice(kept);
  if (quote === "'") return text.replaceAll("'", "'\\''");
  // Between double quotes a backslash does not stop bash from looking up its history.
  if (quote === '"') return text.includes('!') ? undefined : text.replaceAll(/[\\"$`]/g, '\\$&');
  return text.replaceAll(/[^\w./:@%+,=\u0080-\uffff-]/g, '\\$&');
};
