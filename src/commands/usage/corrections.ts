import type { Command } from 'commander';
import { nearest } from '../../core/text/did-you-mean.ts';
import { fieldKey } from '../../core/text/field-names.ts';
import { shellQuote } from '../../core/text/shell-quote.ts';
import { pathOf, placeholderOf } from './availability.ts';
import { acceptedOptions } from './command-line.ts';
import { placeholderIn } from './right-words.ts';
import { excludes, withoutExcluded } from './values/excluded.ts';
import { fitted, wordsLike } from './values/placeholders.ts';
import { templateMeant } from './values/templates.ts';

/** A value on a command line that is not valid, and the one that is meant. */
export interface Correction {
  /** The flag as typed. */
  readonly flag: string;
  readonly long: string;
  readonly typed: string;
  readonly instead: string;
  /** A word is only like the one that is meant. */
  readonly isNear: boolean;
}

/** The flag with the value that is meant. */
export const corrected = ({ flag, instead }: Correction): string => `${flag} ${shellQuote(instead)}`;

/** Every value on the command line that is meant as another one, in their order. */
export const correctionsIn = (argv: readonly string[], command: Command): readonly Correction[] => {
  const found: Correction[] = [];
  for (const [index, word] of argv.entries()) {
    if (word === '--') break;
    const [, name = word, attached] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? [];
    const option = acceptedOptions(command).find(({ long, short }) => long === name || short === name);
    const typed = attached ?? argv[index + 1];
    if (option?.required !== true || option.long === undefined || typed === undefined) continue;
    const isOfGroups = option.long === '--sort' && pathOf(command)[1] === 'stats';
    const placeholder = isOfGroups ? 'group key' : placeholderIn(option.long, placeholderOf(option));
    const isTemplate = ['--name', '--out'].includes(option.long) && typed.includes('{');
    const meant = isTemplate ? templateMeant(option.long, typed) : meantBy(placeholder, typed);
    if (meant !== undefined && !isSame(typed, meant.value))
      found.push({ flag: name, long: option.long, typed, instead: meant.value, isNear: meant.isNear });
  }
  return withOneDay(found);
};

/** With two times of day, the end is on the day of the start: at noon, `9:00` is today's and `17:00` alone yesterday's. */
const withOneDay = (found: readonly Correction[]): readonly Correction[] => {
  const start = found.find(({ long, typed }) => long === '--since' && isTimeOfDay(typed));
  return found.map((one) =>
    start !== undefined && one.long === '--until' && isTimeOfDay(one.typed) && one.instead < start.instead
      ? { ...one, instead: start.instead.slice(0, 'YYYY-MM-DD'.length) + one.instead.slice('YYYY-MM-DD'.length) }
      : one,
  );
};

const isTimeOfDay = (typed: string): boolean => /^\d{1,2}(?::\d\d){0,2}\s*(?:[ap]\.?m\.?)?$/i.test(typed.trim());

const meantBy = (
  placeholder: string,
  typed: string,
): { readonly value: string; readonly isNear: boolean } | undefined => {
  if (excludes(typed)) {
    const others = placeholder === 'kind' || placeholder === 'status' ? withoutExcluded(placeholder, typed) : undefined;
    if (others !== undefined) return { value: others, isNear: false };
    if (!isKey(placeholder)) return undefined;
  }
  const value = fitted(placeholder, typed);
  if (value !== undefined) return { value, isNear: false };
  // --fields +size
  if (placeholder === 'keys' && typed.startsWith('+')) return undefined;
  // --fields 'id from'
  const separator = placeholder === 'keys' || placeholder === 'groupings' ? /[\s,;]+/ : ',';
  const words = typed.split(separator).map((word) => {
    const [, sign = '', name = ''] = /^\s*(-?)(.*)$/s.exec(word) ?? [];
    const like = wordsLike(placeholder);
    return (
      fitted(placeholder, word) ?? fitted(placeholder, sign + (like.length === 0 ? '' : (nearest(name, like) ?? '')))
    );
  });
  return words.includes(undefined) ? undefined : { value: words.join(','), isNear: true };
};

/** Whether a word may begin with `-` for another reason. */
const isKey = (placeholder: string): boolean => placeholder === 'key' || placeholder === 'group key';

/** Whether two values are the same to the program. */
const isSame = (one: string, other: string): boolean => normalized(one) === normalized(other);

const normalized = (text: string): string =>
  text
    .split(',')
    .map((word) => word.trim())
    .map((word) => (word.startsWith('-') ? `-${fieldKey(word.slice(1))}` : fieldKey(word)))
    .join(',');
