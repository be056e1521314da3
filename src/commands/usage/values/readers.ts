import { valuesOf } from '../../../core/invalid-value.ts';
import { shellQuote } from '../../../core/text/shell-quote.ts';
import { parseLength } from '../../../core/time/duration.ts';
import { otherValues } from './excluded.ts';
import { keptOptions } from './given.ts';
import { numbersLike } from './number-part.ts';
import { before, daysAgo, momentOf, sinceAndUntil } from './periods.ts';
import { fieldNamed, fitted, groupKeyNamed, isSentence, sortKeyNamed } from './placeholders.ts';
import type { Typed } from './typed.ts';
import { typedFilter } from './typed-filter.ts';
import {
  addedFields,
  downloadOf,
  eitherNumber,
  mediaFile,
  mediaLink,
  roomNamed,
  signedLength,
  typedDirection,
  typedTemplate,
} from './typed-names.ts';
import { typedOrder } from './typed-order.ts';
import {
  countedByName,
  exported,
  exportedFile,
  grouped,
  hours,
  measured,
  redirected,
  reported,
  sampled,
  searched,
  searchedWord,
  sumsShown,
  totalsOf,
  weekdays,
} from './typed-totals.ts';
import { valueSynonyms } from './value-synonyms.ts';

type Reader = (typed: Typed) => string | undefined | Promise<string | undefined>;

