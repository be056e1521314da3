import { Failure } from '../../core/failure.ts';
import { listSources } from '../shared/list-sources.ts';
import { failureText } from './log.ts';
import { rowOf } from './row.ts';
import { wantsMoreRows } from './state.ts';
import type { Store } from './store.ts';
import type { BrowseContext } from './types.ts';

/** Reads the list as far as it is wanted, until `over`. Throws refused credentials when there is no row yet, and defects. */
export const loadList = async (
  { sources, query, context, view }: BrowseContext,
  store: Store,
  over: () => boolean,
): Promise<void> => {
  try {
    for await (const batch of listSources(sources, query, undefined, context)) {
      if (over()) return;
      store.dispatch({ type: 'rows', rows: batch.map((recording) => rowOf(recording, view)) });
      while (store.state.listing === 'open' && !wantsMoreRows(store.state) && !over()) await store.moreWanted();
      if (over() || store.state.listing === 'full') return;
    }
    if (!over()) store.dispatch({ type: 'listed', listing: 'whole' });
  } catch (error) {
    if (over()) return;
    const refused = error instanceof Failure && error.kind === 'credentials' && store.state.rows.length === 0;
    if (refused || !(error instanceof Failure)) throw error;
    store.dispatch({ type: 'listed', listing: 'failed', text: context.log.clean(failureText(error)) });
  }
};
