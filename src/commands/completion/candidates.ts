import type { Command } from 'commander';
import { directions, kinds, mediaFormats, statuses } from '../../core/recording.ts';
import { groupingKeys } from '../../core/stats/group-by.ts';
import { formatHelp, formatNames } from '../../formats/index.ts';
import type { Runtime } from '../../system/runtime.ts';
import { topics } from '../help/topics/index.ts';
import { visibleCommands } from '../shared/context.ts';

/** A word that can complete the command line. */
export interface Candidate {
  readonly value: string;
  readonly help?: string;
}

/** Candidates, or the kind of path that the shell itself completes. No space follows an `open` word, since it may continue. */
export interface Completion {
  readonly directive: 'words' | 'open' | 'files' | 'folders';
  readonly candidates: readonly Candidate[];
}

/** The command line before the word to be completed. */
export interface CommandLine {
  readonly runtime: Runtime;
  readonly program: Command;
  readonly command: Command;
  /** Arguments of the command, and the values of its flags by their long names. */
  readonly operands: readonly string[];
  readonly flagValues: ReadonlyMap<string, readonly string[]>;
  loadCommand(command: Command): Promise<void>;
}

type CandidateSource = (typed: string, commandLine: CommandLine) => Completion | Promise<Completion>;

export const wordCompletion = (candidates: readonly Candidate[]): Completion => ({ directive: 'words', candidates });
export const noCompletion: Completion = wordCompletion([]);

const files: CandidateSource = () => ({ directive: 'files', candidates: [] });
const folders: CandidateSource = () => ({ directive: 'folders', candidates: [] });
const fixedValues =
  (values: readonly string[], help: Readonly<Record<string, string>> = {}): CandidateSource =>
  () =>
    wordCompletion(values.map((value) => ({ value, help: help[value] ?? '' })));

/** The last of several words with commas, without those already typed. `open` if most people type several. */
const commaSeparated =
  (all: readonly Candidate[], directive: 'words' | 'open' = 'open'): CandidateSource =>
  (typed) => {
    const done = typed.split(',').slice(0, -1);
    const left = all.filter(({ value }) => !done.includes(value));
    return {
      directive,
      candidates: left.map(({ value, help = '' }) => ({ value: [...done, value].join(','), help })),
    };
  };

// Modules are loaded only if a value needs them, since the user waits for each completion.
const apis: CandidateSource = async (typed, commandLine) => {
  const { definitions } = await import('../../providers/index.ts');
  const chosen = commandLine.flagValues.get('--provider')?.flatMap((names) => names.split(','));
  const own = definitions.filter(({ vendor }) => chosen === undefined || chosen.includes(vendor.name));
  const titles = new Map<string, string>();
  for (const { api, title } of own) titles.set(api, [titles.get(api), title].filter(Boolean).join(', '));
  const candidates = [...[...titles].map(([value, help]) => ({ value, help })), { value: 'all', help: 'all APIs' }];
  return commaSeparated(candidates, 'words')(typed, commandLine);
};

const providers: CandidateSource = async (typed, commandLine) => {
  const { vendors } = await import('../../providers/index.ts');
  const candidates = vendors.map(({ name, title }) => ({ value: name, help: title }));
  // A profile is of one provider.
  const isOne = commandLine.command.parent?.name() === 'profile';
  return isOne ? wordCompletion(candidates) : commaSeparated(candidates, 'words')(typed, commandLine);
};

const fields: CandidateSource = async (typed, commandLine) => {
  const { everyColumn } = await import('../../core/call-columns.ts');
  const { ALL_FIELDS } = await import('../../core/view.ts');
  const candidates = everyColumn.map(({ key, help }) => ({ value: key, help }));
  return commaSeparated([...candidates, { value: ALL_FIELDS, help: 'every field' }])(typed, commandLine);
};

/** Keys of `--sort`; with `-` before the one that is typed. */
const sortKeys: CandidateSource = async (typed, commandLine) => {
  const sign = /(?:^|,)-[^,]*$/.test(typed) ? '-' : '';
  const keys = commandLine.command.name() === 'stats' ? await groupSortKeys(commandLine) : await recordingSortKeys();
  return commaSeparated(keys.map((key) => ({ ...key, value: sign + key.value })))(typed, commandLine);
};

const recordingSortKeys = async (): Promise<readonly Candidate[]> => {
  const { recordingColumns } = await import('../../core/call-columns.ts');
  return recordingColumns.map(({ key, help }) => ({ value: key, help }));
};

const groupSortKeys = async ({ flagValues }: CommandLine): Promise<readonly Candidate[]> => {
  const { sumKeys } = await import('../../core/stats/columns.ts');
  const by = flagValues.get('--by')?.flatMap((keys) => keys.split(',')) ?? [];
  const keys: readonly string[] = [...sumKeys, ...by.filter((key) => groupingKeys.includes(key))];
  return keys.map((value) => ({ value }));
};

