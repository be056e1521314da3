import { Failure } from '../../core/failure.ts';
import { singleBatch } from '../../core/listing.ts';
import { drain } from '../../core/sink.ts';
import type { Column } from '../../core/view.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import type { Context } from '../shared/context.ts';
import { readPlainOutput } from '../shared/output.ts';
import type { Source } from '../shared/source-types.ts';
import { checkHint, withSources } from '../shared/sources.ts';

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
];

/** Makes one request to each API of a profile and prints the results. Throws a failure unless all work. */
export const checkProfile = async (
  name: string | undefined,
  options: CheckOptions,
  context: Context,
): Promise<void> => {
  const chosen = { ...(name === undefined ? {} : { profile: [name] }), api: options.api ?? ['all'] };
  const { name: format, format: formatted, view } = await readPlainOutput(options, checkColumns, context);
  const results = await withSources(chosen, context, (sources) => checkSources(sources, context));
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
    return { profile, provider: definition.vendor.name, api: definition.api, failure, missingScope };
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
