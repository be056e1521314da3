import { callColumns, recordingColumns } from '../call-columns.ts';
import { columns } from '../columns.ts';
import { Failure } from '../failure.ts';
import { shortHash } from '../hash/fnv1a.ts';
import { quote, suggest } from '../invalid-value.ts';
import type { Recording } from '../recording.ts';
import { fieldKey } from '../text/field-names.ts';
import { foreignPattern } from '../text/foreign-pattern.ts';
import { plainText } from '../view.ts';

/** A template of file names: the folders and the name of a recording, built from its fields. */
export interface Template {
  /** The placeholders in the template. */
  readonly keys: readonly string[];
  /** The text after the last placeholder, without folders. */
  readonly ending: string;
  /** The name is that of a file, with its extension; otherwise the extension is added. */
  readonly isExact: boolean;
  /**
   * The path segments of one recording, each made safe by `sanitize`; the last one is the name without extension. `instead` may
   * replace the value of a placeholder.
   */
  expand(recording: Recording, sanitize: Sanitizer, instead?: Replacement): readonly string[];
}

/** Makes a text safe as part of a file name; returns the same text if it is safe already. */
type Sanitizer = (text: string) => string;

type Replacement = (key: string) => string | undefined;

type Piece = { readonly literal: string } | { readonly key: string; of(recording: Recording): string };

const timeParts: readonly (readonly [key: string, from: number, to: number])[] = [
  ['year', 0, 4],
  ['month', 5, 7],
  ['day', 8, 10],
  ['hour', 11, 13],
  ['minute', 14, 16],
  ['second', 17, 19],
];

/** The value of a field that is not reported by the provider. */
const UNKNOWN = 'unknown';

const placeholders: ReadonlyMap<string, (recording: Recording) => string> = new Map([
  ...recordingColumns.map(({ key, value }) => [key, (row: Recording) => plainText(value(row)) || UNKNOWN] as const),
  ...timeParts.map(
    ([key, from, to]) => [key, ({ createdAt }: Recording) => createdAt?.slice(from, to) ?? UNKNOWN] as const,
  ),
]);

/** Placeholders that stand for several. */
const shorthands: ReadonlyMap<string, string> = new Map([
  ['date', '{year}-{month}-{day}'],
  ['time', '{hour}-{minute}-{second}'],
]);

/** The valid placeholders. */
export const placeholderNames = {
  fields: columns.map(({ key }) => key),
  callFields: callColumns.map(({ key }) => key),
  timeParts: timeParts.map(([key]) => key),
  shorthands: [...shorthands.keys()],
} as const;

/** The key of a placeholder as typed. A name has no use for a list of formats: its extension is that of the file. */
export const placeholderKey = (typed: string): string => {
  const key = fieldKey(typed);
  return placeholders.has(typed) || key === 'formats' || !placeholders.has(key) ? typed : key;
};

/**
 * A template with the keys of its placeholders instead of their everyday names. Throws a usage failure for unknown ones and those
 * of other programs, such as `%Y`, which would become part of the name.
 */
export const readPlaceholders = (flag: string, text: string): string => {
  const { found, instead } = foreignPattern(text) ?? {};
  if (found !== undefined)
    throw new Failure('usage', `${flag}: ${quote(found)} is not a placeholder`, {
      hint: instead !== undefined && isSuggestible(instead) ? `Use '${instead}'` : hintFor(found),
    });
  const read = text.replaceAll(
    PLACEHOLDER,
    (_, key: string) => shorthands.get(key.toLowerCase()) ?? `{${placeholderKey(key)}}`,
  );
  const [unknown, ...more] = [...read.matchAll(PLACEHOLDER)].flatMap(([, key = '']) =>
    placeholders.has(key) ? [] : key,
  );
  if (unknown !== undefined) {
    const named = [unknown, ...more].map((key) => quote(`{${key}}`)).join(', ');
    const problem = more.length === 0 ? `${named} is not a placeholder` : `${named} are not placeholders`;
    throw new Failure('usage', `${flag}: ${problem}`, suggest('placeholder', unknown, [...placeholders.keys()]));
  }
  return read;
};

