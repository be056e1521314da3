import { valuesOf } from '../../../core/invalid-value.ts';
import { kinds, statuses } from '../../../core/recording.ts';
import { normalizeNumber } from '../../../core/text/phone-number.ts';
import { keptOptions } from './given.ts';
import { fitted } from './placeholders.ts';
import type { Typed } from './typed.ts';

/** The start of a value that excludes it: `!room`, `-room`, `not room`, `!=room`. */
const NEGATION = /^\s*(?:[!^~-]=?|<>|not?[\s_:-])\s*/i;

/** Filters whose values are known, so that all others can be named. */
const closed = { kind: kinds, status: statuses } as const;

/** Whether a word of a list is excluded. */
export const excludes = (list: string): boolean => list.split(',').some((word) => NEGATION.test(word));

/** Of a list with excluded words the others of a filter: those that are wanted, if there are any, else all that are not named. */
export const withoutExcluded = (key: keyof typeof closed, list: string): string | undefined => {
  const words = list.split(',').map((word) => ({
    read: fitted(key, word.replace(NEGATION, '')),
    isExcluded: NEGATION.test(word),
  }));
  if (words.some(({ read }) => read === undefined)) return undefined;
  const wanted = words.filter(({ isExcluded }) => !isExcluded).map(({ read }) => read);
  const others = closed[key].filter((one) => !words.some(({ read }) => read === one));
  const kept = wanted.length > 0 ? wanted : others;
  return kept.length === 0 ? undefined : kept.join(',');
};

/** The other values of a filter, for one that excludes some: `--kind !room`, `--exclude-status failed`, `--not room`. */
export const otherValues = ({ flag, value = '', argv }: Typed): string | undefined => {
  const isOwn = flag === '--kind' || flag === '--status';
  const list = valuesOf(flag, argv).find((one) => one.split(',').some((word) => word.trim() === value)) ?? value;
  for (const key of ['kind', 'status'] as const) {
    if (/kind|status/.test(flag) && !flag.includes(key)) continue;
    // The flag itself excludes: --not room,call
    const others = withoutExcluded(key, isOwn ? list : list.replaceAll(/(^|,)(?=[^,])/g, '$1!'));
    if (others !== undefined) return `--${key} ${others}`;
  }
  const number = value.replace(NEGATION, '').trim();
  if (/kind|status/.test(flag) || !/^(?=.*\d)[\w@:.+ -]{3,40}$/.test(number)) return undefined;
  const field = /to\b/.test(flag) ? 'to' : 'from';
  const read = fitted('number', number) === undefined ? undefined : normalizeNumber(number);
  const test =
    read === undefined || !/^\+?\d+$/.test(read)
      ? `.${field} != "${number}"`
      : `.${field} // "" | gsub("[^0-9]"; "") != "${read.replace('+', '')}"`;
  return `recx list ${keptOptions(argv, flag)}--with-calls --all -o json | jq '.[] | select(${test})'`;
};
