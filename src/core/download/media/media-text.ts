/** Bytes as characters of one byte each. */
export const ascii = (bytes: Uint8Array, start: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(start, start + length));

/**
 * The start of a file as text: UTF-8, UTF-16 with or without its mark, or Windows-1252; undefined if it is not text. No media format
 * consists of valid text without control characters.
 */
export const textOf = (start: Uint8Array): string | undefined => {
  if (start.length === 0) return undefined;
  const sample = start.subarray(0, SAMPLE_BYTES);
  const encoding = encodingOf(sample);
  // Decides most files at once.
  if (encoding === 'utf-8' && sample.some((byte) => byte < 0x20 && !WHITE_SPACE.includes(byte))) return undefined;
  const text = decode(sample, encoding) ?? westernText(sample);
  return text === undefined || hasControls(text) ? undefined : text;
};

/** Text of one byte a character, of which most are ASCII. */
const westernText = (sample: Uint8Array): string | undefined => {
  const isAscii = sample.filter((byte) => byte >= 0x20 && byte < 0x7f).length > sample.length * 0.75;
  return isAscii ? decode(sample, 'windows-1252') : undefined;
};

const SAMPLE_BYTES = 2048;
/** Tab, line feed, form feed and carriage return. */
const WHITE_SPACE: readonly number[] = [0x09, 0x0a, 0x0c, 0x0d];

const encodingOf = (bytes: Uint8Array): string => {
  const mark = ascii(bytes, 0, 2);
  if (mark === '\xff\xfe') return 'utf-16le';
  if (mark === '\xfe\xff') return 'utf-16be';
  // Text of western languages in UTF-16: every second byte is zero.
  const zeros = (parity: number): boolean =>
    bytes.length >= 4 && bytes.subarray(0, 64).every((byte, index) => (byte === 0) === (index % 2 === parity));
  return zeros(1) ? 'utf-16le' : zeros(0) ? 'utf-16be' : 'utf-8';
};

const decode = (bytes: Uint8Array, encoding: string): string | undefined => {
  try {
    // `stream` because the sample may end within a character.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
};

/** Control characters other than white space, and code points that are no characters. */
const hasControls = (text: string): boolean => /[\p{Cc}\ufffe\uffff]/u.test(text.replace(/[\t\n\f\r]/g, ''));
