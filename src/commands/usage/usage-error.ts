import type { Command, CommanderError } from 'commander';
import { Failure } from '../../core/failure.ts';
import { notOneOf } from '../../core/invalid-value.ts';
import { didYouMean } from '../../core/text/did-you-mean.ts';
import { visibleCommands } from '../shared/context.ts';
import { pathOf, type Vocabulary } from './availability.ts';
import { acceptedOptions, calledCommand, subcommandNamed } from './command-line.ts';
import { rightOperands } from './operands.ts';
import { rightCommand, rightFlag, rightWord } from './right-words.ts';

/** Where commander found an error. */
export interface Mistake extends Vocabulary {
  readonly argv: readonly string[];
}

/** An error of commander as a usage failure, without the value of an unknown flag, which may be a secret. */
export const usageFailure = async (error: CommanderError, mistake: Mistake): Promise<Failure> => {
  const [message = ''] = error.message.split('\n');
  const called = calledCommand(mistake.program);
  const command =
    called.parent === null && error.code === 'commander.unknownOption' ? await namedCommand(mistake) : called;
  const help = `See ${[...pathOf(command), '--help'].join(' ')}`;
  if (error.code === 'commander.unknownOption') return unknownOption(message, command, mistake, help);
  if (error.code === 'commander.unknownCommand' || error.code === 'commander.helpDisplayed') {
    const typed = command.args.map((word) => word.slice(0, MAX_WORD_LENGTH));
    const names = visibleCommands(command).flatMap((known) => [known.name(), ...known.aliases()]);
    const hint = (await rightCommand(typed, command, mistake)) ?? didYouMean(typed[0] ?? '', names) ?? help;
    return new Failure('usage', `unknown command "${typed[0] ?? ''}"`, { hint });
  }
  if (error.code === 'commander.excessArguments') {
    // Beside a profile, the word may be a secret.
    const isSecret = command.parent?.name() === 'profile';
    const hint = (isSecret ? undefined : await rightOperands(command, mistake)) ?? help;
    return new Failure('usage', inOurWords(message), { hint });
  }
  if (error.code === 'commander.help') {
    const hint = mistake.argv.join(' ') === '-v' ? 'For the version: recx --version' : help;
    return new Failure('usage', 'no command given', { hint });
  }
  const [, flag, value = '', argument, choices] =
    /^error: (?:option '(?:-\w, )?(\S+).*?' argument|command-argument value) '(.*)' is invalid(?: for argument '(.*)')?\. Allowed choices are (.*)\.$/s.exec(
      message,
    ) ?? [];
  if (choices !== undefined)
    return withRightWord(notOneOf(flag ?? `<${argument}>`, value, choices.split(', ')), mistake);
  return new Failure('usage', inOurWords(message), { hint: help });
};

const MAX_WORD_LENGTH = 40;

/** A failure about a word that is not valid, with the right word as its hint if people are known to type this one for it. */
export const withRightWord = async (failure: Failure, vocabulary: Vocabulary): Promise<Failure> => {
  const hint = failure.rejected === undefined ? undefined : await rightWord(failure.rejected, vocabulary);
  return hint === undefined ? failure : new Failure(failure.kind, failure.message, { hint });
};

const unknownOption = async (message: string, command: Command, mistake: Mistake, help: string): Promise<Failure> => {
  const [, flag = ''] = /'(--[\w-]{1,40}|-\w)/.exec(message) ?? [];
  if (flag === '--base-url') {
    return new Failure('unsafe', 'the credentials of a profile are only sent to its own server', {
      hint: 'To use another server: recx profile add <name> --provider <provider> --base-url <url>',
    });
  }
  const { argv } = mistake;
  const options = acceptedOptions(command);
  // A short flag may stand in a cluster such as -la.
  const cluster = new RegExp(`^-[A-Za-z]*${flag.slice(1, 2)}`);
  const exact = argv.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  const index = exact === -1 && !flag.startsWith('--') ? argv.findIndex((word) => cluster.test(word)) : exact;
  const place = argv.findIndex((word) => [command.name(), ...command.aliases()].includes(word));
  const isEarly = command.parent !== null && index !== -1 && index < place;
  if (isEarly && options.some(({ long, short }) => flag === long || flag === short)) {
    const hint = `Put it after the command: ${[...pathOf(command), flag].join(' ')}`;
    return new Failure('usage', `unknown option ${flag}`, { hint });
  }
  const word = argv[index] ?? '';
  const [next, ...rest] = index === -1 ? [] : argv.slice(index + 1);
  const following = next?.startsWith('-') === true ? undefined : next;
  const [, attached = following] =
    /^(?:--[^=]*=(.*)|-[A-Za-z](\d+))$/s.exec(word)?.filter((part) => part !== undefined) ?? [];
  const typed = {
    flag,
    value: attached,
    rest,
    argv,
    command: pathOf(command).slice(1).join(' '),
    storedProfiles: mistake.storedProfiles,
  };
  const near = flag.startsWith('--') ? options.flatMap(({ long }) => long ?? []) : [];
  const hint =
    (await rightFlag(typed, command, mistake)) ?? (await ownersOf(flag, mistake)) ?? didYouMean(flag, near) ?? help;
  return new Failure('usage', `unknown option ${flag}`, {
    hint: hint.replace(/^Did you mean "(.*)"\?$/, 'Did you mean $1?'),
  });
};

/** The commands that have a flag, if it is one of another command. */
const ownersOf = async (flag: string, { program, loadCommand }: Vocabulary): Promise<string | undefined> => {
  if (!flag.startsWith('--')) return undefined;
  const owners: string[] = [];
  for (const command of visibleCommands(program)) {
    await loadCommand(command);
    for (const known of [command, ...visibleCommands(command)])
      if (known.options.some(({ long, hidden }) => long === flag && !hidden)) owners.push(pathOf(known).join(' '));
  }
  return owners.length === 0 ? undefined : `${flag} belongs to ${owners.join(', ')}`;
};

/** Commander's other complaints in the form of our messages. */
const inOurWords = (message: string): string => {
  const complaint = message.replace(/^error: /, '');
  for (const [pattern, words] of complaints) if (pattern.test(complaint)) return complaint.replace(pattern, words);
  return complaint.replace(/\.$/, '');
};

const complaints: readonly (readonly [RegExp, string])[] = [
  [/^missing required argument '(.*)'$/, 'missing argument <$1>'],
  [
    /^too many arguments(?: for '(?:.*)')?\. Expected (\d+) arguments? but got (\d+).*$/s,
    'too many arguments: expected at most $1, got $2',
  ],
  [/^option '(?:-\w, )?(--[\w-]+).*' argument missing$/, '$1 requires a value'],
  [
    /^option '(?:-\w, )?(--[\w-]+).*' cannot be used with option '(?:-\w, )?(--[\w-]+).*'$/,
    '$1 and $2 cannot be used together',
  ],
];

/** The innermost command named on the command line, also after flags that the program does not know; with its flags. */
const namedCommand = async ({ argv, program, loadCommand }: Mistake): Promise<Command> => {
  let command = program;
  for (const word of argv) {
    const next = subcommandNamed(word, command);
    if (next === undefined) continue;
    command = next;
    await loadCommand(command);
  }
  return command;
};
