import { Failure } from '../core/failure.ts';
import type { Recording } from '../core/recording.ts';
import { drain } from '../core/sink.ts';
import { withPager } from '../system/terminal/pager.ts';
import { withoutSecrets } from './shared/child-env.ts';
import { type Context, type Define, examples } from './shared/context.ts';
import { findRecording } from './shared/find-recording.ts';
import { type AccountOptions, addAccountOptions } from './shared/options.ts';
import { addOutputOptions, type OutputOptions, readOutput, showsLinks } from './shared/output.ts';
import { openRecentIds } from './shared/recent-ids.ts';
import type { Source } from './shared/source-types.ts';
import { withSources } from './shared/sources.ts';

interface GetOptions extends AccountOptions, OutputOptions {}

export const define: Define = (command, start) => {
  addAccountOptions(command.argument('<id...>', 'ids as shown by recx list'));
  addOutputOptions(command)
    .addHelpText(
      'after',
      examples([
        'recx get <id> --profile demo',
        'recx get <id> <id> --profile demo -o csv --fields id,from,to',
        'recx get <id> --profile demo -o json --raw | jq .raw',
      ]),
    )
    .action((ids: readonly string[], options: GetOptions) => get([...new Set(ids)], options, start()));
};

const get = async (ids: readonly string[], options: GetOptions, context: Context): Promise<void> => {
  const { format, view } = await readOutput(options, context, ids.length === 1, true);
  await withSources(options, context, async (sources) => {
    const missing: string[] = [];
    const recentIds = await openRecentIds(context);
    const rows = recentIds.observe(findEach(ids, sources, showsLinks(view), missing, context));
    try {
      const { runtime } = context;
      await withPager(
        runtime,
        () => withoutSecrets(runtime.env, sources),
        (screen) => drain(format(rows, view), screen),
      );
    } finally {
      await recentIds.save();
    }
    if (missing.length > 0) throw missingFailure(missing);
  });
};

const missingFailure = (ids: readonly string[]): Failure =>
  new Failure('missing', `${ids.length === 1 ? 'recording' : 'recordings'} ${ids.join(', ')} not found`, {
    hint: 'Ids in tables may be shortened; list complete ids with: recx list -o csv --fields id',
  });

/** The recordings in the order of the ids. Adds unknown ids to `missing`; throws `partial` at the end if a request failed. */
async function* findEach(
  ids: readonly string[],
  sources: readonly Source[],
  links: boolean,
  missing: string[],
  { log }: Context,
): AsyncGenerator<readonly Recording[]> {
  const failures: Failure[] = [];
  for (const id of ids) {
    try {
      const recording = await findRecording(id, sources, links);
      if (recording === undefined) missing.push(id);
      else yield [recording];
    } catch (error) {
      // Rejected credentials would be rejected for every id.
      if (!(error instanceof Failure) || error.kind === 'credentials' || ids.length === 1) throw error;
      log.error(error);
      failures.push(error);
    }
  }
  if (failures.length > 0 && missing.length > 0) log.error(missingFailure(missing));
  if (failures.length > 0)
    throw new Failure('partial', `failed to fetch ${failures.length} of ${ids.length} recordings`);
}
