import { setMaxListeners } from 'node:events';

/** A controller whose signal ends many things at the same time; Node warns of a leak when more than ten listen. */
export const openAbortController = (): AbortController => {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
};
