import { Failure } from '../../core/failure.ts';
import { singleBatch } from '../../core/listing.ts';
import { drain } from '../../core/sink.ts';
import type { Column } from '../../core/view.ts';
import { type Configuration, readConfiguration } from '../../system/config/profiles.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import type { Context } from '../shared/context.ts';
import { readPlainOutput } from '../shared/output.ts';
import { whileQuerying } from '../shared/progress.ts';
import type { Source } from '../shared/source.ts';
import { checkHint, profileNames, withSources } from '../shared/sources.ts';
import { type CallCheck, checkCalls } from './check-calls.ts';
import { hasNewCallIds, type Memory, memoryAfter, withCallIds, withMemory } from './remember.ts';
import { changeProfiles } from './stored-fields.ts';

export interface CheckOptions {
  readonly output?: string;
  readonly allProfiles?: boolean;
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
  /** Undefined if its calls were not checked. */
  readonly calls: CallCheck | undefined;
}

/** Those without a rank are always shown. */
const checkColumns: readonly Column<CheckResult>[] = [
  { key: 'profile', title: 'Profile', value: ({ profile }) => profile, neverTruncate: true },
  { key: 'provider', title: 'Provider', value: ({ provider }) => provider, rank: 2 },
  { key: 'api', title: 'API', value: ({ api }) => api, neverTruncate: true },
  {
    key: 'ok',
    title: 'Works',
    value: ({ failure }) => failure === undefined,
    friendly: ({ failure }) => (failure ? 'no' : 'yes'),
    tone: ({ failure }) => (failure ? 'bad' : 'good'),
    neverTruncate: true,
  },
  { key: 'missing_scope', title: 'Missing scope', value: ({ missingScope }) => missingScope ?? null, rank: 3 },
  { key: 'problem', title: 'Problem', value: ({ failure }) => failure?.message ?? null, wraps: true },
  {
    key: 'remembered',
    title: 'Remembered',
    value: ({ remembered }) => remembered,
    friendly: ({ remembered }) => (remembered === null ? '' : remembered ? 'yes' : 'no'),
    rank: 1,
  },
  {
    key: 'calls',
    title: 'Calls',
    value: ({ calls }) => calls?.text ?? null,
    tone: ({ calls }) => (calls?.text === 'yes' ? 'good' : 'bad'),
    rank: 4,
  },
];

/** The columns of a table: the problem, which is wrapped, comes last. */
const tableColumns = (results: readonly CheckResult[]): readonly Column<CheckResult>[] => {
  const isProblem = ({ key }: Column<CheckResult>): boolean => key === 'problem';
  const others = checkColumns.filter((column) => !isProblem(column));
  return results.every(({ failure }) => failure === undefined)
    ? others
    : [...others, ...checkColumns.filter(isProblem)];
};

/** Requests each API of the profiles and its calls, remembers which work, and prints the results. Throws a failure unless all work. */
export const checkProfile = async (
  names: readonly string[],
  options: CheckOptions,
  context: Context,
): Promise<void> => {
  const { allProfiles, api = ['all'] } = options;
  if (names.length > 0 && allProfiles === true)
    throw new Failure('usage', 'profile names and --all-profiles cannot be used together');
  const chosen = {
    api,
    ...(names.length === 0 ? {} : { profile: names }),
    ...(allProfiles === undefined ? {} : { allProfiles }),
  };
  const { name: format, format: formatted, view } = await readPlainOutput(options, checkColumns, context);
  const results = await withSources(
    chosen,
    context,
    async (sources) =>
      rememberResults(
        sources,
        await whileQuerying(profileNames(sources), context, () => checkSources(sources, context, true)),
        context,
      ),
    { ignoresMemory: true },
  );
  const columns = format === 'table' ? tableColumns(results) : view.columns;
  const screen = streamSink(context.runtime.out);
  await drain(formatted(singleBatch(results), { ...view, columns }), screen);
  const failed = overallFailure(results);
  if (failed === undefined) return;
  // The hint of rejected credentials is this very command, unless that has left out other APIs.
  const circular = results.find(({ profile }) => failed.hint === checkHint(profile) && options.api === undefined);
  throw circular === undefined
    ? failed
    : new Failure(failed.kind, failed.message, {
        hint: `To replace the secret: recx profile edit ${circular.profile} --new-secret`,
      });
};

