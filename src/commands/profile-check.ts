import { Failure } from '../core/failure.ts';
import { together } from '../core/listing.ts';
import { drain } from '../core/sink.ts';
import type { Column } from '../core/view.ts';
import { screenSink } from '../system/terminal.ts';
import { withSources } from './accounts.ts';
import type { Context } from './context.ts';
import { readPlainOutput } from './options.ts';

export interface CheckOptions {
  readonly output?: string;
  readonly api?: readonly string[];
}

interface Checked {
  readonly profile: string;
  readonly provider: string;
  readonly api: string;
  readonly failure: Failure | undefined;
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
    rank: 3,
  },
  { key: 'problem', title: 'Problem', value: ({ failure }) => failure?.message ?? null, rank: 4 },
];

/** Asks each API of a profile once. */
export const check = async (name: string | undefined, options: CheckOptions, context: Context): Promise<void> => {
  const chosen = { ...(name === undefined ? {} : { profile: [name] }), api: options.api ?? ['all'] };
  const { format, view } = await readPlainOutput(options, checkColumns, context);
  const results = await withSources(chosen, context, (sources) =>
    Promise.all(
      sources.map(async ({ profile, definition, provider }): Promise<Checked> => {
        const result = { profile, provider: definition.family.name, api: definition.api };
        try {
          await provider.pages({ atMost: 1 })[Symbol.asyncIterator]().next();
          return { ...result, failure: undefined };
        } catch (error) {
          if (error instanceof Failure)
            return { ...result, failure: new Failure(error.kind, context.log.clean(error.message)) };
          throw error;
        }
      }),
    ),
  );
  await drain(format(together(results), { ...view, chosen: true }), screenSink(context.world.out));
  const failed = results.find(({ failure }) => failure !== undefined)?.failure;
  if (failed !== undefined) throw failed;
};
