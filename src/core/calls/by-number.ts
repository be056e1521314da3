import { forEachListing } from '../listing.ts';
import type { CallList, CallRequest } from '../provider.ts';
import type { Query } from '../query.ts';
import type { Call } from '../recording.ts';
import { numberMatcher, numberSpellings } from '../text/phone-number.ts';
import { HeldCalls } from './held-calls.ts';
import type { JoinListener } from './list-join.ts';

/** The calls of the numbers of a query. */
export interface CallsOfNumbers {
  readonly held: HeldCalls;
  /** The ids of the calls that recordings of the query can name. */
  readonly ids: ReadonlySet<string>;
}

type Side = 'from' | 'to';

/** The filters of a query whose numbers an API can look up: complete ones, which it compares as text. */
export const numberSides = (query: Query, list: CallList): readonly Side[] =>
  (['from', 'to'] as const).filter(
    (side) =>
      list.filters.includes(side) && query[side]?.every((number) => numberSpellings(number).length > 0) === true,
  );

/** Reads the calls of the numbers of a query. Throws failures. */
export const callsOfNumbers = async (
  list: CallList,
  sides: readonly Side[],
  query: Query,
  span: CallRequest,
  listener: Pick<JoinListener, 'countPages' | 'onIncomplete'>,
): Promise<CallsOfNumbers> => {
  const held = new HeldCalls();
  const matching = new Map<Side, Call[]>(sides.map((side) => [side, []]));
  const requests = sides.flatMap((side) =>
    (query[side] ?? []).flatMap((number) => numberSpellings(number).map((spelling) => ({ side, number, spelling }))),
  );
  await forEachListing(requests, async ({ side, number, spelling }) => {
    const matches = numberMatcher(number);
    const count = listener.countPages();
    for await (const { rows, incomplete } of list.pages({ ...span, [side]: spelling })) {
      if (incomplete !== undefined) listener.onIncomplete(list, incomplete);
      count(rows.length);
      const own = rows.filter((entry) => matches(entry[side]));
      held.add(own);
      matching.get(side)?.push(...own);
    }
  });
  const [first = new Set<string>(), ...others] = [...matching].map(([side, own]) => namesOf(own, side));
  return { held, ids: new Set([...first].filter((id) => others.every((ids) => ids.has(id)))) };
};

/**
 * The ids by which recordings name calls. A recording of a call that dialled another always names the first of the two: the number
 * of a leg is one that its call reached, and a leg that shows the caller's number is no call of its own.
 */
const namesOf = (own: readonly Call[], side: Side): ReadonlySet<string> => {
  const ids = new Set(own.map(({ id }) => id));
  return new Set(
    own.flatMap(({ id, parentId }) => {
      if (parentId === null) return [id];
      return side === 'to' ? [parentId] : ids.has(parentId) ? [] : [id];
    }),
  );
};
