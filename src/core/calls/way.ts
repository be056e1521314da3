import { Failure } from '../failure.ts';
import type { CallList, CallRequest } from '../provider.ts';
import type { FilterKey, Query } from '../query.ts';
import { numberMatcher } from '../text/phone-number.ts';
import { isTolerable } from './asked-calls.ts';
import { callsOfNumbers, numberSides } from './by-number.ts';
import { HeldCalls } from './held-calls.ts';
import type { JoinListener, JoinRequest } from './list-join.ts';

/** Recordings of at most this many calls are requested for each call. */
export const MAX_CALLS_ASKED = 50;

/** How calls are read. */
export interface Way {
  /** Without what depends on the list. */
  readonly request: Omit<JoinRequest, 'needs' | 'isEssential'>;
  /** The calls whose recordings are wanted, if they are known. */
  readonly ids?: ReadonlySet<string>;
}

/** What a choice of the way depends on. */
interface Choice {
  readonly span: CallRequest;
  /** Without a choice. */
  readonly usual: Way;
  readonly showsLegs: boolean;
  readonly onCalls: readonly FilterKey[];
}

/**
 * The cheaper way to answer filters on calls: all calls of the span if they are on one page; else those of the numbers, if the API
 * can look these up and they are few or all that is needed; else all calls, as far as recordings need them.
 */
export const chooseWay = async (
  list: CallList,
  query: Query,
  { span, usual, showsLegs, onCalls }: Choice,
  listener: JoinListener,
): Promise<Way> => {
  const sides = numberSides(query, list).filter((side) => onCalls.includes(side));
  if (sides.length === 0) return usual;
  try {
    const onePage = await firstPage(list, span, listener);
    if (onePage !== undefined) {
      listener.debug(`calls of the span are on one page: ${onePage.size}`);
      return {
        request: {
          ...usual.request,
          span: undefined,
          legs: usual.request.legs === 'none' ? 'none' : 'known',
          known: onePage,
        },
      };
    }
    const { held, ids } = await callsOfNumbers(list, sides, query, span, listener);
    const needsAllLegs = showsLegs || (onCalls.includes('to') && !sides.includes('to'));
    const isCheaper = ids.size <= MAX_CALLS_ASKED || !needsAllLegs;
    listener.debug(
      `${ids.size} calls of the number: ${!isCheaper ? 'listing all calls' : ids.size <= MAX_CALLS_ASKED ? 'asking for the recordings of each' : 'listing recordings'}`,
    );
    if (!isCheaper) return usual;
    const legs = needsAllLegs ? 'all' : onCalls.includes('to') ? 'known' : 'none';
    return { request: { ...usual.request, span: undefined, legs, known: held }, ids };
  } catch (error) {
    if (error instanceof Failure && error.kind === 'credentials') {
      listener.onRefused(list, error);
      return usual;
    }
    if (!isTolerable(error)) throw error;
    return usual;
  }
};

/** The calls of a span, if they fit on one page. */
const firstPage = async (list: CallList, span: CallRequest, listener: JoinListener): Promise<HeldCalls | undefined> => {
  const count = listener.countPages();
  for await (const { rows, hasMore, incomplete } of list.pages({ ...span, maxRows: list.pageSize })) {
    if (hasMore || incomplete !== undefined) return undefined;
    count(rows.length);
    const held = new HeldCalls();
    held.add(rows);
    return held;
  }
  return new HeldCalls();
};

/** Whether a call matches the filters on calls. */
export const matcherOfCalls = (query: Query, onCalls: readonly FilterKey[]): JoinRequest['mayMatch'] => {
  const from = query.from?.map(numberMatcher);
  const to = query.to?.map(numberMatcher);
  if (onCalls.length === 0) return () => true;
  return (entry, legs) =>
    from?.some((matches) => matches(entry.from)) !== false &&
    to?.some((matches) => [entry, ...legs].some((each) => matches(each.to))) !== false &&
    (query.direction === undefined || (entry.direction !== null && query.direction.includes(entry.direction)));
};
