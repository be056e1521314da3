import type { Argument, Command, Option } from 'commander';
import { sanitize } from '../../core/text/sanitize.ts';
import { screenSink } from '../../system/terminal/streams.ts';
import { type Context, type Define, visibleCommands } from '../shared/context.ts';
import { type Answer, argumentValues, type Before, type Candidate, flagValues, nothing, words } from './candidates.ts';
import { bashWord, type Typed, typedIn } from './shell-words.ts';

interface CompleteOptions {
  /** What bash has of the line up to the cursor, since its own words are cut at = and :. */
  readonly line?: string;
  readonly breaks?: string;
}

/**
 * Answers the scripts of `recx completion`: a line with the kind of place (`words`, `open`, `files`, `folders`), then a line an
 * offer, its help after a tab. For bash the offers are as they are put into the line.
 */
export const define: Define = (command, start) => {
  command
    .argument('[words...]')
    .option('--line <line>')
    .option('--breaks <characters>')
    .action(async (given: readonly string[], { line, breaks = '' }: CompleteOptions) => {
      const context = start();
      const typed = line === undefined ? undefined : typedIn(line, breaks);
      const { place, offers } = await answer(typed?.words.slice(1) ?? given, command.parent ?? command, context);
      const lines = offers
        .filter(isSound)
        .flatMap((offer) => (typed === undefined ? described(offer) : inBash(offer, typed)));
      await screenSink(context.world.out).write([place, ...lines, ''].join('\n'));
    });
};

const described = ({ value, help = '' }: Candidate): readonly string[] => [
  help === '' ? value : `${value}\t${sanitize(help.replaceAll('`', ''))}`,
];

const inBash = ({ value }: Candidate, typed: Typed): readonly string[] => {
  const word = bashWord(value, typed);
  return word === undefined ? [] : [word];
};

/** Whether a value can be typed on a command line at all. */
const isSound = ({ value }: Candidate): boolean => value !== '' && sanitize(value) === value;

/** What may stand in the place of the last word. */
const answer = async (line: readonly string[], program: Command, context: Context): Promise<Answer> => {
  const typed = line.at(-1) ?? '';
  const { before, awaiting, onlyOperands, lost } = await read(line.slice(0, -1), program, context);
  if (lost) return nothing;
  if (awaiting !== undefined) return beginning(typed, await valuesOf(awaiting, typed, before));
  const [, flag, value] = /^(--[\w-]+)=(.*)$/s.exec(typed) ?? [];
  if (flag !== undefined && value !== undefined && !onlyOperands) {
    const { place, offers } = beginning(value, await valuesOf(flag, value, before));
    return { place, offers: offers.map((offer) => ({ ...offer, value: `${flag}=${offer.value}` })) };
  }
  if (typed.startsWith('-') && !onlyOperands) return beginning(typed, words(flagsOf(before.command, typed)));
  const { commands, registeredArguments } = before.command;
  if (commands.length > 0)
    return before.operands.length > 0 ? nothing : beginning(typed, words(subcommands(before.command)));
  const argument = registeredArguments[before.operands.length] ?? registeredArguments.find(({ variadic }) => variadic);
  if (argument === undefined) return typed === '' && !onlyOperands ? words(flagsOf(before.command, typed)) : nothing;
  const { place, offers } = beginning(typed, await argumentOf(argument, typed, before));
  // What looks like a flag would be read as one.
  return { place, offers: offers.filter((offer) => onlyOperands || !offer.value.startsWith('-')) };
};

const beginning = (typed: string, { place, offers }: Answer): Answer => ({
  place,
  offers: offers.filter(({ value }) => value.startsWith(typed)),
});

const subcommands = (command: Command): readonly Candidate[] =>
  visibleCommands(command).map((known) => ({ value: known.name(), help: known.summary() || known.description() }));

/** The flags by their long names; a short one only when it is typed already. */
const flagsOf = (command: Command, typed: string): readonly Candidate[] => {
  const help = command.createHelp();
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)].flatMap((option) => {
    const { long, short, description } = option;
    const name = short === typed ? short : (long ?? short);
    return name === undefined ? [] : [{ value: name, help: description }];
  });
};

const valuesOf = async (flag: string, typed: string, before: Before): Promise<Answer> => {
  const option = optionOf(flag, before.command);
  if (option?.argChoices !== undefined) return words(option.argChoices.map((value) => ({ value })));
  return (await flagValues[option?.long ?? flag]?.(typed, before)) ?? nothing;
};

const argumentOf = async (argument: Argument, typed: string, before: Before): Promise<Answer> => {
  if (argument.argChoices !== undefined) return words(argument.argChoices.map((value) => ({ value })));
  return (await argumentValues[argument.name()]?.(typed, before)) ?? nothing;
};

/** The option of that name, long or short, of a command or of those above it. */
const optionOf = (flag: string, command: Command | null): Option | undefined =>
  command === null
    ? undefined
    : (command.options.find(({ short, long }) => short === flag || long === flag) ?? optionOf(flag, command.parent));

interface Reading {
  readonly before: Before;
  /** The flag whose value comes next. */
  readonly awaiting: string | undefined;
  /** After `--` nothing is a flag. */
  readonly onlyOperands: boolean;
  /** There is a flag that is not known, so that nobody knows what the words after it are. */
  readonly lost: boolean;
}

/** Reads the words before the last one, and loads the one command that they name. */
const read = async (line: readonly string[], program: Command, { world, fill }: Context): Promise<Reading> => {
  const given = new Map<string, readonly string[]>();
  const operands: string[] = [];
  let command = program;
  let awaiting: string | undefined;
  let onlyOperands = false;
  let lost = false;
  const give = (flag: string, value: string): void => {
    given.set(flag, [...(given.get(flag) ?? []), value]);
  };
  for (const word of line) {
    if (awaiting !== undefined) {
      give(awaiting, word);
      awaiting = undefined;
    } else if (word === '--') onlyOperands = true;
    else if (!onlyOperands && /^-./.test(word)) {
      const [, flag = word, value] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? [];
      const option = optionOf(flag, command);
      if (value !== undefined) give(option?.long ?? flag, value);
      else if (option?.required === true) awaiting = option.long ?? flag;
      lost ||= option === undefined && !/^-\w\w|^-h$|^--help$/.test(word);
    } else {
      const sub = onlyOperands
        ? undefined
        : command.commands.find((known) => [known.name(), ...known.aliases()].includes(word));
      if (sub === undefined) operands.push(word);
      else {
        command = sub;
        await fill(sub);
      }
    }
  }
  return { before: { world, program, command, operands, given, fill }, awaiting, onlyOperands, lost };
};
