import { sanitizeLine } from '../../core/text/sanitize.ts';

/** Sanitizes external text for one line of a terminal or a log. */
export interface Redactor {
  /** Redacts a secret in all encodings from now on. */
  add(secret: string): void;
  /** The text on one line, without control characters, secrets and queries of links; at most 290 characters. */
  clean(text: string): string;
}

export const openRedactor = (): Redactor => {
  const secrets = new Map<string, RegExp>();
  return {
    add: (secret) => {
      const bytes = Buffer.from(secret);
      const encodings = ['base64', 'base64url', 'hex'] as const;
      for (const form of [secret, ...encodings.map((encoding) => bytes.toString(encoding).replace(/=+$/, ''))]) {
        if (form.length >= MIN_SECRET_LENGTH) secrets.set(form, anyEscaping(form));
      }
    },
    clean: (text) => {
      let cleaned = text;
      for (const secret of secrets.values()) cleaned = cleaned.replace(secret, '[redacted]');
      // External links may be signed.
      return sanitizeLine(cleaned.replace(query, '$1?…'), MAX_LINE_LENGTH);
    },
  };
};

/** A URL with a query. */
const query = /(\bhttps?:\/\/[^\s?"'<>\\]*)\?[^\s"'<>\\]+/gi;

/**
 * Matches a text in any encoding a response may use: literally, in either case, percent-encoded once or more, escaped as
 * in JSON, or as an HTML entity.
 */
const anyEscaping = (text: string): RegExp =>
  new RegExp(
    Array.from(text.slice(0, MAX_PATTERN_LENGTH), (character) => {
      const literal = character.replace(/[^\w\s]/, '\\$&');
      if (/\w/.test(character)) return literal;
      const code = character.charCodeAt(0);
      const hex = code.toString(16).padStart(2, '0');
      const entity = { '&': 'amp', '"': 'quot', '<': 'lt', '>': 'gt', "'": 'apos' }[character] ?? 'none';
      return `(?:\\\\*${literal}|%(?:25)*${hex}|\\\\+u00${hex}|&(?:amp;)*(?:${entity}|#0*${code}|#x0*${hex});)`;
    }).join(''),
    'gi',
  );

/** Maximum matched characters; longer secrets are matched by their start. */
const MAX_PATTERN_LENGTH = 2000;
/** Maximum characters of a line; with the prefix of the log no line is longer than 300. */
const MAX_LINE_LENGTH = 290;
/** Replacing shorter texts would blank ordinary words. */
const MIN_SECRET_LENGTH = 4;
