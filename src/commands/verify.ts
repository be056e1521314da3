import { formatBytes } from '../core/columns.ts';
import { readiness } from '../core/download/outcome.ts';
import { Failure } from '../core/failure.ts';
import { inBatches } from '../core/listing.ts';
import { filterKeys } from '../core/query.ts';
import { drain } from '../core/sink.ts';
import { plural, sanitizeLine } from '../core/text/sanitize.ts';
import { type Column, localInstant } from '../core/view.ts';
import { lstatIfExists } from '../system/files/file-system.ts';
import { type Difference, type Verification, verifyFolder } from '../system/files/verify-folder.ts';
import { streamSink } from '../system/terminal/streams.ts';
import { openRecentIds } from './ids/recent-ids.ts';
import { type Context, type Define, examples } from './shared/context.ts';
import { listSources } from './shared/list-sources.ts';
import {
  type AccountOptions,
  addAccountOptions,
  addFilterOptions,
  addFolder,
  checkPaths,
  type FilterOptions,
  readFolder,
  readQuery,
} from './shared/options.ts';
import { addFormatOption, type OutputOptions, readPlainOutput } from './shared/output.ts';
import { openProfileAccounts } from './shared/profile-accounts.ts';
import { progressFor } from './shared/progress.ts';
import { openSourceLookup, recordingIdentity, type Source } from './shared/source.ts';
import { withSources } from './shared/sources.ts';

interface VerifyOptions extends AccountOptions, FilterOptions, Pick<OutputOptions, 'output'> {
  readonly dir?: string;
  readonly remote?: boolean;
}

/** Without a rank they are always shown. */
const columns: readonly Column<Difference>[] = [
  { key: 'problem', title: 'Problem', value: ({ problem }) => problem },
  { key: 'path', title: 'Path', value: ({ path }) => path },
  { key: 'id', title: 'ID', value: ({ id }) => id, shrinkable: true },
  { key: 'detail', title: 'Detail', value: ({ detail }) => detail, wraps: true, reservedWidth: 16 },
];

export const define: Define = (command, start) => {
  addFolder(command).option('--remote', 'also list recordings at the provider that have not been downloaded');
  addAccountOptions(command);
  addFilterOptions(command);
  addFormatOption(command)
    .addHelpText(
      'after',
      examples(['recx verify', 'recx verify evidence -o csv', 'recx verify --remote --profile demo --since 7d']),
    )
    .action((named: string | undefined, options: VerifyOptions) =>
      verify(readFolder(named, options), options, start()),
    );
};

const verify = async (folder: string, options: VerifyOptions, context: Context): Promise<void> => {
  const { runtime, log } = context;
  checkPaths({ dir: folder }, runtime);
  const remoteOnly = [...filterKeys, 'profile', 'allProfiles', 'provider', 'api'] as const;
  if (options.remote !== true && remoteOnly.some((key) => options[key] !== undefined)) {
    throw new Failure('usage', 'profiles and filters require --remote', { hint: 'Add --remote, or omit them' });
  }
  const { name, format, view } = await readPlainOutput(options, columns, context);
  const { accountOf: accountOfProfile } = await openProfileAccounts([], runtime);
  if ((await lstatIfExists(folder).catch(() => undefined))?.isFile() === true)
    throw new Failure('usage', `${sanitizeLine(folder, 100)} is a file`, {
      hint: 'A folder is verified: recx verify <dir>',
    });
  const verification = verifyFolder(folder, { accountOfProfile });
  const { checked } = verification;
  const progress = progressFor(context);
  progress.track(() =>
    [`${checked.files} files`, formatBytes(checked.bytes), context.listing.status?.text()].filter(Boolean).join(' · '),
  );
  const recentIds = await openRecentIds(context);
  let found = 0;
  /** Recordings that are not downloaded and older than every file. */
  let older = 0;
  /** Why the provider's list is incomplete. The verdict on the files is complete nevertheless. */
  const failures: Failure[] = [];
  async function* counted(sources: readonly Source[] = []): AsyncGenerator<Difference> {
    const remote = untilFailure(notDownloaded(verification, sources, options, context), failures);
    for (const differences of [verification.differences(), remote]) {
      for await (const difference of differences) {
        found++;
        const { id, entry, problem } = difference;
        const at = entry?.created_at;
        if (problem === 'not downloaded' && at && checked.oldest !== undefined && at < checked.oldest) older++;
        if (id !== null && entry !== undefined)
          recentIds.add({ id, profile: entry.profile, kind: entry.kind ?? 'unknown', created_at: entry.created_at });
        yield difference;
      }
    }
  }
  const run = (sources?: readonly Source[]): Promise<void> =>
    drain(format(inBatches(counted(sources), name === 'table' ? ROWS_IN_LINE : 1), view), streamSink(runtime.out));
  try {
    await (options.remote === true ? withSources(options, context, run) : run());
  } finally {
    progress.stop();
    await recentIds.save();
  }
  const line = `${plural(checked.files, 'file')}, ${formatBytes(checked.bytes)}: ${found === 0 ? 'all files match the manifest' : plural(found, 'difference')}`;
  const hint = older === 0 || options.since !== undefined ? undefined : olderHint(older, checked.oldest, context);
  if (runtime.err.isTTY) log.info(line, hint);
  if (failures[0] !== undefined) throw failures[0];
  if (found > 0) throw new Failure('partial', line, { hint, reported: runtime.err.isTTY });
};

/** What to type if the folder is of some days only: the provider's whole list was compared with it. */
const olderHint = (count: number, oldest: string | undefined, { settings }: Context): string => {
  const day = localInstant(oldest ?? null, settings.zone).slice(0, 10);
  return `${plural(count, 'recording')} not downloaded ${count === 1 ? 'is' : 'are'} older than every file; for the time of the download add its --since and --until, such as --since ${day}`;
};

/** Rows of a table that wait for each other: its columns are as wide as the first batch needs. */
const ROWS_IN_LINE = 100;

/** Keeps a failure instead of throwing it. */
async function* untilFailure<T>(items: AsyncIterable<T>, failures: Failure[]): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    failures.push(error);
  }
}

/** The recordings of the sources that are not downloaded. */
async function* notDownloaded(
  verification: Verification,
  sources: readonly Source[],
  options: VerifyOptions,
  context: Context,
): AsyncGenerator<Difference> {
  if (sources.length === 0) return;
  const sourceOf = openSourceLookup(sources);
  for await (const batch of listSources(sources, readQuery(options, context), undefined, context)) {
    for (const recording of batch) {
      const { provider, id, createdAt, profile, kind } = recording;
      const identity = recordingIdentity(recording, sourceOf(recording));
      if (readiness(recording) !== 'ready' || verification.lists(identity)) continue;
      const detail = `${provider} ${recording.api}${createdAt === null ? '' : `, created ${createdAt}`}`;
      const entry = { profile, kind, created_at: createdAt };
      yield { path: '', problem: 'not downloaded', id, detail, entry };
    }
  }
}
