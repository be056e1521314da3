import { Failure } from '../core/failure.ts';
import type { Batches } from '../core/listing.ts';
import type { Recording } from '../core/recording.ts';
import { drain } from '../core/sink.ts';
import { sanitize } from '../core/text/sanitize.ts';
import { withPager } from '../system/terminal/pager.ts';
import { openProgress } from '../system/terminal/progress.ts';
import { withoutSecrets } from './shared/child-env.ts';
import { type Context, type Define, examples, wholeNumber } from './shared/context.ts';
import { listSources } from './shared/list-sources.ts';
import {
  type AccountOptions,
  addAccountOptions,
  addFilterOptions,
  addOutputOptions,
  type FilterOptions,
  type OutputOptions,
  readOutput,
  readQuery,
  showsLinks,
} from './shared/options.ts';
import { openRecents } from './shared/recent-ids.ts';
import { withSources } from './shared/sources.ts';

/** Rows without `--limit` and `--all`: a screenful or two. */
const DEFAULT_ROWS = 50;

interface ListOptions extends AccountOptions, FilterOptions, OutputOptions {
  readonly limit?: string;
  readonly all?: boolean;
}

export const define: Define = (command, start) => {
  addAccountOptions(command);
  addFilterOptions(command)
    .option('-n, --limit <n>', `at most so many recordings (default: ${DEFAULT_ROWS})`)
    .option('--all', 'every recording there is');
  addOutputOptions(command)
    .addHelpText(
      'after',
      examples([
        'recx list --profile demo --since 7d',
        'recx list --profile demo --kind conference --min-duration 1m --all -o csv',
        "recx list --profile demo --status completed -o json | jq '.[].id'",
      ]),
    )
    .action((options: ListOptions) => list(options, start()));
};

const list = async (options: ListOptions, context: Context): Promise<void> => {
  const { runtime, log, settings } = context;
  let isCut = false;
  const cut = readLimit(options, () => {
    isCut = true;
  });
  const atMost = cut && { atMost: cut.limit + (cut.onCut ? 1 : 0) };
  const filtered = readQuery(options, context);
  const { name, format, view } = await readOutput(options, context);
  const query = { ...filtered, ...atMost, links: showsLinks(view) };
  await withSources(options, context, async (sources) => {
    const recents = await openRecents(context);
    const progress = openProgress(runtime, settings.quiet || log.format === 'json');
    progress.update(sanitize(`asking ${[...new Set(sources.map(({ profile }) => profile))].join(', ')}`));
    const listed = recents.noting(listSources(sources, query, cut, context));
    const sum = name === 'table' ? await openTotalLine(context) : undefined;
    const rows = sum?.counting(listed) ?? listed;
    try {
      await withPager(
        runtime,
        () => withoutSecrets(runtime.env, sources),
        async (screen) => {
          const write = (text: string): Promise<void> => {
            // Rows on a terminal are progress enough.
            if (runtime.out.isTTY) progress.stop();
            return screen.write(text);
          };
          await drain(format(rows, view), { write });
        },
      );
    } finally {
      progress.stop();
      await recents.save();
    }
    sum?.say();
    // After the pager, which would cover it.
    if (isCut)
      log.warn(`shown are ${DEFAULT_ROWS} recordings; there are more`, 'use --all for every one, or --limit <n>');
  });
};

/** Adds up the rows of a table, to say so below it on a terminal, and anywhere that there are none. */
const openTotalLine = async ({ runtime, log, settings }: Context) => {
  const [{ openAggregator }, { totalLine }] = await Promise.all([
    import('../core/stats/aggregate.ts'),
    import('../core/stats/columns.ts'),
  ]);
  const { add, total } = openAggregator([], settings.zone);
  return {
    counting: async function* (batches: Batches<Recording>): Batches<Recording> {
      for await (const batch of batches) {
        add(batch);
        yield batch;
      }
    },
    say: (): void => {
      if (total.recordings === 0) log.info('No recordings found.');
      else if (runtime.out.isTTY && runtime.err.isTTY) log.info(totalLine(total));
    },
  };
};

/** `--limit` cuts in silence, since it was asked for; the usual number of rows says when there were more. */
const readLimit = ({ limit, all }: ListOptions, sayCut: () => void) => {
  if (all === true && limit !== undefined) throw new Failure('usage', 'use one of --limit and --all');
  if (all === true) return undefined;
  if (limit === undefined) return { limit: DEFAULT_ROWS, onCut: sayCut };
  return { limit: wholeNumber('--limit', limit, 1, Number.MAX_SAFE_INTEGER) };
};
