import { Failure } from '../failure.ts';
import type { Recording } from '../recording.ts';
import { localTimes, type Zone } from '../time.ts';
import { addDecimals, type Decimal, parseDecimal } from './decimal.ts';
import type { Grouping, GroupValue } from './group-by.ts';

/** Sums over recordings, exact, and over how many of them: those that say nothing of a thing are not in its sum. */
export interface Totals {
  readonly recordings: number;
  readonly milliseconds: bigint;
  readonly withDuration: number;
  readonly bytes: bigint;
  readonly withSize: number;
  /** The prices by their currency, null for those that name none. */
  readonly costs: ReadonlyMap<string | null, Decimal>;
  readonly withPrice: number;
}

/** The recordings that have the values of the groupings in common. */
export interface Group {
  readonly values: readonly GroupValue[];
  readonly totals: Totals;
}

export interface Aggregator {
  /** Throws a usage failure where the groups become too many. */
  add(recordings: readonly Recording[]): void;
  /** In order: as time goes, or the largest first; what is not known comes last. */
  groups(): readonly Group[];
  readonly total: Totals;
}

/** The most groups that are held; each currency beyond the first of a group counts as one more. */
export const MAX_GROUPS = 100_000;

/** Adds recordings up by what they are grouped by. Memory grows with the groups, not with the recordings. */
export const openAggregator = (by: readonly Grouping[], zone: Zone): Aggregator => {
  const groups = new Map<string, { readonly values: readonly GroupValue[]; readonly totals: Sums }>();
  const total = nothing();
  const localTime = by.some(({ ofTime }) => ofTime) ? localTimes(zone) : () => null;
  let room = MAX_GROUPS;
  const take = (): void => {
    if (room-- > 0) return;
    throw new Failure('usage', `--by ${by.map(({ key }) => key).join(',')} makes more than ${MAX_GROUPS} groups`, {
      hint: 'Choose a coarser --by, such as month, or fewer recordings, such as --since 7d',
    });
  };
  const groupOf = (recording: Recording): Sums => {
    const local = recording.createdAt === null ? null : localTime(Date.parse(recording.createdAt));
    const values = by.map((grouping) => grouping.value(recording, local));
    const name = JSON.stringify(values);
    const known = groups.get(name);
    if (known !== undefined) return known.totals;
    take();
    const totals = nothing();
    groups.set(name, { values, totals });
    return totals;
  };
  return {
    add: (recordings) => {
      for (const recording of recordings) {
        const group = groupOf(recording);
        count(recording, total);
        if (count(recording, group) && group.costs.size > 1) take();
      }
    },
    groups: () => inOrder([...groups.values()], by),
    total,
  };
};

type Sums = { -readonly [Key in keyof Totals]: Totals[Key] } & { readonly costs: Map<string | null, Decimal> };

const nothing = (): Sums => ({
  recordings: 0,
  milliseconds: 0n,
  withDuration: 0,
  bytes: 0n,
  withSize: 0,
  costs: new Map(),
  withPrice: 0,
});

/** Adds a recording to sums; whether they have one more currency now. */
const count = ({ durationSeconds, sizeBytes, price, currency }: Recording, sums: Sums): boolean => {
  sums.recordings++;
  if (durationSeconds !== null) {
    sums.withDuration++;
    sums.milliseconds += BigInt(Math.round(durationSeconds * 1000));
  }
  if (sizeBytes !== null) {
    sums.withSize++;
    sums.bytes += BigInt(sizeBytes);
  }
  if (price === null) return false;
  const before = sums.costs.get(currency);
  sums.withPrice++;
  sums.costs.set(currency, before === undefined ? parseDecimal(price) : addDecimals(before, parseDecimal(price)));
  return before === undefined;
};

/** Groups by their first values, within these by their second, and so on; a value is as large as all that share it. */
const inOrder = (groups: readonly Group[], by: readonly Grouping[]): readonly Group[] => {
  const sizes = new Map<string, number>();
  const named = groups.map((group) => ({
    group,
    names: by.map((_, level) => JSON.stringify(group.values.slice(0, level + 1))),
  }));
  for (const { group, names } of named) {
    for (const name of names) sizes.set(name, (sizes.get(name) ?? 0) + group.totals.recordings);
  }
  const sized = named.map(({ group, names }) => ({ group, sizes: names.map((name) => sizes.get(name) ?? 0) }));
  sized.sort((one, other) => {
    const level = by.findIndex((_, index) => one.group.values[index] !== other.group.values[index]);
    const [first = null, second = null] = [one.group.values[level], other.group.values[level]];
    if (first === null || second === null) return first === second ? 0 : first === null ? 1 : -1;
    const larger = by[level]?.ofTime === true ? 0 : (other.sizes[level] ?? 0) - (one.sizes[level] ?? 0);
    return larger || (first < second ? -1 : 1);
  });
  return sized.map(({ group }) => group);
};
