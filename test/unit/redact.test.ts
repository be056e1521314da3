import { describe, expect, test } from 'vitest';
import { openRedactor } from '../../src/system/terminal/redact.ts';

const SECRET = 'PT5f0c9+d4&7"b21/88=aa54e0';
const redactor = openRedactor();
redactor.add(SECRET);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** The secret with each character as made from its code in hex. */
function everyCharacter(form: (hex: string, at: number) => string): string {
  return Array.from(SECRET, (character, at) => form(character.charCodeAt(0).toString(16), at)).join('');
}

describe('a message', () => {
  test.each([
    ['the secret', SECRET],
    ['the secret in another case', SECRET.toUpperCase()],
    ['the secret, percent-encoded twice', encodeURIComponent(encodeURIComponent(SECRET))],
    ['the secret as JSON in JSON', JSON.stringify(JSON.stringify(SECRET))],
    ['the secret with every character percent-encoded', everyCharacter((hex) => `%${hex}`)],
    ['the secret with every character escaped as in JSON', everyCharacter((hex) => `\\u00${hex}`)],
    ['the secret with every character escaped as in JavaScript', everyCharacter((hex) => `\\x${hex.toUpperCase()}`)],
    ['the secret with every character as a decimal entity', everyCharacter((hex) => `&#0${Number.parseInt(hex, 16)};`)],
    ['the secret with every character as a hexadecimal entity', everyCharacter((hex) => `&#x00${hex};`)],
    [
      'the secret with every other letter escaped',
      everyCharacter((hex, at) => (at % 2 ? SECRET.charAt(at) : `%25${hex}`)),
    ],
    [
      'the secret with named entities',
      SECRET.replaceAll('/', '&sol;').replaceAll('=', '&equals;').replaceAll('+', '&plus;'),
    ],
    ['the beginning of the secret, escaped', everyCharacter((hex) => `\\u00${hex}`).slice(0, 6 * 20)],
    ['the secret as HTML', SECRET.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
    ['the secret in hex', Buffer.from(SECRET).toString('hex')],
    ['the pair in base64', base64(`AC1:${SECRET}`)],
    ['the pair of another login in base64', base64(`someone:${SECRET}`)],
    ['the pair of a third login in base64', base64(`x@y:${SECRET}`)],
    ['the secret in base64url', Buffer.from(`ab${SECRET}`).toString('base64url')],
    ['the beginning of the secret', SECRET.slice(0, 20)],
    ['the beginning of the secret in hex', Buffer.from(SECRET.slice(0, 20)).toString('hex')],
  ])('does not show %s', (_name, form) => {
    const shown = redactor.clean(`the token ${form} is wrong`);
    expect(shown).toContain('[redacted]');
    const pieces = Array.from({ length: Math.max(0, form.length - 11) }, (_, index) => form.slice(index, index + 12));
    // The login before the secret may remain.
    expect(
      pieces
        .slice(form.startsWith('QUM') || form.includes('c29tZW9uZ') ? 12 : 4)
        .filter((piece) => shown.includes(piece)),
    ).toEqual([]);
  });

  test.each([
    ['Basic QUNhYmM6Zm9vYmFy', 'Basic [redacted] was sent'],
    ['authorization: Bearer abc.DEF-123', 'authorization: Bearer [redacted] was sent'],
    ['Basic authentication', 'Basic authentication was sent'],
    ['a bearer token', 'a bearer token was sent'],
    ['https://media.example/a/b?signature=1#x', 'https://media.example/a/b?… was sent'],
    ['https://media.example/a/b#signature=1', 'https://media.example/a/b#… was sent'],
    ['https://media.example/a/b', 'https://media.example/a/b was sent'],
  ])('that says %s shows %s', (said, shown) => {
    expect(redactor.clean(`${said} was sent`)).toBe(shown);
  });

  test('with a secret of any length shows none of it', () => {
    const long = openRedactor();
    const secret = Array.from({ length: 5000 }, (_, index) => (index * 7919).toString(36))
      .join('')
      .slice(0, 6000);
    long.add(secret);
    expect(long.clean(`wrong: ${secret}.`)).toBe('wrong: [redacted]');
    expect(long.clean(`wrong: ${secret.slice(0, 3000)}`)).toBe('wrong: [redacted]');
  });

  test.each([
    ['http://'.repeat(1_000_000)],
    ['\\'.repeat(5_000_000)],
    ['&amp;'.repeat(1_000_000)],
    ['%25'.repeat(1_000_000)],
    ['\\u00'.repeat(1_000_000)],
    ['&#0'.repeat(1_000_000)],
    [' '.repeat(5_000_000)],
    ['Basic '.repeat(1_000_000)],
    [SECRET.slice(0, 15).repeat(300_000)],
    [base64(SECRET).repeat(100_000)],
  ])('of megabytes is cut before any pattern sees it', (said) => {
    const shown = redactor.clean(said);
    expect(shown.length).toBeLessThanOrEqual(290);
    // The time of a quadratic pattern on 8,000 characters is a thousandth of that on all of them.
    expect(redactor.clean(said.slice(0, 8001))).toBe(shown);
  });
});

test.each(['k3Y9', 'pass phrase', 'abcdefgh', 'x'.repeat(15), SECRET])(
  'the secret %j is found in every place of a message',
  (secret) => {
    const own = openRedactor();
    own.add(secret);
    for (const form of [secret, Buffer.from(secret).toString('hex'), encodeURIComponent(secret)])
      for (const text of [form, `a ${form} b`, `token=${form}`, `a\n${form}`])
        expect(own.clean(text), text).toContain('[redacted]');
    expect(own.clean('no long word is in it')).toBe('no long word is in it');
  },
);
