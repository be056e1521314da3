import type { Command } from 'commander';
import type { RejectedWord } from '../../core/failure.ts';
import { shellQuote } from '../../core/text/shell-quote.ts';
import { isAvailable, type Mistake, pathOf, type Vocabulary } from './availability.ts';
import { calledCommand } from './command-line.ts';
import { flagSynonyms } from './flag-synonyms.ts';
import { canFit, fitted, isSentence } from './values/placeholders.ts';
import { readers } from './values/readers.ts';
import { type Typed, typedWords } from './values/typed.ts';
import { valueSynonyms } from './values/value-synonyms.ts';

/** The hint for an unknown flag of a command, with the value typed after it where it fits; undefined without a synonym. */
export const rightFlag = async (
  typed: Typed,
  command: Command,
  vocabulary: Vocabulary,
): Promise<string | undefined> => {
  const [, count] = /^-(\d{1,6})$/.exec(typed.flag) ?? [];
  if (count !== undefined) return firstAvailable(['--limit <n>'], { ...typed, value: count }, command, vocabulary);
  const found = flagSynonyms.find(([keys]) => keys.split(' ').includes(typed.flag));
  return found === undefined ? undefined : firstAvailable(found.slice(1), typed, command, vocabulary);
};

/** The hint for a word that is not valid; undefined without a synonym. */
export const rightWord = async (
  { name, word }: RejectedWord,
  mistake: Mistake,
  command: Command = calledCommand(mistake.program),
): Promise<string | undefined> => {
  const lower = word.trim().toLowerCase();
  const typed = lower.replaceAll(/[\s-]+/g, '_');
  const rows = [...(valueSynonyms[name] ?? []), ...(name.startsWith('--') ? (valueSynonyms.filter ?? []) : [])];
  const row = rows.find(([keys]) =>
    typeof keys === 'string' ? keys.split(' ').includes(typed) : keys.test(word.trim()),
  );
  return firstAvailable(
    row?.slice(1).map(String) ?? [],
    typedWords(mistake, {
      flag: name,
      value: word.trim(),
      argv: mistake.argv,
      command: pathOf(command).slice(1).join(' '),
    }),
    command,
    mistake,
  );
};

/** Of the texts whose commands and flags exist: the first that a typed value fits, else the first that needs none, else the first. */
export const firstAvailable = async (
  texts: readonly string[],
  typed: Typed,
  command: Command,
  vocabulary: Vocabulary,
): Promise<string | undefined> => {
  const available: string[] = [];
  const own = pathOf(command).slice(1).join(' ');
  for (const scoped of texts) {
    const [, scope, unscoped = scoped] = /^\[(.+?)\] (.*)$/.exec(scoped) ?? [];
    if (scope !== undefined && !scope.split('|').includes(own)) continue;
    const reader = readers[/^\{([\w-]+)\}$/.exec(unscoped)?.[1] ?? ''];
    const text = reader === undefined ? unscoped : await reader(typed);
    if (text === undefined || !hasValidValues(text) || !(await isAvailable(text, command, vocabulary))) continue;
    // What was read from the typed words is meant.
    if (reader !== undefined && available.length === 0) return asHint(text, own);
    available.push(text);
  }
  const fitting = available.find((text) =>
    placeholdersIn(text).some((name) => fitted(name, typed.value) !== undefined),
  );
  const chosen = fitting ?? available.find((text) => placeholdersIn(text).length === 0) ?? available[0];
  return chosen === undefined ? undefined : asHint(fitting === undefined ? chosen : fill(chosen, typed), own);
};

/** Whether the fixed values in a text, such as `<keys:none>`, are valid in this version. */
const hasValidValues = (text: string): boolean =>
  [...text.matchAll(/(--[\w-]+ )?<([^:<>]+):([^<>]+)>/g)].every(([, flag, name = '', value = '']) => {
    const placeholder = placeholderIn(flag, name);
    return !canFit(placeholder) || name === 'key' || fitted(placeholder, value.replaceAll("'", '')) !== undefined;
  });

/** A text with its fixed values; one to type begins with `Use`. */
const asHint = (text: string, command: string): string => {
  const words = text.replaceAll(/<[^:<>]+:([^<>]+)>/g, '$1').replaceAll('{command}', command);
  return isSentence(words) ? words : `Use ${words}`;
};

/** The hint for a command with options, each of which may be an alternative: `Use recx list --from X or recx list --to X`. */
export const ofCommand = (hint: string, options: string): string =>
  `${hint} ${options.replaceAll(' or -', ` or ${hint.replace(/^Use /, '')} -`)}`;

const OPEN = /(--[\w-]+ )?<([^:<>]+)>/g;

/** Some flags have values of their own. */
export const placeholderIn = (flag = '', name: string): string => ownPlaceholders[flag.trim()] ?? name;

const ownPlaceholders: Readonly<Record<string, string>> = {
  '--by': 'groupings',
  '--retries': 'few',
  '--timeout': 'span',
  '--wait': 'span',
  '--max-time': 'span',
};

/** A text with the typed value in its flags, and with the typed words, one after the other, in its arguments. */
const fill = (text: string, { value, rest }: Typed): string => {
  const words = [value, ...rest];
  return text.replaceAll(OPEN, (open, flag: string | undefined, name: string) => {
    const read = fitted(placeholderIn(flag, name), flag === undefined ? words.shift() : value);
    return read === undefined ? open : `${flag ?? ''}${shellQuote(read)}`;
  });
};

/** Placeholders that a typed value can fill; sentences are never filled. */
const placeholdersIn = (text: string): readonly string[] =>
  isSentence(text) ? [] : [...text.matchAll(OPEN)].map(([, flag, name = '']) => placeholderIn(flag, name));
