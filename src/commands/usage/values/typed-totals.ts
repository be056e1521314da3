import { valuesOf } from '../../../core/invalid-value.ts';
import { hasIdForm } from '../../../core/text/same-id.ts';
import { shellQuote } from '../../../core/text/shell-quote.ts';
import { keptOptions, keptWithColumns } from './given.ts';
import { fitted, groupKeyNamed } from './placeholders.ts';
import type { Typed } from './typed.ts';

/** The command for `stats --sum duration`, which shows every sum as it is. */
export const sumsShown = ({ argv }: Typed): string => {
  const by = fitted('groupings', valuesOf('--by', argv)[0]) ?? 'none';
  return `Every sum is shown: recx stats ${keptOptions(argv)}--by ${by}`;
};

/** The groups of the recordings that another command lists. */
export const grouped = ({ value, argv, command }: Typed): string | undefined => {
  if (command === 'stats') return undefined;
  const by = fitted('groupings', value);
  return by === undefined ? undefined : `recx stats ${keptOptions(argv)}--by <keys:${by}>`;
};

/** The export of the recordings that are listed, to a file. */
export const exported = ({ value, argv }: Typed): string | undefined => {
  const file = fileFor(value);
  return file === undefined
    ? undefined
    : `recx export ${keptWithColumns(argv)}--out ${shellQuote(file.name)}${file.excel}`;
};

/** The same for the file that stands on the line as the value of `-o`, beside the flag of another mistake. */
export const exportedFile = (typed: Typed): string | undefined => {
  const file = ['-o', '--output'].flatMap((flag) => valuesOf(flag, typed.argv)).find((name) => fitted('file', name));
  return file === undefined ? undefined : exported({ ...typed, value: file });
};

/** A file that is typed, with CSV for a spreadsheet in its own format, which is not available. */
const fileFor = (typed: string | undefined): { readonly name: string; readonly excel: string } | undefined => {
  const name = fitted('file', typed);
  const csv = name?.replace(/\.(?:xlsx?|ods)$/i, '.csv');
  return csv === undefined ? undefined : { name: csv, excel: csv === name ? '' : ' --excel' };
};

/** The totals of the recordings that a list has. */
export const totalsOf = ({ argv }: Typed): string => `recx stats ${keptOptions(argv)}--by none`;

/** The same totals, in a file. */
export const redirected = ({ flag, value, argv }: Typed): string | undefined => {
  const file = flag.startsWith('--') ? fileFor(value) : undefined;
  const [, format] = /\.(csv|json|ndjson|tsv)$/i.exec(file?.name ?? '') ?? [];
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
  return `recx stats ${keptOptions(argv)}${by}${sort}${top}-o ${format.toLowerCase()}${file.excel} > ${shellQuote(file.name)}`;
};

/** The lines for some recordings at random, which no command draws. */
export const sampled = ({ value = '', argv, command }: Typed): string => {
  const count = fitted('n', value) ?? '10';
  const ids = `recx list ${keptOptions(argv)}--all -o csv --fields id --no-header | shuf -n ${count}`;
  return `No samples are drawn; with other programs: ${ids} | recx ${command === 'download' ? 'download --ids -' : 'get -'}`;
};

/** The lines for hours of the day, which no filter has: `--hour 9-17`. */
export const hours = ({ flag, value = '', argv }: Typed): string | undefined => {
  const [, from, to] = /^\s*(\d\d?)(?::\d\d)?\s*(?:(?:-|to|,|\.\.)\s*(\d\d?)(?::\d\d)?\s*)?$/.exec(value) ?? [];
  if (from === undefined || (to === undefined && flag === '--hours' && !value.includes(':'))) return undefined;
  const [start, end] = [from.padStart(2, '0'), (to ?? String((Number(from) + 1) % 24)).padStart(2, '0')];
  const test = `.created_at[11:13] | . >= "${start}" ${start < end ? 'and' : 'or'} . < "${end}"`;
  return `Hours of the day are not a filter; totals: recx stats ${keptOptions(argv)}--by hour; rows, in UTC: ${rowsBy(test, argv)}`;
};

/** The same for days of the week: `--weekday mon`. */
export const weekdays = ({ value = '', argv }: Typed): string => {
  const typed = value
    .split(/[\s,]+/)
    .flatMap((word) => WEEKDAYS.find((day) => word.toLowerCase().startsWith(day.toLowerCase())) ?? []);
  const days = (typed.length === 0 ? ['Mon'] : typed).map((day) => `. == "${day}"`).join(' or ');
  const test = `.created_at[:19] + "Z" | fromdate | strftime("%a") | ${days}`;
  return `Days of the week are not a filter; totals: recx stats ${keptOptions(argv)}--by weekday; rows, in UTC: ${rowsBy(test, argv)}`;
};

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const rowsBy = (test: string, argv: readonly string[]): string =>
  `recx list ${keptOptions(argv)}--all -o json | jq '.[] | select(${test})'`;

/** How a report comes about, of the recordings that are filtered on the line. */
export const reported = ({ argv }: Typed): string =>
  `A report shows a folder: first recx download ${keptOptions(argv) || '--since 7d '}`.trimEnd() +
  ', then recx report <dir>';

/** How recordings are counted by the name of their conference or room. */
export const countedByName = ({ argv }: Typed): string =>
  `Not a grouping; counted by name: recx list ${keptOptions(argv)}--all --fields conference_name -o csv --no-header | sort | uniq -c`;

/** Where the numbers are from which other programs make what stats does not have, such as a median. */
export const measured = ({ argv }: Typed): string =>
  `There are sums only; durations for other programs: recx list ${keptOptions(argv)}--all -o csv --fields duration --no-header`;

/** The filter for a text that is searched: a word of one, else the name of a conference. */
export const searched = ({ flag, value = '', argv }: Typed): string | undefined => {
  const text = value.trim();
  for (const filter of ['status', 'kind', 'direction']) if (fitted(filter, text) === text) return `--${filter} ${text}`;
  const isSearch = SEARCHING.split(' ').includes(flag);
  if (!isSearch || !/^(?=.*\p{L})[\p{L}\p{N} .'&-]{2,60}$/u.test(text)) return undefined;
  if (fitted('id', text) !== undefined) return undefined;
  const lines = `recx list ${keptOptions(argv)}--with-calls --all -o ndjson | grep -i ${shellQuote(text)}`;
  return `A conference or room has a filter: --conference ${shellQuote(text)}; other texts are not searched, but ${lines}`;
};

/** The same for a word after `search`, unless it is another filter's. */
export const searchedWord = (typed: Typed): string | undefined => {
  if (hasIdForm(typed.value ?? '')) return `recx get ${typed.value}`;
  const text = searched({ ...typed, flag: '--search' });
  return text === undefined || text.startsWith('--')
    ? undefined
    : text
        .replace('has a filter: --conference', `has a filter: recx list ${keptOptions(typed.argv)}--conference`)
        .replace('not searched, but recx', 'not searched; instead recx');
};

const SEARCHING = '--search --grep --find --match --matches --contains';
