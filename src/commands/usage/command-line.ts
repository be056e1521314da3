import type { Command, Option } from 'commander';
import { Failure } from '../../core/failure.ts';
import { quote, separateIds } from '../../core/invalid-value.ts';

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
      rejected: { name: flag, word: '' },
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
  const words = (end === -1 ? args : args.filter((typed) => argv.indexOf(typed) < end)).flatMap(separateIds);
  const word = words.find(isNoId);
  if (word === undefined) return;
  const { aloneHint, callHint, idWithin, isAddress } = await import('../../core/text/id-within.ts'); // rarely needed
  // get call 5b08…, get recording RE…
  const other = words.find((typed) => !isNoId(typed));
  const id = idWithin(word) ?? (/^(?:recording|call)s?$/i.test(word) ? other : undefined);
  const isOfCall = /^calls?$/i.test(word) && id !== undefined && !/^RE[\da-f]/i.test(id);
  const hint =
    id === undefined ? 'Ids are listed with: recx list' : isOfCall ? callHint(id) : aloneHint(id, command.name());
  // A link may be a secret.
  if (isAddress(word)) throw new Failure('usage', 'a URL is not an id', { hint });
  if (id !== undefined) throw new Failure('usage', `${quote(word)} is not an id`, { hint });
  // last week
  const next = words[words.indexOf(word) + 1] ?? '';
  const period = /^(?:week|month|year)$/i.test(next) ? `${word} ${next}` : word;
  throw new Failure('usage', `${quote(period)} is not an id`, { rejected: { name: '<id>', word: period } });
};

const noId = new RegExp(
  [
    /^(?:first|last|latest|newest|recent|all|everything|recordings?|calls?|list)$/,
    /^[a-z][a-z\d+.-]*:\/\/|\.(?:mp3|mp4|wav)$/,
    // a folder, a profile in the manner of rclone, a time, a call or a conference
    /^(?:\.{1,2}|~)?\/[\w./~-]*$|^\.{1,2}$|^[\w-]+\/$|^[\w-]+:$/,
    // a piece of JSON
    /^\[?\{/,
    /^\d{4}-\d\d(?:-\d\d)?$|^(?:today|yesterday)$|^C[AF][\da-f]{32}$/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

/** Whether a word can be no id. */
export const isNoId = (word: string): boolean => noId.test(word);

/** A subcommand by its name or an alias. */
export const subcommandNamed = (word: string, command: Command): Command | undefined =>
  command.commands.find((known) => known.name() === word || known.aliases().includes(word));

/** A command named on a command line, and the words that name it. */
interface NamedCommand {
  readonly command: Command;
  readonly start: number;
  readonly end: number;
}

/** Every word of a command line that may be the first one of a command, with the subcommands after it; their flags are loaded. */
async function* commandsNamed(
  argv: readonly string[],
  { program, loadCommand }: LoadedProgram,
): AsyncGenerator<NamedCommand> {
  for (const [start, word] of argv.entries()) {
    if (word === '--') return;
    let command = program;
    let end = start;
    for (let next = subcommandNamed(word, program); next !== undefined; next = subcommandNamed(argv[end] ?? '', next)) {
      command = next;
      end++;
      await loadCommand(command);
    }
    if (end > start) yield { command, start, end };
  }
}

/** A program whose commands get their flags on demand. */
interface LoadedProgram {
  readonly program: Command;
  loadCommand(command: Command): Promise<void>;
}

/** The command line with the command before its options, which may be typed in front of it: `-p demo list` is `list -p demo`. */
export const commandFirst = async (argv: readonly string[], loaded: LoadedProgram): Promise<readonly string[]> => {
  if (argv[0]?.startsWith('-') !== true) return argv;
  for await (const { command, start, end } of commandsNamed(argv, loaded)) {
    const before = argv.slice(0, start);
    if (areOptions(before, command)) return [...argv.slice(start, end), ...before, ...argv.slice(end)];
  }
  return argv;
};

/** The command on a command line that has most of its flags, also after flags that nothing has; else the program. */
export const namedCommand = async (argv: readonly string[], loaded: LoadedProgram): Promise<Command> => {
  let best = { command: loaded.program, unknown: Number.POSITIVE_INFINITY };
  for await (const { command, start } of commandsNamed(argv, loaded)) {
    const unknown = unknownFlags(argv, command).length;
    const isValue = flagAwaitingValue(argv[start - 1] ?? '', command) !== undefined;
    if (!isValue && unknown < best.unknown) best = { command, unknown };
  }
  return best.command;
};

/** Whether words are options of a command and their values, and nothing else. */
const areOptions = (words: readonly string[], command: Command): boolean => {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (unknownFlagIn(word, command) !== undefined || !/^-./.test(word)) return false;
    if (flagAwaitingValue(word, command) !== undefined && ++index === words.length) return false;
  }
  return true;
};

/** The flags on a command line that a command does not have, each with its place. */
export const unknownFlags = (
  argv: readonly string[],
  command: Command,
): readonly { readonly flag: string; readonly index: number }[] => {
  const found: { flag: string; index: number }[] = [];
  for (let index = 0; index < argv.length && argv[index] !== '--'; index++) {
    const word = argv[index] ?? '';
    const flag = /^-./.test(word) ? unknownFlagIn(word, command) : undefined;
    if (flag !== undefined) found.push({ flag, index });
    else if (flagAwaitingValue(word, command) !== undefined) index++;
    // The word after it may be a secret that begins with a dash.
    if (flag !== undefined && !word.includes('=') && SECRET_FLAG.test(flag)) index++;
  }
  return found;
};

const SECRET_FLAG = /tok|key|secret|pass|auth|cred|bearer|pat\b|^-u$/;

/** The flag of a word that a command does not have: a long one, or the first unknown letter of a cluster such as `-la`. */
const unknownFlagIn = (word: string, command: Command): string | undefined => {
  const options = acceptedOptions(command);
  const [, long] = /^(--[\w-]{1,40})/.exec(word) ?? [];
  if (long !== undefined) return options.some((option) => option.long === long) ? undefined : long;
  // head -5
  if (/^-\d+$/.test(word)) return word;
  for (const letter of word.slice(1)) {
    const option = options.find(({ short }) => short === `-${letter}`);
    if (option === undefined) return `-${letter}`;
    if (option.required) return undefined;
  }
  return undefined;
};

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
