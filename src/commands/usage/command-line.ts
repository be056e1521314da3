import type { Command, Option } from 'commander';
import { Failure } from '../../core/failure.ts';
import { quote } from '../../core/invalid-value.ts';

/**
 * Throws a usage failure if the word after a flag that requires a value looks like a flag itself: the value is missing, and
 * commander would take the flag for it. `--flag=value` accepts any value. The commands have their flags already.
 */
export const checkValues = (argv: readonly string[], program: Command): void => {
  let command = program;
  let mayDescend = true;
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--') return;
    if (!/^-./.test(word)) {
      const next: Command | undefined = mayDescend ? subcommandNamed(word, command) : undefined;
      mayDescend = next !== undefined;
      command = next ?? command;
      continue;
    }
    const flag = flagAwaitingValue(word, command);
    if (flag === undefined) continue;
    index++;
    const value = argv[index];
    if (value === undefined || !isFlag(value, command)) continue;
    throw new Failure('usage', `${flag} requires a value`, {
      hint: `"${value.slice(0, 40)}" is read as a flag; to use it as the value: ${flag}=<value>`,
    });
  }
};

/**
 * Throws a usage failure for an id that can be none: a word such as `latest`, a URL, or the name of a media file. It would cost
 * a request, and end as a recording that does not exist. After `--`, every word is an id.
 */
export const checkIds = async (command: Command, argv: readonly string[]): Promise<void> => {
  const { registeredArguments, args } = command;
  if (!registeredArguments.some((argument) => argument.name() === 'id')) return;
  const end = argv.indexOf('--');
  const words = end === -1 ? args : args.filter((typed) => argv.indexOf(typed) < end);
  const word = words.find((typed) => noId.test(typed));
  if (word === undefined) return;
  const { aloneHint, idWithin, isAddress } = await import('../../core/text/id-within.ts'); // rarely needed
  const id = idWithin(word);
  const hint = id === undefined ? 'Ids are listed with: recx list' : aloneHint(id, command.name());
  // A link may be a secret.
  if (isAddress(word)) throw new Failure('usage', 'a URL is not an id', { hint });
  if (id !== undefined) throw new Failure('usage', `${quote(word)} is not an id`, { hint });
  throw new Failure('usage', `${quote(word)} is not an id`, { rejected: { name: '<id>', word } });
};

const noId =
  /^(?:first|last|latest|newest|recent|all|recordings?|calls?|list)$|^[a-z][a-z\d+.-]*:\/\/|\.(?:mp3|mp4|wav)$/i;

/** A subcommand by its name or an alias. */
export const subcommandNamed = (word: string, command: Command): Command | undefined =>
  command.commands.find((known) => known.name() === word || known.aliases().includes(word));

/** The innermost command that was called, with its flags. */
export const calledCommand = (command: Command): Command => {
  const next = subcommandNamed(command.args[0] ?? '', command);
  return next === undefined ? command : calledCommand(next);
};

/** Whether the called command has subcommands and got a word that is none: commander ignores it beside `--help`. */
export const hasUnknownCommand = (program: Command): boolean => {
  const { commands, args } = calledCommand(program);
  return commands.length > 0 && args[0] !== undefined && !args[0].startsWith('-');
};

/** The options of a command and of its parents, which it accepts as well. */
export const acceptedOptions = (command: Command): readonly Option[] => [
  ...command.createHelp().visibleOptions(command),
  ...(command.parent === null ? [] : acceptedOptions(command.parent)),
];

/** The long name of the flag in a word that takes the next word as its value: `--dir`, `-n`, or the last of `-qn`. */
const flagAwaitingValue = (word: string, command: Command): string | undefined => {
  const options = acceptedOptions(command);
  const exact = options.find(({ long, short }) => word === long || word === short);
  if (exact !== undefined) return exact.required ? (exact.long ?? word) : undefined;
  if (word.startsWith('--')) return undefined;
  for (let place = 1; place < word.length; place++) {
    const option = options.find(({ short }) => short === `-${word[place]}`);
    if (option === undefined) return undefined;
    if (option.required) return place === word.length - 1 ? (option.long ?? word) : undefined;
  }
  return undefined;
};

/** A short flag that the command has, or any word in the form of a long one; a value such as `-created_at` is none. */
const isFlag = (word: string, command: Command): boolean =>
  /^--(?:[a-z][\w-]*(?:=.*)?)?$/is.test(word) || acceptedOptions(command).some(({ short }) => short === word);
