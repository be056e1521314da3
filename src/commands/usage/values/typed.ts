/** What people type, in words separated by spaces (`|` in the names of commands), and what to type instead: the first that fits. */
export type Synonyms = readonly (readonly [typed: string, ...instead: readonly string[]])[];

/** Words typed for a value, as in `Synonyms` or as a pattern, and the word meant; a text with a capital letter is a sentence. */
export type ValueSynonyms = readonly (readonly [typed: string | RegExp, ...instead: readonly string[]])[];

/** A flag that a command does not have, or a word that is not valid, on its command line. */
export interface Typed {
  /** The flag, also of a word that is its value. */
  readonly flag: string;
  readonly value: string | undefined;
  /** The words after the value. */
  readonly rest: readonly string[];
  readonly argv: readonly string[];
  /** The command, without the name of the program. */
  readonly command: string;
  storedProfiles(): Promise<readonly string[]>;
}

/** What was typed, as far as it is known. */
export const typedWords = (
  { storedProfiles }: Pick<Typed, 'storedProfiles'>,
  known: Partial<Omit<Typed, 'storedProfiles'>> = {},
): Typed => ({ flag: '', value: undefined, rest: [], argv: [], command: '', ...known, storedProfiles });
