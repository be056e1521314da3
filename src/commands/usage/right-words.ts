import type { Command, Option } from 'commander';
import type { RejectedWord } from '../../core/failure.ts';
import { acceptedOptions, subcommandNamed } from './command-line.ts';
import { commandSynonyms } from './command-synonyms.ts';
import { flagSynonyms } from './flag-synonyms.ts';
import { valueSynonyms } from './value-synonyms.ts';

/** The program whose commands and flags may be named; commands are loaded on demand. */
export interface Vocabulary {
  readonly program: Command;
  loadCommand(command: Command): Promise<void>;
}

/** The hint for an unknown command, from the words typed after its parent; undefined without a synonym. */
export const rightCommand = async (
  typed: readonly string[],
  parent: Command,
  vocabulary: Vocabulary,
): Promise<string | undefined> => {
  const words = [...pathOf(parent).slice(1), ...typed];
  for (const length of [pathOf(parent).length + 1, pathOf(parent).length]) {
    const found = commandSynonyms.find(([keys]) =>
      keys.split(' | ').includes(words.slice(0, length).join(' ').toLowerCase()),
    );
    if (found === undefined || words.length < length) continue;
    const hint = await firstAvailable(found.slice(1), words[length], vocabulary.program, vocabulary);
    if (hint !== undefined) return hint;
  }
  return undefined;
};

/** The hint for an unknown flag of a command, with the value typed after it where it fits; undefined without a synonym. */
export const rightFlag = async (
  flag: string,
  value: string | undefined,
  command: Command,
  vocabulary: Vocabulary,
): Promise<string | undefined> => {
  const found = flagSynonyms.find(([keys]) => keys.split(' ').includes(flag));
  if (found === undefined) return undefined;
  // --filter status=completed
  const [, key, wanted] = (found[1] === '<filter>' && /^([a-z][\w-]*)=(.*)$/s.exec(value ?? '')) || [];
  const real = acceptedOptions(command).find((option) => option.long === `--${key}` && option.required);
  if (real !== undefined && fitsPlaceholder(placeholderOf(real), wanted)) return `Use --${key} ${quoted(wanted ?? '')}`;
  return firstAvailable(found.slice(1), value, command, vocabulary);
};

/** The hint for a word that is not valid; undefined without a synonym. */
export const rightWord = async ({ name, word }: RejectedWord, vocabulary: Vocabulary): Promise<string | undefined> => {
  const typed = word
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  const rows = valueSynonyms[name] ?? [];
  const [, instead] =
    rows.find(([keys]) =>
      typeof keys === 'string' ? keys.split(' ').includes(typed) : keys.test(word.trim().toLowerCase()),
    ) ?? [];
  if (instead !== undefined) return inWords(instead);
  return name === 'help' ? rightCommand(word.split(' '), vocabulary.program, vocabulary) : undefined;
};

/** The path of a command, with the name of the program. */
export const pathOf = (command: Command): readonly string[] =>
  command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()];

/** Sentences begin with a capital letter or the name of the program; anything else is something to type. */
const inWords = (instead: string): string => (/^(?:[A-Z]|recx only)/.test(instead) ? instead : `Use ${instead}`);

/** Of the texts whose commands and flags exist: the first that a typed value fits, else the first that needs none, else the first. */
export const firstAvailable = async (
  texts: readonly string[],
  value: string | undefined,
  command: Command,
  vocabulary: Vocabulary,
): Promise<string | undefined> => {
  const available: string[] = [];
  for (const text of texts) if (await isAvailable(text, command, vocabulary)) available.push(text);
  const fitting =
    value === undefined
      ? undefined
      : available.find((text) => placeholdersIn(text).some((name) => fitsPlaceholder(name, value)));
  const chosen = fitting ?? available.find((text) => placeholdersIn(text).length === 0) ?? available[0];
  if (chosen === undefined) return undefined;
  const filled = fitting === undefined || value === undefined ? chosen : fill(chosen, value);
  return inWords(
    filled.replaceAll(/<[^:<>]+:([^<>]+)>/g, '$1').replaceAll('{command}', pathOf(command).slice(1).join(' ')),
  );
};

const fill = (text: string, value: string): string =>
  text.replaceAll(/<([^:<>]+)>/g, (open, name: string) => (fitsPlaceholder(name, value) ? quoted(value) : open));

