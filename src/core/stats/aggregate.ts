import { Failure } from '../failure.ts';
import type { Recording } from '../recording.ts';
import { addDecimals, type Decimal, parseDecimal } from '../text/decimal.ts';
import { localTimes, type Zone } from '../time/zone.ts';
import type { Grouping, GroupValue } from './group-by.ts';

/** Exact sums over recordings. `withDuration`, `withSize` and `withPrice` count the recordings that report the value. */
export interface Totals {
  readonly recordings: number;
  readonly milliseconds: bigint;
  readonly withDuration: number;
  readonly bytes: bigint;
  readonly withSize: number;
  /** Sums of prices by currency; null for prices without one. */
  readonly costs: ReadonlyMap<string | null, Decimal>;
  readonly withPrice: number;
}

/** The totals of the recordings with the same values of the groupings. */
export interface Group {
  readonly values: readonly GroupValue[];
  readonly totals: Totals;
}

export interface Aggregator {
  /** Throws a usage failure if there are more than MAX_GROUPS groups. */
  add(recordings: readonly Recording[]): void;
  /** In chronological order, or largest first; unknown values come last. */
  groups(): readonly Group[];
  readonly total: Totals;
}

/** Maximum number of groups in memory; each currency of a group after the first counts as one more. */
export const MAX_GROUPS = 100_000;

/** Sums recordings by group. Memory grows with the number of groups, not of recordings. */
export const openAggregator = (by: readonly Grouping[], zone: Zone): Aggregator => {
  const groups = new Map<string, { readonly values: readonly GroupValue[]; readonly totals: Sums }>();
  const total = emptySums();
  const localTime = by.some(({ chronological }) => chronological) ? localTimes(zone) : () => null;
  let capacity = MAX_GROUPS;
  const reserve = (): void => {
    if (capacity-- > 0) return;
    throw new Failure(
      'usage',
      `--by ${by.map(({ key }) => key).join(',') || 'none'} creates more than ${MAX_GROUPS} groups`,
      {
        hint: 'Use a coarser --by, such as month, or fewer recordings, such as --since 7d',
      },
    );
  };
  const groupOf = (recording: Recording): Sums => {
    const local = recording.createdAt === null ? null : localTime(Date.parse(recording.createdAt)) || null;
    const values = by.map((grouping) => grouping.value(recording, local));
    const name = JSON.stringify(values);
    const known = groups.get(name);
    if (known !== undefined) return known.totals;
    reserve();
    const totals = emptySums();
    groups.set(name, { values, totals });
    return totals;
  };
  return {
    add: (recordings) => {
      for (const recording of recordings) {
        const group = groupOf(recording);
        addRecording(recording, total);
        if (addRecording(recording, group) && group.costs.size > 1) reserve();
      }
    },
    groups: () => sortGroups(withOneSpelling([...groups.values()], by), by),
    total,
  };
};

type Sums = { -readonly [Key in keyof Totals]: Totals[Key] } & { readonly costs: Map<string | null, Decimal> };

const emptySums = (): Sums => ({
  recordings: 0,
  milliseconds: 0n,
  withDuration: 0,
  bytes: 0n,
  withSize: 0,
  costs: new Map(),
  withPrice: 0,
});

/** Adds a recording to the sums; returns whether its currency is new to them. */
const addRecording = ({ durationSeconds, sizeBytes, price, currency }: Recording, sums: Sums): boolean => {
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

/** Whether the recordings of a group lack a value that it is grouped by. */
export const hasUnknown = ({ values }: Group): boolean => values.includes(null);

/** The sums of several groups together. */
export const sumGroups = (groups: readonly Group[]): Totals => {
  const sum = emptySums();
  for (const { totals } of groups) {
    sum.recordings += totals.recordings;
    sum.milliseconds += totals.milliseconds;
    sum.withDuration += totals.withDuration;
    sum.bytes += totals.bytes;
    sum.withSize += totals.withSize;
    sum.withPrice += totals.withPrice;
    for (const [currency, cost] of totals.costs) {
      const before = sum.costs.get(currency);
      sum.costs.set(currency, before === undefined ? cost : addDecimals(before, cost));
    }
  }
  return sum;
};

/**
 * The groups of the numbers that were reported with and without `+` as one: filters compare numbers by their digits, too. A number
 * that no recording has with its `+` may lack a country code, and stays as it is.
 */
const withOneSpelling = (groups: readonly Group[], by: readonly Grouping[]): readonly Group[] => {
  if (!by.some(({ holds }) => holds === 'phone')) return groups;
  const complete = by.map(({ holds }, index) =>
    holds === 'phone' ? new Set(groups.map(({ values }) => values[index])) : undefined,
  );
  const spellings = new Map<string, Group[]>();
  for (const { values, totals } of groups) {
    const spelled = values.map((value, index) => (complete[index]?.has(`+${value}`) === true ? `+${value}` : value));
    const name = JSON.stringify(spelled);
    spellings.set(name, [...(spellings.get(name) ?? []), { values: spelled, totals }]);
  }
  return [...spellings.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [same.length === 1 ? first : { ...first, totals: sumGroups(same) }];
  });
};

/** Sorts by the first values, then by the second, and so on. The size of a value is its number of recordings. */
const sortGroups = (groups: readonly Group[], by: readonly Grouping[]): readonly Group[] => {
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
    const { chronological, order } = by[level] ?? {};
    if (order !== undefined) return order.indexOf(first) - order.indexOf(second);
    const larger = chronological === true ? 0 : (other.sizes[level] ?? 0) - (one.sizes[level] ?? 0);
    return larger || (first < second ? -1 : 1);
  });
  return sized.map(({ group }) => group);
};
