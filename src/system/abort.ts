import { setMaxListeners } from 'node:events';

/** What ends many things that are under way at the same time; Node would warn of a leak when more than ten listen. */
export const openAbortController = (): AbortController => {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  return stop;
};