const PLACEHOLDER = /\{([^{}]*)\}/g;

const isSuggestible = (template: string): boolean =>
  template.length <= MAX_SUGGESTED_LENGTH &&
  !/['{}]/.test(template.replaceAll(PLACEHOLDER, (piece, key: string) => (placeholders.has(key) ? '' : piece)));

const hintFor = (pattern: string): string =>
  /^[$`]/.test(pattern) ? `In single quotes the shell replaces nothing; use ${OWN}` : `Use ${OWN}`;

const OWN = '{year}-{month}-{day}, {id} or another placeholder of recx help templates';

/** A longer name is not repeated in a hint. */
const MAX_SUGGESTED_LENGTH = 120;

/**
 * Parses `{year}/{month}/{id}`. Throws a usage failure for an unknown placeholder, one of another program, or a segment that
 * starts with a dot.
 */
export const parseTemplate = (flag: string, typed: string): Template => {
  const text = readPlaceholders(flag, typed);
  const parts = text.split('/').map((part) => piecesOf(flag, part));
  for (const part of text.split('/')) {
    const problem =
      part === '' ? 'has an empty path segment' : part.startsWith('.') ? 'has a name that starts with a dot' : '';
    if (problem !== '') throw new Failure('usage', `${flag}: ${quote(text)} ${problem}`);
  }
  return {
    keys: parts.flatMap((pieces) => pieces.flatMap((piece) => ('key' in piece ? [piece.key] : []))),
    ending: endingOf(parts.at(-1)?.at(-1)),
    isExact: false,
    expand: (recording, sanitize, instead) => parts.map((pieces) => nameOf(pieces, recording, sanitize, instead)),
  };
};

const endingOf = (piece: Piece | undefined): string => (piece !== undefined && 'literal' in piece ? piece.literal : '');

/** The name of one file, as the user gave it. */
export const exactName = (name: string): Template => ({
  keys: [],
  ending: name,
  isExact: true,
  expand: () => [name],
});

const piecesOf = (flag: string, part: string): readonly Piece[] =>
  part.split(/(\{[^{}]*\})/).flatMap((piece): readonly Piece[] => {
    if (piece === '') return [];
    const key = /^\{(.*)\}$/.exec(piece)?.[1];
    if (key === undefined) {
      if (!/[{}\\\p{Cc}]/u.test(piece)) return [{ literal: piece }];
      throw new Failure(
        'usage',
        `${flag}: ${quote(part)} has a brace or a character that is not allowed in file names`,
      );
    }
    const of = placeholders.get(key);
    return of === undefined ? [] : [{ key, of }];
  });

/** One path segment. An id that had to be changed gets its hash as a suffix, so that two similar ids stay distinct. */
const nameOf = (
  pieces: readonly Piece[],
  recording: Recording,
  sanitize: Sanitizer,
  instead: Replacement = () => undefined,
): string => {
  const texts = pieces.map((piece) => {
    if ('literal' in piece) return piece.literal;
    const value = instead(piece.key) ?? piece.of(recording);
    const safe = sanitize(value);
    return piece.key === 'id' && safe !== value ? `${safe}-${shortHash(value)}` : safe;
  });
  return truncateName(sanitize(texts.join('')));
};

/** File systems allow 255 bytes; 35 bytes are reserved for a leading dot, the extension and the suffixes of a part file. */
const MAX_NAME_BYTES = 220;

/** A name of at most MAX_NAME_BYTES; a truncated one ends with the hash of the full name. */
const truncateName = (name: string): string => {
  const encoder = new TextEncoder();
  if (encoder.encode(name).length <= MAX_NAME_BYTES) return name;
  let short = '';
  let length = 0;
  for (const character of name) {
    length += encoder.encode(character).length;
    if (length > MAX_NAME_BYTES - 9) break;
    short += character;
  }
  return `${short}-${shortHash(name)}`;
};
