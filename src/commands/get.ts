import { Failure, failureOf } from '../core/failure.ts';
import { type Batches, observed, singleBatch } from '../core/listing.ts';
import type { Recording } from '../core/recording.ts';
import { drain } from '../core/sink.ts';
import { withPager } from '../system/terminal/pager.ts';
import { openCallerNote, tellCallers } from './access/caller-note.ts';
import { findNamed, findRecording, foundRecording, type Search, unqueriedText } from './ids/find-recording.ts';
import { openIdList, readsStdin } from './ids/id-lists.ts';
import { openRecentIds } from './ids/recent-ids.ts';
import { openRowCalls, type RowCalls } from './ids/row-calls.ts';
import { resolveTypedIds } from './ids/typed-ids.ts';
import { withoutSecrets } from './shared/child-env.ts';
import { appendIds, type Context, type Define, examples } from './shared/context.ts';
import { type AccountOptions, addAccountOptions, addCallsOption } from './shared/options.ts';
import {
  addOutputOptions,
  callFieldsOf,
  type OutputOptions,
  readOutput,
  showsLinks,
  tellJson,
} from './shared/output.ts';
import { whileQuerying } from './shared/progress.ts';
import { openSourceLookup, type Source } from './shared/source.ts';
import { profileNames, withSources } from './shared/sources.ts';

interface GetOptions extends AccountOptions, OutputOptions {}

export const define: Define = (command, start) => {
  addAccountOptions(
    command.argument(
      '<id...>',
      'ids, or their first 8 or more characters if shown lately or among the newest; - for ids from standard input',
      appendIds,
    ),
  );
  addOutputOptions(addCallsOption(command))
    .addHelpText(
      'after',
      examples([
        'recx get <id> --profile demo',
        'recx get <id> <id> --profile demo -o csv --fields id,from,to',
        'recx get <id> --profile demo --with-calls',
        'recx get <id> --profile demo -o json --raw | jq .raw',
      ]),
    )
    .action((ids: readonly string[], options: GetOptions) => get(ids, options, start()));
};

const get = async (words: readonly string[], options: GetOptions, context: Context): Promise<void> => {
  const isList = readsStdin(words);
  const isSingle = !isList && new Set(words).size === 1;
  // Several words ask for a list, also if they are the same.
  const { format, view } = await readOutput(options, context, words.length === 1 && !isList, true);
  const { runtime } = context;
  const whoseIds = async (failure: Failure): Promise<Failure> =>
    (await import('./ids/missing-hint.ts')).withShownProfiles(failure, words, 'get', runtime); // rarely needed
  const task = async (sources: readonly Source[]): Promise<void> => {
    const missing: string[] = [];
    const search = { sources, all: sources, links: showsLinks(view), log: context.log };
    const { callFields = [] } = callFieldsOf(options);
    const calls = openRowCalls({ callFields, keeps: false }, openSourceLookup(sources), context);
    let callFailure: Failure | undefined;
    const recentIds = await openRecentIds(context);
    const callers = openCallerNote();
    let undialed: Recording | undefined;
    try {
      await whileQuerying(profileNames(sources), context, async () => {
        const requested = isList ? await listedIds(search, context) : await typedIds(words, search, context);
        const found = recentIds.observe(findEach(requested, { isSingle, sources, missing, calls }, context));
        const rows = observed(found, (batch) => {
          callers.see(batch);
          undialed ??= batch.find(({ call }) => call?.dialedTo === null);
        });
        await withPager(
          runtime,
          () => withoutSecrets(runtime.env, sources),
          (screen) => drain(format(rows, view), screen),
        );
      });
    } finally {
      await recentIds.save();
      callFailure = await endCalls(calls);
    }
    if (callFields.length === 0) tellCallers({ runtime, log: context.log, listing: { callers } });
    if (undialed !== undefined && runtime.err.isTTY)
      context.log.info(`Whom the call dialled is read from lists: recx list --call ${undialed.callId} --with-calls`);
    tellJson(options, context);
    const failure = missing.length === 0 ? undefined : await missingFailure(missing, sources, context);
    if (failure !== undefined && callFailure !== undefined) context.log.error(failure);
    if (callFailure !== undefined) throw callFailure;
    if (failure !== undefined) throw failure;
  };
  await withSources(options, context, task, { onNoneChosen: whoseIds });
};

/** Says which calls are missing; the failure if some could not be read. */
const endCalls = (calls: RowCalls): Promise<Failure | undefined> =>
  failureOf(() => calls.end()).finally(() => calls.close());

/** The length of a message is limited: all messages but the last are printed, with as many ids as each can name. */
const missingFailure = async (
  ids: readonly string[],
  sources: readonly Source[],
  { runtime, log }: Context,
): Promise<Failure> => {
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
  const { missingHint } = await import('./ids/missing-hint.ts'); // rarely needed
  for (const message of messages.slice(0, -1)) log.error(new Failure('missing', message));
  return new Failure('missing', messages.at(-1) ?? '', {
    hint: await missingHint(ids, 'get', sources, runtime),
  });
};

const MAX_NAMED_LENGTH = 200;

/** A requested recording. */
interface Requested {
  readonly id: string;
  find(): Promise<Recording | undefined>;
}

const typedIds = async (words: readonly string[], search: Search, context: Context): Promise<Batches<Requested>> => {
  const typed = await resolveTypedIds(words, search.sources, search.links, context);
  return singleBatch(
    typed.map(({ id, sources, result }) => ({
      id,
      find: () => (result === undefined ? findRecording(id, { ...search, sources }) : foundRecording(result)),
    })),
  );
};

/** The ids on standard input. */
const listedIds = async (search: Search, { runtime }: Context): Promise<Batches<Requested>> => {
  const named = await openIdList({ from: '-', isOnlyTarget: false }, runtime);
  const sourceOf = openSourceLookup(search.sources);
  return (async function* () {
    for await (const rows of named())
      yield rows.map((row) => ({ id: row.id, find: () => findNamed(row, search, sourceOf) }));
  })();
};

interface Run {
  readonly isSingle: boolean;
  readonly sources: readonly Source[];
  /** The ids of recordings that were not found. */
  readonly missing: string[];
  readonly calls: RowCalls;
}

/** The recordings in the order of the ids. Adds unknown ids to `missing`; throws `partial` at the end if a request failed. */
async function* findEach(
  requested: Batches<Requested>,
  { isSingle, sources, missing, calls }: Run,
  context: Context,
): AsyncGenerator<readonly Recording[]> {
  const { log } = context;
  const failures: Failure[] = [];
  let count = 0;
  for await (const batch of requested) {
    for (const { id, find } of batch) {
      count++;
      try {
        const recording = await find();
        if (recording === undefined) missing.push(id);
        else yield [await calls.complete(recording)];
      } catch (error) {
        // Rejected credentials would be rejected for every id.
        if (!(error instanceof Failure) || error.kind === 'credentials' || isSingle) throw error;
        log.error(error);
        failures.push(error);
      }
    }
  }
  if (failures.length > 0 && missing.length > 0) log.error(await missingFailure(missing, sources, context));
  if (failures.length > 0) throw new Failure('partial', `failed to fetch ${failures.length} of ${count} recordings`);
}
