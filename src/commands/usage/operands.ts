import type { Command } from 'commander';
import { everyColumn } from '../../core/call-columns.ts';
import { valuesOf } from '../../core/invalid-value.ts';
import { directions, kinds, statuses } from '../../core/recording.ts';
import { groupingKeys } from '../../core/stats/group-by.ts';
import { fieldKey } from '../../core/text/field-names.ts';
import { shellQuote } from '../../core/text/shell-quote.ts';
import { formatNames } from '../../formats/index.ts';
import { definitions, vendors } from '../../providers/index.ts';
import { type Mistake, placeholderOf } from './availability.ts';
import { acceptedOptions } from './command-line.ts';
import { firstAvailable, placeholderIn, rightFlag } from './right-words.ts';
import { fitted } from './values/placeholders.ts';
import { typedWords } from './values/typed.ts';

/** The hint for words that a command does not accept, by the form of the first of them; undefined if it has no known form. */
export const rightOperands = async (command: Command, mistake: Mistake): Promise<string | undefined> => {
  const typed = command.args.slice(command.registeredArguments.length);
  const available = (texts: readonly string[]): Promise<string | undefined> =>
    firstAvailable(texts, typedWords(mistake), command, mistake);
  const fields = [command.opts().fields].flat().filter((list) => typeof list === 'string');
  const keys = [...fields.flatMap((list) => list.split(',')), ...typed].map((word) => word.replace(/,$/, ''));
  // --fields id from
  const keyOf = fields.length === 0 ? (word: string): string => word : fieldKey;
  if (keys.length > 1 && keys.every((key) => fieldKeys.includes(keyOf(key))))
    return available([`--fields ${keys.join(',')}`]);
  const stored = await mistake.storedProfiles();
  if (typed.length > 0 && typed.every((word) => stored.includes(word)))
    return available([`-p ${typed.join(',')}`, `[providers] recx profile check ${typed.join(' ')}`]);
  const conjunction = typed[0]?.toLowerCase();
  if (typed.length === 1 && (conjunction === 'or' || conjunction === '||')) return EITHER;
  if (typed.length === 1 && (conjunction === 'and' || conjunction === '&&'))
    return 'Not needed: every filter has to match, also without "and"';
  // export csv -o week.csv
  const [file] = [...valuesOf('-o', mistake.argv), ...valuesOf('--output', mistake.argv)].filter((value) =>
    fitted('file', value),
  );
  if (file !== undefined && oneOf(formatNames)((typed[0] ?? '').toLowerCase())) {
    const word = typedWords(mistake, { value: file, argv: mistake.argv });
    const hint = await firstAvailable(['[list|export] {exported}'], word, command, mistake);
    if (hint !== undefined) return hint;
  }
  const continued = continuedValue(command, mistake.argv, typed);
  if (continued !== undefined) return `Use ${continued}`;
  return (
    (await optionFor(typed.join(' '), command, mistake)) ??
    (await optionsIn(typed, command, mistake)) ??
    optionFor(typed[0] ?? '', command, mistake)
  );
};

/** The hint for words that read as options without their dashes: `from +14155550100 since yesterday`, `by month`. */
const optionsIn = async (words: readonly string[], command: Command, mistake: Mistake): Promise<string | undefined> => {
  const found: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const [word = '', next, second] = words.slice(index);
    const flag = `--${word.toLowerCase()}`;
    const option = acceptedOptions(command).find(({ long, required }) => long === flag && required);
    const placeholder = option === undefined ? '' : placeholderIn(flag, placeholderOf(option));
    const two = second === undefined ? undefined : fitted(placeholder, `${next} ${second}`);
    const value = two ?? fitted(placeholder, next);
    if (value !== undefined) {
      found.push(`${flag} ${shellQuote(value)}`);
      index += two === undefined ? 1 : 2;
      continue;
    }
    const typed = typedWords(mistake, { flag, value: next, rest: words.slice(index + 2), argv: words });
    const meant = await rightFlag(typed, command, mistake);
    const alone = await rightFlag({ ...typed, value: undefined }, command, mistake);
    const isBetween = prepositions.includes(word.toLowerCase());
    const hint = meant ?? (isBetween ? undefined : await optionFor(word, command, mistake));
    const [, options] = /^Use (-(?!.*(?:<|…| or )).*)$/.exec(hint ?? '') ?? [];
    if (options !== undefined) found.push(options);
    else if (!isBetween) return undefined;
    if (meant !== undefined && meant !== alone) index++;
  }
  return found.length === 0 ? undefined : `Use ${found.join(' ')}`;
};

const prepositions = ['to', 'in', 'into', 'as', 'by', 'per', 'where', 'with', 'for', 'of', 'on', 'and', 'from', 'the'];

/** The hint for a word by its form: the flag that takes it, or another command. */
export const optionFor = async (word: string, command: Command, mistake: Mistake): Promise<string | undefined> => {
  const [, remote] = /^([\w-]{1,40}):$/.exec(word) ?? [];
  if (remote !== undefined && (remote === 'demo' || (await mistake.storedProfiles()).includes(remote)))
    return firstAvailable([`-p ${remote}`], typedWords(mistake), command, mistake);
  // -5 is 5
  const value = shellQuote(word.replace(/^-(?=\d+$)/, ''));
  const texts = forms.flatMap(([isForm, ...instead]) => (isForm(word.toLowerCase()) ? instead : []));
  const meant = synonymous.flatMap(([placeholder, text]) => {
    const read = /^[a-z_]+$/i.test(word) ? fitted(placeholder, word) : undefined;
    return read === undefined ? [] : text.replace('{}', read);
  });
  const filled = [...texts.map((text) => text.replaceAll('{}', value)), ...meant];
  const typed = typedWords(mistake, { value: word, argv: mistake.argv });
  return firstAvailable(filled, typed, command, mistake);
};

