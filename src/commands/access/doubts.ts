import type { Query } from '../../core/query.ts';
import { doubtsAbout } from '../../core/server-filters.ts';
import type { Runtime } from '../../system/runtime.ts';
import type { Log } from '../../system/terminal/log.ts';

/** Says which values of a query may not mean what was typed, for a list in which nothing matched. */
export const tellDoubts = async (
  query: Query,
  {
    log,
    argv,
    runtime,
  }: { readonly log: Pick<Log, 'warn'>; readonly argv: readonly string[]; readonly runtime: Pick<Runtime, 'err'> },
): Promise<void> => {
  for (const { text, hint, ending, forPeople } of doubtsAbout(query)) {
    if (forPeople === true && !runtime.err.isTTY) continue;
    if (ending === undefined) log.warn(text, hint);
    else log.warn(text, (await import('../usage/values/number-part.ts')).numbersEnding(ending, argv)); // rarely needed
  }
};
