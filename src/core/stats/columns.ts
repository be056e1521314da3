import { formatBytes } from '../columns.ts';
import { alignedPlaces, type Decimal, formatDecimal, withPlaces } from '../text/decimal.ts';
import { plural } from '../text/sanitize.ts';
import { formatClock } from '../time/duration.ts';
import type { Zone } from '../time/zone.ts';
import { type Column, plainText } from '../view.ts';
import { type Group, hasUnknown, sumGroups, type Totals } from './aggregate.ts';
import type { Grouping, GroupValue } from './group-by.ts';

/** The columns of a group in JSON and CSV: the grouping keys, then the sums. New columns are only appended. */
export const statsColumns = (by: readonly Grouping[]): readonly Column<Group>[] => [
  ...by.map(({ key, title, holds }, index) => ({
    key,
    title,
    value: ({ values }: Group) => values[index] ?? null,
    ...(holds === undefined ? {} : { holds }),
  })),
  { key: 'recordings', title: 'Recordings', value: ({ totals }) => totals.recordings },
  { key: 'duration_seconds', title: 'Duration', value: ({ totals }) => secondsOf(totals) },
  { key: 'size_bytes', title: 'Size', value: ({ totals }) => bytesOf(totals) },
  { key: 'price', title: 'Cost', value: ({ totals }) => priceOf(totals) },
  // A grouping by currency has this key already.
  ...(by.some(({ key }) => key === 'currency')
    ? []
    : [{ key: 'currency', title: 'Currency', value: ({ totals }: Group) => currencyOf(totals) }]),
  {
    key: 'without_duration',
    title: 'Without duration',
    value: ({ totals }) => totals.recordings - totals.withDuration,
  },
  { key: 'without_size', title: 'Without size', value: ({ totals }) => totals.recordings - totals.withSize },
  { key: 'without_price', title: 'Without price', value: ({ totals }) => totals.recordings - totals.withPrice },
];

/** The sums by which groups can be ordered; so can they by the keys of `--by`. */
export const sumKeys = ['recordings', 'duration_seconds', 'size_bytes', 'price'] as const;
export type SumKey = (typeof sumKeys)[number];

const secondsOf = ({ milliseconds, withDuration }: Totals): number | null =>
  withDuration === 0 ? null : Number(milliseconds) / 1000;

const bytesOf = ({ bytes, withSize }: Totals): number | null => (withSize === 0 ? null : Number(bytes));

/** Null also for prices in several currencies, which have no sum. */
const priceOf = ({ costs }: Totals): string | null => {
  const [cost, another] = costs.values();
  return cost === undefined || another !== undefined ? null : formatDecimal(cost);
};

/** The currency of the prices; a list if there are several. */
const currencyOf = ({ costs }: Totals): GroupValue | readonly GroupValue[] => {
  const [currency = null, ...others] = [...costs.keys()].sort();
  return others.length === 0 ? currency : [currency, ...others];
};

export interface StatsTable {
  readonly rows: readonly Group[];
  readonly columns: readonly Column<Group>[];
}

interface StatsTableSettings {
  readonly by: readonly Grouping[];
  readonly total: Totals;
  readonly zone: Zone;
  readonly ascii: boolean;
  /** The sum that the bars show. */
  readonly sum?: SumKey | undefined;
}

/** In a table: the recordings do not report the value. */
const UNKNOWN = '(unknown)';

/**
 * The groups as a table: each with a bar; rows for `others`, which are not shown, those with an unknown value on their own; a last
 * row for the total; and without sums that no recording reports.
 */
export const statsTable = (
  groups: readonly Group[],
  others: readonly Group[],
  { by, total, zone, ascii, sum = 'recordings' }: StatsTableSettings,
): StatsTable => {
  const summary = (label: string, totals: Totals): Group => ({
    values: by.map((_, index) => (index === 0 ? label : '')),
    totals,
  });
  const unknown = others.filter(hasUnknown);
  const known = others.filter((group) => !hasUnknown(group));
  const summaries = [
    ...(known.length === 0 ? [] : [summary(`${known.length} more`, sumGroups(known))]),
    ...(unknown.length === 0 ? [] : [summary(UNKNOWN, sumGroups(unknown))]),
    // Without groupings the only row is the total.
    ...(by.length === 0 ? [] : [summary('total', total)]),
  ];
  const rows = [...groups, ...summaries];
  // Recordings without a value can outnumber all others.
  const scaled = groups.every(hasUnknown) ? groups : groups.filter((group) => !hasUnknown(group));
  const max = scaled.reduce((largest, { totals }) => Math.max(largest, amountOf[sum](totals)), 0);
  const sums: readonly Column<Group>[] = [
    { key: 'recordings', title: 'Recordings', value: ({ totals }) => totals.recordings, rank: 0 },
    ...(total.withDuration === 0 ? [] : [durationColumn]),
    ...(total.withSize === 0 ? [] : [sizeColumn]),
    ...(total.withPrice === 0 ? [] : [costColumn(rows)]),
  ];
  const barColumn: Column<Group> = {
    key: 'bar',
    title: '',
    value: () => '',
    rank: 5,
    draw: (row, width) => {
      const amount = amountOf[sum](row.totals);
      // A bar of unknown ones would be cut at the scale of the known.
      const hasBar = !summaries.includes(row) && (scaled.includes(row) || amount <= max);
      return !hasBar || amount === 0 || max === 0 ? '' : bar((amount / max) * width, ascii);
    },
  };
  return {
    rows,
    columns: [
      ...by.map(({ key, title }, index) => ({
        key,
        title,
        value: ({ values }: Group) => values[index],
        friendly: ({ values }: Group) => plainText(values[index] ?? UNKNOWN),
      })),
      ...sums.map((column) => rightAlign(column, rows, zone)),
      ...(by.length === 0 ? [] : [barColumn]),
    ],
  };
};

