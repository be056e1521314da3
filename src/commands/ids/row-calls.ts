import { saysAll } from '../../core/calls/settled.ts';
import { Failure } from '../../core/failure.ts';
import type { Query } from '../../core/query.ts';
import { type Recording, recordingKey } from '../../core/recording.ts';
import { nameOfApi } from '../access/api-access.ts';
import type { SourceCalls } from '../shared/calls.ts';
import type { Context } from '../shared/context.ts';
import { recordingIdentity, type Source } from '../shared/source.ts';
import { mayUseCalls } from '../shared/unsupported-filters.ts';

/** Completes recordings that were named by their ids from their calls. */
export interface RowCalls {
  /** The recording with what its call says, unless it says all that is used. */
  complete(recording: Recording): Promise<Recording>;
  /** Says, after the last recording, what is missing. Throws `partial` if calls could not be read. */
  end(): Promise<void>;
  close(): Promise<void>;
}

/** How recordings are completed. */
interface RowCallSettings {
  /** The fields that calls may have to give. */
  readonly callFields: readonly string[];
  /** Recordings are asked for twice, and completed once. */
  readonly keeps: boolean;
}

/** The calls of one source. */
interface OpenedCalls {
  readonly calls: Promise<SourceCalls>;
  fill(row: Recording): Promise<Recording>;
}

export const openRowCalls = (
  { callFields, keeps }: RowCallSettings,
  sourceOf: (recording: Recording) => Source,
  context: Context,
): RowCalls => {
  const query: Query = { callFields };
  const opened = new Map<Source, OpenedCalls>();
  const completed = keeps ? new Map<string, Promise<Recording>>() : undefined;
  let hasFailed = false;
  const open = async (source: Source): Promise<SourceCalls> => {
    const { openCalls } = await import('../shared/calls.ts');
    const { definition, profile } = source;
    const onIncomplete = (message: string): void => {
      hasFailed = true;
      const about = { provider: definition.vendor.name, api: definition.api, profile };
      context.log.error(new Failure('partial', `${nameOfApi(source)}: ${message}`, { about }));
    };
    return openCalls(source, query, { onIncomplete }, context, false);
  };
  const openOnce = (source: Source): OpenedCalls => {
    const known = opened.get(source);
    if (known !== undefined) return known;
    const calls = open(source);
    const added = { calls, fill: together(async (rows) => (await calls).fill(rows)) };
    opened.set(source, added);
    return added;
  };
  return {
    complete: (recording) => {
      if (saysAll(recording, callFields)) return Promise.resolve(recording);
      const source = sourceOf(recording);
      if (!mayUseCalls(source, query)) return Promise.resolve(recording);
      const key = recordingKey(recordingIdentity(recording, source));
      const filled = completed?.get(key) ?? openOnce(source).fill(recording);
      completed?.set(key, filled);
      return filled;
    },
    end: async () => {
      for (const { calls } of opened.values()) (await calls).end();
      if (hasFailed) throw new Failure('partial', 'the calls of some recordings could not be read', { reported: true });
    },
    close: async () => {
      for (const { calls } of opened.values()) await (await calls).close();
    },
  };
};

/** Runs a task on rows one by one, all that have come in meanwhile together. */
const together = (
  task: (rows: readonly Recording[]) => Promise<readonly Recording[]>,
): ((row: Recording) => Promise<Recording>) => {
  let waiting: Recording[] = [];
  let next: Promise<readonly Recording[]> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const run = (): Promise<readonly Recording[]> => {
    const rows = waiting;
    waiting = [];
    next = undefined;
    return task(rows);
  };
  return async (row) => {
    const place = waiting.push(row) - 1;
    next ??= last.then(run, run);
    last = next;
    const filled = await next;
    return filled[place] ?? row;
  };
};
