import type { Command, Option } from 'commander';
import { acceptedOptions, subcommandNamed } from './command-line.ts';

/** The program whose commands and flags may be named; commands are loaded on demand. */
export interface Vocabulary {
  readonly program: Command;
  loadCommand(command: Command): Promise<void>;
  /** The names of the stored profiles; never throws. */
  storedProfiles(): Promise<readonly string[]>;
}

/** A command line in which an error was found. */
export interface Mistake extends Vocabulary {
  readonly argv: readonly string[];
}

/** The path of a command, with the name of the program. */
export const pathOf = (command: Command): readonly string[] =>
  command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()];

/**
 * Whether all commands, flags and arguments that a text names exist: its own are those of `command`. A command line that is
 * only the command itself leads in a circle.
 */
export const isAvailable = async (text: string, command: Command, vocabulary: Vocabulary): Promise<boolean> => {
  // A value in quotes is one word, and has no flags.
  const plain = text.replaceAll(/(?<=[ =])'[^']*'/g, 'quoted').replaceAll(OTHER_PROGRAM, '');
  const own = plain.replaceAll(SEGMENT, '');
  if (!tokensOf(own).every((token) => hasFlag(token, command))) return false;
  for (const [segment] of plain.matchAll(SEGMENT)) {
    const words = segment.trim().replace('{command}', pathOf(command).slice(1).join(' ')).split(' ').slice(1);
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
    if (named === command && words.length === 0) return false;
  }
  return true;
};

/** A program in a pipe, which has flags of its own. */
const OTHER_PROGRAM = /\| (?!recx )[^|,;]*/g;

/** A command line within a text. */
const SEGMENT = /\brecx (?!only|has|never)(?:(?! > )(?:[^,;()|]|,(?=\S)))*/g;

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

/** The placeholder of an option's value; empty if it has none. */
export const placeholderOf = ({ flags }: Option): string => /<(.*)>/.exec(flags)?.[1] ?? '';

/** Whether an argument of a command line in a text is one of the command: by its name, or any word that is not a placeholder. */
const fitsArgument = (word: string, command: Command): boolean => {
  const [, name] = /^<(.*)>$/.exec(word) ?? [];
  return command.registeredArguments.some((argument) => name === undefined || argument.name() === name);
};
