import { Failure } from '../../core/failure.ts';
import { queriedText, withoutRefused } from '../access/queried.ts';
import { listSources } from '../shared/list-sources.ts';
import { queriedSources } from '../shared/unsupported-filters.ts';
import { failureText } from './screen-log.ts';
import { rowOf } from './searchable-row.ts';
import { wantsMoreRows } from './state.ts';
import type { Store } from './store.ts';
import type { BrowseContext } from './types.ts';

/** Loads the list from the start and cancels an earlier load. Throws rejected credentials before the first row, and bugs. */
export type Loader = () => Promise<void>;

export const openLoader = (browseContext: BrowseContext, store: Store): Loader => {
  let latest = 0;
  return () => {
    const own = ++latest;
    store.resumeLoading(); // wakes the previous load, which then ends
    return loadList(browseContext, store, () => own !== latest || browseContext.stop.signal.aborted);
  };
};

const loadList = async (
  { sources, query, context, view, recentIds }: BrowseContext,
  store: Store,
  isCancelled: () => boolean,
): Promise<void> => {
  try {
    for await (const batch of recentIds.observe(listSources(sources, query, undefined, context))) {
      if (isCancelled()) return;
      store.dispatch({ type: 'rows', rows: batch.map((recording) => rowOf(recording, view)) });
      while (store.state.listing === 'open' && !wantsMoreRows(store.state) && !isCancelled())
        await store.untilMoreRowsWanted();
      if (isCancelled() || store.state.listing === 'full') return;
    }
    const queried = queriedText(withoutRefused(queriedSources(sources, query)));
    if (!isCancelled()) store.dispatch({ type: 'listed', listing: 'complete', queried });
  } catch (error) {
    if (isCancelled()) return;
    const rejected = error instanceof Failure && error.kind === 'credentials' && store.state.rows.length === 0;
    if (rejected || !(error instanceof Failure)) throw error;
    store.dispatch({ type: 'listed', listing: 'failed', text: context.log.clean(failureText(error)) });
  }
};
