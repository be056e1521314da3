import { shellQuote } from '../../../core/text/shell-quote.ts';
import { fitted } from './placeholders.ts';

/** The values of a flag on a command line. */
export const valuesOf = (flag: string, argv: readonly string[]): readonly string[] =>
  argv.flatMap((word, index) =>
    word === flag ? (argv[index + 1] ?? []) : word.startsWith(`${flag}=`) ? word.slice(flag.length + 1) : [],
  );

/** The flags that choose accounts and recordings, with the placeholders of their values; a hint that replaces others keeps them. */
const choosing: readonly (readonly [flags: readonly string[], placeholder: string])[] = [
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
];

/** Of a command line, the options that choose accounts and recordings, but for one, as text before others; empty without any. */
export const keptOptions = (argv: readonly string[], except = ''): string => {
  const kept = choosing.flatMap(([flags, placeholder]) =>
    flags.flatMap((flag) => {
      const value = flag === except ? undefined : fitted(placeholder, valuesOf(flag, argv)[0]);
      return value === undefined ? [] : `${flag} ${shellQuote(value)} `;
    }),
  );
  return (argv.includes('--all-profiles') ? '--all-profiles ' : '') + kept.join('');
};
