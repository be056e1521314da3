import { forEachListing } from '../listing.ts';
import type { CallList, CallRequest } from '../provider.ts';
import type { Query } from '../query.ts';
import type { Call } from '../recording.ts';
import { numberMatcher, numberSpellings } from '../text/phone-number.ts';
import { HeldCalls } from './held-calls.ts';

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
  countPages: () => (entries: number) => void,
): Promise<CallsOfNumbers> => {
  const held = new HeldCalls();
  const idsOf = new Map<Side, Set<string>>(sides.map((side) => [side, new Set()]));
  const requests = sides.flatMap((side) =>
    (query[side] ?? []).flatMap((number) => numberSpellings(number).map((spelling) => ({ side, number, spelling }))),
  );
  await forEachListing(requests, async ({ side, number, spelling }) => {
    const matches = numberMatcher(number);
    const count = countPages();
    for await (const { rows } of list.pages({ ...span, [side]: spelling })) {
      count(rows.length);
      const own = rows.filter((entry) => matches(entry[side]));
      held.add(own);
      for (const entry of own) for (const id of namesOf(entry, side)) idsOf.get(side)?.add(id);
    }
  });
  const [first = new Set<string>(), ...others] = idsOf.values();
  return { held, ids: new Set([...first].filter((id) => others.every((ids) => ids.has(id)))) };
};

/** The ids by which a recording may name a call: of one that was dialled by another, also the id of that one. */
const namesOf = ({ id, parentId }: Call, side: Side): readonly string[] =>
  side === 'to' && parentId !== null ? [id, parentId] : [id];
