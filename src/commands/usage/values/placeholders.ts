import { everyColumn, recordingColumns } from '../../../core/call-columns.ts';
import { directions, kinds, mediaFormats, statuses } from '../../../core/recording.ts';
import { sumKeys } from '../../../core/stats/columns.ts';
import { groupingKeys } from '../../../core/stats/group-by.ts';
import { everydayNames, fieldKey } from '../../../core/text/field-names.ts';
import { isIncomplete, normalizeNumber } from '../../../core/text/phone-number.ts';
import { parseDuration, parseLength } from '../../../core/time/duration.ts';
import { timeOfDay } from '../../../core/time/written.ts';
import { isZone } from '../../../core/time/zone.ts';
import { formatNames } from '../../../formats/index.ts';
import { momentOf } from './periods.ts';
import { valueSynonyms } from './value-synonyms.ts';

/** The value as a valid one of a flag with this placeholder; undefined if it has not its form. */
type Reading = (value: string) => string | undefined;

/**
 * A typed value as a valid one of a placeholder such as `time` or `keys`; undefined for any other. Those are not repeated: they
 * may be anything, also a secret.
 */
export const fitted = (placeholder: string, value = ''): string | undefined =>
  value.length > MAX_LENGTH || value === '' ? undefined : readings[placeholder]?.(value);

/** The words that one of a placeholder may be a slip of: the valid ones and those with a synonym. */
export const wordsLike = (placeholder: string): readonly string[] => {
  const [flag = '', valid = []] = wordLists[placeholder] ?? [];
  const synonyms = (valueSynonyms[flag] ?? []).flatMap(([keys]) => (typeof keys === 'string' ? keys.split(' ') : []));
  const everyday = everydayNames.filter((name) => valid.includes(fieldKey(name)));
  return [...valid, ...everyday, ...synonyms.filter((word) => word.length > 2)];
};

/** Whether typed values can be read as those of a placeholder. */
export const canFit = (placeholder: string): boolean => readings[placeholder] !== undefined;

const MAX_LENGTH = 60;

/** Whether a text is a sentence; anything else is something to type. */
export const isSentence = (text: string): boolean => /^(?:[A-Z][a-z]*[:,;]? |recx (?:only|never) )/.test(text);

const allFields = everyColumn.map(({ key }) => key);
const sortKeys = recordingColumns.map(({ key }) => key);

/** A field by its key or a synonym, in the spelling of any program: `RecordingSid`, `.created_at`; undefined for other words. */
export const fieldNamed = (typed: string, valid: readonly string[] = allFields): string | undefined => {
  const name = typed.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_');
  return valid.find((key) => key === fieldKey(name)) ?? wordFor('--fields', valid)(name);
};

/** The valid word meant by a typed one, by the table of synonyms of a flag. */
const wordFor =
  (flag: string, valid: readonly string[]): Reading =>
  (value) => {
    const typed = value
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, '_');
    const known = [typed, fieldKey(value)].find((word) => valid.includes(word));
    if (known !== undefined) return known;
    const row = valueSynonyms[flag]?.find(([keys]) => typeof keys === 'string' && keys.split(' ').includes(typed));
    return row?.slice(1).find((text) => typeof text === 'string' && valid.includes(text)) as string | undefined;
  };

const matching =
  (form: RegExp): Reading =>
  (value) =>
    form.test(value) ? value : undefined;

const each =
  (read: Reading): Reading =>
  (value) => {
    const words = value.split(',').map((word) => read(word.trim()));
    return words.every((word) => word !== undefined) ? [...new Set(words)].join(',') : undefined;
  };

const sortField: Reading = (name) => fieldNamed(name, sortKeys);

/** The same of groups, whose sums have other names. */
const groupColumn: Reading = (name) => wordFor('column of groups', sumKeys)(name) ?? fieldNamed(name, sumKeys);

/** A key of `--sort` of groups. */
export const groupKeyNamed: Reading = (text) => sortKeyNamed(text, groupColumn);

