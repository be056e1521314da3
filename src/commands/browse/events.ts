import type { BrowseRow } from './searchable-row.ts';
import type { Listing, State } from './state.ts';

/** Input events of the session. */
export type BrowseEvent =
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'rows'; readonly rows: readonly BrowseRow[] }
  | { readonly type: 'listed'; readonly listing: Extract<Listing, 'complete'>; readonly queried: string }
  | { readonly type: 'listed'; readonly listing: Extract<Listing, 'failed'>; readonly text: string }
  | { readonly type: 'size'; readonly width: number; readonly height: number }
  | { readonly type: 'message'; readonly text: string; readonly bad: boolean }
  | { readonly type: 'job'; readonly job: State['job'] }
  | { readonly type: 'downloaded' }
  | { readonly type: 'playing'; readonly playing: string | undefined };

/** Side effects requested by a key. */
export type Effect =
  | { readonly type: 'leave' }
  | { readonly type: 'reload' }
  | { readonly type: 'stop' }
  | { readonly type: 'redraw' }
  | { readonly type: 'download'; readonly rows: readonly BrowseRow[] }
  | { readonly type: 'play'; readonly row: BrowseRow }
  | { readonly type: 'copy'; readonly row: BrowseRow };

/** The result of an event. */
export interface Step {
  readonly state: State;
  readonly effect?: Effect;
}