/** The field names in an expression that formats or queries: `table(id,from)`, `{{.ID}}`, `Recordings[].id`, `%(id)s`. */
const typedFields: Reader = ({ value = '' }) => {
  const queried = typedQuery(value);
  if (queried !== undefined) return queried;
  if (!/[([{.%|=]/.test(value) || /^[\w./~-]+\.\w+$/.test(value)) return undefined;
  const [, head = '', options = ''] = /^(\w+)(\[[^\]]*\])?\(/.exec(value) ?? [];
  const words = /^custom-columns=/.test(value)
    ? value.split(',').map((column) => /(\w+)\W*$/.exec(column)?.[1] ?? '')
    : (value.slice(head.length + options.length).match(/[A-Za-z_]\w*/g) ?? []);
  const fields = [
    ...new Set(words.filter((word) => !keywords.includes(word)).flatMap((word) => fieldNamed(word) ?? [])),
  ];
  if (fields.length === 0) return undefined;
  const format = { csv: '-o csv ', value: '-o tsv --no-header ', json: '-o json ' }[head] ?? '';
  return `${format}--fields ${fields.join(',')}`;
};

/** What an expression of JMESPath or jq does with all rows: their number, the first of them, their order. */
const typedQuery = (value: string): string | undefined => {
  if (/^(?:[^\w'"]*|.*\|\s*)length(?:\([\w@.[\]]*\))?$/.test(value)) return '--count';
  const [, count] = /\[\s*0?:(\d{1,6})\]|\blimit\((\d{1,6});/.exec(value)?.filter((part) => part !== undefined) ?? [];
  if (count !== undefined) return `-n ${count}`;
  const [, reverse, field = ''] = /^(reverse\()?.*\bsort_by\(.*?[&.](\w+)\)/.exec(value) ?? [];
  const key = field === '' ? undefined : sortKeyNamed(field);
  return key === undefined ? undefined : `--sort <key:${reverse === undefined ? '' : '-'}${key}>`;
};

/** Words of the languages themselves. */
const keywords = ['range', 'end', 'if', 'with', 'json', 'table', 'format', 'date', 'sort', 'length', 'name'];

/** `--since` and `--until` for a range: `a..b`, `a,b`, `a to b`, or two words. */
const typedRange: Reader = ({ value = '', rest, flag }) => {
  const isTime = (text: string): boolean => fitted('time', text) !== undefined;
  const following =
    flag === '--since' || flag === '--until' ? [] : rest.filter((word) => !/^(?:and|to|-|\.\.)$/.test(word));
  const pairs = [
    value.split(/\.{2,3}|,|;|\s+(?:to|and|until|-)\s+|\s-\s/),
    value.split('/'),
    [value, following[0] ?? ''],
  ];
  for (const pair of pairs) {
    const [since, until] = pair
      .map((text) => text.trim())
      .sort((one, other) => (momentOf(one) ?? 0) - (momentOf(other) ?? 0));
    if (pair.length !== 2 || since === undefined || until === undefined) continue;
    if (isTime(since) && isTime(until)) return `--since ${shellQuote(since)} --until ${shellQuote(until)}`;
  }
  return undefined;
};

/** A range whose ends were typed in the wrong order. */
const exchanged: Reader = ({ argv }) => {
  for (const [first, last, value] of [
    ['--since', '--until', (text: string) => momentOf(text)],
    ['--min-duration', '--max-duration', parseLength],
  ] as const) {
    const [start, end] = [valuesOf(first, argv)[0] ?? '', valuesOf(last, argv)[0] ?? ''];
    const [low, high] = [value(end), value(start)];
    if (low !== undefined && high !== undefined && low < high)
      return `${first} ${shellQuote(end)} ${last} ${shellQuote(start)}`;
  }
  return undefined;
};

/** The stored profiles that a name with `*` fits. */
const profilesLike: Reader = async ({ value = '', storedProfiles }) => {
  const names = (await storedProfiles()).filter((name) => isLike(name.toLowerCase(), value.toLowerCase()));
  return names.length === 0 ? undefined : `-p ${names.join(',')}`;
};

/** Whether a name fits a pattern in which `*` is any text. */
const isLike = (name: string, pattern: string): boolean => {
  const [first = '', ...others] = pattern.split('*');
  if (!name.startsWith(first) || others.length === 0) return name === pattern;
  let from = first.length;
  for (const part of others.slice(0, -1)) {
    const at = name.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return name.slice(from).endsWith(others.at(-1) ?? '');
};

/** Where recx finds what is not downloaded: the folder of `--dir`, or the usual one. */
const notDownloaded: Reader = ({ flag, argv }) => {
  const isMeant = MISSING_FLAGS.split(' ').some((name) => argv.includes(name) || name === flag);
  const [dir] = valuesOf('--dir', argv);
  return isMeant
    ? `recx verify ${dir === undefined ? '' : `${shellQuote(dir.slice(0, 60))} `}${keptOptions(argv)}--remote`
    : undefined;
};

/** Flags for what is not downloaded yet. */
export const MISSING_FLAGS = '--missing --not-downloaded --undownloaded --missing-files --only-missing --not-there';

/** The flags for a period: `--month 2026-10`, and `--month last` for the last month. */
const typedPeriod: Reader = ({ flag, value = '' }) =>
  sinceAndUntil(value) ??
  (/^(?:this|last|current|previous)$/i.test(value) ? sinceAndUntil(relative(value, flag)) : undefined);

const relative = (word: string, flag: string): string =>
  `${/^(?:this|current)$/i.test(word) ? 'this' : 'last'} ${flag.slice(2)}`;

/** What a format is called here, or why there is none: `xlsx`, `ids`. */
const typedFormat: Reader = ({ value = '' }) => {
  const typed = value
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  if (typed === '' || fitted('format', value) !== undefined) return undefined;
  const row = valueSynonyms['--output']?.find(([keys]) => typeof keys === 'string' && keys.split(' ').includes(typed));
  return row?.slice(1).map(String).find(isSentence);
};

/** How far a list reaches that starts at a later row or page elsewhere. */
const typedPage: Reader = ({ flag, value = '', argv }) => {
  const number = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  const rows = Number(
    [...valuesOf('-n', argv), ...valuesOf('--limit', argv)].find((text) => /^\d{1,6}$/.test(text)) ?? 50,
  );
  const last = flag.startsWith('--page') ? number * rows : number + rows;
  return number === 0
    ? undefined
    : `Lists have no offset: --limit ${last} reaches that far, --all lists every recording`;
};

/** The largest recordings and groups, for `top 10` and `top callers`. */
const largest: Reader = ({ value = '', rest, argv }) => {
  const words = [value, ...rest];
  const count = words.find((word) => /^[1-9]\d{0,5}$/.test(word)) ?? '10';
  const [by] = words.flatMap((word) => fitted('groupings', word.replace(/(?<=[a-z])s$/, '')) ?? []);
  const kept = keptOptions(argv);
  const groups = `recx stats ${kept}--by ${by ?? 'from'} --top ${count}`;
  return by === undefined
    ? `The longest: recx list ${kept}--sort <key:-duration_seconds> -n ${count}; the busiest callers: ${groups}`
    : groups;
};

/** Texts in braces that are read from what was typed, instead of standing in the tables. */
export const readers: Readonly<Record<string, Reader>> = {
  fields: typedFields,
  filter: typedFilter,
  order: typedOrder,
  others: otherValues,
  numbers: numbersLike,
  'not-downloaded': notDownloaded,
  page: typedPage,
  largest,
  exported,
  grouped,
  redirected,
  format: typedFormat,
  hours,
  'by-name': countedByName,
  'exported-file': exportedFile,
  measured,
  reported,
  sampled,
  weekdays,
  'searched-word': searchedWord,
  'ids-from-stdin': ({ argv }) => (argv.includes('-') ? 'recx download -' : undefined),
  searched,
  sums: sumsShown,
  totals: totalsOf,
  'media-link': mediaLink,
  'sort-key': ({ value = '' }) => {
    const key = sortKeyNamed(value);
    return key === undefined ? undefined : `--sort <key:${key}>`;
  },
  'group-key': ({ value = '' }) => {
    const key = groupKeyNamed(value);
    return key === undefined ? undefined : `--sort <key:${key}>`;
  },
  range: typedRange,
  exchanged,
  period: typedPeriod,
  direction: typedDirection,
  'either-number': eitherNumber,
  template: typedTemplate,
  length: signedLength,
  'room-name': roomNamed,
  'added-field': addedFields,
  'listed-period': ({ value = '' }) => {
    const flags = sinceAndUntil(value);
    return flags === undefined ? undefined : `recx list ${flags}`;
  },
  'download-of': downloadOf,
  'media-file': mediaFile,
  conference: ({ value }) => `recx list --conference ${value}`,
  before: ({ value = '' }) => before(value),
  ago: ({ flag, value = '' }) => {
    const unit = flag === '--months' ? 'mo' : flag.charAt(2);
    return /^\d{1,4}$/.test(value) ? `--since ${value}${unit}` : undefined;
  },
  'days-ago': ({ value = '' }) => daysAgo(value),
  folder: ({ value = '' }) => (value.length > 60 ? undefined : `--dir ${shellQuote(value)}`),
  remote: async ({ value = '', storedProfiles }) => {
    const name = value.slice(0, -1);
    return name === 'demo' || (await storedProfiles()).includes(name) ? `-p ${name}` : undefined;
  },
  'other-field': ({ value = '', argv }) =>
    fieldNamed(value) === undefined
      ? undefined
      : `Recordings with every field, to group elsewhere: recx export ${keptOptions(argv)}--out calls.csv`,
  profiles: profilesLike,
};
