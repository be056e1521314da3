/** A 64-bit key in two halves. */
export type HashKey = readonly [low: number, high: number];

/** A random key, so that nobody can prepare two texts with the same hash. */
export const randomHashKey = (): HashKey => {
  const [low = 0, high = 0] = crypto.getRandomValues(new Uint32Array(2));
  return [low, high];
};

/**
 * A 64-bit hash of the UTF-16 code units of a text, in two halves: HalfSipHash with one round for each word and three at the end.
 * Source: the reference implementation of SipHash, github.com/veorq/SipHash.
 */
export const sipHash = (text: string, [low, high]: HashKey): readonly [high: number, low: number] => {
  let v0 = low;
  let v1 = high ^ 0xee;
  let v2 = low ^ 0x6c796765;
  let v3 = high ^ 0x74656462;
  let first = 0;
  const words = (text.length >>> 1) + 1;
  for (let step = 0; step < words + 6; step++) {
    const word = step < words ? wordAt(text, step) : 0;
    if (step === words) v2 ^= 0xee;
    else if (step === words + 3) {
      first = v1 ^ v3;
      v1 ^= 0xdd;
    }
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return [first >>> 0, (v1 ^ v3) >>> 0];
};

/** Two code units; the last word holds the length in bytes as well. */
const wordAt = (text: string, word: number): number => {
  const at = word * 2;
  if (at + 1 < text.length) return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
  return (text.length << 25) | (at < text.length ? text.charCodeAt(at) : 0);
};