const durationColumn: Column<Group> = {
  key: 'duration_seconds',
  title: 'Duration',
  value: ({ totals }) => secondsOf(totals),
  rank: 1,
  friendly: ({ totals }) => withKnownCount(formatClock(secondsOf(totals) ?? 0), totals.withDuration, totals),
};

const sizeColumn: Column<Group> = {
  key: 'size_bytes',
  title: 'Size',
  value: ({ totals }) => bytesOf(totals),
  rank: 4,
  friendly: ({ totals }) => withKnownCount(formatBytes(bytesOf(totals) ?? 0), totals.withSize, totals),
};

/** With the same number of decimals in all rows. */
const costColumn = (rows: readonly Group[]): Column<Group> => {
  const places = alignedPlaces(rows.flatMap(({ totals }) => [...totals.costs.values()]));
  return {
    key: 'price',
    title: 'Cost',
    value: ({ totals }) => priceOf(totals),
    rank: 3,
    friendly: ({ totals }) => withKnownCount(costText([...totals.costs], places), totals.withPrice, totals),
  };
};

/** The totals of a list, such as `9 recordings, 12:34, 5.2 MB (5 known)`; `withCost` for a list that shows prices. */
export const totalLine = (totals: Totals, withCost: boolean): string =>
  [
    plural(totals.recordings, 'recording'),
    ...[durationColumn, sizeColumn, ...(withCost ? [costColumn([{ values: [], totals }])] : [])].map(
      ({ friendly }) => friendly?.({ values: [], totals }, undefined) ?? '',
    ),
  ]
    .filter((text) => text !== '' && text !== '-')
    .join(', ');

/** Sums by currency, such as `1.20 EUR + 3.40 USD`. */
const costText = (costs: readonly (readonly [string | null, Decimal])[], places: number): string => {
  const texts = [...costs]
    .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1))
    .map(([currency, cost]) => `${formatDecimal(withPlaces(cost, places))}${currency === null ? '' : ` ${currency}`}`);
  const rest = texts.length - MAX_CURRENCIES;
  return (rest > 0 ? [...texts.slice(0, MAX_CURRENCIES), `${rest} more`] : texts).join(' + ');
};

const MAX_CURRENCIES = 3;

/** A sum, followed by the number of recordings that report the value unless all do. */
const withKnownCount = (text: string, known: number, { recordings }: Totals): string =>
  known === 0 ? '-' : known === recordings ? text : `${text} (${known} known)`;

/** A column whose cells are right-aligned in a table. */
const rightAlign = (column: Column<Group>, rows: readonly Group[], zone: Zone): Column<Group> => {
  const text = (row: Group): string => column.friendly?.(row, zone) ?? plainText(column.value(row));
  const widest = rows.reduce((max, row) => Math.max(max, text(row).length), column.title.length);
  const width = Math.min(widest, MAX_COLUMN_WIDTH);
  return { ...column, title: column.title.padStart(width), friendly: (row) => text(row).padStart(width) };
};

/** Without a limit, a long currency name from a provider would widen every row. */
const MAX_COLUMN_WIDTH = 40;

/** The sums as lengths of bars; prices in several currencies have no sum. */
const amountOf: Readonly<Record<SumKey, (totals: Totals) => number>> = {
  recordings: ({ recordings }) => recordings,
  duration_seconds: (totals) => secondsOf(totals) ?? 0,
  size_bytes: (totals) => bytesOf(totals) ?? 0,
  price: (totals) => Number(priceOf(totals) ?? 0),
};

/** A bar of a length in characters, rounded to an eighth of one; never empty. */
const bar = (length: number, ascii: boolean): string => {
  if (ascii) return '#'.repeat(Math.max(1, Math.round(length)));
  const eighths = Math.max(1, Math.round(length * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + ' ▏▎▍▌▋▊▉'.charAt(eighths % 8).trim();
};
