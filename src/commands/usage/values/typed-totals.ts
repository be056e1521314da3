import { shellQuote } from '../../../core/text/shell-quote.ts';
import { keptOptions, valuesOf } from './given.ts';
import { fieldNamed, fitted, groupKeyNamed } from './placeholders.ts';
import type { Typed } from './typed.ts';

/** What to leave out of `stats --sum duration`, which shows every sum as it is. */
export const sumsShown = ({ value }: Typed): string =>
  `Every sum is shown: leave it out${value !== undefined && fieldNamed(value) !== undefined ? `, with ${value}` : ''}`;

/** The totals of the recordings that a list has. */
export const totalsOf = ({ argv }: Typed): string => `recx stats ${keptOptions(argv)}--by none`;

/** The same totals, in a file. */
export const redirected = ({ flag, value, argv }: Typed): string | undefined => {
  const file = flag.startsWith('--') ? fitted('file', value) : undefined;
  const [, format] = /\.(csv|json|ndjson|tsv)$/i.exec(file ?? '') ?? [];
  if (file === undefined || format === undefined) return undefined;
  const given = (name: string, placeholder: string, read: (text: string) => string | undefined): string => {
    const [text] = valuesOf(name, argv);
    const meant = text === undefined ? undefined : read(text);
    return meant === undefined ? '' : `${name} <${placeholder}:${meant}> `;
  };
  const by = given('--by', 'keys', (text) => fitted('groupings', text));
  // By a key of the groups, such as month, too.
  const sort = given('--sort', 'key', (text) => groupKeyNamed(text) ?? fitted('groupings', text));
  const top = given('--top', 'n', (text) => fitted('n', text));
  return `recx stats ${keptOptions(argv)}${by}${sort}${top}-o ${format.toLowerCase()} > ${shellQuote(file)}`;
};

/** The filter for a text that is searched: a word of one, else the name of a conference. */
export const searched = ({ flag, value = '' }: Typed): string | undefined => {
  const text = value.trim();
  for (const filter of ['status', 'kind', 'direction']) if (fitted(filter, text) === text) return `--${filter} ${text}`;
  const isSearch = SEARCHING.split(' ').includes(flag);
  if (!isSearch || !/^(?=.*\p{L})[\p{L}\p{N} .'&-]{2,60}$/u.test(text)) return undefined;
  return fitted('id', text) === undefined ? `--conference ${shellQuote(text)}` : undefined;
};

const SEARCHING = '--search --grep --find --match --matches --contains';