/** A key of `--sort` that names the order as other programs do: `~duration`, `duration:desc`, `date desc`, `newest`. */
export const sortKeyNamed = (text: string, find: Reading = sortField): string | undefined => {
  const typed = text.replaceAll(/\s*,\s*(?=(?:de|a)sc(?:ending)?\b)/gi, ' ').split(',');
  const keys = typed.map((one) => {
    const [, sign = '', name = '', after = ''] =
      /^\s*([-~!+^]?)\s*\{?\.?(.*?)\}?(?:[\s:._-]?\b_?((?:de|a)sc(?:ending)?)|([-+]))?\s*$/is.exec(one) ?? [];
    const ranked = ranks[one.trim().toLowerCase()] ?? (name === '' && after !== '' ? 'created_at' : undefined);
    if (ranked !== undefined && find(ranked.replace('-', '')) === undefined) return undefined;
    if (ranked !== undefined) return after.toLowerCase().startsWith('desc') ? `-${ranked}` : ranked;
    const key = find(name);
    const isDescending = after === '' ? /[-~!^]/.test(sign) || /-\s*$/.test(one) : /^desc/i.test(after);
    return key === undefined ? undefined : `${isDescending ? '-' : ''}${key}`;
  });
  return keys.includes(undefined) || text.length > MAX_LENGTH ? undefined : [...new Set(keys)].join(',');
};

/** Words for one end of the list. */
const ranks: Readonly<Record<string, string>> = {
  newest: '-created_at',
  latest: '-created_at',
  recent: '-created_at',
  oldest: 'created_at',
  longest: '-duration_seconds',
  shortest: 'duration_seconds',
  largest: '-size_bytes',
  biggest: '-size_bytes',
  smallest: 'size_bytes',
  costliest: '-price',
  cheapest: 'price',
};

/** The flags whose synonyms a placeholder has, and its valid words. */
const wordLists: Readonly<Record<string, readonly [flag: string, valid: readonly string[]]>> = {
  format: ['--output', formatNames],
  formats: ['--media', mediaFormats],
  keys: ['--fields', allFields],
  groupings: ['--by', groupingKeys],
  key: ['--fields', sortKeys],
  'group key': ['column of groups', sumKeys],
  kind: ['--kind', kinds],
  status: ['--status', statuses],
};

const readings: Readonly<Record<string, Reading>> = {
  format: wordFor('--output', [...formatNames, 'jsonl']),
  formats: each(wordFor('--media', mediaFormats)),
  keys: each((word) => (word === 'all' ? word : fieldNamed(word))),
  groupings: each(wordFor('--by', [...groupingKeys, 'none'])),
  key: (value) => sortKeyNamed(value),
  'group key': groupKeyNamed,
  few: matching(/^1?\d$|^20$/),
  n: matching(/^[1-9]\d{0,8}$/),
  time: (value) => (momentOf(value, 'start') === undefined ? timeOfDay(value, Date.now(), undefined) : value),
  duration: (value) => (parseLength(value) === undefined ? undefined : value),
  // Elsewhere such a number is in seconds.
  span: (value) => {
    const span = /^\d+$/.test(value) ? `${value}s` : value;
    return parseDuration(span) === undefined ? undefined : span;
  },
  number: (value) => {
    const read = /^(?:\+?\d[\d() .-]{2,22}\*?|sips?:[\w.@+-]+)$/.test(value) ? normalizeNumber(value) : undefined;
    return read === undefined || isIncomplete(read) ? undefined : value;
  },
  id: matching(/^(?=.*\d)[\w-]{8,64}$/),
  'id or name': matching(/^[\p{L}\p{N}_-]+(?: [\p{L}\p{N}_-]+){0,5}$/u),
  kind: each(wordFor('--kind', kinds)),
  status: each(wordFor('--status', statuses)),
  direction: each(wordFor('--direction', directions)),
  zone: (value) => wordFor('--tz', [])(value) ?? (isZone(value) ? value : undefined),
  dir: matching(/^[\w./~-]{1,60}$/),
  file: matching(/^[\w./~-]{1,60}\.[a-z]\w{1,6}$/i),
  name: matching(/^[A-Za-z][\w-]{0,20}$/),
  names: matching(/^[A-Za-z][\w-]{0,20}(?:,[A-Za-z][\w-]{0,20}){0,9}$/),
  'new-name': matching(/^[A-Za-z][\w-]{0,20}$/),
};
