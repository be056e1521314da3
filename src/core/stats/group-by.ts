import { columns } from '../columns.ts';
import { Failure } from '../failure.ts';
import { choice } from '../query.ts';
import type { Recording } from '../recording.ts';
import { DAY } from '../time.ts';

/** What the recordings of a group have in common; null where they do not say. */
export type GroupValue = string | number | null;

/** Something that recordings are grouped by. */
export interface Grouping {
  readonly key: string;
  readonly title: string;
  /** Its groups stand in order of time, others by their size. */
  readonly ofTime: boolean;
  /** `local` is when the recording was created, as `2026-11-20 13:45:09` in the user's zone. */
  value(recording: Recording, local: string | null): GroupValue;
}

const ofTime = (key: string, title: string, read: (date: string, time: string) => GroupValue): Grouping => ({
  key,
  title,
  ofTime: true,
  value: (_, local) => {
    const [date = '', time = ''] = local?.split(' ') ?? [];
    return local === null ? null : read(date, time);
  },
});

/** A field of the record, as it is. */
const ofRecord = (key: string): Grouping => {
  const column = columns.find((candidate) => candidate.key === key);
  if (column === undefined) throw new Error(`no column ${key}`);
  return {
    key,
    title: column.title,
    ofTime: false,
    value: (recording) => {
      const said = column.value(recording);
      return typeof said === 'string' || typeof said === 'number' ? said : null;
    },
  };
};

/** The Monday-based week that has most of its days in a year, as ISO 8601 numbers it: `2026-W47`. */
const isoWeek = (date: string): string => {
  const day = new Date(`${date}T00:00:00Z`);
  const thursday = new Date(day.getTime() + (3 - ((day.getUTCDay() + 6) % 7)) * DAY).toISOString();
  const [year = ''] = thursday.split(/(?<=\d)-/);
  const week = Math.floor((Date.parse(thursday) - Date.parse(`${year}-01-01T00:00:00Z`)) / (7 * DAY)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
};

const groupings: readonly Grouping[] = [
  ofTime('day', 'Day', (date) => date),
  ofTime('week', 'Week', isoWeek),
  ofTime('month', 'Month', (date) => date.slice(0, -3)),
  ofTime('hour', 'Hour', (_, time) => Number(time.slice(0, 2))),
  ...['profile', 'api', 'provider', 'kind', 'status', 'channels', 'from', 'to', 'currency'].map(ofRecord),
];

export const groupingKeys = groupings.map(({ key }) => key);

/** Reads lists of keys, separated by commas. Throws a usage failure that names the nearest key. */
export const readGroupings = (lists: readonly string[]): readonly Grouping[] => {
  const keys = lists.flatMap((list) => list.split(',')).map((word) => choice('--by', word, groupingKeys));
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new Failure('usage', `--by: "${twice}" is named twice`);
  return keys.flatMap((key) => groupings.filter((grouping) => grouping.key === key));
};
