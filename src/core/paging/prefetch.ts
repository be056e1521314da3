/** Runs steps in order: the first alone, then up to `width` ahead of the reader. */
export async function* prefetch<T>(steps: Iterable<() => Promise<T>>, width: number): AsyncGenerator<T> {
  const inFlight: Promise<T>[] = [];
  let allowed = 1;
  for (const step of steps) {
    inFlight.push(markHandled(step()));
    if (inFlight.length < allowed) continue;
    const first = inFlight.shift();
    if (first !== undefined) yield await first;
    allowed = width;
  }
  for (const rest of inFlight) yield await rest;
}

/** Marks a rejection as handled, for a promise that is awaited later. */
export const markHandled = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => {});
  return promise;
};

/** Resolves once the requests that were started have been sent. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
