import { shellQuote } from '../../../core/text/shell-quote.ts';
import { otherValues } from './excluded.ts';
import { sinceAndUntil } from './periods.ts';
import { fieldNamed, fitted } from './placeholders.ts';
import type { Typed } from './typed.ts';
import { EXCLUDED } from './value-synonyms.ts';

/** The filter flags for a comparison of a field, each with its placeholder. */
const comparisons: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  duration_seconds: {
    '>': ['--min-duration <duration>'],
    '<': ['--max-duration <duration>'],
    '=': ['--min-duration <duration>', '--max-duration <duration>'],
  },
  created_at: {
    '>': ['--since <time>'],
    '<': ['--until <time>'],
  },
  since: { '=': ['--since <time>'] },
  until: { '=': ['--until <time>'] },
  min_duration: { '=': ['--min-duration <duration>'] },
  max_duration: { '=': ['--max-duration <duration>'] },
  status: { '=': ['--status <status>'] },
  kind: { '=': ['--kind <kind>'] },
  direction: { '=': ['--direction <direction>'] },
  from: { '=': ['--from <number>'] },
  to: { '=': ['--to <number>'] },
  call_id: { '=': ['--call <id>'] },
  conference_id: { '=': ['--conference <id or name>'] },
  conference_name: { '=': ['--conference <id or name>'] },
  room_session_id: { '=': ['--room-session <id>'] },
  profile: { '=': ['--profile <name>'] },
};
const otherKeys = ['since', 'until', 'min_duration', 'max_duration'];

/** Flags for an expression such as `duration>300` or `status=completed and from=+14155550100`; undefined if a part has none. */
export const typedFilter = (all: Typed): string | undefined => {
  const { value: typed = '' } = all;
  // JMESPath and jq
  const [, inner, selected = inner] = /\[\?(.*?)\]|\bselect\((.*)\)/s.exec(typed) ?? [];
  const value = (selected ?? typed).replaceAll('`', '');
  const aws = /^Name=([\w.-]+),Values=(.+)$/i.exec(value);
  const parts = aws === null ? value.split(/\s*(?:&&|;|\band\b)\s*/i) : [`${aws[1]}=${aws[2]}`];
  const flags = parts.map((part) => flagsFor(part, all));
  if (flags.includes(EXCLUDED)) return EXCLUDED;
  return flags.includes(undefined) ? undefined : flags.join(' ');
};

const flagsFor = (part: string, all: Typed): string | undefined => {
  const [, name = '', sign = '', text = ''] =
    /^\s*[('"]*\.?([\w-]+)\s*(>=?|<=?|!=|!~|<>|==?|=~|~|:|\s(?:gt|ge|lt|le|eq|ne|is|like)\s)\s*['"]?(.*?)['")]*\s*$/is.exec(
      part,
    ) ?? [];
  const key = name.toLowerCase().replaceAll('-', '_');
  const field = otherKeys.includes(key) ? key : key === 'profile' ? key : fieldNamed(name);
  const operator = operators[sign.trim().toLowerCase()] ?? sign.trim().charAt(0);
  if (field === undefined) return undefined;
  if (operator === '!') return otherValues({ ...all, flag: `--${key}`, value: `!${text}` }) ?? EXCLUDED;
  if (field === 'created_at' && operator === '=') return sinceAndUntil(text);
  const flags = comparisons[field]?.[operator];
  return flags
    ?.map((flag) => flag.replace(/<(.*)>/, (open, placeholder: string) => quoteFitted(placeholder, text) ?? open))
    .join(' ');
};

const quoteFitted = (placeholder: string, text: string): string | undefined => {
  const value = fitted(placeholder, text);
  return value === undefined ? undefined : shellQuote(value);
};

const operators: Readonly<Record<string, string>> = {
  '<>': '!',
  '!~': '!',
  ne: '!',
  '~': '=',
  ':': '=',
  is: '=',
  like: '=',
  eq: '=',
  gt: '>',
  ge: '>',
  lt: '<',
  le: '<',
};
