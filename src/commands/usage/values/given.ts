import { valuesOf } from '../../../core/invalid-value.ts';
import { shellQuote } from '../../../core/text/shell-quote.ts';
import { fitted } from './placeholders.ts';

/** Flags with the placeholders of their values. */
type Kept = readonly (readonly [flags: readonly string[], placeholder: string])[];

/** Flags that choose accounts and recordings; a hint that replaces others keeps them. */
const choosing: Kept = [
  [['-p', '--profile'], 'names'],
  [['--provider'], 'names'],
  [['--api'], 'names'],
  [['--since'], 'time'],
  [['--until'], 'time'],
  [['--kind'], 'kind'],
  [['--status'], 'status'],
  [['--min-duration'], 'duration'],
  [['--max-duration'], 'duration'],
  [['--from'], 'number'],
  [['--to'], 'number'],
  [['--direction'], 'direction'],
  [['--call'], 'id'],
  [['--room-session'], 'id'],
  [['--subaccount'], 'id'],
  [['--conference'], 'id or name'],
  [['--tz'], 'zone'],
];

/** Flags that say what is printed of them. */
const printing: Kept = [
  [['-n', '--limit'], 'n'],
  [['--fields'], 'keys'],
];

/** Of a command line, the options that choose accounts and recordings, but for one, as text before others; empty without any. */
export const keptOptions = (argv: readonly string[], except = ''): string =>
  (argv.includes('--all-profiles') ? '--all-profiles ' : '') + keptOf(choosing, argv, except);

/** The same, with the options that say what is printed. */
export const keptWithColumns = (argv: readonly string[]): string =>
  keptOptions(argv) + keptOf(printing, argv) + (argv.includes('--with-calls') ? '--with-calls ' : '');

const keptOf = (kept: Kept, argv: readonly string[], except = ''): string =>
  kept
    .flatMap(([flags, placeholder]) =>
      flags.filter((flag) => flag !== except).map((flag) => [flag, placeholder] as const),
    )
    .flatMap(([flag, placeholder]) =>
      valuesOf(flag, argv).flatMap((typed) => {
        const value = fitted(placeholder, typed);
        return value === undefined ? [] : `${flag} ${shellQuote(value)} `;
      }),
    )
    .join('');
