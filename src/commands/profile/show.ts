import { Failure } from '../../core/failure.ts';
import { singleBatch } from '../../core/listing.ts';
import { drain } from '../../core/sink.ts';
import type { Column } from '../../core/view.ts';
import { type Configuration, readConfiguration, type StoredProfile } from '../../system/config/profiles.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import type { Context } from '../shared/context.ts';
import { readPlainOutput } from '../shared/output.ts';
import { DEMO_PROFILE, environmentProfiles, NO_DEFAULT, namesHint, profileNamed } from '../shared/select-profiles.ts';
import { publicAddress, publicFields, secretSource } from './stored-fields.ts';

/** A row of `profile list` and `profile show`; no column shows the secret. */
interface ShownProfile {
  readonly name: string;
  readonly stored: StoredProfile;
  readonly current: boolean;
}

const profileColumns: readonly Column<ShownProfile>[] = [
  { key: 'name', title: 'Name', value: ({ name }) => name, rank: 0, neverTruncate: true },
  { key: 'provider', title: 'Provider', value: ({ stored }) => stored.provider, rank: 1 },
  {
    key: 'current',
    title: 'Default',
    value: ({ current }) => current,
    friendly: ({ current }) => (current ? 'yes' : ''),
    rank: 2,
  },
  {
    key: 'credentials',
    title: 'Credentials',
    value: ({ stored }) => publicFields(stored),
    friendly: ({ stored }) =>
      Object.entries(publicFields(stored))
        .map(([key, value]) => `${key}=${value}`)
        .join(' '),
    rank: 4,
  },
  { key: 'secret', title: 'Secret', value: ({ stored }) => secretSource(stored), rank: 6 },
  { key: 'base_url', title: 'Base URL', value: ({ stored }) => publicAddress(stored), rank: 5 },
  {
    key: 'private_media_hosts',
    title: 'Private media hosts',
    value: ({ stored }) => stored.private_media_hosts ?? null,
    rank: 7,
  },
  {
    key: 'apis',
    title: 'APIs',
    value: ({ stored }) => stored.apis ?? null,
    friendly: ({ stored }) => stored.apis?.join(', ') ?? 'all',
    rank: 3,
  },
  {
    key: 'call_ids',
    title: 'Call ids',
    value: ({ stored }) => stored.call_ids ?? null,
    friendly: ({ stored }) =>
      Object.entries(stored.call_ids ?? {})
        .map(([api, ids]) => `${api}: ${ids === 'same' ? 'those of its recordings' : 'not those of its recordings'}`)
        .join(', '),
    rank: 8,
  },
];

/** In a list the credentials have less room, and tell the profiles of a provider apart: a long address gives way to them. */
const listColumns = (shown: readonly ShownProfile[]): readonly Column<ShownProfile>[] => {
  const friendly = ({ stored }: ShownProfile): string => Object.values(publicFields(stored)).join(' ');
  const fullWidth = Math.max(0, ...shown.map((row) => friendly(row).length));
  return profileColumns.map((column) => {
    if (column.key === 'base_url') return { ...column, yields: true };
    if (column.key === 'secret') return { ...column, preferred: true };
    return column.key === 'credentials'
      ? { ...column, friendly, reservedWidth: 20, fullWidth, preferred: true }
      : column;
  });
};

const shownProfiles = ({ profiles, current }: Configuration): readonly ShownProfile[] =>
  Object.entries(profiles).map(([name, stored]) => ({ name, stored, current: name === current }));

/** Prints the stored profiles. */
export const listProfiles = async (options: { readonly output?: string }, context: Context): Promise<void> => {
  const { runtime, log } = context;
  const configuration = await readConfiguration(runtime);
  const shown = shownProfiles(configuration);
  const chosen = environmentProfiles(runtime.env);
  const notes = [
    ...(shown.length === 0 ? ['No profiles yet. Add one with: recx profile add'] : []),
    ...(chosen.length === 0 ? [] : [`RECX_PROFILE chooses ${chosen.join(', ')}`]),
    // It has no row.
    ...(configuration.current === DEMO_PROFILE ? ['The default is demo, the built-in sample data'] : []),
  ];
  if (runtime.out.isTTY) for (const note of notes) log.info(note);
  const { format, view } = await readPlainOutput(options, listColumns(shown), context);
  await drain(format(singleBatch(shown), view), streamSink(runtime.out));
};

/** Prints one profile with one field per line. */
export const showProfile = async (
  named: string | undefined,
  options: { readonly output?: string },
  context: Context,
): Promise<void> => {
  const configuration = await readConfiguration(context.runtime);
  const name = named ?? configuration.current;
  if (name === undefined)
    throw new Failure('missing', NO_DEFAULT, { hint: namesHint(Object.keys(configuration.profiles)) });
  const stored = profileNamed(name, configuration);
  const { format, view } = await readPlainOutput(options, profileColumns, context);
  const row = { name, stored, current: name === configuration.current };
  await drain(format(singleBatch([row]), { ...view, single: true, cards: true }), streamSink(context.runtime.out));
};
