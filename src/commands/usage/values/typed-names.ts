import { hasIdForm } from '../../../core/text/same-id.ts';
import { shellQuote } from '../../../core/text/shell-quote.ts';
import { keptOptions } from './given.ts';
import { fieldNamed, fitted } from './placeholders.ts';
import { templateMeant } from './templates.ts';
import type { Typed } from './typed.ts';

/** A template for the names of files, in the placeholders of recx: `%(title)s.%(ext)s` and `{from}_{date}.mp3` too. */
export const typedTemplate = ({ value = '' }: Typed): string | undefined => {
  const text = value.replaceAll(/%\((\w+)[^)]*\)[\d.]*[sd]/g, '{$1}');
  if (!text.includes('{') || value.length > MAX_TEMPLATE) return undefined;
  return `--name ${shellQuote(templateMeant('--name', text)?.value ?? text)}`;
};

const MAX_TEMPLATE = 100;

/** The filters for a length with a sign or a range: `>5m`, `5m+`, `<30s`, `1m-3m`. */
export const signedLength = ({ value = '' }: Typed): string | undefined => {
  const [low = '', high = ''] = value.split(/\s*(?:-|\.\.|to)\s*/);
  if (fitted('duration', low) !== undefined && fitted('duration', high) !== undefined)
    return `--min-duration ${shellQuote(low)} --max-duration ${shellQuote(high)}`;
  const [, sign = '', length = '', plus = ''] = /^\s*([<>]?)=?\s*([^+]+?)\s*(\+?)\s*$/.exec(value) ?? [];
  if ((sign === '' && plus === '') || fitted('duration', length) === undefined) return undefined;
  return `--${sign === '<' ? 'max' : 'min'}-duration ${shellQuote(length)}`;
};

/** The filters for a number on either side, of which no flag is one. */
export const eitherNumber = ({ value }: Typed): string | undefined => {
  const number = fitted('number', value);
  if (number === undefined) return undefined;
  const quoted = shellQuote(number);
  return `As the caller: --from ${quoted}; as the called party: --to ${quoted}; in one line both must match`;
};

/** The filter for a room that is called by its name. */
export const roomNamed = ({ value = '', argv }: Typed): string | undefined => {
  if (/^[\p{L}\p{N} _-]*\*/u.test(value))
    return `Names are compared completely: --conference <id or name>; all names: recx list ${keptOptions(argv, '--kind')}--kind conference,room --all --fields conference_name,id`;
  return fitted('id', value) === undefined && fitted('id or name', value) !== undefined
    ? `--conference ${shellQuote(value)}`
    : undefined;
};

/** The complete list of the fields that are shown and of those that were to be added, `+size`. */
export const addedFields = ({ value = '' }: Typed): string | undefined => {
  const added = value.split(',').map((word) => fieldNamed(word.replace('+', '')));
  if (added.includes(undefined)) return undefined;
  const keys = [...new Set(['created_at', 'from', 'to', 'duration_seconds', 'kind', ...added, 'id'])].join(',');
  return `Fields are named completely: --fields ${keys}; every one: --fields all`;
};

/** The id of a recording on a command line. */
const idIn = (argv: readonly string[]): string | undefined =>
  argv.slice(1).find((word) => !word.startsWith('-') && fitted('id', word) !== undefined);

/** The download of a recording to a file that is typed for a format. */
export const mediaFile = ({ value = '', argv }: Typed): string | undefined =>
  /^[\w./~-]{1,60}\.(?:mp3|mp4|wav)$/i.test(value)
    ? `recx download ${idIn(argv) ?? '<id>'} --output ${value}`
    : undefined;

/** The link of the recording whose id is on the command line. */
export const mediaLink = ({ argv }: Typed): string | undefined => {
  const id = idIn(argv);
  return id === undefined ? undefined : `recx get ${id} --fields media_url`;
};

/** The download of the recording whose id follows a command that copies, to the file or folder after it. */
export const downloadOf = ({ value = '', rest }: Typed): string | undefined => {
  if (!hasIdForm(value)) return undefined;
  const [target = ''] = rest.filter((word) => !word.startsWith('-'));
  const isFile = fitted('file', target) !== undefined;
  const to = fitted('dir', target) === undefined ? '' : ` ${isFile ? '--output' : '--dir'} ${target}`;
  return `recx download ${value}${to}`;
};

/** The filter for a direction behind a flag that may mean another: `-d in`. */
export const typedDirection = ({ value }: Typed): string | undefined => {
  const direction = fitted('direction', value);
  return direction === undefined ? undefined : `--direction ${direction}`;
};
