import type { Command } from 'commander';
import { Failure } from '../../core/failure.ts';
import { filters } from '../../core/query.ts';
import { didYouMean } from '../../core/text/did-you-mean.ts';
import { visibleCommands } from '../shared/context.ts';
import { pathOf, type Vocabulary } from './availability.ts';
import { acceptedOptions, unknownFlags } from './command-line.ts';
import { rightFlag } from './right-words.ts';

/** Where commander found an error. */
export interface Mistake extends Vocabulary {
  readonly argv: readonly string[];
}

/** The subcommands of a command, else its own options, those that filter first: what to choose from where no word is near. */
export const allOf = (command: Command, { filtersFirst = true } = {}): string => {
  const path = pathOf(command).join(' ');
  const commands = visibleCommands(command).map((known) => known.name());
  const own = command.options.filter(({ hidden }) => !hidden).map(({ long, short }) => long ?? short ?? '');
  const isFilter = (flag: string): boolean => filterFlags.includes(flag);
  const options = filtersFirst ? [...own.filter(isFilter), ...own.filter((flag) => !isFilter(flag))] : own;
  const [kind, names] = commands.length > 0 ? ['Commands', commands] : ['Options', options];
  return `${names.length === 0 ? '' : `${kind} of ${path}: ${names.join(', ')}. `}See ${path} --help`;
};

const filterFlags: readonly string[] = Object.values(filters).map(({ flag }) => flag);

/** The failure for every flag on the command line that the command does not have. */
export const unknownOption = async (message: string, command: Command, mistake: Mistake): Promise<Failure> => {
  const [, reported = ''] = /'(--[\w-]{1,40}|-\w)/.exec(message) ?? [];
  const found = unknownFlags(mistake.argv, command);
  // Beside a profile, the next word may be a secret.
  const isSecret = command.parent?.name() === 'profile';
  const unknown = found.length === 0 ? [{ flag: reported, index: -1 }] : isSecret ? found.slice(0, 1) : found;
  const flags = [...new Set(unknown.map(({ flag }) => flag))];
  if (flags.includes('--base-url')) {
    return new Failure('unsafe', 'the credentials of a profile are only sent to its own server', {
      hint: 'To use another server: recx profile add <name> --provider <provider> --base-url <url>',
    });
  }
  const hints = new Map<string, readonly string[]>();
  for (const { flag, index } of unknown) {
    const hint = await hintFor(flag, index, command, mistake);
    const others = hints.get(hint ?? '') ?? [];
    if (!others.includes(flag)) hints.set(hint ?? '', [...others, flag]);
  }
  const texts = [...hints]
    // What there is to choose from comes last, since it is long.
    .sort(([one], [other]) => Number(one === '') - Number(other === ''))
    .map(([hint, names]) => {
      const text = hint === '' ? allOf(command, { filtersFirst: false }) : hint;
      return hints.size === 1 || text.startsWith(names.join(', ')) ? text : `${names.join(', ')}: ${text}`;
    });
  return new Failure('usage', `unknown ${flags.length === 1 ? 'option' : 'options'} ${flags.join(', ')}`, {
    hint: texts.join('; '),
  });
};

const hintFor = async (
  flag: string,
  index: number,
  command: Command,
  mistake: Mistake,
): Promise<string | undefined> => {
  const { argv } = mistake;
  const [next, ...rest] = index === -1 ? [] : argv.slice(index + 1);
  const following = next?.startsWith('-') === true ? undefined : next;
  const [, attached = following] =
    /^(?:--[^=]*=(.*)|-[A-Za-z](\d+))$/s.exec(argv[index] ?? '')?.filter((part) => part !== undefined) ?? [];
  const typed = {
    flag,
    value: attached,
    rest,
    argv,
    command: pathOf(command).slice(1).join(' '),
    storedProfiles: mistake.storedProfiles,
  };
  const near = flag.startsWith('--') ? acceptedOptions(command).flatMap(({ long }) => long ?? []) : [];
  const hint = (await rightFlag(typed, command, mistake)) ?? (await ownersOf(flag, mistake)) ?? didYouMean(flag, near);
  return hint?.replace(/^Did you mean "(.*)"\?$/, 'Did you mean $1?');
};

/** The commands that have a flag, if it is one of another command. */
const ownersOf = async (flag: string, { program, loadCommand }: Vocabulary): Promise<string | undefined> => {
  const owners: string[] = [];
  for (const command of visibleCommands(program)) {
    await loadCommand(command);
    for (const known of [command, ...visibleCommands(command)])
      if (known.options.some(({ long, short, hidden }) => (long === flag || short === flag) && !hidden))
        owners.push(pathOf(known).join(' '));
  }
  return owners.length === 0 ? undefined : `${flag} belongs to ${owners.join(', ')}`;
};
