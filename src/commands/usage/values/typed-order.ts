import { valuesOf } from '../../../core/invalid-value.ts';
import { groupKeyNamed, sortKeyNamed } from './placeholders.ts';
import type { Typed } from './typed.ts';

/** Flags of other programs that name a key to sort by, or a direction. */
export const ORDER_FLAGS =
  '--order --order-by --orderby --sort-by --sortby --sort-order --sort-direction --sort-dir --sorted --sort-key --sort-field';
export const DESCENDING_FLAGS = '--desc --descending';
export const ASCENDING_FLAGS = '--asc --ascending';
export const REVERSING_FLAGS = '--reverse --reversed --rev --invert --inverse -r';

/** `--sort` with the key and the direction that stand on the command line, in whichever flags: `--sort duration --desc`. */
export const typedOrder = ({ flag, value, argv, command }: Typed): string | undefined => {
  const isOfGroups = command === 'stats';
  const isOneOf = (flags: string): boolean => flags.split(' ').includes(flag);
  const given = [...valuesOf('--sort', argv), ...ORDER_FLAGS.split(' ').flatMap((name) => valuesOf(name, argv))];
  // --order-by duration desc
  const directions = argv.flatMap((word) => /^(?:--?[\w-]+=)?((?:de|a)sc(?:ending)?)$/i.exec(word)?.[1] ?? []);
  const keys = given
    .filter((text) => !directions.includes(text))
    .map((text) => (isOfGroups ? groupKeyNamed(text) : sortKeyNamed(text)));
  const key = keys.find((read) => read !== undefined);
  if (isOneOf(ORDER_FLAGS) && key === undefined && directions.length === 0) return undefined;
  // A key whose name is not known is not replaced by another one.
  if (key === undefined && keys.length > 0) return undefined;
  const words = argv.flatMap((word) => word.split('=')[0] ?? word);
  const has = (flags: string): boolean => flags.split(' ').some((name) => words.includes(name)) || isOneOf(flags);
  const isDescending = has(DESCENDING_FLAGS) || directions.some((text) => /^desc/i.test(text));
  const isAscending = has(ASCENDING_FLAGS) || directions.some((text) => /^asc/i.test(text));
  const isReversed = has(REVERSING_FLAGS) && !(value === 'false');
  const first = key ?? (isOfGroups ? '-recordings' : '-created_at');
  if (isDescending || isAscending) return `--sort <key:${signed(first, isDescending)}>`;
  return `--sort <key:${isReversed ? signed(first, !first.startsWith('-')) : first}>`;
};

const signed = (keys: string, isDescending: boolean): string =>
  keys
    .split(',')
    .map((key) => (isDescending ? '-' : '') + key.replace(/^-/, ''))
    .join(',');
