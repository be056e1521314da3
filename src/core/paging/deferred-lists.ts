import type { CallList, CallListFacts, CallListRequests } from '../provider.ts';

/** A list whose code is not loaded yet, and which of the requests that not every list has it has. */
interface DeferredList extends CallListFacts {
  readonly has: readonly ('find' | 'recordingsOf')[];
}

/** Lists of calls whose code is loaded by the first request: most runs need none. */
export const deferredLists = (
  lists: readonly DeferredList[],
  load: () => Promise<Readonly<Partial<Record<CallList['key'], CallListRequests>>>>,
): readonly CallList[] => {
  let loaded: ReturnType<typeof load> | undefined;
  return lists.map(({ has, ...facts }): CallList => {
    const requests = async (): Promise<CallListRequests> => {
      loaded ??= load();
      const own = (await loaded)[facts.key];
      if (own === undefined) throw new Error(`no requests for ${facts.title}`);
      return own;
    };
    return {
      ...facts,
      async *pages(request) {
        yield* (await requests()).pages(request);
      },
      ...(has.includes('find') ? { find: async (id) => (await requests()).find?.(id) } : {}),
      ...(has.includes('recordingsOf')
        ? { recordingsOf: async (call) => (await (await requests()).recordingsOf?.(call)) ?? [] }
        : {}),
    };
  });
};
