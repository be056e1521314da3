import { sanitizeLine } from '../../core/text/sanitize.ts';

/** Sanitizes external text for one line of a terminal or a log. */
export interface Redactor {
  /** Redacts a secret in all encodings from now on. */
  add(secret: string): void;
  /**
   * The text on one line, without control characters, secrets, and queries and fragments of links; at most 290
   * characters, or the given number.
   */
  clean(text: string, maxLength?: number): string;
}

export const openRedactor = (): Redactor => {
  const secrets = new Map<string, (text: string) => string>();
  return {
    add: (secret) => {
      if (secret.length >= MIN_SECRET_LENGTH && !secrets.has(secret)) secrets.set(secret, withoutSecret(secret));
    },
    clean: (text, maxLength = MAX_LINE_LENGTH) => {
      // Before any pattern sees it: the time of patterns, unlike the line that is shown, grows with the text.
      let cleaned = text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
      for (const redacted of secrets.values()) cleaned = redacted(cleaned);
      cleaned = cleaned.replace(AUTHORIZATION, redactAuthorization).replace(LINK, withoutQuery);
      return sanitizeLine(cleaned, maxLength);
    },
  };
};

/** Credentials of HTTP, also of another login or cut off. */
const AUTHORIZATION = /\b((?:basic|bearer)[\s:]{1,4})([\w+/=.~-]{6,})/gi;

/** A word such as `authentication` is none. */
const redactAuthorization = (found: string, scheme: string, value: string): string =>
  /^[A-Za-z]?[a-z-]+\.?$/.test(value) ? found : `${scheme}[redacted]`;

const LINK = /\bhttps?:\/\/[^\s"'<>\\]+/gi;

/** External links may be signed. */
const withoutQuery = (link: string): string => link.replace(/[?#].+/s, (end) => `${end[0]}…`);

/** Replaces a secret in a text. Its pattern takes milliseconds to compile, and most messages have no word that is long enough. */
const withoutSecret = (secret: string): ((text: string) => string) => {
  const forms = [secret, Buffer.from(secret).toString('hex'), ...base64Forms(secret)].filter(
    (form) => form.length >= MIN_SECRET_LENGTH,
  );
  const shortest = Math.min(PREFIX_LENGTH, ...forms.map(({ length }) => length));
  const mayHaveSecret = /\s/.test(secret) ? /^/ : new RegExp(`\\S{${shortest}}`);
  let pattern: RegExp | undefined;
  return (text) => {
    if (!mayHaveSecret.test(text)) return text;
    pattern ??= anyFormOf(secret, forms);
    return text.replace(pattern, '[redacted]');
  };
};

/** Matches a secret: as text, in hex and base64, in all of these also when only the beginning was left. */
const anyFormOf = (secret: string, forms: readonly string[]): RegExp => {
  const patterns = forms.flatMap((form) => {
    // Encoders escape the letters of a text, if at all, before it is put into base64.
    const pattern = (text: string): string => anyEscaping(text, form === secret);
    return [
      ...(form.length <= MAX_PATTERN_LENGTH ? [pattern(form)] : []),
      ...(form.length > PREFIX_LENGTH ? [`${pattern(form.slice(0, PREFIX_LENGTH))}[\\w+/=~.%\\\\&#;-]*`] : []),
    ];
  });
  return new RegExp(patterns.join('|'), 'gi');
};

/** The characters that a secret makes in any base64 text around it, for its three positions. */
const base64Forms = (secret: string): readonly string[] =>
  [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
    // The first characters and the last one also depend on what is before and after the secret.
    const end = Math.floor((bytes.length * 8) / 6);
    return (['base64', 'base64url'] as const).map((encoding) =>
      bytes.toString(encoding).slice(shift === 0 ? 0 : shift + 1, end),
    );
  });

/**
 * A pattern for a text in any encoding a response may use: literally, in either case, percent-encoded once or more, escaped
 * as in JSON or JavaScript, or as an HTML entity; of letters and digits only if so told. Repetitions are bounded, so that no
 * text makes the pattern slow.
 */
const anyEscaping = (text: string, withLetters: boolean): string =>
  Array.from(text, (character) => {
    const isWord = /\w/.test(character);
    const literal = character.replace(/[^\w\s]/, '\\$&');
    if (isWord && !withLetters) return literal;
    const codes = [...new Set([character.toLowerCase(), character.toUpperCase()])].map((form) => form.charCodeAt(0));
    const hex = `(?:${codes.map((code) => code.toString(16).padStart(2, '0')).join('|')})`;
    const entity = `(?:#0{0,8}(?:${codes.join('|')})|#x0{0,8}${hex}${isWord ? '' : '|[a-z]{2,8}'})`;
    const plain = isWord ? literal : `\\\\{0,8}${literal}`;
    return `(?:${plain}|%(?:25){0,8}${hex}|\\\\{1,8}(?:u00|x)${hex}|&(?:amp;){0,8}${entity};?)`;
  }).join('');

/** Characters of a text that are searched and can be shown: many times a line, since secrets in it become short. */
const MAX_TEXT_LENGTH = 8000;
/** A beginning this long is recognised, with the characters of a token that follow it. */
const PREFIX_LENGTH = 16;
/** A longer secret is recognised by its beginning. */
const MAX_PATTERN_LENGTH = 2000;
/** Maximum characters of a line; with the prefix of the log no line is longer than 300. */
const MAX_LINE_LENGTH = 290;
/** Replacing shorter texts would blank ordinary words. */
const MIN_SECRET_LENGTH = 4;
