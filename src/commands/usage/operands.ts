import type { Command } from 'commander';
import { recordingColumns } from '../../core/call-columns.ts';
import { mediaUrlColumn, rawColumn } from '../../core/columns.ts';
import { directions, kinds, statuses } from '../../core/recording.ts';
import { groupingKeys } from '../../core/stats/group-by.ts';
import { shellQuote } from '../../core/text/shell-quote.ts';
import { formatNames } from '../../formats/index.ts';
import { definitions, vendors } from '../../providers/index.ts';
import type { Vocabulary } from './availability.ts';
import { firstAvailable } from './right-words.ts';
import { typedWords } from './typed.ts';

/** The hint for words that a command does not accept, by the form of the first of them; undefined if it has no known form. */
export const rightOperands = async (command: Command, vocabulary: Vocabulary): Promise<string | undefined> => {
  const typed = command.args.slice(command.registeredArguments.length);
  const available = (texts: readonly string[]): Promise<string | undefined> =>
    firstAvailable(texts, typedWords(vocabulary), command, vocabulary);
  const fields = [command.opts().fields].flat().filter((list) => typeof list === 'string');
  const keys = [...fields.flatMap((list) => list.split(',')), ...typed].map((word) => word.replace(/,$/, ''));
  // --fields id from
  if (keys.length > 1 && keys.every((key) => fieldKeys.includes(key))) return available([`--fields ${keys.join(',')}`]);
  const stored = await vocabulary.storedProfiles();
  if (typed.length > 0 && typed.every((word) => stored.includes(word))) return available([`-p ${typed.join(',')}`]);
  const words = [typed.join(' '), typed[0] ?? ''];
  for (const word of words) {
    const texts = forms.flatMap(([isForm, ...instead]) => (isForm(word.toLowerCase()) ? instead : []));
    const hint = await available(texts.map((text) => text.replaceAll('{}', shellQuote(word))));
    if (hint !== undefined) return hint;
  }
  return undefined;
};

const fieldKeys = [...recordingColumns, mediaUrlColumn, rawColumn].map(({ key }) => key);

const oneOf =
  (words: readonly string[]) =>
  (word: string): boolean =>
    words.includes(word);
const matching =
  (form: RegExp) =>
  (word: string): boolean =>
    form.test(word);

const STATS_OF_FILE = '[stats] stats reads an account; for a file there are programs such as mlr and sqlite3';

/** Forms of words, and the flags or commands that take them. */
const forms: readonly (readonly [isForm: (word: string) => boolean, ...instead: readonly string[]])[] = [
  [matching(/^[1-9]\d{0,4}$/), '--limit {}'],
  [oneOf(['yesterday', 'today']), '--since {} --until {}'],
  [matching(/^\d{4}-\d\d-\d\d$/), '--since {} --until {}'],
  [matching(/^(?:\d{1,4}[smhdw])+$/), '--since {}'],
  [matching(/^\+?\d{7,15}\*?$|^\+\d{1,15}\*?$|^sip:[\w.@-]+$/), '--from {} or --to {}'],
  [oneOf(groupingKeys), '--by {}'],
  [oneOf(fieldKeys), '--fields {}'],
  [oneOf(formatNames), '--output {}'],
  [oneOf(statuses), '--status {}'],
  [oneOf(kinds), '--kind {}'],
  [oneOf(directions), '--direction {}'],
  [oneOf(vendors.map(({ name }) => name)), '--provider {}'],
  [oneOf(definitions.map(({ api }) => api)), '--api {}'],
  [oneOf(['demo']), '--profile demo'],
  [oneOf(['all', 'everything']), '--all'],
  [matching(/^[\w./~-]*\.(?:csv|json|ndjson|jsonl|tsv)(?:\.gz)?$/), '--out {}', STATS_OF_FILE, 'recx export --out {}'],
  [matching(/^[\w./~-]*\.html?$/), '--out {}'],
  [matching(/^(?=.*\d)[\w-]{8,64}$/), 'recx get {}'],
  // -q .[]
  [matching(/^\.(?:\[|\w|$)/), 'Pipe JSON into jq: recx {command} -o json'],
];
