import type { BrowseEvent, Effect } from './events.ts';
import { reduce } from './reducer.ts';
import { type State, wantsMoreRows } from './state.ts';

/** The state of a session and everything that happens to it. */
export interface Store {
  readonly state: State;
  dispatch(event: BrowseEvent): void;
  notify(text: string, bad: boolean): void;
  /** Comes when more rows are wanted, or when somebody says so by `wake`. */
  moreWanted(): Promise<void>;
  wake(): void;
}

export interface Listeners {
  onChange(): void;
  perform(effect: Effect): void;
  /** Told of a defect, which must not leave the terminal as it is. */
  onDefect(error: unknown): void;
}

export const openStore = (initial: State, { onChange, perform, onDefect }: Listeners): Store => {
  let state = initial;
  let wake = (): void => {};
  const dispatch = (event: BrowseEvent): void => {
    try {
      const { state: next, effect } = reduce(state, event);
      state = next;
      if (effect !== undefined) perform(effect);
      if (wantsMoreRows(state)) wake();
      onChange();
    } catch (error) {
      onDefect(error);
    }
  };
  return {
    get state() {
      return state;
    },
    dispatch,
    notify: (text, bad) => dispatch({ type: 'said', text, bad }),
    moreWanted: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
    wake: () => wake(),
  };
};