/** The hint for a flag that no synonym has, by the form of its name: `--failed` is `--status failed`. */
export const optionNamed = async (flag: string, command: Command, mistake: Mistake): Promise<string | undefined> => {
  const hint = flag.startsWith('--') ? await optionFor(flag.slice(2), command, mistake) : undefined;
  return hint?.startsWith('Use -') === true ? hint : undefined;
};

/** A flag whose value goes on in the words after it: `--since yesterday 9am`, `--status failed paused`. */
const continuedValue = (command: Command, argv: readonly string[], typed: readonly string[]): string | undefined => {
  for (const [index, word] of argv.entries()) {
    const option = acceptedOptions(command).find(({ long, short }) => word === long || word === short);
    const value = argv[index + 1];
    if (option?.required !== true || value === undefined || argv[index + 2] !== typed[0]) continue;
    for (let count = typed.length; count > 0; count--)
      for (const separator of [' ', ',']) {
        const more = typed.slice(0, count).filter((one) => !/^(?:and|or)$/i.test(one));
        const all = [value, ...more].join(separator);
        const read = fitted(placeholderIn(option.long, placeholderOf(option)), all);
        if (read !== undefined) return `${word} ${shellQuote(read)}`;
      }
  }
  return undefined;
};

const fieldKeys = everyColumn.map(({ key }) => key);

const oneOf =
  (words: readonly string[]) =>
  (word: string): boolean =>
    words.includes(word);
const matching =
  (form: RegExp) =>
  (word: string): boolean =>
    form.test(word);

/** Whether a word is the name of a provider. */
export const isVendor = (word: string): boolean => vendors.some(({ name }) => name === word);

const EITHER =
  'Several filters match together; for one or the other: two runs. Several values of one filter: with commas';

const STATS_OF_FILE = '[stats] stats reads an account; for a file there are programs such as mlr and sqlite3';

/** Placeholders whose valid words have synonyms, and the flags that take them. */
const synonymous: readonly (readonly [placeholder: string, text: string])[] = [
  ['groupings', '--by {}'],
  ['kind', '--kind {}'],
  ['status', '--status {}'],
];

/** Forms of words, and the flags or commands that take them. */
const forms: readonly (readonly [isForm: (word: string) => boolean, ...instead: readonly string[]])[] = [
  [matching(/^-?[1-9]\d{0,4}$/), '--limit {}'],
  [oneOf(['recording', 'recordings', 'records']), 'Every command is about recordings: leave the word out'],
  [matching(/^(?:last|this) (?:week|month|year)$/), '--since {} --until {}'],
  [matching(/^(?:list|ls|get|stats|download|export|browse)$/), '[demo] recx {} -p demo'],
  [oneOf(['-']), '[list|export|stats] Standard output is the default: leave out the -'],
  [oneOf(['excel', 'xlsx']), '--output <format:csv> --excel'],
  [matching(/^[a-z][a-z\d]*:\/\//), 'Files are local; a program such as rclone copies them elsewhere'],
  [oneOf(['yesterday', 'today']), '--since {} --until {}'],
  [matching(/^\d{4}-\d\d-\d\d$/), '--since {} --until {}'],
  [matching(/^(?:\d{1,4}[smhdw])+$/), '--since {}'],
  [matching(/^\+?\d{7,15}\*?$|^\+\d{1,15}\*?$|^sip:[\w.@-]+$/), '--from {} or --to {}'],
  [oneOf(groupingKeys), '--by {}'],
  [oneOf(fieldKeys), '--fields {}'],
  [oneOf(formatNames), '--output <format:{}>'],
  [oneOf(statuses), '--status {}'],
  [oneOf(kinds), '--kind {}'],
  [oneOf(directions), '--direction {}'],
  [isVendor, '--provider {}', '[providers] Leave the name out, all are shown; to test credentials: recx profile check'],
  [matching(/^(?:\d{4}-?)?(?:q[1-4]|w\d\d?)$/), '{period}'],
  [oneOf(definitions.map(({ api }) => api)), '--api {}'],
  [oneOf(['demo']), '--profile demo'],
  [oneOf(['all', 'everything']), '--all'],
  [matching(/^[\w./~-]*\.(?:csv|json|ndjson|jsonl|tsv)(?:\.gz)?$/), '--out {}', STATS_OF_FILE, 'recx export --out {}'],
  [matching(/^[\w./~-]*\.(?:xlsx?|ods)$/), '[list|export] {exported}', 'recx export --out calls.csv --excel'],
  [matching(/^[\w./~-]*\.html?$/), '--out {}'],
  [matching(/^(?:\.{1,2}|~)?\/[\w./~-]*$|^\.{1,2}$|^[\w-]+\/$/), '--dir {}'],
  [
    matching(/^(?=.*\d)[\w-]{8,64}$/),
    '[browse] The list is searched with /: type the id there, then p plays',
    'recx get {}',
  ],
  [matching(/^[a-z][\w-]{0,20}$/), '[providers] recx profile check {}'],
  // -q .[]
  [matching(/^\.(?:\[|\w|$)/), 'Pipe JSON into jq: recx {command} -o json'],
];
