import { openCallCompletion } from '../../src/core/calls/completion.ts';
import { neededCalls } from '../../src/core/calls/fields.ts';
import type { Failure } from '../../src/core/failure.ts';
import { listMatching, take } from '../../src/core/listing.ts';
import type { ApiDefinition, Provider } from '../../src/core/provider.ts';
import type { Query } from '../../src/core/query.ts';
import type { Recording } from '../../src/core/recording.ts';

/** A listing whose recordings are completed from their calls, as far as the query needs it, and what was said. */
export interface CompletedListing {
  readonly rows: readonly Recording[];
  readonly said: readonly string[];
  /** How calls were read. */
  readonly ways: readonly string[];
  /** Recordings whose calls the provider does not have. */
  readonly missing: number;
}

export const listCompleted = async (
  {
    provider,
    definition,
    now,
  }: { readonly provider: Provider; readonly definition: ApiDefinition; readonly now: number },
  query: Query,
  limit = 10_000,
): Promise<CompletedListing> => {
  const said: string[] = [];
  const ways: string[] = [];
  const refuse = (failure: Failure): void => {
    said.push(`${failure.kind}: ${failure.message}`);
  };
  const completion = openCallCompletion({ provider, definition }, query, now, {
    countPages: () => () => {},
    onIncomplete: (_, message) => said.push(message),
    onFailure: (_, failure) => refuse(failure),
    onRefused: (_, failure) => refuse(failure),
    debug: (text) => ways.push(text),
  });
  const isNeeded = neededCalls(query, provider, definition).lists.length > 0;
  const rows: Recording[] = [];
  const listed = isNeeded
    ? listMatching(completion, query, (message) => said.push(message), { completion })
    : listMatching(provider, query, (message) => said.push(message));
  for await (const batch of take(listed, limit)) rows.push(...batch);
  await completion.close();
  return { rows, said, ways, missing: completion.missing().reduce((sum, { recordings }) => sum + recordings, 0) };
};
