import { handleKey } from './keymap.ts';
import { type BrowseRow, clamped, type Listing, type State, withRows, withSize } from './state.ts';

/** What can happen. */
export type BrowseEvent =
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'rows'; readonly rows: readonly BrowseRow[] }
  | { readonly type: 'listed'; readonly listing: Extract<Listing, 'whole'> }
  | { readonly type: 'listed'; readonly listing: Extract<Listing, 'failed'>; readonly text: string }
  | { readonly type: 'size'; readonly width: number; readonly height: number }
  | { readonly type: 'said'; readonly text: string; readonly bad: boolean }
  | { readonly type: 'job'; readonly job: State['job'] }
  | { readonly type: 'downloaded' }
  | { readonly type: 'playing'; readonly playing: string | undefined };

/** What the keys ask of the world outside. */
export type Effect =
  | { readonly do: 'leave' }
  | { readonly do: 'reload' }
  | { readonly do: 'stop' }
  | { readonly do: 'redraw' }
  | { readonly do: 'download'; readonly rows: readonly BrowseRow[] }
  | { readonly do: 'play'; readonly row: BrowseRow }
  | { readonly do: 'copy'; readonly row: BrowseRow };

export interface Step {
  readonly state: State;
  readonly effect?: Effect;
}

/** The next state, and what is to be done. */
export const reduce = (state: State, event: BrowseEvent): Step => {
  if (event.type !== 'key') return { state: clamped(applyEvent(state, event)) };
  const next = handleKey(state, event.key);
  return { ...next, state: clamped(next.state) };
};

const applyEvent = (state: State, event: Exclude<BrowseEvent, { readonly type: 'key' }>): State => {
  switch (event.type) {
    case 'rows':
      return withRows(state, event.rows);
    case 'listed': {
      if (event.listing === 'whole') return { ...state, listing: event.listing };
      // The reasons of several sources were told before.
      const failure = state.message?.bad === true ? state.message.text : event.text;
      return { ...state, listing: event.listing, message: undefined, failure };
    }
    case 'size':
      return withSize(state, event.width, event.height);
    case 'said':
      return { ...state, message: event };
    case 'job':
      return { ...state, job: event.job, leaving: event.job !== undefined && state.leaving };
    case 'downloaded':
      return { ...state, marked: new Set() };
    case 'playing':
      return { ...state, playing: event.playing };
  }
};
