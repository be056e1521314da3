import { decimalBytes } from '../../core/columns.ts';
import { type NamedRecording, readIdList } from '../../core/download/id-list.ts';
import { readiness, runQueue } from '../../core/download/outcome.ts';
import { inShard } from '../../core/download/shard.ts';
import { Failure } from '../../core/failure.ts';
import { IdSet } from '../../core/id-set.ts';
import { type Batches, chunk, singleBatch, take } from '../../core/listing.ts';
import type { Recording } from '../../core/recording.ts';
import type { Template } from '../../core/template.ts';
import { sanitizeLine } from '../../core/text/sanitize.ts';
import { NameRefused } from '../../system/files/disk-errors.ts';
import { type Folder, freeBytes, openFolder } from '../../system/files/download-folder.ts';
import type { MediaSource } from '../../system/net/media-client.ts';
import { openCircuitBreaker } from '../../system/net/retry.ts';
import { readText } from '../../system/terminal/stdin.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import { findRecording } from '../shared/find-recording.ts';
import { listSources } from '../shared/list-sources.ts';
import type { Source } from '../shared/source-types.ts';
import { asServerError } from './media-choice.ts';
import { addSidecar, type DownloadJob, downloadRecording, fileStem, streamRecording } from './recording.ts';
import type { DownloadContext } from './types.ts';

/** A recording as it was listed, or as it was named. */
type QueuedRow = Recording | NamedRecording;

/** Downloads every recording that is meant, into the folder or to standard output. */
export const downloadQueue = async (all: DownloadContext): Promise<void> => {
  const { run, options } = all;
  const rows = await rowsOf(all);
  if (options.stdout === true) return oneToStdout(rows, all);
  if (!isUnique(run.template)) await checkUniqueNames(rows, all);
  const { manifest, dir } = options;
  const settings = {
    manifest,
    shard: run.shard,
    waitMilliseconds: run.waitMilliseconds,
    readOnly: options.dryRun === true,
  };
  const folder = await openFolder(dir, settings);
  try {
    await downloadAll(rows, folder, all);
  } finally {
    await folder.close();
  }
  if (options.dryRun === true) await printPlan(all);
};

const downloadAll = async (rows: () => Batches<QueuedRow>, folder: Folder, all: DownloadContext): Promise<void> => {
  const { run, options, fetchContext, stop, summary } = all;
  const job: DownloadJob = {
    folder,
    template: run.template,
    wanted: run.wanted,
    overwrite: options.overwrite === true,
    dryRun: options.dryRun === true,
    taken: new IdSet(),
    mediaOf: clientsOf(all),
    fetchContext,
  };
  const breaker = openCircuitBreaker();
  const one = async (row: QueuedRow): Promise<void> => {
    try {
      const found = await resolve(row, all);
      if (found === undefined) throw new Failure('missing', 'there is no such recording');
      const { outcome, bytes } = await downloadRecording(sourceOf(found, all), found, job);
      if (options.sidecar === true && !job.dryRun && (outcome === 'done' || outcome === 'skipped'))
        await addSidecar(found, job);
      summary.add(outcome, bytes);
      if (outcome === 'done') breaker.success();
      if (outcome === 'skipped') breaker.skip();
    } catch (error) {
      if (stop.signal.aborted) throw error;
      try {
        reportFailure(row, error, all);
        breaker.failure(error);
      } catch (fatal) {
        stop.abort(fatal);
        throw fatal;
      }
    }
  };
  const { onListed } = summary;
  await runQueue(rows(), one, { width: run.concurrency, signal: stop.signal, onListed });
};

/** Counts and names a recording that could not be had. Throws what concerns the whole run. */
const reportFailure = (row: QueuedRow, error: unknown, { summary, context }: DownloadContext): void => {
  if (!isForOneRecording(error)) throw error;
  // Named but not found is another matter than listed and then lost.
  summary.add(error.kind !== 'missing' ? 'failed' : 'raw' in row ? 'gone' : 'missing', null);
  context.log.error(
    new Failure(error.kind, `${sanitizeLine(row.id, MAX_ID_LENGTH)}: ${error.message}`, {
      hint: error.hint,
      about: 'raw' in row ? { provider: row.provider, profile: row.profile } : {},
    }),
  );
};

/** Characters of an id in a message, so that the reason stays in sight. */
const MAX_ID_LENGTH = 100;

/** Whether an error concerns one recording alone. */
const isForOneRecording = (error: unknown): error is Failure =>
  error instanceof Failure && (['partial', 'unsafe', 'missing'].includes(error.kind) || error instanceof NameRefused);

