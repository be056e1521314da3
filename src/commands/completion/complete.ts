import type { Argument, Command, Option } from 'commander';
import { sanitize } from '../../core/text/sanitize.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import type { Context, Define } from '../shared/context.ts';
import { commandFirst } from '../usage/command-line.ts';
import {
  argumentCandidates,
  type Candidate,
  type CommandLine,
  type Completion,
  commandNames,
  flagCandidates,
  noCompletion,
  wordCompletion,
} from './candidates.ts';
import { bashWord, parseShellLine, type ShellLine } from './shell-words.ts';

interface CompleteOptions {
  /** The line up to the cursor, from bash, which cuts words at = and :. */
  readonly line?: string;
  readonly breaks?: string;
}

/**
 * The output for the scripts of `recx completion`: a line with the directive (`words`, `open`, `files`, `folders`), then a line for each
 * candidate, with its help after a tab. Candidates for bash are already quoted.
 */
export const define: Define = (command, start) => {
  command
    .argument('[words...]')
    .option('--line <line>')
    .option('--breaks <characters>')
    .action(async (given: readonly string[], { line, breaks = '' }: CompleteOptions) => {
      const context = start();
      const typed = line === undefined ? undefined : parseShellLine(line, breaks);
      const { directive, candidates } = await completionFor(
        typed?.words.slice(1) ?? given,
        command.parent ?? command,
        context,
      );
      const lines = candidates
        .filter(isTypeable)
        .flatMap((candidate) => (typed === undefined ? withHelp(candidate) : quotedForBash(candidate, typed)));
      await streamSink(context.runtime.out).write([directive, ...lines, ''].join('\n'));
    });
};

const withHelp = ({ value, help = '' }: Candidate): readonly string[] => [
  help === '' ? value : `${value}\t${sanitize(help.replaceAll('`', ''))}`,
];

const quotedForBash = ({ value }: Candidate, typed: ShellLine): readonly string[] => {
  const word = bashWord(value, typed);
  return word === undefined ? [] : [word];
};

/** Whether a value can be typed on a command line at all. */
const isTypeable = ({ value }: Candidate): boolean => value !== '' && sanitize(value) === value;

/** The candidates for the last word. */
const completionFor = async (line: readonly string[], program: Command, context: Context): Promise<Completion> => {
  const typed = line.at(-1) ?? '';
  const { commandLine, awaitedFlag, onlyOperands, hasUnknownFlag } = await parseLine(
    await commandFirst(line.slice(0, -1), { program, loadCommand: context.loadCommand }),
    program,
    context,
  );
  if (hasUnknownFlag) return noCompletion;
  if (awaitedFlag !== undefined) return startingWith(typed, await valuesOf(awaitedFlag, typed, commandLine));
  const [, flag, value] = /^(--[\w-]+)=(.*)$/s.exec(typed) ?? [];
  if (flag !== undefined && value !== undefined && !onlyOperands) {
    const { directive, candidates } = startingWith(value, await valuesOf(flag, value, commandLine));
    return {
      directive,
      candidates: candidates.map((candidate) => ({ ...candidate, value: `${flag}=${candidate.value}` })),
    };
  }
  if (typed.startsWith('-') && !onlyOperands)
    return startingWith(typed, wordCompletion(flagsOf(commandLine.command, typed)));
  const { commands, registeredArguments } = commandLine.command;
  if (commands.length > 0)
    return commandLine.operands.length > 0
      ? noCompletion
      : startingWith(typed, wordCompletion(commandNames(commandLine.command)));
  const argument =
    registeredArguments[commandLine.operands.length] ?? registeredArguments.find(({ variadic }) => variadic);
  if (argument === undefined)
    return typed === '' && !onlyOperands ? wordCompletion(flagsOf(commandLine.command, typed)) : noCompletion;
  const { directive, candidates } = startingWith(typed, await argumentOf(argument, typed, commandLine));
  // A value that starts with a dash would be read as a flag.
  return { directive, candidates: candidates.filter(({ value: word }) => onlyOperands || !word.startsWith('-')) };
};

const startingWith = (typed: string, { directive, candidates }: Completion): Completion => ({
  directive,
  candidates: candidates.filter(({ value }) => value.startsWith(typed)),
});

/** The flags by their long names; a short one only if it has been typed. */
const flagsOf = (command: Command, typed: string): readonly Candidate[] => {
  const help = command.createHelp();
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)].flatMap((option) => {
    const { long, short, description } = option;
    const name = short === typed ? short : (long ?? short);
    return name === undefined ? [] : [{ value: name, help: description }];
  });
};

const valuesOf = async (flag: string, typed: string, commandLine: CommandLine): Promise<Completion> => {
  const option = optionOf(flag, commandLine.command);
  if (option?.argChoices !== undefined) return wordCompletion(option.argChoices.map((value) => ({ value })));
  return (await flagCandidates[option?.long ?? flag]?.(typed, commandLine)) ?? noCompletion;
};

const argumentOf = async (argument: Argument, typed: string, commandLine: CommandLine): Promise<Completion> => {
  if (argument.argChoices !== undefined) return wordCompletion(argument.argChoices.map((value) => ({ value })));
  return (await argumentCandidates[argument.name()]?.(typed, commandLine)) ?? noCompletion;
};

/** The option with a long or short name, of a command or of its parents. */
const optionOf = (flag: string, command: Command | null): Option | undefined =>
  command === null
    ? undefined
    : (command.options.find(({ short, long }) => short === flag || long === flag) ?? optionOf(flag, command.parent));

interface ParsedLine {
  readonly commandLine: CommandLine;
  /** The flag whose value comes next. */
  readonly awaitedFlag: string | undefined;
  /** After `--` nothing is a flag. */
  readonly onlyOperands: boolean;
  /** An unknown flag: the word after it may be its value. */
  readonly hasUnknownFlag: boolean;
}

/** Parses the words before the last one, and loads the command that they name. */
const parseLine = async (
  line: readonly string[],
  program: Command,
  { runtime, loadCommand }: Context,
): Promise<ParsedLine> => {
  const flagValues = new Map<string, readonly string[]>();
  const operands: string[] = [];
  let command = program;
  let awaitedFlag: string | undefined;
  let onlyOperands = false;
  let hasUnknownFlag = false;
  const addFlagValue = (flag: string, value: string): void => {
    flagValues.set(flag, [...(flagValues.get(flag) ?? []), value]);
  };
  for (const word of line) {
    if (awaitedFlag !== undefined) {
      addFlagValue(awaitedFlag, word);
      awaitedFlag = undefined;
    } else if (word === '--') onlyOperands = true;
    else if (!onlyOperands && /^-./.test(word)) {
      const [, flag = word, value] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? [];
      const option = optionOf(flag, command);
      if (value !== undefined) addFlagValue(option?.long ?? flag, value);
      else if (option?.required === true) awaitedFlag = option.long ?? flag;
      hasUnknownFlag ||= option === undefined && !/^-\w\w|^-h$|^--help$/.test(word);
    } else {
      const sub = onlyOperands
        ? undefined
        : command.commands.find((known) => [known.name(), ...known.aliases()].includes(word));
      if (sub === undefined) operands.push(word);
      else {
        command = sub;
        await loadCommand(sub);
      }
    }
  }
  return {
    commandLine: { runtime, program, command, operands, flagValues, loadCommand },
    awaitedFlag,
    onlyOperands,
    hasUnknownFlag,
  };
};