/** Placeholders that a typed value can fill; sentences are never filled. */
const placeholdersIn = (text: string): readonly string[] =>
  /^[A-Z]/.test(text) ? [] : [...text.matchAll(/<([^:<>]+)>/g)].map(([, name = '']) => name);

/** A value as a shell reads it as one word. */
const quoted = (value: string): string => (/^[\w.,:+/=@-]+$/.test(value) ? value : `'${value}'`);

/** Whether a typed value has the form of a placeholder's. Other values are not repeated: they may be anything, also a secret. */
const fitsPlaceholder = (name: string, value = ''): boolean =>
  value.length <= 60 && placeholders[name]?.test(value) === true;

const TIME = /^(?:\d{4}-\d\d(?:-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?Z?)?)?|\d{1,4}(?:mo|[smhdwy])|now|today|yesterday)$/;

const placeholders: Readonly<Record<string, RegExp>> = {
  format: /^(?:table|json|ndjson|jsonl|csv|tsv)$/,
  formats: /^(?:mp3|wav|mp4)(?:,(?:mp3|wav|mp4))*$/,
  keys: /^[a-z]{2,20}(?:_[a-z]+)*(?:,[a-z_]{2,20})*$/,
  key: /^-?[a-z]{2,20}(?:_[a-z]+)*$/,
  n: /^[1-9]\d{0,8}$/,
  time: TIME,
  duration: /^\d{1,6}(?:ms|[smhdw])?$/,
  number: /^(?:\+?\d[\d() .-]{2,22}\*?|\+)$/,
  id: /^(?=.*\d)[\w-]{8,64}$/,
  kind: /^(?:call|conference|room|unknown)(?:,\w+)*$/,
  status: /^[a-z][a-z_-]{2,20}$/,
  zone: /^(?:UTC|[A-Z][A-Za-z]+\/[\w/]+)$/,
  dir: /^[\w./~-]{1,60}$/,
  file: /^[\w./~-]{1,60}$/,
  name: /^[A-Za-z][\w-]{0,20}$/,
};

/** Whether all commands, flags and arguments that a text names exist: its own are those of `command`. */
export const isAvailable = async (text: string, command: Command, vocabulary: Vocabulary): Promise<boolean> => {
  const own = text.replaceAll(SEGMENT, '');
  if (!tokensOf(own).every((token) => hasFlag(token, command))) return false;
  for (const [segment] of text.matchAll(SEGMENT)) {
    const words = segment.replace('{command}', pathOf(command).slice(1).join(' ')).split(' ').slice(1);
    let named = vocabulary.program;
    for (let word = words[0]; word !== undefined && /^[a-z]/.test(word); word = words[0]) {
      const next = subcommandNamed(word, named);
      if (next === undefined) break;
      words.shift();
      named = next;
      await vocabulary.loadCommand(named);
    }
    const arguments_ = words.filter(
      (word, index) => !word.startsWith('-') && !words[index - 1]?.startsWith('-') && word !== '',
    );
    const isComplete = named.commands.length === 0 && arguments_.every((word) => fitsArgument(word, named));
    if (!isComplete || !tokensOf(words.join(' ')).every((token) => hasFlag(token, named))) return false;
  }
  return true;
};

/** A command line within a text. */
const SEGMENT = /\brecx (?!only|has|never)[^,;()|]*/g;

/** The flags in a text, each with its placeholder if it has one. */
const tokensOf = (text: string): readonly (readonly [flag: string, placeholder: string | undefined])[] =>
  [...text.matchAll(/(?<![\w-])(--?[a-zA-Z][\w-]*)(?: <([^:<>]+)[^<>]*>)?/g)].map(([, flag = '', name]) => [
    flag,
    name,
  ]);

const hasFlag = ([flag, name]: readonly [string, string | undefined], command: Command): boolean =>
  acceptedOptions(command).some(
    (option) =>
      (option.long === flag || option.short === flag) && (name === undefined || placeholderOf(option) === name),
  );

const placeholderOf = ({ flags }: Option): string => /<(.*)>/.exec(flags)?.[1] ?? '';

/** Whether an argument of a command line in a text is one of the command: by its name, or any word that is not a placeholder. */
const fitsArgument = (word: string, command: Command): boolean => {
  const [, name] = /^<(.*)>$/.exec(word) ?? [];
  return command.registeredArguments.some((argument) => name === undefined || argument.name() === name);
};
