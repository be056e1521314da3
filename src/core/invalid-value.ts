import { Failure, type RejectedWord } from './failure.ts';
import { didYouMean } from './text/did-you-mean.ts';

/** Maximum characters of a typed value in a message. */
const MAX_QUOTED_LENGTH = 60;

/** A typed value in quotes for a message, truncated if it is long. */
export const quote = (value: string): string => `"${value.slice(0, MAX_QUOTED_LENGTH)}"`;

/** The hint for a word, of the flag or thing `name`, that is not among the valid ones: the nearest of them, otherwise all. */
export const suggest = (
  name: string,
  word: string,
  valid: readonly string[],
): { readonly hint: string; readonly rejected: RejectedWord } => ({
  hint: didYouMean(word, valid) ?? `Choose one of ${valid.join(', ')}`,
  rejected: { name, word },
});

/** The usage failure for a value of a flag that is not among the valid ones, all of which the message names. */
export const notOneOf = (flag: string, value: string, valid: readonly string[]): Failure =>
  new Failure('usage', `${flag}: ${quote(value)} is not one of ${valid.join(', ')}`, {
    hint: didYouMean(value, valid),
    rejected: { name: flag, word: value },
  });

/** The value of a flag without surrounding spaces. Throws a usage failure if nothing is left. */
export const nonEmpty = (flag: string, value: string): string => {
  const typed = value.trim();
  if (typed === '') throw new Failure('usage', `${flag}: the value is empty`);
  return typed;
};

/** The values of a flag, separated by commas, without surrounding spaces. Throws a usage failure if one is empty. */
export const valuesOfList = (flag: string, list: string): readonly string[] => {
  const values = list.split(',').map((value) => value.trim());
  if (!values.includes('')) return values;
  throw new Failure('usage', `${flag}: ${values.length === 1 ? 'the value' : `a value of ${quote(list)}`} is empty`);
};

/** The values of a flag on a command line. */
export const valuesOf = (flag: string, argv: readonly string[]): readonly string[] =>
  argv.flatMap((word, index) =>
    word === flag ? (argv[index + 1] ?? []) : word.startsWith(`${flag}=`) ? word.slice(flag.length + 1) : [],
  );

/** The ids of a typed word, in which commas may separate several: no id has one. */
export const separateIds = (word: string): readonly string[] => {
  const ids = word.split(',').map((id) => id.trim());
  const some = ids.filter((id) => id !== '');
  return some.length === 0 || ids.length === 1 ? [word] : some;
};

/** Returns the values of a flag. Throws a usage failure if one is given twice. */
export const withoutDuplicates = <Value extends string>(flag: string, values: readonly Value[]): readonly Value[] => {
  const duplicate = values.find((value, index) => values.indexOf(value) !== index);
  if (duplicate !== undefined) throw new Failure('usage', `${flag}: ${quote(duplicate)} is given twice`);
  return values;
};

/** A valid word, compared without case; `-` and `_` are equivalent. Throws a usage failure that suggests the nearest one. */
export const parseChoice = <Word extends string>(flag: string, text: string, valid: readonly Word[]): Word => {
  const typed = text.trim().toLowerCase().replaceAll('-', '_');
  const found = valid.find((word) => word === typed);
  if (found !== undefined) return found;
  throw notOneOf(flag, text, valid);
};