/** The recordings that are meant, as often as they are asked for. */
const rowsOf = async ({ run, context, sources }: DownloadContext): Promise<() => Batches<QueuedRow>> => {
  const { ids, query, limit, shard, template } = run;
  const own = <One extends QueuedRow>(rows: Batches<One>): Batches<One> => (shard === undefined ? rows : inPart(rows));
  async function* inPart<One extends QueuedRow>(rows: Batches<One>): Batches<One> {
    for await (const batch of rows) yield shard === undefined ? batch : batch.filter(({ id }) => inShard(id, shard));
  }
  if (ids === undefined) {
    return () => {
      // Of a shard's rows others come in between.
      const most = limit === undefined || shard !== undefined ? {} : { atMost: limit };
      const rows = own(listSources(sources, { ...query, ...most }, undefined, context));
      return limit === undefined ? rows : take(rows, limit);
    };
  }
  if (!('from' in ids)) return () => own(singleBatch(ids));
  const named = (): Batches<NamedRecording> =>
    uniqueByPlace(readIdList(readText(ids.from, context.runtime), ids.from === '-' ? 'standard input' : ids.from));
  if (isUnique(template)) return () => own(named());
  // Names are looked through before anything is fetched, and standard input comes only once.
  const every: NamedRecording[] = [];
  for await (const batch of chunk(named())) every.push(...batch);
  return () => own(singleBatch(every));
};

/** Each recording has a name of its own, since its id is part of it. */
const isUnique = ({ keys }: Template): boolean => keys.includes('id');

async function* uniqueByPlace(rows: Batches<NamedRecording>): Batches<NamedRecording> {
  const seen = new IdSet();
  for await (const batch of rows) yield batch.filter(({ provider = '', id }) => seen.add(`${provider} ${id}`));
}

/** The recording itself; undefined when there is none of that name. */
const resolve = async (row: QueuedRow, { sources }: DownloadContext): Promise<Recording | undefined> => {
  if ('raw' in row) return row;
  const { id, provider, api, profile } = row;
  const fits = (said: string | undefined, own: string): boolean => said === undefined || said === own;
  const near = sources.filter(({ definition }) => fits(provider, definition.vendor.name) && fits(api, definition.api));
  // A profile may have another name by now.
  const same = near.filter((source) => fits(profile, source.profile));
  if (near.length === 0) {
    throw new Failure('partial', `it is of ${[provider, api].filter(Boolean).join(' ')}, which is not asked`, {
      hint: 'Choose its profile with --profile, and its API with --api',
    });
  }
  return asServerError(findRecording(id, same.length > 0 ? same : near, false));
};

/** The source that a recording came from. */
const sourceOf = ({ profile, provider, api }: Recording, { sources }: DownloadContext): Source => {
  const source = sources.find(
    (one) => one.profile === profile && one.definition.vendor.name === provider && one.definition.api === api,
  );
  if (source === undefined) throw new Error(`no source of ${profile} ${provider} ${api}`);
  return source;
};

/** One client for each source. */
const clientsOf = ({ media }: DownloadContext): ((source: Source) => MediaSource) => {
  const clients = new Map<Source, MediaSource>();
  return (source) => {
    const { account, definition } = source;
    if (account === undefined) throw new Error('a door that is closed gives no recordings');
    const client = clients.get(source) ?? media.sourceFor(account, definition);
    clients.set(source, client);
    return client;
  };
};

/** Looks through all names before anything is written, where they need not differ. */
const checkUniqueNames = async (rows: () => Batches<QueuedRow>, all: DownloadContext): Promise<void> => {
  const names = new IdSet();
  const breaker = openCircuitBreaker();
  const look = async (row: QueuedRow): Promise<void> => {
    const recording = await resolve(row, all).catch((error: unknown) => {
      // It will be told when its turn comes.
      if (!isForOneRecording(error)) throw error;
      breaker.failure(error);
    });
    if (recording === undefined || readiness(recording) !== 'ready') return;
    const name = fileStem(recording, all.run);
    if (names.add(name)) return;
    throw new Failure('usage', `two recordings would have the name ${name}`, { hint: 'Put {id} into --name' });
  };
  await runQueue(rows(), look, { width: all.run.concurrency, signal: all.stop.signal, onListed: () => {} });
};

const oneToStdout = async (rows: () => Batches<QueuedRow>, all: DownloadContext): Promise<void> => {
  for await (const batch of rows()) {
    for (const row of batch) {
      const recording = await resolve(row, all);
      if (recording === undefined) throw new Failure('missing', `no recording has the id ${row.id}`);
      const { run, context, fetchContext } = all;
      const client = clientsOf(all);
      const { bytes } = await streamRecording(sourceOf(recording, all), recording, {
        wanted: run.wanted,
        mediaOf: client,
        fetchContext,
        ...streamSink(context.runtime.out),
      });
      all.summary.add('done', bytes);
    }
  }
};

/** What there would be to do. */
const printPlan = async ({ context, options, summary }: DownloadContext): Promise<void> => {
  const free = await freeBytes(options.dir);
  const room = free === undefined ? '' : `; ${decimalBytes(free)} free`;
  await streamSink(context.runtime.out).write(`${summary.planLine(options.dir)}${room}\n`);
};
