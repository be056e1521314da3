import { shellQuote } from '../../../core/text/shell-quote.ts';
import { keptOptions } from './given.ts';
import { fitted } from './placeholders.ts';
import type { Typed } from './typed.ts';

/** What finds numbers by their end, which no filter does: `--from '*0142'`, `--search 5550142`. A complete number has a filter. */
export const numbersLike = ({ flag, value = '', argv, command }: Typed): string | undefined => {
  const [, before = '', digits = '', after = ''] =
    /^\s*(\.?[*%?]*)\+?([\d() .-]{3,24})(\.?[*%?]*)\s*$/.exec(value) ?? [];
  const end = digits.replaceAll(/\D/g, '');
  // LIKE '+1415%'
  const start = /^\s*(\+\d{1,14})\s*%\s*$/.exec(value)?.[1];
  if (start !== undefined && (flag === '--from' || flag === '--to')) return `${flag} '${start}*'`;
  const isOpen = before !== '' || after !== '';
  if (end.length < 3 || end.length > 15) return undefined;
  const isOfNumber = flag === '--from' || flag === '--to';
  // Of a number with a filter of its own, only the wrong form gets here.
  if (!isOpen && !isOfNumber && end.length >= 10) {
    const number = fitted('number', value.trim());
    return number === undefined ? undefined : `--from ${shellQuote(number)} or --to ${shellQuote(number)}`;
  }
  if (!['', 'list', 'export', 'download', 'stats', 'browse'].includes(command)) return undefined;
  const test = after === '' ? 'endswith' : 'contains';
  return lookUp(flag, argv, selected(flag, test, end));
};

/** The hint for a short number, which is often the end of the one that is meant. */
export const numbersEnding = (
  { flag, digits }: { readonly flag: string; readonly digits: string },
  argv: readonly string[],
): string => `For numbers that end so: ${lookUp(flag, argv, selected(flag, 'endswith', digits))}`;

const lookUp = (flag: string, argv: readonly string[], condition: string): string =>
  `recx list ${keptOptions(argv, flag)}--with-calls --all -o json | jq '.[] | ${condition}'`;

const selected = (flag: string, test: string, digits: string): string =>
  flag === '--from' || flag === '--to'
    ? `select(.${flag.slice(2)} // "" | ${test}("${digits}"))`
    : `select(any(.from, .to; . // "" | ${test}("${digits}")))`;
