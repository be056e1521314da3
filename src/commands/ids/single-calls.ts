import { Failure } from '../../core/failure.ts';
import type { Query } from '../../core/query.ts';
import type { Recording } from '../../core/recording.ts';
import { nameOfApi } from '../access/api-access.ts';
import type { SourceCalls } from '../shared/calls.ts';
import type { Context } from '../shared/context.ts';
import { openSourceLookup } from '../shared/source-lookup.ts';
import type { Source } from '../shared/source-types.ts';
import { mayUseCalls } from '../shared/unsupported-filters.ts';

/** Completes recordings from their calls one by one, each by requests of its own. */
export interface SingleCalls {
  complete(recording: Recording): Promise<Recording>;
  /** Says what could not be completed. False if a request has failed. */
  end(): Promise<boolean>;
}

export const openSingleCalls = (sources: readonly Source[], query: Query, context: Context): SingleCalls => {
  const sourceOf = openSourceLookup(sources);
  const opened = new Map<Source, SourceCalls>();
  let isComplete = true;
  const callsOf = async (source: Source): Promise<SourceCalls> => {
    const known = opened.get(source);
    if (known !== undefined) return known;
    const { openCalls } = await import('../shared/calls.ts'); // rarely needed
    const onIncomplete = (message: string): void => {
      isComplete = false;
      context.log.error(new Failure('partial', `${nameOfApi(source)}: ${message}`));
    };
    const calls = openCalls(source, query, { onIncomplete }, context, false);
    opened.set(source, calls);
    return calls;
  };
  return {
    complete: async (recording) => {
      const source = sourceOf(recording);
      if (!mayUseCalls(source, query)) return recording;
      const [completed = recording] = await (await callsOf(source)).fill([recording]);
      return completed;
    },
    end: async () => {
      for (const calls of opened.values()) {
        calls.end();
        await calls.close();
      }
      return isComplete;
    },
  };
};
