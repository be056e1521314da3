import { type Effect, type Event, step } from './reducer.ts';
import { type State, wants } from './state.ts';

/** The state of a session and everything that happens to it. */
export interface Store {
  readonly state: State;
  happen(event: Event): void;
  tell(text: string, bad: boolean): void;
  /** Comes when more rows are wanted, or when somebody says so by `wake`. */
  wanted(): Promise<void>;
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
  const happen = (event: Event): void => {
    try {
      const { state: next, effect } = step(state, event);
      state = next;
      if (effect !== undefined) perform(effect);
      if (wants(state)) wake();
      onChange();
    } catch (error) {
      onDefect(error);
    }
  };
  return {
    get state() {
      return state;
    },
    happen,
    tell: (text, bad) => happen({ type: 'said', text, bad }),
    wanted: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
    wake: () => wake(),
  };
};
