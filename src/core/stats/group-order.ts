import { Failure } from '../failure.ts';
import { quote } from '../invalid-value.ts';
import { type FindColumn, type Order, parseKeys, parseOrder, suggestKey } from '../sort/sort.ts';
import { fieldKey } from '../text/field-names.ts';
import type { Column } from '../view.ts';
import { type Group, hasUnknown } from './aggregate.ts';
import { type SumKey, statsColumns, sumKeys } from './columns.ts';
import { type Grouping, groupingKeys } from './group-by.ts';

/**
 * The order of `--sort` for groups, as that of recordings: groups without the value come last in both directions. Throws a
 * usage failure.
 */
export const parseGroupOrder = (texts: readonly string[], by: readonly Grouping[]): Order<Group> =>
  parseOrder(texts, columnAmong(by));

/** The first sum by which `--sort` orders the groups; undefined if there is none. */
export const sortedSum = (texts: readonly string[], by: readonly Grouping[]): SumKey | undefined =>
  parseKeys(texts, columnAmong(by))
    .map(({ column }) => sumKeys.find((key) => key === column.key))
    .find((key) => key !== undefined);

const columnAmong = (by: readonly Grouping[]): FindColumn<Group> => {
  const sums = statsColumns([]).filter(({ key }) => sumKeys.some((sum) => sum === key));
  const sortable = [...by.map(groupingColumn), ...sums];
  const valid = sortable.map(({ key }) => key);
  return (name, typed) => {
    const key = fieldKey(name);
    const column = sortable.find((candidate) => candidate.key === key);
    if (column !== undefined) return column.key === 'price' ? { ...column, holds: 'decimal' } : column;
    const isGrouping = groupingKeys.some((grouping) => fieldKey(grouping) === key);
    throw new Failure(
      'usage',
      `--sort: ${quote(name)} is not a column of these groups`,
      isGrouping
        ? { hint: `Use --by ${[...by.map((grouping) => grouping.key), key].join(',')}, or sort by ${valid.join(', ')}` }
        : suggestKey('column of groups', typed, valid),
    );
  };
};

/** The values of a key; weekdays by their place in the week. */
const groupingColumn = ({ key, title, order }: Grouping, index: number): Column<Group> => ({
  key,
  title,
  value: ({ values }) => {
    const value = values[index] ?? null;
    return order === undefined || value === null ? value : order.indexOf(value);
  },
});

/** The groups that are shown, in their order, and all others. */
export interface Split {
  readonly shown: readonly Group[];
  readonly others: readonly Group[];
}

/**
 * Orders groups, and keeps the first `count`; without an order those with the most recordings come first, of equal ones the first,
 * but groups of times stay in order of time. Groups with an unknown value come last, so that they never take the place of a known one.
 */
export const selectGroups = (
  groups: readonly Group[],
  order: Order<Group> | undefined,
  count: number = Number.POSITIVE_INFINITY,
  by: readonly Grouping[] = [],
): Split => {
  const rank = order ?? byRecordings;
  const ranked = [...groups].sort(
    (one, other) => Number(hasUnknown(one)) - Number(hasUnknown(other)) || rank(one, other),
  );
  const kept = new Set(ranked.slice(0, count));
  const isInTime = order === undefined && by.some(({ chronological }) => chronological);
  const shown = isInTime ? groups : ranked;
  return { shown: shown.filter((group) => kept.has(group)), others: groups.filter((group) => !kept.has(group)) };
};

const byRecordings: Order<Group> = (one, other) => other.totals.recordings - one.totals.recordings;
