import type { BrowseEvent, Step } from './events.ts';
import { handleKey } from './keymap.ts';
import { clampState, type State, withRows, withSize } from './state.ts';

/** The next state after an event, and the side effect it requests. */
export const reduce = (state: State, event: BrowseEvent): Step => {
  if (event.type !== 'key') return { state: clampState(applyEvent(state, event)) };
  const next = handleKey(state, event.key);
  return { ...next, state: clampState(next.state) };
};

const applyEvent = (state: State, event: Exclude<BrowseEvent, { readonly type: 'key' }>): State => {
  switch (event.type) {
    case 'rows':
      return withRows(state, event.rows);
    case 'listed': {
      if (event.listing === 'complete') return { ...state, listing: event.listing, queried: event.queried };
      // The message of a single source is more specific.
      const failure = state.message?.bad === true ? state.message.text : event.text;
      return { ...state, listing: event.listing, message: undefined, failure };
    }
    case 'size':
      return withSize(state, event.width, event.height);
    case 'message':
      return { ...state, message: { text: event.text, bad: event.bad } };
    case 'job':
      return { ...state, job: event.job, quitRequested: event.job !== undefined && state.quitRequested };
    case 'downloaded':
      return { ...state, marked: new Set() };
    case 'playing':
      return { ...state, playing: event.playing };
  }
};