/** Stores which APIs work in the stored profiles among those checked. Returns the results with what is remembered. */
const rememberResults = async (
  sources: readonly Source[],
  results: readonly CheckResult[],
  { runtime, log }: Context,
): Promise<readonly CheckResult[]> => {
  const names = new Set(sources.filter(({ access }) => access.isStored).map(({ profile }) => profile));
  const { profiles } = await readConfiguration(runtime);
  const memories = new Map<string, Memory>();
  const resultsOf = (name: string): readonly CheckResult[] => results.filter(({ profile }) => profile === name);
  for (const [name, stored] of Object.entries(profiles)) {
    if (!names.has(name)) continue;
    memories.set(name, memoryAfter(stored, resultsOf(name)));
  }
  const changed = [...memories].filter(
    ([name, { added, removed }]) => added.length + removed.length > 0 || hasNewCallIds(profiles[name], resultsOf(name)),
  );
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
      return [name, withCallIds(withMemory(stored, memoryAfter(stored, own).apis), own)];
    }),
  ),
});

/** Requests the first page of each source, and of its calls. */
export const checkSources = async (
  sources: readonly Source[],
  context: Context,
  checksCalls = false,
): Promise<readonly CheckResult[]> => {
  const { log } = context;
  const checked = await Promise.all(
    sources.map(async (source) => {
      try {
        const { value: page } = await source.provider.pages({ maxRows: 1 })[Symbol.asyncIterator]().next();
        const calls = checksCalls ? await checkCalls(source, page?.rows ?? [], context) : undefined;
        return { source, failure: undefined, calls };
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return { source, failure: new Failure(error.kind, log.clean(error.message), { hint: error.hint }) };
      }
    }),
  );
  return checked.map(({ source, failure, calls }): CheckResult => {
    const { profile, definition, account } = source;
    // If another API accepts the same credentials, they are valid but lack the scope of this one.
    const isAcceptedElsewhere = checked.some(
      (other) => other.failure === undefined && other.source.account === account,
    );
    const missingScope = failure?.kind === 'credentials' && isAcceptedElsewhere ? definition.scope : undefined;
    const { api, vendor } = definition;
    return { profile, provider: vendor.name, api, failure, missingScope, remembered: null, calls };
  });
};

/** The failure of a check: of one profile, missing scopes if there are any, else its first failure; undefined if all APIs work. */
export const overallFailure = (results: readonly CheckResult[]): Failure | undefined => {
  const failed = results.filter(({ failure }) => failure !== undefined);
  const [first] = failed;
  if (first?.failure === undefined) return undefined;
  const profiles = [...new Set(failed.map(({ profile }) => profile))];
  const rejected = failed.find(({ failure }) => failure?.kind === 'credentials')?.failure;
  const { kind } = rejected ?? first.failure;
  const every = new Set(results.map(({ profile }) => profile)).size;
  if (profiles.length > 1) {
    return new Failure(kind, `not all APIs work for ${profiles.length} of ${every} profiles`, {
      hint: `Check them one by one: recx profile check ${profiles[0]}`,
    });
  }
  const scopes = [...new Set(results.flatMap(({ missingScope }) => missingScope ?? []))];
  if (scopes.length === 0) return first.failure;
  const token = every === 1 ? 'the token' : `the token of profile "${first.profile}"`;
  return new Failure(kind, `${token} lacks the scope ${scopes.join(' and ')}`, {
    hint: 'Add the scope in the console of the provider, or select the other APIs with --api',
  });
};
