import type { Command, CommanderError } from 'commander';
import { Failure } from '../../core/failure.ts';
import { notOneOf } from '../../core/invalid-value.ts';
import { didYouMean } from '../../core/text/did-you-mean.ts';
import { visibleCommands } from './context.ts';

/** An error of commander as a usage failure, without the value of an unknown flag, which may be a secret. */
export const usageFailure = ({ code, message }: CommanderError, argv: readonly string[], program: Command): Failure => {
  const [first = '', suggestion] = message.split('\n');
  const command = commandOf(argv, program);
  const help = `See ${[...ancestry(command), '--help'].join(' ')}`;
  if (code === 'commander.unknownOption') {
    const [, flag = ''] = /'(--[\w-]{1,40}|-\w)/.exec(first) ?? [];
    if (flag === '--base-url') {
      return new Failure('unsafe', 'the credentials of a profile are only sent to its own server', {
        hint: 'To use another server: recx profile add <name> --provider <provider> --base-url <url>',
      });
    }
    const index = argv.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
    const isEarly = command.parent !== null && index !== -1 && index < argv.indexOf(command.name());
    const after = isEarly ? `Put it after the command: ${[...ancestry(command), flag].join(' ')}` : undefined;
    return new Failure('usage', `unknown option ${flag}`, {
      hint: suggestion?.replaceAll(/[()]/g, '') ?? after ?? help,
    });
  }
  if (code === 'commander.unknownCommand') {
    const [, word = ''] = /'(.{1,40})/s.exec(first) ?? [];
    const typed = word.replace(/'$/, '');
    const names = visibleCommands(command).map((known) => known.name());
    return new Failure('usage', `unknown command "${typed}"`, { hint: didYouMean(typed, names) ?? help });
  }
  const [, flag, value = '', argument, choices] =
    /^error: (?:option '(\S+).*?' argument|command-argument value) '(.*)' is invalid(?: for argument '(.*)')?\. Allowed choices are (.*)\.$/s.exec(
      first,
    ) ?? [];
  if (choices !== undefined) return notOneOf(flag ?? `<${argument}>`, value, choices.split(', '));
  return new Failure('usage', inOurWords(first.replace(/^error: /, '')), { hint: help });
};

/** Commander's other complaints in the form of our messages. */
const inOurWords = (message: string): string => {
  for (const [pattern, words] of complaints) if (pattern.test(message)) return message.replace(pattern, words);
  return message.replace(/\.$/, '');
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

/** The innermost command named on the command line. */
const commandOf = (argv: readonly string[], program: Command): Command =>
  argv.reduce((command, word) => command.commands.find((known) => known.name() === word) ?? command, program);

const ancestry = (command: Command): readonly string[] =>
  command.parent === null ? [command.name()] : [...ancestry(command.parent), command.name()];
