import type { BrowseEvent, Effect } from './events.ts';
import { reduce } from './reducer.ts';
import { type State, wantsMoreRows } from './state.ts';

/** The state of a session, and the way to change it. */
export interface Store {
  readonly state: State;
  dispatch(event: BrowseEvent): void;
  notify(text: string, bad: boolean): void;
  /** Resolves when more rows are wanted or `resumeLoading` is called. */
  untilMoreRowsWanted(): Promise<void>;
  resumeLoading(): void;
}

export interface Listeners {
  onChange(): void;
  perform(effect: Effect): void;
  /** Called with errors from event handling, so that the terminal can be restored. */
  onBug(error: unknown): void;
}

export const openStore = (initial: State, { onChange, perform, onBug }: Listeners): Store => {
  let state = initial;
  let resumeLoading = (): void => {};
  const dispatch = (event: BrowseEvent): void => {
    try {
      const { state: next, effect } = reduce(state, event);
      state = next;
      if (effect !== undefined) perform(effect);
      if (wantsMoreRows(state)) resumeLoading();
      onChange();
    } catch (error) {
      onBug(error);
    }
  };
  return {
    get state() {
      return state;
    },
    dispatch,
    notify: (text, bad) => dispatch({ type: 'message', text, bad }),
    untilMoreRowsWanted: () =>
      new Promise((resolve) => {
        resumeLoading = resolve;
      }),
    resumeLoading: () => resumeLoading(),
  };
};
