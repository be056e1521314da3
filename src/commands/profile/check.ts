import { Failure } from '../../core/failure.ts';
import { singleBatch } from '../../core/listing.ts';
import { drain } from '../../core/sink.ts';
import type { Column } from '../../core/view.ts';
import { type Configuration, readConfiguration } from '../../system/config/profiles.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import type { Context } from '../shared/context.ts';
import { readPlainOutput } from '../shared/output.ts';
import { whileQuerying } from '../shared/progress.ts';
import type { Source } from '../shared/source-types.ts';
import { checkHint, profileNames, withSources } from '../shared/sources.ts';
import { type Memory, memoryAfter, withMemory } from './remember.ts';
import { changeProfiles } from './stored-fields.ts';

export interface CheckOptions {
  readonly output?: string;
  readonly api?: readonly string[];
}

/** The result of one request to an API. */
export interface CheckResult {
  readonly profile: string;
  readonly provider: string;
  readonly api: string;
  readonly failure: Failure | undefined;
  /** The scope that the credentials lack, if another API of the account accepts them. */
  readonly missingScope: string | undefined;
  /** The profile remembers that the API works; null for one that is not stored. */
  readonly remembered: boolean | null;
}

const checkColumns: readonly Column<CheckResult>[] = [
  { key: 'profile', title: 'Profile', value: ({ profile }) => profile, rank: 0 },
  { key: 'provider', title: 'Provider', value: ({ provider }) => provider, rank: 1 },
  { key: 'api', title: 'API', value: ({ api }) => api, rank: 2 },
  {
    key: 'ok',
    title: 'Works',
    value: ({ failure }) => failure === undefined,
    friendly: ({ failure }) => (failure ? 'no' : 'yes'),
    tone: ({ failure }) => (failure ? 'bad' : 'good'),
    rank: 3,
  },
  { key: 'missing_scope', title: 'Missing scope', value: ({ missingScope }) => missingScope ?? null, rank: 5 },
  { key: 'problem', title: 'Problem', value: ({ failure }) => failure?.message ?? null, rank: 4 },
  {
    key: 'remembered',
    title: 'Remembered',
    value: ({ remembered }) => remembered,
    friendly: ({ remembered }) => (remembered === null ? '' : remembered ? 'yes' : 'no'),
    rank: 6,
  },
];

/** Makes one request to each API of a profile, remembers which work, and prints the results. Throws a failure unless all work. */
export const checkProfile = async (
  name: string | undefined,
  options: CheckOptions,
  context: Context,
): Promise<void> => {
  const chosen = { ...(name === undefined ? {} : { profile: [name] }), api: options.api ?? ['all'] };
  const { name: format, format: formatted, view } = await readPlainOutput(options, checkColumns, context);
  const results = await withSources(chosen, context, async (sources) =>
    rememberResults(
      sources,
      await whileQuerying(profileNames(sources), context, () => checkSources(sources, context)),
      context,
    ),
  );
  const showsScope = results.some(({ missingScope }) => missingScope !== undefined) || format !== 'table';
  const columns = showsScope ? view.columns : view.columns.filter(({ key }) => key !== 'missing_scope');
  const screen = streamSink(context.runtime.out);
  await drain(formatted(singleBatch(results), { ...view, columns, fieldsChosen: true }), screen);
  const failed = overallFailure(results);
  if (failed === undefined) return;
  // The hint of rejected credentials is this very command.
  const isCircular = results.some(({ profile }) => failed.hint === checkHint(profile));
  throw isCircular ? new Failure(failed.kind, failed.message, { hint: REPLACE_HINT }) : failed;
};

const REPLACE_HINT = 'To replace the credentials, remove the profile and add it again';

/** Stores which APIs work in the stored profiles among those checked. Returns the results with what is remembered. */
const rememberResults = async (
  sources: readonly Source[],
  results: readonly CheckResult[],
  { runtime, log }: Context,
): Promise<readonly CheckResult[]> => {
  const names = new Set(sources.filter(({ access }) => access.isStored).map(({ profile }) => profile));
  const { profiles } = await readConfiguration(runtime);
  const memories = new Map<string, Memory>();
  for (const [name, stored] of Object.entries(profiles)) {
    if (!names.has(name)) continue;
    memories.set(
      name,
      memoryAfter(
        stored,
        results.filter(({ profile }) => profile === name),
      ),
    );
  }
  const changed = [...memories].filter(([, { added, removed }]) => added.length + removed.length > 0);
  try {
    if (changed.length > 0)
      await changeProfiles(runtime, (configuration) => withMemories(configuration, results, names));
  } catch (error) {
    // The check itself has succeeded, also where the configuration is read-only.
    if (!(error instanceof Failure)) throw error;
    log.warn(`failed to remember which APIs work: ${error.message}`, error.hint);
    return results;
  }
  for (const [name, { removed }] of changed) {
    if (removed.length > 0)
      log.warn(`profile "${name}" no longer remembers ${removed.join(', ')}: the credentials were refused`);
  }
  return results.map((result) => {
    const memory = memories.get(result.profile);
    return memory === undefined ? result : { ...result, remembered: memory.apis?.includes(result.api) === true };
  });
};

const withMemories = (
  configuration: Configuration,
  results: readonly CheckResult[],
  names: ReadonlySet<string>,
): Configuration => ({
  ...configuration,
  profiles: Object.fromEntries(
    Object.entries(configuration.profiles).map(([name, stored]) => {
      if (!names.has(name)) return [name, stored];
      const own = results.filter(({ profile }) => profile === name);
      return [name, withMemory(stored, memoryAfter(stored, own).apis)];
    }),
  ),
});

/** Requests the first page of each source. */
export const checkSources = async (sources: readonly Source[], { log }: Context): Promise<readonly CheckResult[]> => {
  const checked = await Promise.all(
    sources.map(async (source) => {
      try {
        await source.provider.pages({ maxRows: 1 })[Symbol.asyncIterator]().next();
        return { source, failure: undefined };
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return { source, failure: new Failure(error.kind, log.clean(error.message), { hint: error.hint }) };
      }
    }),
  );
  return checked.map(({ source, failure }): CheckResult => {
    const { profile, definition, account } = source;
    // If another API accepts the same credentials, they are valid but lack the scope of this one.
    const isAcceptedElsewhere = checked.some(
      (other) => other.failure === undefined && other.source.account === account,
    );
    const missingScope = failure?.kind === 'credentials' && isAcceptedElsewhere ? definition.scope : undefined;
    return { profile, provider: definition.vendor.name, api: definition.api, failure, missingScope, remembered: null };
  });
};

/** The failure of a check: missing scopes if there are any, else the first failure; undefined if all APIs work. */
export const overallFailure = (results: readonly CheckResult[]): Failure | undefined => {
  const failed = results.find(({ failure }) => failure !== undefined)?.failure;
  const scopes = [...new Set(results.flatMap(({ missingScope }) => missingScope ?? []))];
  if (failed === undefined || scopes.length === 0) return failed;
  return new Failure(failed.kind, `the token lacks the scope ${scopes.join(' and ')}`, {
    hint: 'Add the scope in the console of the provider, or select the other APIs with --api',
  });
};
