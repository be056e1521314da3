import { Failure } from '../failure.ts';
import { quote } from '../invalid-value.ts';
import { parseTemplate, readPlaceholders, type Template } from '../naming/template.ts';
import type { Instant } from '../recording.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { toInstant } from '../time/utc.ts';

/** The formats of files. */
export const fileFormats = ['csv', 'json', 'ndjson', 'tsv'] as const;
export type FileFormat = (typeof fileFormats)[number];

/** The target of an export: one file, or one file for each combination of the values in a name template. */
export interface Destination {
  /** The folder that contains all files, as typed. */
  readonly folder: string;
  /** The name template; undefined for a single file. */
  readonly template: Template | undefined;
  /** The name of the single file; for a template, the name from which the state file and the lock are named. */
  readonly name: string;
  /** The path below the folder, as typed, without the extension. */
  readonly stem: string;
  /** The extension as typed, such as `.csv.gz`. */
  readonly extension: string;
  readonly format: FileFormat;
  readonly gzip: boolean;
  /** The start of the period whose file contains an instant; the instant itself if the name has no time unit. */
  floor(instant: Instant): Instant;
  /** The first start of a period at or after an instant. */
  ceiling(instant: Instant): Instant;
}

const units = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;
/** The length of an instant's text up to and including each unit. */
const prefixLengths = [4, 7, 10, 13, 16, 19] as const;
const FIRST = '0000-01-01T00:00:00.000Z';

/**
 * Parses `folder/calls-{year}-{month}.csv.gz`. `chosen` is the format of `-o`, which overrides that of the extension;
 * `fallback` is used if there is neither. Throws a usage failure.
 */
export const parseDestination = (typed: string, chosen: FileFormat | undefined, fallback?: FileFormat): Destination => {
  if (/\p{Cc}/u.test(typed)) throw new Failure('usage', '--out: the name contains a control character');
  const path = readPlaceholders('--out', typed);
  const [, stem = '', end = '', zipped = ''] = /^(.*?)(\.(?:csv|json|ndjson|jsonl|tsv))?(\.gz)?$/s.exec(path) ?? [];
  const format = isWorkbook(path) ? undefined : (chosen ?? formatOfExtension(end.slice(1)) ?? fallback);
  if (format === undefined) {
    throw new Failure('usage', `--out: cannot tell the format from ${quote(path)}`, {
      rejected: { name: '--out', word: path },
      hint:
        suggestExtension(path) ??
        'Use a file name ending in .csv, .json, .ndjson or .tsv (add .gz to compress), or use -o',
    });
  }
  const parts = stem.split('/');
  if (/^\.*$/.test(parts.at(-1) ?? '')) throw new Failure('usage', `--out: ${quote(path)} is not a file name`);
  const dynamic = parts.findIndex((part) => part.includes('{'));
  const first = dynamic === -1 ? parts.length - 1 : dynamic;
  const folder = parts.slice(0, first).join('/') || (path.startsWith('/') ? '/' : '.');
  const template = dynamic === -1 ? undefined : parseTemplate('--out', parts.slice(first).join('/'));
  const extension = end + zipped;
  const unit = template === undefined ? undefined : finestUnit(template);
  return {
    folder,
    template,
    extension,
    format,
    gzip: zipped !== '',
    stem: parts.slice(first).join('/'),
    name: parts.slice(first).join('-') + extension,
    floor: (instant) => (unit === undefined ? instant : startOfPeriod(instant, unit)),
    ceiling: (instant) =>
      unit === undefined || startOfPeriod(instant, unit) === instant ? instant : startOfNextPeriod(instant, unit),
  };
};

/** The path of a name in a folder; the name alone for the current folder. */
export const pathBelow = (folder: string, name: string): string =>
  folder === '.' ? name : `${folder.replace(/\/$/, '')}/${name}`;

/** Ends the path of the state of an incremental export, which otherwise is that of its file. */
export const STATE_ENDING = '.state.json';

const suggestExtension = (path: string): string | undefined => {
  const [, end] = /(\.\w{1,8})(?:\.gz)?$/.exec(path) ?? [];
  return end === undefined
    ? undefined
    : didYouMean(
        end,
        fileFormats.map((format) => `.${format}`),
      );
};

/** Whether a name is that of a spreadsheet's own format, as which no program opens CSV. */
const isWorkbook = (path: string): boolean => /\.(?:xlsx?|ods)$/i.test(path);

const formatOfExtension = (end: string): FileFormat | undefined =>
  end === 'jsonl' ? 'ndjson' : fileFormats.find((format) => format === end);

/** The index of a template's smallest time unit; undefined without one. Throws a usage failure if a larger one is missing. */
const finestUnit = ({ keys }: Template): number | undefined => {
  const used = units.map((unit) => keys.includes(unit));
  const last = used.lastIndexOf(true);
  if (last === -1) return undefined;
  const missing = used.indexOf(false);
  if (missing === -1 || missing > last) return last;
  throw new Failure('usage', `--out: {${units[last]}} requires {${units[missing]}}`, {
    hint: `Add {${units[missing]}}: without it, recordings of different times would share a file`,
  });
};

/** Whether each file covers one period of time, so that it can be rewritten without the others. */
export const isByTime = ({ template }: Destination): boolean => template?.keys.includes('year') === true;

const startOfPeriod = (instant: Instant, unit: number): Instant => {
  const length = prefixLengths[unit] ?? 0;
  return instant.slice(0, length) + FIRST.slice(length);
};

const startOfNextPeriod = (instant: Instant, unit: number): Instant => {
  const date = new Date(startOfPeriod(instant, unit));
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
