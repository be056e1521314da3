import { Failure } from '../../core/failure.ts';
import { gather } from '../shared/list-sources.ts';
import { textOf } from './log.ts';
import type { BrowseContext } from './session.ts';
import { rowOf, wants } from './state.ts';
import type { Store } from './store.ts';

/** Reads the list as far as it is wanted, until `over`. Throws refused credentials when there is no row yet, and defects. */
export const readList = async (
  { sources, query, context, view }: BrowseContext,
  store: Store,
  over: () => boolean,
): Promise<void> => {
  try {
    for await (const batch of gather(sources, query, undefined, context)) {
      if (over()) return;
      store.happen({ type: 'rows', rows: batch.map((recording) => rowOf(recording, view)) });
      while (store.state.listing === 'open' && !wants(store.state) && !over()) await store.wanted();
      if (over() || store.state.listing === 'full') return;
    }
    if (!over()) store.happen({ type: 'listed', listing: 'whole' });
  } catch (error) {
    if (over()) return;
    const refused = error instanceof Failure && error.kind === 'credentials' && store.state.rows.length === 0;
    if (refused || !(error instanceof Failure)) throw error;
    store.happen({ type: 'listed', listing: 'failed', text: context.log.clean(textOf(error)) });
  }
};
