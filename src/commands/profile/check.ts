import { Failure } from '../../core/failure.ts';
import { singleBatch } from '../../core/listing.ts';
import { drain } from '../../core/sink.ts';
import type { Column } from '../../core/view.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import type { Context } from '../shared/context.ts';
import { readPlainOutput } from '../shared/options.ts';
import type { Source } from '../shared/source-types.ts';
import { withSources } from '../shared/sources.ts';

export interface CheckOptions {
  readonly output?: string;
  readonly api?: readonly string[];
}

/** What came of asking an API once. */
export interface Checked {
  readonly profile: string;
  readonly provider: string;
  readonly api: string;
  readonly failure: Failure | undefined;
  /** What the credentials are not allowed to do, where another API of the account takes them. */
  readonly missingScope: string | undefined;
}

const checkColumns: readonly Column<Checked>[] = [
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

/** Asks each API of a profile once. */
export const checkProfile = async (
  name: string | undefined,
  options: CheckOptions,
  context: Context,
): Promise<void> => {
  const chosen = { ...(name === undefined ? {} : { profile: [name] }), api: options.api ?? ['all'] };
  const { name: format, format: formatted, view } = await readPlainOutput(options, checkColumns, context);
  const results = await withSources(chosen, context, (sources) => checkEach(sources, context));
  const told = results.some(({ missingScope }) => missingScope !== undefined) || format !== 'table';
  const columns = told ? view.columns : view.columns.filter(({ key }) => key !== 'missing_scope');
  const screen = streamSink(context.runtime.out);
  await drain(formatted(singleBatch(results), { ...view, columns, chosen: true }), screen);
  const failed = worstFailure(results);
  if (failed !== undefined) throw failed;
};

/** Asks each source for its first page. */
export const checkEach = async (sources: readonly Source[], { log }: Context): Promise<readonly Checked[]> => {
  const asked = await Promise.all(
    sources.map(async (source) => {
      try {
        await source.provider.pages({ atMost: 1 })[Symbol.asyncIterator]().next();
        return { source, failure: undefined };
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return { source, failure: new Failure(error.kind, log.clean(error.message), { hint: error.hint }) };
      }
    }),
  );
  return asked.map(({ source, failure }): Checked => {
    const { profile, definition, account } = source;
    // Where the same credentials open one door and not another, it is their scope that is missing.
    const opensAnother = asked.some((other) => other.failure === undefined && other.source.account === account);
    const missingScope = failure?.kind === 'credentials' && opensAnother ? definition.scope : undefined;
    return { profile, provider: definition.vendor.name, api: definition.api, failure, missingScope };
  });
};

/** The failure that a check ends with: the first, with what to do about it. */
export const worstFailure = (results: readonly Checked[]): Failure | undefined => {
  const failed = results.find(({ failure }) => failure !== undefined)?.failure;
  const scopes = [...new Set(results.flatMap(({ missingScope }) => missingScope ?? []))];
  if (failed === undefined || scopes.length === 0) return failed;
  return new Failure(failed.kind, `the token lacks the scope ${scopes.join(' and ')}`, {
    hint: `Give it the scope where it was made, or leave ${scopes.length > 1 ? 'those APIs' : 'that API'} out with --api`,
  });
};
