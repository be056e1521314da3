import { Failure } from '../core/failure.ts';
import type { Recording } from '../core/recording.ts';
import { drain } from '../core/sink.ts';
import { withPager } from '../system/terminal/pager.ts';
import { findRecording, missingHint, unqueriedText } from './ids/find-recording.ts';
import { openRecentIds } from './ids/recent-ids.ts';
import { resolveTypedIds, type TypedId } from './ids/typed-ids.ts';
import { withoutSecrets } from './shared/child-env.ts';
import { type Context, type Define, examples } from './shared/context.ts';
import { type AccountOptions, addAccountOptions } from './shared/options.ts';
import { addOutputOptions, type OutputOptions, readOutput, showsLinks } from './shared/output.ts';
import type { Source } from './shared/source-types.ts';
import { withSources } from './shared/sources.ts';

interface GetOptions extends AccountOptions, OutputOptions {}

export const define: Define = (command, start) => {
  addAccountOptions(command.argument('<id...>', 'ids as shown by recx list, or their first 8 or more characters'));
  addOutputOptions(command)
    .addHelpText(
      'after',
      examples([
        'recx get <id> --profile demo',
        'recx get <id> <id> --profile demo -o csv --fields id,from,to',
        'recx get <id> --profile demo -o json --raw | jq .raw',
      ]),
    )
    .action((ids: readonly string[], options: GetOptions) => get(ids, options, start()));
};

const get = async (words: readonly string[], options: GetOptions, context: Context): Promise<void> => {
  // Several words ask for a list, also if they are the same.
  const { format, view } = await readOutput(options, context, words.length === 1, true);
  await withSources(options, context, async (sources) => {
    const missing: string[] = [];
    const links = showsLinks(view);
    const ids = await resolveTypedIds(words, sources, links, context);
    const recentIds = await openRecentIds(context);
    const rows = recentIds.observe(findEach(ids, { all: sources, links }, missing, context));
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
    if (missing.length > 0) throw missingFailure(missing, sources, context);
  });
};

/** The length of a message is limited: all messages but the last are printed, with as many ids as each can name. */
const missingFailure = (ids: readonly string[], sources: readonly Source[], { log }: Context): Failure => {
  const groups: string[][] = [[]];
  for (const id of ids) {
    if ([...(groups.at(-1) ?? []), id].join(', ').length > MAX_NAMED_LENGTH && groups.at(-1)?.length !== 0)
      groups.push([]);
    groups.at(-1)?.push(id);
  }
  const messages = groups.map(
    (group) =>
      `${group.length === 1 ? 'recording' : 'recordings'} ${group.join(', ')} not found${unqueriedText(sources)}`,
  );
  for (const message of messages.slice(0, -1)) log.error(new Failure('missing', message));
  return new Failure('missing', messages.at(-1) ?? '', {
    hint: missingHint(ids),
  });
};

const MAX_NAMED_LENGTH = 200;

/** The recordings in the order of the ids. Adds unknown ids to `missing`; throws `partial` at the end if a request failed. */
async function* findEach(
  ids: readonly TypedId[],
  { all, links }: { readonly all: readonly Source[]; readonly links: boolean },
  missing: string[],
  context: Context,
): AsyncGenerator<readonly Recording[]> {
  const { log } = context;
  const failures: Failure[] = [];
  for (const { id, sources, found } of ids) {
    try {
      const recording = found ?? (await findRecording(id, { sources, all, links, log }));
      if (recording === undefined) missing.push(id);
      else yield [recording];
    } catch (error) {
      // Rejected credentials would be rejected for every id.
      if (!(error instanceof Failure) || error.kind === 'credentials' || ids.length === 1) throw error;
      log.error(error);
      failures.push(error);
    }
  }
  if (failures.length > 0 && missing.length > 0) log.error(missingFailure(missing, all, context));
  if (failures.length > 0)
    throw new Failure('partial', `failed to fetch ${failures.length} of ${ids.length} recordings`);
}
