import { toInstant } from '../decode.ts';
import { Failure } from '../failure.ts';
import type { Instant } from '../recording.ts';
import { parseTemplate, type Template } from '../template.ts';
import { didYouMean } from '../text/did-you-mean.ts';

/** Where an export goes: one file, or one for each value of the fields in its name. */
export interface Destination {
  /** The folder above all of its files, as it was typed. */
  readonly folder: string;
  /** Undefined for one file. */
  readonly template: Template | undefined;
  /** The name of the one file, or of what belongs to all of them. */
  readonly name: string;
  /** The path below the folder as it was typed, without the extension. */
  readonly stem: string;
  /** `.csv.gz`. */
  readonly extension: string;
  readonly format: 'csv' | 'json' | 'ndjson';
  readonly gzip: boolean;
  /** The first moment of the file that holds a moment, and the first after it; the moment itself for one file. */
  floor(instant: Instant): Instant;
  ceiling(instant: Instant): Instant;
}

const units = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;
/** Characters of an instant up to each unit. */
const lengths = [4, 7, 10, 13, 16, 19] as const;
const FIRST = '0000-01-01T00:00:00.000Z';

/**
 * Reads `folder/calls-{year}-{month}.csv.gz`. `chosen` is the format of `-o`, which comes before the name's, `otherwise` the
 * one for a name that tells none. Throws a usage failure.
 */
export const parseDestination = (
  path: string,
  chosen: Destination['format'] | undefined,
  otherwise?: Destination['format'],
): Destination => {
  if (/\p{Cc}/u.test(path)) throw new Failure('usage', '--out: no file is called so');
  const [, stem = '', end = '', zipped = ''] = /^(.*?)(\.(?:csv|json|ndjson|jsonl))?(\.gz)?$/s.exec(path) ?? [];
  const format = chosen ?? formatOf(end.slice(1)) ?? otherwise;
  if (format === undefined) {
    throw new Failure('usage', `--out: the end of "${path.slice(0, 60)}" tells no format`, {
      hint: nearestEnd(path) ?? 'End it in .csv, .json or .ndjson, with .gz to compress, or add -o',
    });
  }
  const parts = stem.split('/');
  if (/^\.*$/.test(parts.at(-1) ?? '')) throw new Failure('usage', `--out: "${path.slice(0, 60)}" names no file`);
  const dynamic = parts.findIndex((part) => part.includes('{'));
  const first = dynamic === -1 ? parts.length - 1 : dynamic;
  const folder = parts.slice(0, first).join('/') || (path.startsWith('/') ? '/' : '.');
  const template = dynamic === -1 ? undefined : parseTemplate('--out', parts.slice(first).join('/'));
  const extension = end + zipped;
  const unit = template === undefined ? undefined : finest(template);
  return {
    folder,
    template,
    extension,
    format,
    gzip: zipped !== '',
    stem: parts.slice(first).join('/'),
    name: parts.slice(first).join('-') + extension,
    floor: (instant) => (unit === undefined ? instant : floorOf(instant, unit)),
    ceiling: (instant) => (unit === undefined || floorOf(instant, unit) === instant ? instant : nextOf(instant, unit)),
  };
};

/** The path of a name in a folder, as short as it was typed. */
export const below = (folder: string, name: string): string =>
  folder === '.' ? name : `${folder.replace(/\/$/, '')}/${name}`;

const nearestEnd = (path: string): string | undefined => {
  const [, end] = /(\.\w{1,8})(?:\.gz)?$/.exec(path) ?? [];
  return end === undefined ? undefined : didYouMean(end, ['.csv', '.json', '.ndjson']);
};

const formatOf = (end: string): Destination['format'] | undefined =>
  end === 'jsonl' ? 'ndjson' : end === 'csv' || end === 'json' || end === 'ndjson' ? end : undefined;

/** The place of the finest unit in a name whose units are all there from the year on; undefined for a name without. */
const finest = ({ keys }: Template): number | undefined => {
  const places = units.map((unit) => keys.includes(unit));
  const last = places.lastIndexOf(true);
  if (last === -1) return undefined;
  const missing = places.indexOf(false);
  if (missing === -1 || missing > last) return last;
  throw new Failure('usage', `--out: {${units[last]}} without {${units[missing]}} puts different times into one file`);
};

/** Whether each file holds one span of time, so that it can be made anew without all the others. */
export const isByTime = ({ template }: Destination): boolean => template?.keys.includes('year') === true;

const floorOf = (instant: Instant, unit: number): Instant => {
  const length = lengths[unit] ?? 0;
  return instant.slice(0, length) + FIRST.slice(length);
};

const nextOf = (instant: Instant, unit: number): Instant => {
  const date = new Date(floorOf(instant, unit));
  const fields = [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ].map((value, place) => (place === unit ? value + 1 : value));
  const [year = 0, month = 0, day = 1, hour = 0, minute = 0, second = 0] = fields;
  return toInstant(Date.UTC(year, month, day, hour, minute, second)) ?? instant;
};
