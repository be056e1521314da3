import type { ApiDefinition, CallList, Page, Provider } from '../provider.ts';
import { type FilterKey, predicate, type Query } from '../query.ts';
import type { Recording } from '../recording.ts';
import { spanOfCalls } from './call-window.ts';
import { filtersOn, neededCalls } from './fields.ts';
import { HeldCalls, shifted } from './held-calls.ts';
import { type JoinListener, type JoinRequest, type ListJoin, openListJoin } from './list-join.ts';
import { chooseWay, MAX_CALLS_ASKED, matcherOfCalls, type Way } from './way.ts';

/** Completes the recordings of one API from its calls, conferences and room sessions. */
export interface CallCompletion {
  /** Pages of recordings, as of the provider; only of the calls of a number, if that takes fewer requests. */
  pages(query: Query): AsyncIterable<Page>;
  /** The recordings that match what needs no call. */
  candidates(rows: readonly Recording[]): readonly Recording[];
  /** The same recordings, in the same order, completed. Throws failures; of credentials if a filter needs the calls. */
  fill(rows: readonly Recording[]): Promise<readonly Recording[]>;
  /** Recordings whose entry the provider does not have, by the list. */
  missing(): readonly { readonly list: CallList; readonly recordings: number }[];
  close(): Promise<void>;
}

export const openCallCompletion = (
  { provider, definition }: { readonly provider: Provider; readonly definition: ApiDefinition },
  query: Query,
  now: number,
  listener: JoinListener,
  /** Calls are listed; otherwise each is requested, which is cheaper for a few recordings. */
  isListed = true,
): CallCompletion => {
  const needed = neededCalls(query, provider, definition);
  const { lists, showsLegs } = needed;
  const calls = lists.find(({ key }) => key === 'callId');
  const onCalls = calls === undefined ? [] : filtersOn(calls, query, definition);
  // With everything that calls say, numbers are those of the calls, too, also where recordings have their own.
  const numbers: readonly FilterKey[] = showsLegs ? ['from', 'to'] : [];
  const listOfCallsAnswers: readonly FilterKey[] = [
    ...onCalls,
    ...numbers,
    ...(lists.some(({ key }) => key !== 'callId') ? (['conference'] as const) : []),
  ];
  const mayMatch = predicate(without(query, listOfCallsAnswers));
  const span = spanOfCalls(query);
  const usual: Way = {
    request: {
      span: isListed ? span : undefined,
      now,
      legs: showsLegs || onCalls.includes('to') ? 'all' : 'none',
      known: new HeldCalls(),
      mayMatch: matcherOfCalls(query, onCalls),
    },
  };
  let way = usual;
  const joins = new Map<CallList, ListJoin>();
  /** Recordings without an entry, of lists that were opened for some recordings only. */
  const missingOf = new Map<CallList, number>();
  let missingBefore = 0;
  const horizon = calls?.keptFor === undefined ? undefined : shifted(new Date(now).toISOString(), -calls.keptFor);
  const isUnanswered = ({ callId, createdAt }: Recording): boolean =>
    callId !== null && horizon !== undefined && createdAt !== null && createdAt < horizon;

  /** Recordings of calls that the provider no longer has cannot be found by a number. */
  const countUnanswered = async (): Promise<void> => {
    if (horizon === undefined || (query.since ?? '') >= horizon) return;
    const until = query.until === undefined || query.until > horizon ? horizon : query.until;
    for await (const { rows } of provider.pages({ ...without(query, onCalls), until }))
      missingBefore += rows.filter((row) => mayMatch(row) && isUnanswered(row)).length;
  };

  // A server that knows ids alone would leave out the conferences of a name.
  const onNames = lists.some((list) => filtersOn(list, query, definition).includes('conference'));

  async function* pages(all: Query): AsyncGenerator<Page> {
    const asked = without(all, [...numbers, ...(onNames ? (['conference'] as const) : [])]);
    way =
      isListed && calls !== undefined
        ? await chooseWay(calls, query, { span, usual, showsLegs, onCalls }, listener)
        : usual;
    const { ids } = way;
    if (ids === undefined || ids.size > MAX_CALLS_ASKED) return yield* provider.pages(asked);
    const call = [...ids].filter((id) => asked.call?.includes(id) !== false);
    if (call.length > 0) yield* provider.pages({ ...asked, call });
    await countUnanswered();
  }

  return {
    pages,
    candidates: (rows) => {
      const { ids } = way;
      const matching = rows.filter(mayMatch);
      if (ids === undefined) return matching;
      const isWanted = ({ callId }: Recording): boolean => ids.has(callId ?? '');
      missingBefore += matching.filter((row) => !isWanted(row) && isUnanswered(row)).length;
      return matching.filter(isWanted);
    },
    fill: async (rows) => {
      let filled = rows;
      for (const list of lists) {
        const opened = joins.get(list);
        if (opened !== undefined) {
          filled = await opened.fill(filled);
          continue;
        }
        const isEssential = needed.needsAlways(list);
        const request: JoinRequest = {
          ...(list === calls ? way.request : { ...usual.request, legs: 'none' }),
          needs: (row) => isEssential || needed.lacksNumber(row),
          isEssential,
        };
        if (isListed || list.find !== undefined) {
          const join = openListJoin(list, request, listener);
          joins.set(list, join);
          filled = await join.fill(filled);
          continue;
        }
        // Entries cannot be requested one by one, and recordings may come in any order.
        const join = openListJoin(list, { ...request, span: spanOfCalls(timesOf(rows)) }, listener);
        try {
          filled = await join.fill(filled);
        } finally {
          await join.close();
        }
        missingOf.set(list, (missingOf.get(list) ?? 0) + join.missing);
      }
      return filled;
    },
    missing: () =>
      lists.map((list) => ({
        list,
        recordings: (joins.get(list)?.missing ?? 0) + (missingOf.get(list) ?? 0) + (list === calls ? missingBefore : 0),
      })),
    close: async () => {
      for (const join of joins.values()) await join.close();
    },
  };
};

/** The times from the oldest recording to the newest; without bounds if one has no time. */
const timesOf = (rows: readonly Recording[]): Pick<Query, 'since' | 'until'> => {
  const times = rows.map(({ createdAt }) => createdAt ?? '').sort();
  const [since = '', until = ''] = [times[0], times.at(-1)];
  return since === '' ? {} : { since, until };
};

const without = (query: Query, keys: readonly FilterKey[]): Query =>
  Object.fromEntries(Object.entries(query).filter(([key]) => !keys.some((left) => left === key)));
