import { columns } from './columns.ts';
import { Failure } from './failure.ts';
import type { Recording } from './recording.ts';
import { didYouMean } from './text/did-you-mean.ts';
import { shortHash } from './text/fnv1a.ts';
import { plainText } from './view.ts';

/** How files are called: the folders and the name of a recording, made of its fields. */
export interface Template {
  /** The fields it is made of. */
  readonly keys: readonly string[];
  /** The path's parts for one recording, each made safe by `clean`; the last one is the name, without extension. */
  expand(recording: Recording, clean: Clean): readonly string[];
}

/** Makes a text safe as part of a file name; the same text comes back when it is safe already. */
type Clean = (text: string) => string;

type Piece = { readonly literal: string } | { readonly key: string; of(recording: Recording): string };

const moments: readonly (readonly [key: string, from: number, to: number])[] = [
  ['year', 0, 4],
  ['month', 5, 7],
  ['day', 8, 10],
  ['hour', 11, 13],
  ['minute', 14, 16],
  ['second', 17, 19],
];

/** What stands in braces for what a provider does not say. */
const UNKNOWN = 'unknown';

const placeholders: ReadonlyMap<string, (recording: Recording) => string> = new Map([
  ...columns.map(({ key, value }) => [key, (row: Recording) => plainText(value(row)) || UNKNOWN] as const),
  ...moments.map(
    ([key, from, to]) => [key, ({ createdAt }: Recording) => createdAt?.slice(from, to) ?? UNKNOWN] as const,
  ),
]);

/** What may stand in braces. */
export const placeholderNames = {
  fields: columns.map(({ key }) => key),
  moments: moments.map(([key]) => key),
} as const;

/** Reads `{year}/{month}/{id}`. Throws a usage failure for a placeholder that is not known and a path that leads away. */
export const parseTemplate = (flag: string, text: string): Template => {
  const parts = text.split('/').map((part) => piecesOf(flag, part));
  for (const part of text.split('/')) {
    const why = part === '' ? 'a part between two / is empty' : part.startsWith('.') ? 'no name begins with a dot' : '';
    if (why !== '') throw new Failure('usage', `${flag}: "${text.slice(0, 60)}" is no name: ${why}`);
  }
  return {
    keys: parts.flatMap((pieces) => pieces.flatMap((piece) => ('key' in piece ? [piece.key] : []))),
    expand: (recording, clean) => parts.map((pieces) => nameOf(pieces, recording, clean)),
  };
};

const piecesOf = (flag: string, part: string): readonly Piece[] =>
  part.split(/(\{[^{}]*\})/).flatMap((piece): readonly Piece[] => {
    if (piece === '') return [];
    const key = /^\{(.*)\}$/.exec(piece)?.[1];
    if (key === undefined) {
      if (!/[{}\\\p{Cc}]/u.test(piece)) return [{ literal: piece }];
      throw new Failure('usage', `${flag}: "${part.slice(0, 60)}" has a brace or a character that no name may have`);
    }
    const of = placeholders.get(key);
    if (of !== undefined) return [{ key, of }];
    throw new Failure('usage', `${flag}: {${key.slice(0, 60)}} is not a placeholder`, {
      hint: didYouMean(key, [...placeholders.keys()]) ?? `Choose from ${[...placeholders.keys()].join(', ')}`,
    });
  });

/** One part of the path. An id that had to be changed carries its hash, so that two that look alike stay apart. */
const nameOf = (pieces: readonly Piece[], recording: Recording, clean: Clean): string => {
  const texts = pieces.map((piece) => {
    if ('literal' in piece) return piece.literal;
    const value = piece.of(recording);
    const safe = clean(value);
    return piece.key === 'id' && safe !== value ? `${safe}-${shortHash(value)}` : safe;
  });
  return truncateName(clean(texts.join('')));
};

/** Bytes of a name; what a file system takes (255) less a leading dot, the extension and the suffixes of a part file. */
const MAX_NAME_BYTES = 220;

/** A name that is not too long; a shortened one carries the hash of the whole. */
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
