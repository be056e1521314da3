import { keyed } from './keymap.ts';
import { extended, type Listing, type Row, resized, type State, settled } from './state.ts';

/** What can happen. */
export type Event =
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'rows'; readonly rows: readonly Row[] }
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
  | { readonly do: 'download'; readonly rows: readonly Row[] }
  | { readonly do: 'play'; readonly row: Row }
  | { readonly do: 'copy'; readonly row: Row };

export interface Step {
  readonly state: State;
  readonly effect?: Effect;
}

/** The next state, and what is to be done. */
export const step = (state: State, event: Event): Step => {
  if (event.type !== 'key') return { state: settled(happened(state, event)) };
  const next = keyed(state, event.key);
  return { ...next, state: settled(next.state) };
};

const happened = (state: State, event: Exclude<Event, { readonly type: 'key' }>): State => {
  switch (event.type) {
    case 'rows':
      return extended(state, event.rows);
    case 'listed': {
      if (event.listing === 'whole') return { ...state, listing: event.listing };
      // The reasons of several sources were told before.
      const failure = state.said?.bad === true ? state.said.text : event.text;
      return { ...state, listing: event.listing, said: undefined, failure };
    }
    case 'size':
      return resized(state, event.width, event.height);
    case 'said':
      return { ...state, said: event };
    case 'job':
      return { ...state, job: event.job, leaving: event.job !== undefined && state.leaving };
    case 'downloaded':
      return { ...state, marked: new Set() };
    case 'playing':
      return { ...state, playing: event.playing };
  }
};
