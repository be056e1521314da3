import { kinds, statuses } from '../../../core/recording.ts';
import { keptOptions, valuesOf } from './given.ts';
import { fitted } from './placeholders.ts';
import type { Typed } from './typed.ts';

/** The start of a value that excludes it: `!room`, `-room`, `not room`, `!=room`. */
const NEGATION = /^\s*(?:[!^~-]=?|<>|not?[\s_:-])\s*/i;

/** Filters whose values are known, so that all others can be named. */
const closed = { kind: kinds, status: statuses } as const;

/** The other values of a filter, for one that excludes some: `--kind !room`, `--exclude-status failed`, `--not room`. */
export const otherValues = ({ flag, value = '', argv }: Typed): string | undefined => {
  const list = valuesOf(flag, argv).find((one) => one.split(',').some((word) => word.trim() === value)) ?? value;
  const words = list.split(',').map((word) => ({ word: word.replace(NEGATION, ''), isExcluded: NEGATION.test(word) }));
  const isOwn = flag === '--kind' || flag === '--status';
  // --kind room,!call
  const wanted = isOwn ? words.filter(({ isExcluded }) => !isExcluded) : [];
  for (const [key, all] of Object.entries(closed)) {
    const isNamed = /kind|status/.test(flag) ? flag.includes(key) : true;
    const read = words.map(({ word }) => fitted(key, word));
    if (!isNamed || read.includes(undefined)) continue;
    const others = all.filter((one) => !read.includes(one));
    const kept = wanted.length > 0 ? wanted.map(({ word }) => fitted(key, word)) : others;
    return kept.length === 0 ? undefined : `--${key} ${kept.join(',')}`;
  }
  const field = /to\b/.test(flag) ? 'to' : 'from';
  const [first, ...rest] = words;
  const number = fitted('number', first?.word);
  if (number === undefined || rest.length > 0) return undefined;
  return `recx list ${keptOptions(argv, flag)}--all -o json | jq '.[] | select(.${field} != "${number}")'`;
};
