/** What people type, in words separated by spaces (`|` in the names of commands), and what to type instead: the first that fits. */
export type Synonyms = readonly (readonly [typed: string, ...instead: readonly string[]])[];
