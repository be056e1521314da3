import { setMaxListeners } from 'node:events';

/** An AbortController without Node's warning of a leak above ten listeners. */
export const openAbortController = (): AbortController => {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
};