const profiles: CandidateSource = async (_, { runtime, command }) => {
  const { storedNames } = await import('../../system/config/profiles.ts');
  const { DEMO_PROFILE } = await import('../shared/select-profiles.ts');
  const stored = (await storedNames(runtime)).map(([value, provider]) => ({ value, help: provider }));
  const demo = { value: DEMO_PROFILE, help: 'built-in sample data' };
  return wordCompletion(['show', 'remove', 'edit', 'rename'].includes(command.name()) ? stored : [...stored, demo]);
};

const profileList: CandidateSource = async (typed, commandLine) =>
  commaSeparated((await profiles(typed, commandLine)).candidates, 'words')(typed, commandLine);

/** The fields of `profile add --set`, except secrets. */
const settings: CandidateSource = async (_, { flagValues }) => {
  const { vendors } = await import('../../providers/index.ts');
  const chosen = vendors.filter(({ name }) => (flagValues.get('--provider')?.at(-1) ?? name) === name);
  const fields = chosen.flatMap((vendor) => vendor.fields.filter(({ secret }) => !secret));
  return { directive: 'open', candidates: fields.map(({ key, label }) => ({ value: `${key}=`, help: label })) };
};

const ids: CandidateSource = async (_, { runtime, operands, flagValues }) => {
  const { readRecentRecordings } = await import('../../system/config/recent-ids.ts');
  const profileNames = flagValues.get('--profile')?.flatMap((names) => names.split(','));
  const shown = (await readRecentRecordings(runtime)).filter(
    ({ id, profile }) => !operands.includes(id) && (profileNames === undefined || profileNames.includes(profile)),
  );
  return wordCompletion(
    shown.map(({ id, profile, kind, created_at: created }) => ({
      value: id,
      help: [kind, created?.slice(0, 16).replace('T', ' '), profile].filter(Boolean).join(', '),
    })),
  );
};

/** The subcommands of a command, also by their aliases. */
export const commandNames = (command: Command): readonly Candidate[] =>
  visibleCommands(command).flatMap((known) =>
    [known.name(), ...known.aliases()].map((value) => ({ value, help: known.summary() || known.description() })),
  );

/** The topics and commands of help, and then the subcommands of a command. */
const helpWords: CandidateSource = async (_, { program, operands, loadCommand }) => {
  const [first] = operands;
  if (first === undefined) {
    const topicWords = Object.entries(topics).map(([value, { summary }]) => ({ value, help: summary }));
    return wordCompletion([...commandNames(program), ...topicWords]);
  }
  const command = program.commands.find((known) => known.name() === first || known.aliases().includes(first));
  if (command === undefined || operands.length > 1) return noCompletion;
  await loadCommand(command);
  return wordCompletion(commandNames(command));
};

const times = fixedValues(['now', 'today', 'yesterday', 'monday', '24h', '7d', '1mo']);

/** The values of flags by their long names. */
export const flagCandidates: Readonly<Record<string, CandidateSource>> = {
  '--output': (typed, commandLine) =>
    (commandLine.command.name() === 'download' ? files : fixedValues(formatNames, formatHelp))(typed, commandLine),
  '--fields': fields,
  '--sort': sortKeys,
  '--status': commaSeparated(
    statuses.map((value) => ({ value })),
    'words',
  ),
  '--kind': commaSeparated(
    kinds.map((value) => ({ value })),
    'words',
  ),
  '--direction': commaSeparated(
    directions.map((value) => ({ value })),
    'words',
  ),
  '--provider': providers,
  '--api': apis,
  '--profile': profileList,
  '--media': commaSeparated(mediaFormats.map((value) => ({ value }))),
  '--since': times,
  '--until': times,
  '--by': commaSeparated(groupingKeys.map((value) => ({ value }))),
  '--shard': fixedValues(['auto']),
  '--tz': () => wordCompletion(['UTC', ...Intl.supportedValuesOf('timeZone')].map((value) => ({ value }))),
  '--set': settings,
  '--dir': folders,
  '--out': files,
  '--state': files,
  '--ids': files,
  '--summary': files,
};

/** The values of arguments by their names. */
export const argumentCandidates: Readonly<Record<string, CandidateSource>> = {
  id: ids,
  dir: folders,
  name: (typed, commandLine) => (commandLine.command.name() === 'add' ? noCompletion : profiles(typed, commandLine)),
  'new-name': () => noCompletion,
  topic: helpWords,
  command: (_, { command }) => wordCompletion(commandNames(command.parent ?? command)),
};
