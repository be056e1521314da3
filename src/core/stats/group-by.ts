import { recordingColumns } from '../call-columns.ts';
import { Failure } from '../failure.ts';
import { parseChoice, quote, withoutDuplicates } from '../invalid-value.ts';
import type { Recording } from '../recording.ts';
import { fieldKey } from '../text/field-names.ts';
import { DAY } from '../time/duration.ts';
import { daysSinceMonday } from '../time/utc.ts';
import type { Column } from '../view.ts';

/** A value that the recordings of a group share; null if it is not reported. */
export type GroupValue = string | number | null;

/** A key of `--by`. */
export interface Grouping {
  readonly key: string;
  readonly title: string;
  readonly holds?: NonNullable<Column<never>['holds']>;
  /** Groups are sorted by time; otherwise by size. */
  readonly chronological: boolean;
  /** The values of a chronological key in their order, where that is not the order of text or numbers. */
  readonly order?: readonly GroupValue[];
  /** `local` is the time of creation as `2026-11-20 13:45:09` in the user's zone; null if it is not reported. */
  value(recording: Recording, local: string | null): GroupValue;
}

const timeGrouping = (key: string, title: string, read: (date: string, time: string) => GroupValue): Grouping => ({
  key,
  title,
  chronological: true,
  value: (_, local) => {
    const [date = '', time = ''] = local?.split(' ') ?? [];
    return local === null ? null : read(date, time);
  },
});

/** Groups by a field of the recording, unchanged. */
const fieldGrouping = (key: string): Grouping => {
  const column = recordingColumns.find((candidate) => candidate.key === key);
  if (column === undefined) throw new Error(`no column ${key}`);
  return {
    key,
    title: column.title,
    ...(column.holds === undefined ? {} : { holds: column.holds }),
    chronological: false,
    value: (recording) => {
      const field = column.value(recording);
      return typeof field === 'string' || typeof field === 'number' ? field : null;
    },
  };
};

/** The ISO 8601 week of a date, such as `2026-W47`: it starts on Monday and belongs to the year of its Thursday. */
const isoWeek = (date: string): string => {
  const day = Date.parse(`${date}T00:00:00Z`);
  const thursday = new Date(day + (3 - daysSinceMonday(day)) * DAY).toISOString();
  const [year = ''] = thursday.split(/(?<=\d)-/);
  const week = Math.floor((Date.parse(thursday) - Date.parse(`${year}-01-01T00:00:00Z`)) / (7 * DAY)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
};

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const weekday = (date: string): string => weekdays[daysSinceMonday(Date.parse(`${date}T00:00:00Z`))] ?? '';

const groupings: readonly Grouping[] = [
  timeGrouping('day', 'Day', (date) => date),
  timeGrouping('week', 'Week', isoWeek),
  timeGrouping('month', 'Month', (date) => date.slice(0, -3)),
  timeGrouping('year', 'Year', (date) => Number(date.slice(0, -6))),
  { ...timeGrouping('weekday', 'Weekday', weekday), order: weekdays },
  timeGrouping('hour', 'Hour', (_, time) => Number(time.slice(0, 2))),
  ...['profile', 'api', 'provider', 'kind', 'status', 'channels', 'from', 'to', 'direction', 'currency'].map(
    fieldGrouping,
  ),
];

/** The words of `--by`: the keys, and `caller` and `callee` for `from` and `to`. */
export const groupingKeys = [...groupings.map(({ key }) => key), 'caller', 'callee'];

/** The words of `--by` for the totals alone. */
const NO_GROUPS = ['none', 'total'];

/** Parses comma-separated lists of keys, of which `none` has no groups. Throws a usage failure that suggests the nearest key. */
export const readGroupings = (lists: readonly string[]): readonly Grouping[] => {
  const words = lists.flatMap((list) => list.split(','));
  const none = words.find((word) => NO_GROUPS.includes(word.trim().toLowerCase()));
  if (none !== undefined && words.length === 1) return [];
  if (none !== undefined) {
    throw new Failure('usage', `--by: ${quote(none.trim())} cannot be used together with another key`);
  }
  const keys = withoutDuplicates(
    '--by',
    words.map((word) => {
      const key = fieldKey(word);
      return groupings.some((one) => one.key === key) ? key : parseChoice('--by', word, [...groupingKeys, 'none']);
    }),
  );
  return keys.flatMap((key) => groupings.filter((grouping) => grouping.key === key));
};
