/** Runs steps in order, the first alone, then up to `width` ahead of the reader. */
export async function* prefetch<T>(steps: Iterable<() => Promise<T>>, width: number): AsyncGenerator<T> {
  const underWay: Promise<T>[] = [];
  let room = 1;
  for (const step of steps) {
    underWay.push(markHandled(step()));
    if (underWay.length < room) continue;
    const first = underWay.shift();
    if (first !== undefined) yield await first;
    room = width;
  }
  for (const rest of underWay) yield await rest;
}

/** A promise that may fail before anybody waits for it. */
export const markHandled = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => {});
  return promise;
};

/** Comes when the requests that were begun have gone out. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
