/**
 * Makes text safe for a terminal: every character that could control it or reorder the text (control, C1, DEL, bidi,
 * zero-width, line separators, lone surrogates) becomes a visible escape such as `\u001b`.
 */
export const sanitize = (text: string): string =>
  unsafeCharacters.test(text)
    ? text.replace(allUnsafeCharacters, (character) => escapes[character] ?? codeUnits(character))
    : text;

/** `1 file`, `2 files`. */
export const plural = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

/** Text from a provider for stderr: sanitized, one line of at most `limit` characters. */
export const sanitizeLine = (text: string, limit: number): string => {
  const line = sanitize(text.slice(0, limit + 1));
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
};

/** JSON escapes of the characters: `\uXXXX` for each UTF-16 unit. */
const codeUnits = (characters: string): string =>
  Array.from(
    { length: characters.length },
    (_, index) => `\\u${characters.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');

/** Control, format, surrogate and separator characters, by their Unicode categories. */
const unsafeCharacters = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const allUnsafeCharacters = new RegExp(unsafeCharacters.source, 'gu');
const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Escapes what JSON.stringify leaves raw and a terminal would interpret or hide: DEL, C1, bidi and other format characters. */
export const sanitizeJson = (text: string): string => (notAscii.test(text) ? text.replace(hidden, codeUnits) : text);

const notAscii = /[^\n -~]/;
const hidden = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;
