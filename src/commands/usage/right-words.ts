import type { Command } from 'commander';
import type { RejectedWord } from '../../core/failure.ts';
import { shellQuote } from '../../core/text/shell-quote.ts';
import { isAvailable, pathOf, type Vocabulary } from './availability.ts';
import { calledCommand, subcommandNamed } from './command-line.ts';
import { commandSynonyms } from './command-synonyms.ts';
import { inOurManner } from './command-words.ts';
import { flagSynonyms } from './flag-synonyms.ts';
import { canFit, fitted, isSentence } from './placeholders.ts';
import { readers } from './readers.ts';
import { type Typed, typedWords } from './typed.ts';
import { valueSynonyms } from './value-synonyms.ts';

/** The hint for an unknown command, from the words typed after its parent; undefined without a synonym. */
export const rightCommand = async (
  typed: readonly string[],
  parent: Command,
  vocabulary: Vocabulary,
): Promise<string | undefined> => {
  const start = pathOf(parent).slice(1);
  const words = [...start, ...typed];
  const withSynonym = (line: readonly string[], length: number): Promise<string | undefined> => {
    const key = line.slice(0, length).join(' ').toLowerCase();
    const found = commandSynonyms.find(([keys]) => keys.split(' | ').includes(key));
    return found === undefined || line.length < length
      ? Promise.resolve(undefined)
      : firstAvailable(found.slice(1), typedWord(line.slice(length), vocabulary), vocabulary.program, vocabulary);
  };
  const exact = await withSynonym(words, start.length + 2);
  if (exact !== undefined) return exact;
  for (const line of inOurManner(words)) {
    const hint =
      (await realCommand(line, vocabulary)) ??
      (await withSynonym(line, 3)) ??
      (await withSynonym(line, 2)) ??
      (await withSynonym(line, 1));
    if (hint !== undefined) return hint;
  }
  return withSynonym(words, start.length + 1);
};

/** The hint for words that are a command of the program, with its argument. */
const realCommand = async (line: readonly string[], vocabulary: Vocabulary): Promise<string | undefined> => {
  let command = vocabulary.program;
  let length = 0;
  for (const word of line) {
    const next = subcommandNamed(word.toLowerCase(), command);
    if (next === undefined) break;
    command = next;
    length++;
    await vocabulary.loadCommand(command);
  }
  if (length === 0 || (command.commands.length > 0 && line.length > length)) return undefined;
  const path = pathOf(command).join(' ');
  if (command.commands.length > 0) return `Use ${path} --help`;
  const [argument] = command.registeredArguments;
  const texts = argument === undefined ? [] : [`${path} <${argument.name()}>`];
  const plain = argument?.required === true ? [] : [path];
  return firstAvailable(
    [...texts, ...plain],
    typedWord(line.slice(length), vocabulary),
    vocabulary.program,
    vocabulary,
  );
};

/** The first of some words as the value that fills a hint: one before any flag, or the value of a flag for an id. */
const typedWord = (words: readonly string[], vocabulary: Vocabulary): Typed => {
  const named = words[words.findIndex((word) => /^--(?:id|sid|name)$/.test(word)) + 1];
  const [first] = words;
  const value = first?.startsWith('-') === true ? (named?.startsWith('-') === true ? undefined : named) : first;
  return typedWords(vocabulary, { value, rest: words.slice(1), argv: words });
};

/** The hint for an unknown flag of a command, with the value typed after it where it fits; undefined without a synonym. */
export const rightFlag = async (
  typed: Typed,
  command: Command,
  vocabulary: Vocabulary,
): Promise<string | undefined> => {
  const found = flagSynonyms.find(([keys]) => keys.split(' ').includes(typed.flag));
  return found === undefined ? undefined : firstAvailable(found.slice(1), typed, command, vocabulary);
};

/** The hint for a word that is not valid; undefined without a synonym. */
export const rightWord = async ({ name, word }: RejectedWord, vocabulary: Vocabulary): Promise<string | undefined> => {
  const lower = word.trim().toLowerCase();
  const typed = lower.replaceAll(/[\s-]+/g, '_');
  const rows = [...(valueSynonyms[name] ?? []), ...(name.startsWith('--') ? (valueSynonyms.filter ?? []) : [])];
  const row = rows.find(([keys]) =>
    typeof keys === 'string' ? keys.split(' ').includes(typed) : keys.test(word.trim()),
  );
  const hint = await firstAvailable(
    row?.slice(1).map(String) ?? [],
    typedWords(vocabulary, { flag: name, value: word.trim() }),
    calledCommand(vocabulary.program),
    vocabulary,
  );
  if (hint !== undefined) return hint;
  return name === 'help' ? rightCommand(word.split(' '), vocabulary.program, vocabulary) : undefined;
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
  return chosen === undefined ? undefined : asHint(fitting === undefined ? chosen : fill(chosen, typed.value), own);
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

const OPEN = /(--[\w-]+ )?<([^:<>]+)>/g;

/** Some flags have values of their own. */
const placeholderIn = (flag = '', name: string): string => ownPlaceholders[flag.trim()] ?? name;

const ownPlaceholders: Readonly<Record<string, string>> = {
  '--by': 'groupings',
  '--retries': 'few',
  '--timeout': 'span',
  '--wait': 'span',
  '--max-time': 'span',
};

const fill = (text: string, value: string | undefined): string =>
  text.replaceAll(OPEN, (open, flag: string | undefined, name: string) => {
    const read = fitted(placeholderIn(flag, name), value);
    return read === undefined ? open : `${flag ?? ''}${shellQuote(read)}`;
  });

/** Placeholders that a typed value can fill; sentences are never filled. */
const placeholdersIn = (text: string): readonly string[] =>
  isSentence(text) ? [] : [...text.matchAll(OPEN)].map(([, flag, name = '']) => placeholderIn(flag, name));
