import type { Command } from 'commander';
import { Failure } from '../../core/failure.ts';
import { quote } from '../../core/invalid-value.ts';
import { filters } from '../../core/query.ts';
import { didYouMean } from '../../core/text/did-you-mean.ts';
import { visibleCommands } from '../shared/context.ts';
import { type Mistake, pathOf, placeholderOf, type Vocabulary } from './availability.ts';
import { acceptedOptions, subcommandNamed, unknownFlags } from './command-line.ts';
import { corrected, correctionsIn } from './corrections.ts';
import { flagSynonyms } from './flag-synonyms.ts';
import { optionNamed } from './operands.ts';
import { firstAvailable, ofCommand, rightFlag } from './right-words.ts';
import { type Typed, typedWords } from './values/typed.ts';

/** The subcommands of a command, else its own options, those that filter first: what to choose from where no word is near. */
export const allOf = (command: Command, { filtersFirst = true } = {}): string => {
  const path = pathOf(command).join(' ');
  const commands = visibleCommands(command).map((known) => known.name());
  const own = command.options.filter(({ hidden }) => !hidden).map(({ long, short }) => long ?? short ?? '');
  const isFilter = (flag: string): boolean => filterFlags.includes(flag);
  const options = filtersFirst ? [...own.filter(isFilter), ...own.filter((flag) => !isFilter(flag))] : own;
  const [kind, names] = commands.length > 0 ? ['Commands', commands] : ['Options', options];
  const all = names.length === 0 ? `${path} has no options of its own` : `${kind} of ${path}: ${names.join(', ')}`;
  return `${all}. See ${path} --help`;
};

const filterFlags: readonly string[] = Object.values(filters).map(({ flag }) => flag);

/** The failure for every flag on the command line that the command does not have. */
export const unknownOption = async (message: string, command: Command, mistake: Mistake): Promise<Failure> => {
  const [, reported = ''] = /'(--[\w-]{1,40}|-\d+|-\w)/.exec(message) ?? [];
  const all = unknownFlags(mistake.argv, command);
  // --mtime -1
  const isValue = ({ flag, index }: { readonly flag: string; readonly index: number }): boolean =>
    /^-\d/.test(flag) && all.some((before) => before.index === index - 1);
  const found = all.filter((each) => !isValue(each));
  // Beside a profile, the next word may be a secret.
  const isSecret = command.parent?.name() === 'profile';
  const isKnown = ({ flag }: { readonly flag: string }): boolean =>
    flagSynonyms.some(([keys]) => keys.split(' ').includes(flag));
  const named = isSecret ? found.filter((each, at) => at === 0 || isKnown(each)) : found;
  const unknown = found.length === 0 ? [{ flag: reported, index: -1 }] : named;
  const flags = [...new Set(unknown.map(({ flag }) => flag))];
  if (flags.includes('--base-url')) {
    return new Failure('unsafe', 'the credentials of a profile are only sent to its own server', {
      hint: 'To use another server: recx profile add <name> --provider <provider> --base-url <url>',
    });
  }
  const hints = new Map<string, readonly string[]>();
  for (const { flag, index } of unknown) {
    const spelled = await spelledOut(index, command, mistake);
    const name = spelled === undefined ? flag : (mistake.argv[index]?.split('=')[0] ?? flag);
    const hint = spelled ?? (await hintFor(flag, index, command, mistake)) ?? '';
    hints.set(hint, [...new Set([...(hints.get(hint) ?? []), name])]);
  }
  const names = [...new Set([...hints.values()].flat())];
  const words = [...hints.keys()].map((hint) => /^Use (-(?!.*(?:<|…| or )).*)$/.exec(hint)?.[1]);
  const given = words.flatMap((text) => text?.split(' ').filter((word) => word.startsWith('-')) ?? []);
  // --csv --json
  const isClear = !words.includes(undefined) && new Set(given).size === given.length;
  const together = isClear ? `Use ${words.join(' ')}` : undefined;
  const wrong = isSecret ? [] : correctionsIn(mistake.argv, command);
  const texts = [...hints]
    // What there is to choose from comes last, since it is long.
    .sort(([one], [other]) => Number(one === '') - Number(other === ''))
    .map(([hint, those]) => {
      const text = hint === '' ? allOf(command, { filtersFirst: false }) : hint;
      return hints.size === 1 || text.startsWith(those.join(', ')) ? text : `${those.join(', ')}: ${text}`;
    });
  const values = wrong.map(corrected).join(' ');
  const also = wrong.map(({ flag, typed }) => `, and ${flag} ${quote(typed)} is not valid`).join('');
  return new Failure('usage', `unknown ${names.length === 1 ? 'option' : 'options'} ${names.join(', ')}${also}`, {
    hint:
      together === undefined
        ? [...texts, ...(values === '' ? [] : [values])].join('; ')
        : `${together} ${values}`.trim(),
  });
};

/** The hint for a long flag with a single dash, as psql, sqlite and Java have: `-json`. */
const spelledOut = async (index: number, command: Command, mistake: Mistake): Promise<string | undefined> => {
  const [, flag, attached = ''] = /^-([a-z][a-z-]{2,30})(=.*)?$/s.exec(mistake.argv[index] ?? '') ?? [];
  if (flag === undefined) return undefined;
  const option = acceptedOptions(command).find(({ long }) => long === `--${flag}`);
  if (option !== undefined) {
    const next = mistake.argv[index + 1];
    const value = attached === '' ? (next?.startsWith('-') === true ? undefined : next) : attached.slice(1);
    const text = option.required ? `--${flag} <${placeholderOf(option)}>` : `--${flag}`;
    return firstAvailable([text], typedWords(mistake, { value }), command, mistake);
  }
  const argv = mistake.argv.with(index, `--${flag}${attached}`);
  return flagSynonyms.some(([keys]) => keys.split(' ').includes(`--${flag}`))
    ? hintFor(`--${flag}`, index, command, { ...mistake, argv })
    : undefined;
};

const hintFor = async (
  flag: string,
  index: number,
  command: Command,
  mistake: Mistake,
): Promise<string | undefined> => {
  const { argv } = mistake;
  const [next, ...rest] = index === -1 ? [] : argv.slice(index + 1);
  const following = /^-(?!\d)/.test(next ?? '') ? undefined : next;
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
  const hint =
    (await rightFlag(typed, command, mistake)) ??
    (await ownersOf(flag, mistake)) ??
    (await optionNamed(flag, command, mistake)) ??
    (await elsewhere(typed, mistake)) ??
    didYouMean(flag, near);
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

/** The command and its flag that are meant by one of another program, if the command on the line has none like it. */
const elsewhere = async (typed: Typed, mistake: Mistake): Promise<string | undefined> => {
  const isOfFolder = ['report', 'verify'].includes(typed.command);
  for (const name of isOfFolder ? ['download', 'list'] : ['list', 'export', 'download', 'stats']) {
    const command = subcommandNamed(name, mistake.program);
    if (command === undefined || name === typed.command) continue;
    await mistake.loadCommand(command);
    const hint =
      (await rightFlag({ ...typed, command: name }, command, mistake)) ??
      (await optionNamed(typed.flag, command, mistake));
    const [, options] = /^Use (-.*)$/.exec(hint ?? '') ?? [];
    if (options !== undefined) return ofCommand(`Use ${pathOf(command).join(' ')}`, options);
  }
  return undefined;
};
