import type { Command, CommanderError } from 'commander';
import { Failure } from '../../core/failure.ts';
import { notOneOf } from '../../core/invalid-value.ts';
import { didYouMean } from '../../core/text/did-you-mean.ts';
import { visibleCommands } from '../shared/context.ts';
import { type Mistake, pathOf } from './availability.ts';
import { acceptedOptions, calledCommand, namedCommand } from './command-line.ts';
import { type Correction, corrected, correctionsIn } from './corrections.ts';
import { isVendor, rightOperands } from './operands.ts';
import { likelyCommand, rightCommand } from './right-command.ts';
import { rightWord } from './right-words.ts';
import { allOf, unknownOption } from './unknown-option.ts';

/** An error of commander as a usage failure, without the value of an unknown flag, which may be a secret. */
export const usageFailure = async (error: CommanderError, mistake: Mistake): Promise<Failure> => {
  const [message = ''] = error.message.split('\n');
  const called = calledCommand(mistake.program);
  const command =
    called.parent === null && error.code === 'commander.unknownOption'
      ? await namedCommand(mistake.argv, mistake)
      : called;
  const help = `See ${[...pathOf(command), '--help'].join(' ')}`;
  if (error.code === 'commander.unknownOption') return unknownOption(message, command, mistake);
  if (error.code === 'commander.unknownCommand' || error.code === 'commander.helpDisplayed') {
    const typed = command.args.map((word) => word.slice(0, MAX_WORD_LENGTH));
    const names = visibleCommands(command).flatMap((known) => [known.name(), ...known.aliases()]);
    const hint =
      (await rightCommand(typed, command, mistake)) ??
      didYouMean(typed[0] ?? '', names) ??
      (command.parent === null ? await likelyCommand(command.args, mistake) : undefined) ??
      allOf(command);
    // A link may be a secret.
    if (/^[a-z]+:\/\//i.test(typed[0] ?? '')) return new Failure('usage', 'a URL is not a command', { hint });
    return new Failure('usage', `unknown command "${typed[0] ?? ''}"`, { hint });
  }
  if (error.code === 'commander.excessArguments') {
    // Beside a profile, the word may be a secret.
    const isSecret = command.parent?.name() === 'profile' && !command.args.slice(1).every(isVendor);
    const hint = (isSecret ? undefined : await rightOperands(command, mistake)) ?? allOf(command);
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
  const hint = (await missingValue(error, mistake)) ?? helpFor(error, command) ?? help;
  return new Failure('usage', inOurWords(message), { hint });
};

/** What was meant by a flag without its value, if people are known to type it so. */
const missingValue = async ({ code, message }: CommanderError, mistake: Mistake): Promise<string | undefined> =>
  code === 'commander.optionMissingArgument' ? rightWord({ name: flagIn(message), word: '' }, mistake) : undefined;

/** The long flag that a message of commander is about. */
const flagIn = (message: string): string => /^error: option '(?:-\w, )?(--[\w-]+)/.exec(message)?.[1] ?? '';

/** What the help of a command says of a flag without its value, or of its arguments; undefined for other errors. */
const helpFor = ({ code, message }: CommanderError, command: Command): string | undefined => {
  if (code === 'commander.conflictingOption') return 'Leave out one of them';
  if (code === 'commander.missingArgument') {
    const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
    const isId = command.registeredArguments.some((argument) => argument.name() === 'id');
    const usage = `Usage: ${pathOf(command).join(' ')} ${command.usage()}${isId ? '; ids are listed with: recx list' : ''}`;
    return choices.length === 0 ? usage : `${usage}, one of ${choices.join(', ')}`;
  }
  const option = acceptedOptions(command).find((known) => known.long === flagIn(message));
  return code !== 'commander.optionMissingArgument' || option === undefined
    ? undefined
    : `${option.flags}: ${option.description}`;
};

const MAX_WORD_LENGTH = 40;

/**
 * A failure about a word that is not valid, with the right word as its hint if people are known to type this one for it. If more
 * is wrong, the hint has all of it.
 */
export const withRightWord = async (failure: Failure, mistake: Mistake): Promise<Failure> => {
  const { rejected } = failure;
  if (rejected === undefined) return failure;
  const all = correctionsIn(mistake.argv, calledCommand(mistake.program));
  const isTemplate = rejected.name === 'placeholder';
  const own = all.filter(
    ({ long, typed }) =>
      long === rejected.name ||
      (long === '--sort' && rejected.name === SORTED_GROUPS) ||
      (isTemplate && typed.includes(`{${rejected.word}}`)),
  );
  const others = all.filter((one) => !own.includes(one));
  const isList = own.some(({ typed }) => typed.includes(','));
  if (own.length > 0 && (isList || isTemplate || others.length > 0)) {
    return new Failure(failure.kind, failure.message, { hint: hintOf(all) });
  }
  const [like] = failure.hint?.startsWith('Did you mean') === true ? [] : own;
  const hint =
    (await rightWord(rejected, mistake)) ??
    (rejected.name === 'help' ? await rightCommand(rejected.word.split(' '), mistake.program, mistake) : undefined) ??
    (like === undefined ? undefined : hintOf([like]));
  const isComplete = /^Use -(?!.*(?:<|…| or |;))/.test(hint ?? failure.hint ?? '');
  const texts = others.map(corrected).join(' ');
  const also = others.length === 0 ? '' : isComplete ? ` ${texts}` : `; ${texts}`;
  return hint === undefined && also === ''
    ? failure
    : new Failure(failure.kind, failure.message, { hint: `${hint ?? failure.hint ?? ''}${also}`.replace(/^; /, '') });
};

const hintOf = (all: readonly Correction[]): string => {
  const texts = all.map(corrected).join(' ');
  return all.some(({ isNear }) => isNear) ? `Did you mean ${texts}?` : `Use ${texts}`;
};

/** What a rejected key of `--sort` of groups is called. */
const SORTED_GROUPS = 'column of groups';

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
